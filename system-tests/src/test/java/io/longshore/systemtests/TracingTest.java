package io.longshore.systemtests;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A client's trace goes through Kafka, and every service exports its part of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CLUSTER = "traced";

  /** The bodies of what was exported: OTLP in protobuf, where text and ids stand as they are. */
  private final List<byte[]> exported = new CopyOnWriteArrayList<>();

  private HttpServer collector;
  private Standalone longshore;
  private Ecs ecs;

  @BeforeAll
  void start() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    collector.createContext(
        "/v1/traces",
        exchange -> {
          exported.add(exchange.getRequestBody().readAllBytes());
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    longshore =
        Standalone.up(
            "tracing",
            "simulated",
            Map.of(
                "QUARKUS_OTEL_SDK_DISABLED",
                "false",
                "QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL",
                "http/protobuf",
                "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + collector.getAddress().getPort(),
                "QUARKUS_OTEL_BSP_SCHEDULE_DELAY",
                "100ms"));
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      ecs.close();
      longshore.close();
    }
    collector.stop(0);
  }

  @Test
  void oneTraceHasTheCallTheDecisionTheOrderAndTheContainer() {
    String definition = ecs.register("traced", Ecs.FOREVER);

    ecs.client()
        .runTask(r ->
            r.cluster(CLUSTER)
                .taskDefinition(definition)
                .overrideConfiguration(
                    o -> o.putHeader("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")));

    Waiting.forState("the call and its decision in the trace", 20)
        .until(() -> spansInTheTrace("RunTask") == 2);
    for (String name : List.of("StartTask", "Create", "Start")) {
      Waiting.forState("the runner's %s in the trace".formatted(name), 20)
          .until(() -> spansInTheTrace(name) == 1);
    }
    Waiting.forState("the report in the trace", 20)
        .until(() -> spansInTheTrace("TaskObserved") > 0);
  }

  /**
   * In OTLP a span begins with its trace's 16 bytes; its name (field 5, with its length) follows
   * the ids of itself and its parent.
   */
  private long spansInTheTrace(String name) {
    String trace = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
    Pattern span =
        Pattern.compile(
            Pattern.quote(trace) + ".{10,40}?\\*" + (char) name.length() + Pattern.quote(name),
            Pattern.DOTALL);
    return exported.stream()
        .map(body -> new String(body, StandardCharsets.ISO_8859_1))
        .mapToLong(body -> span.matcher(body).results().count())
        .sum();
  }
}
