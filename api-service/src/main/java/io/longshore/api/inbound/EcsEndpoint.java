package io.longshore.api.inbound;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.api.outbound.Call;
import io.longshore.tracing.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.virtual.threads.VirtualThreads;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /} in awsJson1_1: ECS, and what there is of CloudWatch Logs. Bodies are taken in on
 * the event loop; everything else happens on a virtual thread per request.
 */
@ApplicationScoped
public class EcsEndpoint {
  private static final Logger LOG = Logger.getLogger(EcsEndpoint.class);
  private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
  private static final String TARGET_PREFIX = "AmazonEC2ContainerServiceV20141113.";
  private static final String LOGS_PREFIX = "Logs_20140328.";

  /** Before everything Quarkus does to a body, its own limit above all. */
  private static final int FIRST = -1_000_000;

  private static final int LONGEST_INVOCATION_ID = 256;

  /** What a log line says a request was about. */
  private static final List<String> LOGGED =
      List.of("cluster", "service", "serviceName", "task", "taskDefinition", "family");

  private final Vertx vertx;
  private final ExecutorService threads;
  private final Operations operations;
  private final LogOperations logs;
  private final MeterRegistry meters;
  private final Spans spans;

  EcsEndpoint(
      Vertx vertx,
      @VirtualThreads ExecutorService threads,
      Operations operations,
      LogOperations logs,
      MeterRegistry meters,
      OpenTelemetry telemetry) {
    this.vertx = vertx;
    this.threads = threads;
    this.operations = operations;
    this.logs = logs;
    this.meters = meters;
    this.spans = new Spans(telemetry, "io.longshore.api");
  }

  void register(@Observes Router router) {
    router.route("/").order(FIRST).handler(this::receive);
  }

  /** What is known of a request before its body is read. */
  private record Head(
      String id,
      String operation,
      boolean ofLogs,
      Trace trace,
      Spans.Open span,
      @Nullable String invocationId,
      long startNanos) {}

  private void receive(RoutingContext context) {
    HttpServerRequest request = context.request();
    String target = request.getHeader("X-Amz-Target");
    boolean ofLogs = target != null && target.startsWith(LOGS_PREFIX);
    String operation =
        target != null && (ofLogs || target.startsWith(TARGET_PREFIX))
            ? target.substring(target.indexOf('.') + 1)
            : "";
    Spans.Open span =
        spans.open(
            operation.isEmpty() ? "request" : Rules.shown(operation),
            SpanKind.SERVER,
            request.getHeader("traceparent"));
    Head head =
        new Head(
            UUID.randomUUID().toString(),
            operation,
            ofLogs,
            Trace.of(span),
            span,
            invocationId(request),
            System.nanoTime());
    EcsException refusal = refusal(request, target);
    if (refusal != null) {
      new BodyReader(vertx, request)
          .read(body -> refuse(head, request, refusal), () -> refuse(head, request, tooLarge()));
      return;
    }
    new BodyReader(vertx, request)
        .read(
            body -> threads.execute(() -> serve(head, request, body)),
            () -> refuse(head, request, tooLarge()));
  }

  private static @Nullable EcsException refusal(
      HttpServerRequest request, @Nullable String target) {
    if (!request.method().equals(HttpMethod.POST)) {
      return new EcsException(
          "MethodNotAllowedException", 405, "ECS is called with POST.", List.of());
    }
    String type = request.getHeader("Content-Type");
    if (type == null
        || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(CONTENT_TYPE)) {
      return new EcsException(
          "UnsupportedMediaTypeException",
          415,
          "Content-Type must be " + CONTENT_TYPE + ".",
          List.of());
    }
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return new EcsException(
          "UnsupportedMediaTypeException", 415, "The body must not be compressed.", List.of());
    }
    if (target == null || (!target.startsWith(TARGET_PREFIX) && !target.startsWith(LOGS_PREFIX))) {
      return EcsException.of(
          "UnknownOperationException", "X-Amz-Target must name an operation of ECS.");
    }
    return null;
  }

  private static EcsException tooLarge() {
    return new EcsException(
        "RequestEntityTooLargeException",
        413,
        "The body must have at most %d bytes.".formatted(BodyReader.LIMIT),
        List.of());
  }

  /** An id that is no id is treated as none. */
  private static @Nullable String invocationId(HttpServerRequest request) {
    String id = request.getHeader("amz-sdk-invocation-id");
    return id == null || id.isBlank() || id.length() > LONGEST_INVOCATION_ID ? null : id;
  }

  private void serve(Head head, HttpServerRequest request, byte[] body) {
    MDC.put("traceId", head.trace().id());
    MDC.put("operation", Rules.shown(head.operation()));
    try {
      Operations.Answering answering =
          head.ofLogs() ? logs.find(head.operation()) : operations.find(head.operation());
      Members members = AwsJson.read(body, answering.request());
      for (String name : LOGGED) {
        String value = members.values().get(name) instanceof String text ? text : null;
        if (value != null) {
          MDC.put(name, Rules.shown(value));
        }
      }
      Call call =
          new Call(
              head.operation(),
              head.invocationId(),
              Fingerprint.of(members),
              head.trace().traceparent());
      Members answer = answering.operation().answer(call, members);
      send(head, request, 200, AwsJson.write(answer), null);
    } catch (EcsException e) {
      refuse(head, request, e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      // Whatever it is, the client must not wait for an answer that never comes.
      refuse(head, request, Faults.of(head.id(), e));
    } finally {
      MDC.clear();
    }
  }

  private void refuse(Head head, HttpServerRequest request, EcsException refusal) {
    String text = refusal.text();
    LOG.infof(
        "refused %s, request %s: %s %s",
        head.operation().isEmpty() ? "a request" : Rules.shown(head.operation()),
        head.id(),
        refusal.type(),
        Faults.bounded(refusal));
    Members body = Members.NONE.with("__type", refusal.type()).with("message", text);
    if (!refusal.resourceIds().isEmpty()) {
      body = body.with("resourceIds", refusal.resourceIds());
    }
    send(head, request, refusal.status(), AwsJson.write(body), refusal.type());
  }

  private void send(
      Head head, HttpServerRequest request, int status, byte[] body, @Nullable String error) {
    // Names come from the client: only known ones may become time series.
    Set<String> known = head.ofLogs() ? logs.names() : operations.names();
    String operation = known.contains(head.operation()) ? head.operation() : "other";
    meters
        .timer(
            "longshore.api.requests", "operation", operation, "error", error == null ? "" : error)
        .record(System.nanoTime() - head.startNanos(), TimeUnit.NANOSECONDS);
    if (error != null) {
      head.span().failed(error);
    }
    head.span().close();
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", CONTENT_TYPE)
        .putHeader("x-amzn-RequestId", head.id());
    if (error != null) {
      response.putHeader("x-amzn-errortype", error);
    }
    if (status == 405) {
      response.putHeader("Allow", "POST");
    }
    if (status == 413) {
      response.putHeader("Connection", "close");
    }
    response.end(Buffer.buffer(body));
  }
}
