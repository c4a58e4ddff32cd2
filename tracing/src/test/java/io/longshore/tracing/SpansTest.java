package io.longshore.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpansTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String HEADER = "00-" + TRACE + "-00f067aa0ba902b7-01";

  private final InMemorySpanExporter seen = InMemorySpanExporter.create();
  private final Spans spans =
      new Spans(
          OpenTelemetrySdk.builder()
              .setTracerProvider(
                  SdkTracerProvider.builder()
                      .addSpanProcessor(SimpleSpanProcessor.create(seen))
                      .build())
              .build(),
          "io.longshore.test");

  @Test
  void aSpanGoesOnWithTheTraceOfItsHeaderAndGivesItToTheNext() {
    try (var first = spans.open("first", SpanKind.SERVER, HEADER)) {
      spans.open("second", SpanKind.CONSUMER, first.traceparent()).with("task", "t").close();
    }

    List<SpanData> both = seen.getFinishedSpanItems();
    SpanData second = both.getFirst();
    SpanData first = both.getLast();
    assertThat(both).extracting(SpanData::getTraceId).containsOnly(TRACE);
    assertThat(first.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(second.getParentSpanId()).isEqualTo(first.getSpanId());
    assertThat(second.getAttributes().asMap().toString()).contains("task=t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "01-" + TRACE + "-00f067aa0ba902b7-01"})
  void whatIsNoHeaderBeginsATraceOfItsOwn(String header) {
    try (var open = spans.open("alone", SpanKind.SERVER, header)) {
      open.failed("for a reason");
    }

    SpanData alone = seen.getFinishedSpanItems().getFirst();
    assertThat(alone.getTraceId()).isNotEqualTo(TRACE);
    assertThat(alone.getParentSpanContext().isValid()).isFalse();
    assertThat(alone.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void aTraceThatIsNotSampledIsPassedOnAndNotRecorded() {
    String unsampled = "00-" + TRACE + "-00f067aa0ba902b7-00";
    try (var open = spans.open("quiet", SpanKind.SERVER, unsampled)) {
      assertThat(open.traceparent()).isEqualTo(unsampled);
    }
    assertThat(seen.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void withoutTracingTheHeaderPassesThrough() {
    try (var open = Spans.NONE.open("off", SpanKind.SERVER, HEADER)) {
      assertThat(open.traceparent()).isEqualTo(HEADER);
      assertThat(open.isRecording()).isFalse();
    }
    try (var open = Spans.NONE.open("off", SpanKind.SERVER, null)) {
      assertThat(open.traceparent()).isNull();
    }
  }
}
