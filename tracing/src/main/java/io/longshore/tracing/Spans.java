package io.longshore.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens the spans of one service. What goes from thread to thread and through Kafka is the header
 * of W3C trace context, so that is what a span is opened with and what it gives: there is no
 * ambient context. Where tracing is off, nothing is recorded and the header passes through.
 */
public final class Spans {
  /** Records nothing. */
  public static final Spans NONE = new Spans(OpenTelemetry.noop(), "none");

  /** W3C trace context, version 00. */
  private static final Pattern HEADER =
      Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");

  private final Tracer tracer;

  /**
   * @param scope who opens the spans, e.g. {@code io.longshore.scheduler}
   */
  public Spans(OpenTelemetry telemetry, String scope) {
    tracer = telemetry.getTracer(scope);
  }

  /**
   * Opens a span that the caller closes, on whatever thread.
   *
   * @param traceparent what caused it; null or anything else than such a header begins a new trace
   */
  public Open open(String name, SpanKind kind, @Nullable String traceparent) {
    Span span =
        tracer.spanBuilder(name).setSpanKind(kind).setParent(parent(traceparent)).startSpan();
    return new Open(span, traceparent);
  }

  private static Context parent(@Nullable String traceparent) {
    Matcher header = HEADER.matcher(traceparent == null ? "" : traceparent);
    if (!header.matches()) {
      return Context.root();
    }
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            header.group(1),
            header.group(2),
            TraceFlags.fromHex(header.group(3), 0),
            TraceState.getDefault());
    return Context.root().with(Span.wrap(remote));
  }

  /** A span that has begun. */
  public static final class Open implements AutoCloseable {
    private final Span span;
    private final @Nullable String given;

    private Open(Span span, @Nullable String given) {
      this.span = span;
      this.given = given;
    }

    /** The header for what this span causes; without tracing, the one it was opened with. */
    public @Nullable String traceparent() {
      SpanContext own = span.getSpanContext();
      return span.isRecording()
          ? "00-%s-%s-%s".formatted(own.getTraceId(), own.getSpanId(), own.getTraceFlags().asHex())
          : given;
    }

    /** Whether anybody will see this span. */
    public boolean isRecording() {
      return span.isRecording();
    }

    public Open with(String attribute, String value) {
      span.setAttribute(attribute, value);
      return this;
    }

    /**
     * @param reason in a few words
     */
    public void failed(String reason) {
      span.setStatus(StatusCode.ERROR, reason);
    }

    @Override
    public void close() {
      span.end();
    }
  }
}
