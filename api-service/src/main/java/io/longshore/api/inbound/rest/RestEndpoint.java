package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Problem;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.BodyReader;
import io.longshore.api.inbound.Faults;
import io.longshore.api.inbound.Trace;
import io.longshore.api.inbound.events.EventStreams;
import io.longshore.tracing.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.virtual.threads.VirtualThreads;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1} in plain JSON. Bodies are taken in on the event loop; everything else happens on a
 * virtual thread per request. What there is stands in {@link Routes}.
 */
@ApplicationScoped
public class RestEndpoint {
  private static final Logger LOG = Logger.getLogger(RestEndpoint.class);

  /** Before everything Quarkus does to a body, its own limit above all. */
  private static final int FIRST = -1_000_000;

  private static final List<String> EVENTS = List.of("v1", "events");
  private static final String JSON = "application/json";
  private static final Set<String> READ = Set.of(JSON, "application/merge-patch+json");
  private static final int LONGEST_KEY = 255;

  private final Vertx vertx;
  private final ExecutorService threads;
  private final Routes routes;
  private final RestCalls calls;
  private final Documents documents;
  private final EventStreams events;
  private final TaskOutput output;
  private final MeterRegistry meters;
  private final Spans spans;

  RestEndpoint(
      Vertx vertx,
      @VirtualThreads ExecutorService threads,
      Routes routes,
      RestCalls calls,
      Documents documents,
      EventStreams events,
      TaskOutput output,
      MeterRegistry meters,
      OpenTelemetry telemetry) {
    this.vertx = vertx;
    this.threads = threads;
    this.routes = routes;
    this.calls = calls;
    this.documents = documents;
    this.events = events;
    this.output = output;
    this.meters = meters;
    this.spans = new Spans(telemetry, "io.longshore.api");
  }

  void register(@Observes Router router) {
    router.route("/v1").order(FIRST).handler(this::receive);
    router.route("/v1/*").order(FIRST).handler(this::receive);
  }

  /**
   * A request, what is known of it before its body is read.
   *
   * @param operation empty when there is none
   */
  private record Exchange(
      String id,
      String operation,
      Trace trace,
      Spans.Open span,
      HttpServerRequest http,
      long startNanos) {}

  private Exchange begin(HttpServerRequest http, String operation) {
    Spans.Open span =
        spans.open(
            operation.isEmpty() ? "request" : operation,
            SpanKind.SERVER,
            http.getHeader("traceparent"));
    String id = UUID.randomUUID().toString();
    return new Exchange(id, operation, Trace.of(span), span, http, System.nanoTime());
  }

  private void receive(RoutingContext context) {
    HttpServerRequest http = context.request();
    try {
      List<String> segments = decoded(http.path());
      if (documents.has(segments)) {
        requireGet(http);
        Exchange exchange = begin(http, "");
        read(exchange, body -> threads.execute(() -> document(exchange, segments)));
        return;
      }
      if (segments.equals(EVENTS)) {
        requireGet(http);
        Exchange exchange = begin(http, "");
        read(exchange, body -> stream(exchange));
        return;
      }
      Map<String, String> logs = TaskOutput.PATH.match(segments);
      if (logs != null) {
        requireGet(http);
        Exchange exchange = begin(http, "");
        read(exchange, body -> threads.execute(() -> output(exchange, logs)));
        return;
      }
      // HEAD is GET without the body.
      String method = isHead(http) ? "GET" : http.method().name();
      switch (routes.find(method, segments)) {
        case Routes.Match.Found(var route, var parameters) -> {
          Exchange exchange = begin(http, route.operation());
          read(exchange, body -> threads.execute(() -> serve(exchange, route, parameters, body)));
        }
        case Routes.Match.OtherMethods(var allowed) -> throw methodNotAllowed(http, allowed);
        case Routes.Match.Nothing() ->
            throw EcsException.missing(
                "UnknownPathException",
                "There is no path %s. GET /v1 lists those there are."
                    .formatted(Rules.shown(http.path())));
      }
    } catch (EcsException e) {
      Exchange exchange = begin(http, "");
      read(exchange, body -> refuse(exchange, e));
    }
  }

  private void document(Exchange exchange, List<String> segments) {
    try {
      String known = exchange.http().getHeader("If-None-Match");
      sendTagged(exchange, 200, documents.bytes(segments), null, known);
    } catch (RuntimeException | LinkageError e) {
      refuse(exchange, Faults.of(exchange.id(), e));
    }
  }

  private void stream(Exchange exchange) {
    try {
      if (isHead(exchange.http())) {
        send(exchange, 200, "text/event-stream", new byte[0], null);
      } else {
        events.open(exchange.http(), query(exchange.http()));
        exchange.span().close();
      }
    } catch (EcsException e) {
      refuse(exchange, e);
    }
  }

  private void output(Exchange exchange, Map<String, String> parameters) {
    HttpServerRequest http = exchange.http();
    try {
      Map<String, List<String>> query = query(http);
      if (TaskOutput.follows(http, query) && !isHead(http)) {
        output.follow(http, parameters, query);
        exchange.span().close();
      } else {
        send(exchange, 200, JSON, AwsJson.write(output.page(parameters, query)), null);
      }
    } catch (EcsException e) {
      refuse(exchange, e);
    } catch (RuntimeException | LinkageError e) {
      refuse(exchange, Faults.of(exchange.id(), e));
    }
  }

  private static boolean isHead(HttpServerRequest http) {
    return http.method().equals(HttpMethod.HEAD);
  }

  private static void requireGet(HttpServerRequest http) {
    if (!http.method().equals(HttpMethod.GET) && !isHead(http)) {
      throw methodNotAllowed(http, Set.of("GET"));
    }
  }

  private static EcsException methodNotAllowed(HttpServerRequest http, Set<String> allowed) {
    String methods = String.join(", ", allowed) + (allowed.contains("GET") ? ", HEAD" : "");
    http.response().putHeader("Allow", methods);
    return new EcsException(
        "MethodNotAllowedException",
        405,
        "%s is not possible here; %s is.".formatted(Rules.shown(http.method().name()), methods),
        List.of());
  }

  private static List<String> decoded(String path) {
    try {
      return PathTemplate.segments(path).stream()
          .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
          .toList();
    } catch (IllegalArgumentException e) {
      throw EcsException.invalid("The path has a % that begins no escape.");
    }
  }

  private void read(Exchange exchange, Consumer<byte[]> whole) {
    new BodyReader(vertx, exchange.http())
        .read(
            whole,
            () ->
                refuse(
                    exchange,
                    new EcsException(
                        "RequestEntityTooLargeException",
                        413,
                        "The body must have at most %d bytes.".formatted(BodyReader.LIMIT),
                        List.of())));
  }

  private void serve(Exchange exchange, Route route, Map<String, String> parameters, byte[] body) {
    MDC.put("traceId", exchange.trace().id());
    MDC.put("operation", route.operation());
    parameters.forEach((name, value) -> MDC.put(name, Rules.shown(value)));
    try {
      answer(exchange, route, parameters, body);
    } catch (EcsException e) {
      refuse(exchange, e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      // Whatever it is, the client must not wait for an answer that never comes.
      refuse(exchange, Faults.of(exchange.id(), e));
    } finally {
      MDC.clear();
    }
  }

  private void answer(Exchange exchange, Route route, Map<String, String> parameters, byte[] body) {
    HttpServerRequest http = exchange.http();
    requireJson(http, body);
    boolean reading = route.method().equals("GET");
    RestCalls.Caller caller =
        new RestCalls.Caller(
            idempotencyKey(http),
            reading ? null : Preconditions.expectedVersion(route, http.getHeader("If-Match")),
            exchange.trace().traceparent());
    Members request = calls.request(route, parameters, query(http), body);
    Long version = reading && route.versioned() ? calls.version(parameters) : null;
    Members answer = calls.answer(route, caller, request);
    if (answer == null) {
      send(exchange, route.status(), JSON, new byte[0], null);
      return;
    }
    byte[] bytes = AwsJson.write(answer);
    if (reading) {
      sendTagged(exchange, route.status(), bytes, version, http.getHeader("If-None-Match"));
      return;
    }
    if (route.location() != null) {
      Map<String, Object> values = new LinkedHashMap<>(parameters);
      answer.values().forEach((name, value) -> values.put(name, id(value)));
      String location = route.location().path(values);
      if (location != null) {
        http.response().putHeader("Location", location);
      }
    }
    send(exchange, route.status(), JSON, bytes, null);
  }

  /** Paths have the id at the end of an ARN. */
  private static Object id(Object value) {
    return value instanceof String text && text.startsWith("arn:")
        ? text.substring(text.lastIndexOf('/') + 1)
        : value;
  }

  private static void requireJson(HttpServerRequest http, byte[] body) {
    String type = http.getHeader("Content-Type");
    String plain = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (body.length > 0 && !READ.contains(plain)) {
      throw unsupported("Content-Type must be " + JSON + ".");
    }
    String encoding = http.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw unsupported("The body must not be compressed.");
    }
  }

  private static EcsException unsupported(String message) {
    return new EcsException("UnsupportedMediaTypeException", 415, message, List.of());
  }

  private static @Nullable String idempotencyKey(HttpServerRequest http) {
    String key = http.getHeader("Idempotency-Key");
    if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
      throw EcsException.invalid(
              "Idempotency-Key must have 1 to %d characters.".formatted(LONGEST_KEY))
          .at("Idempotency-Key");
    }
    return key;
  }

  private static Map<String, List<String>> query(HttpServerRequest http) {
    MultiMap given;
    try {
      given = http.params();
    } catch (IllegalArgumentException e) {
      throw EcsException.invalid("The query has a % that begins no escape.");
    }
    Map<String, List<String>> query = new LinkedHashMap<>();
    given.names().forEach(name -> query.put(name, given.getAll(name)));
    return query;
  }

  private void refuse(Exchange exchange, EcsException refusal) {
    LOG.infof(
        "refused %s, request %s: %s %s",
        exchange.operation().isEmpty() ? "a request" : exchange.operation(),
        exchange.id(),
        refusal.type(),
        Faults.bounded(refusal));
    Problem problem = Problem.of(refusal);
    HttpServerResponse response = exchange.http().response();
    if (problem.isPassing() && !response.headWritten()) {
      response.putHeader("Retry-After", "1");
    }
    send(
        exchange,
        problem.status(),
        "application/problem+json",
        AwsJson.write(problem.members(exchange.id())),
        problem.type());
  }

  private void sendTagged(
      Exchange exchange,
      int status,
      byte[] body,
      @Nullable Long version,
      @Nullable String ifNoneMatch) {
    String tag = Preconditions.tag(body, version);
    exchange.http().response().putHeader("ETag", tag);
    if (Preconditions.isKnown(tag, ifNoneMatch)) {
      send(exchange, 304, JSON, new byte[0], null);
    } else {
      send(exchange, status, JSON, body, null);
    }
  }

  private void send(
      Exchange exchange, int status, String type, byte[] body, @Nullable String error) {
    meters
        .timer(
            "longshore.api.requests",
            "operation",
            exchange.operation().isEmpty() ? "other" : exchange.operation(),
            "error",
            error == null ? "" : error)
        .record(System.nanoTime() - exchange.startNanos(), TimeUnit.NANOSECONDS);
    if (error != null) {
      exchange.span().failed(error);
    }
    exchange.span().close();
    HttpServerResponse response = exchange.http().response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader("x-amzn-RequestId", exchange.id());
    if (status == 413) {
      response.putHeader("Connection", "close");
    }
    if (status == 204 || status == 304) {
      response.end();
      return;
    }
    response.putHeader("Content-Type", type);
    if (isHead(exchange.http())) {
      response.putHeader("Content-Length", Integer.toString(body.length)).end();
    } else {
      response.end(Buffer.buffer(body));
    }
  }
}
