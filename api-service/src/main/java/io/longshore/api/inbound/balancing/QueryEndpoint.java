package io.longshore.api.inbound.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.BodyReader;
import io.longshore.api.inbound.Faults;
import io.longshore.api.inbound.Fingerprint;
import io.longshore.api.inbound.Operations;
import io.longshore.api.inbound.Trace;
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
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /} with a form: ELB, and what Terraform asks EC2 about load balancers. Anything else
 * is left to ECS. Bodies are taken in on the event loop; everything else happens on a virtual
 * thread per request.
 */
@ApplicationScoped
public class QueryEndpoint {
  private static final Logger LOG = Logger.getLogger(QueryEndpoint.class);
  private static final String CONTENT_TYPE = "text/xml";

  /** Before ECS, which takes what is left. */
  private static final int FIRST = -1_000_001;

  private static final int LONGEST_INVOCATION_ID = 256;

  private final Vertx vertx;
  private final ExecutorService threads;
  private final BalancingOperations operations;
  private final MeterRegistry meters;
  private final Spans spans;

  QueryEndpoint(
      Vertx vertx,
      @VirtualThreads ExecutorService threads,
      BalancingOperations operations,
      MeterRegistry meters,
      OpenTelemetry telemetry) {
    this.vertx = vertx;
    this.threads = threads;
    this.operations = operations;
    this.meters = meters;
    this.spans = new Spans(telemetry, "io.longshore.api");
  }

  void register(@Observes Router router) {
    router.route("/").order(FIRST).handler(this::receive);
  }

  private void receive(RoutingContext context) {
    HttpServerRequest request = context.request();
    String type = request.getHeader("Content-Type");
    if (!request.method().equals(HttpMethod.POST)
        || type == null
        || !type.split(";", 2)[0]
            .strip()
            .toLowerCase(Locale.ROOT)
            .equals("application/x-www-form-urlencoded")) {
      context.next();
      return;
    }
    String id = UUID.randomUUID().toString();
    long start = System.nanoTime();
    new BodyReader(vertx, request)
        .read(
            body -> threads.execute(() -> serve(new Exchange(request, id, start), body)),
            () -> refuse(new Exchange(request, id, start), "", tooLarge()));
  }

  /** One request, on its way to an answer. */
  private record Exchange(HttpServerRequest request, String id, long startNanos) {}

  private static EcsException tooLarge() {
    return new EcsException(
        "RequestEntityTooLarge",
        413,
        "The body must have at most %d bytes.".formatted(BodyReader.LIMIT),
        List.of());
  }

  private void serve(Exchange exchange, byte[] body) {
    String action = "";
    Spans.Open span = null;
    String error = null;
    try {
      AwsQuery.Form form = AwsQuery.form(body);
      action = form.text("Action");
      span =
          spans.open(
              action.isEmpty() ? "request" : Rules.shown(action),
              SpanKind.SERVER,
              exchange.request().getHeader("traceparent"));
      Trace trace = Trace.of(span);
      MDC.put("traceId", trace.id());
      MDC.put("operation", Rules.shown(action));
      if (Ec2Questions.isOne(form)) {
        send(exchange, "ec2", 200, Ec2Questions.answer(action, exchange.id()), null);
        return;
      }
      Operations.Answering answering = operations.find(action);
      Members members = AwsQuery.read(form, answering.request());
      Call call =
          new Call(
              action,
              invocationId(exchange.request()),
              Fingerprint.of(members),
              trace.traceparent());
      Members answer = answering.operation().answer(call, members);
      byte[] xml =
          AwsQuery.write(
              action,
              BalancingOperations.NAMESPACE,
              answer,
              BalancingOperations.response(action),
              exchange.id());
      send(exchange, action, 200, xml, null);
    } catch (EcsException e) {
      error = refuse(exchange, action, e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      // Whatever it is, the client must not wait for an answer that never comes.
      error = refuse(exchange, action, Faults.of(exchange.id(), e));
    } finally {
      if (span != null) {
        if (error != null) {
          span.failed(error);
        }
        span.close();
      }
      MDC.clear();
    }
  }

  /** An id that is no id is treated as none. */
  private static @Nullable String invocationId(HttpServerRequest request) {
    String id = request.getHeader("amz-sdk-invocation-id");
    return id == null || id.isBlank() || id.length() > LONGEST_INVOCATION_ID ? null : id;
  }

  private String refuse(Exchange exchange, String action, EcsException refusal) {
    String code = code(refusal.type());
    LOG.infof(
        "refused %s, request %s: %s %s",
        action.isEmpty() ? "a request" : Rules.shown(action),
        exchange.id(),
        code,
        Faults.bounded(refusal));
    boolean ofSender = refusal.status() < 500;
    byte[] xml =
        code.equals(Ec2Questions.REFUSAL)
            ? Ec2Questions.refusal(refusal.text(), exchange.id())
            : AwsQuery.error(
                BalancingOperations.NAMESPACE, ofSender, code, refusal.text(), exchange.id());
    send(exchange, action, refusal.status(), xml, code);
    return code;
  }

  /** ELB's word for what the checks that it shares with ECS say. */
  private static String code(String type) {
    return switch (type) {
      case "InvalidParameterException", "SerializationException", "ClientException" ->
          "ValidationError";
      case "ServerException" -> "ServiceUnavailable";
      default -> type;
    };
  }

  private void send(
      Exchange exchange, String action, int status, byte[] body, @Nullable String error) {
    // Names come from the client: only known ones may become time series.
    String operation = operations.names().contains(action) ? action : "other";
    meters
        .timer(
            "longshore.api.requests", "operation", operation, "error", error == null ? "" : error)
        .record(System.nanoTime() - exchange.startNanos(), TimeUnit.NANOSECONDS);
    HttpServerResponse response = exchange.request().response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", CONTENT_TYPE)
        .putHeader("x-amzn-RequestId", exchange.id());
    if (status == 413) {
      response.putHeader("Connection", "close");
    }
    response.end(Buffer.buffer(body));
  }
}
