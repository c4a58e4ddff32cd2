package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Disturbance;
import io.longshore.chaos.EngineHistory;
import io.longshore.chaos.EngineHistory.Happening;
import io.longshore.chaos.FaultProxy;
import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.systemtests.Separate.Part;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ecs.model.CreateServiceRequest;

/**
 * A host is cut off from the brokers, and its runner lives. What allows no second copy ends there
 * before it is started elsewhere; everything else runs on, and twice for a while.
 */
@SuppressWarnings("NullAway.Init")
@Isolated("Leases end here by the second.")
class StrictCopiesTest {
  private static final String CLUSTER = "single";
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration REPLACED_WITHIN = Duration.ofSeconds(15);
  private static final Duration SURPLUS_ENDS_WITHIN = Duration.ofSeconds(5);
  // Of the services, and of the containers in their definitions.
  private static final String STRICT = "strict";
  private static final String LOOSE = "loose";
  private static final int PATIENCE_SECONDS = 60;

  private TestEngine engine;
  private EngineHistory history;
  private Separate services;
  private FaultProxy wire;
  private Jvm second;
  private Ecs ecs;
  private String here;
  private String there;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.orSkip();
    history = engine.watch();
    // The runner knows one way to the broker, and the broker tells it no other.
    int door = LoopbackPorts.next();
    int way = LoopbackPorts.next();
    services = Separate.prepare(STRICT, Map.of(door, "127.0.0.1:" + way));
    wire = FaultProxy.listen(way, new InetSocketAddress(InetAddress.getLoopbackAddress(), door));
    here = services.hostId();
    there = here + "-second";
    services.start(
        Part.SCHEDULER, Map.of("LONGSHORE_SCHEDULER_RUNNER_LEASE", LEASE.toSeconds() + "s"));
    services.start(Part.API);
    services.start(
        Part.RUNNER,
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + way, "LONGSHORE_RUNNER_METADATA_PORT", "0"));
    services.awaitReady(PATIENCE_SECONDS);
    ecs = Ecs.at(services.endpoint(Part.API));
    ecs.cluster(CLUSTER);
  }

  @AfterEach
  void stop() throws Exception {
    if (ecs != null) {
      ecs.close();
    }
    if (second != null) {
      second.destroy();
    }
    if (services != null) {
      services.close();
      engine.removeAll(here, there);
    }
    if (wire != null) {
      wire.close();
    }
    if (history != null) {
      history.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private void service(String name, CreateServiceRequest.Builder request) {
    String definition = ecs.register(name, Ecs.FOREVER, container -> container.name(name));
    ecs.client()
        .createService(
            request
                .cluster(CLUSTER)
                .serviceName(name)
                .taskDefinition(definition)
                .desiredCount(1)
                .build());
  }

  /** One that comes when both services have their tasks: so both are on the first host. */
  private void startSecondRunner() {
    second =
        services.launch(
            Part.RUNNER,
            Map.of(
                "QUARKUS_HTTP_PORT",
                Integer.toString(LoopbackPorts.next()),
                "LONGSHORE_RUNNER_HOST_ID",
                there,
                "LONGSHORE_RUNNER_DATA",
                Built.directory("strict-second").toString(),
                "LONGSHORE_RUNNER_METADATA_PORT",
                "0"));
    until("a second container instance", () -> instances().size() == 2);
  }

  private List<String> instances() {
    return ecs.client().listContainerInstances(r -> r.cluster(CLUSTER)).containerInstanceArns();
  }

  private boolean isConnected(String instance) {
    return ecs.client()
        .describeContainerInstances(r -> r.cluster(CLUSTER).containerInstances(instance))
        .containerInstances()
        .getFirst()
        .agentConnected();
  }

  private void until(String what, Callable<Boolean> is) {
    try {
      Waiting.forState(what, PATIENCE_SECONDS).until(is);
    } catch (RuntimeException e) {
      throw new AssertionError(
          e.getMessage() + "\n" + services.tails() + (second == null ? "" : second.tail()), e);
    }
  }

  private List<Happening> of(String host, String service, String action) {
    return history.of(host, action).stream()
        .filter(happening -> happening.name().equals(service))
        .toList();
  }

  /** Whether, by the engine's own times, never more than one ran. */
  private void neverTwo(String service) {
    List<Happening> inOrder =
        Stream.of(here, there)
            .flatMap(host -> Stream.of("start", "die").flatMap(a -> of(host, service, a).stream()))
            .sorted(Comparator.comparing(Happening::at))
            .toList();
    int running = 0;
    for (Happening happening : inOrder) {
      running += happening.action().equals("start") ? 1 : -1;
      assertThat(running).as("copies of %s: %s", service, inOrder).isBetween(0, 1);
    }
  }

  @Test
  void whatAllowsNoSecondCopyEndsBeforeItIsReplacedAndNothingElseDoes() {
    service(
        STRICT,
        CreateServiceRequest.builder()
            .deploymentConfiguration(d -> d.maximumPercent(100).minimumHealthyPercent(0))
            .tags(tag -> tag.key("longshore:copies").value("strict")));
    service(LOOSE, CreateServiceRequest.builder());
    ecs.awaitCount(CLUSTER, STRICT, 1, PATIENCE_SECONDS);
    ecs.awaitCount(CLUSTER, LOOSE, 1, PATIENCE_SECONDS);
    assertThat(of(here, STRICT, "start")).hasSize(1);
    assertThat(of(here, LOOSE, "start")).hasSize(1);
    String instance = instances().getFirst();
    startSecondRunner();

    Instant cut = Instant.now();
    wire.disturb(new Disturbance.BlackHole(Disturbance.BOTH_WAYS));
    until(
        "both of them on the second host",
        () -> !of(there, STRICT, "start").isEmpty() && !of(there, LOOSE, "start").isEmpty());

    // The last beat that the broker has had was sent before.
    Instant ended = of(here, STRICT, "die").getFirst().at();
    assertThat(ended).isBetween(cut, cut.plus(LEASE));
    assertThat(of(there, STRICT, "start").getFirst().at()).isAfter(ended);
    Instant replaced = of(there, LOOSE, "start").getFirst().at();
    assertThat(replaced).isBetween(cut, cut.plus(REPLACED_WITHIN));
    assertThat(of(here, LOOSE, "die")).isEmpty();
    assertThat(services.jvm(Part.RUNNER).isAlive()).isTrue();
    System.out.printf(
        "Cut off, the strict task ended after %d ms and was replaced after %d ms, the other one after %d ms.%n",
        Duration.between(cut, ended).toMillis(),
        Duration.between(cut, of(there, STRICT, "start").getFirst().at()).toMillis(),
        Duration.between(cut, replaced).toMillis());

    assertThat(isConnected(instance)).isFalse();
    Instant healed = Instant.now();
    wire.heal();
    until("the host that is back", () -> isConnected(instance));
    Instant back = Instant.now();
    until("the end of the copy that is one too many", () -> !of(here, LOOSE, "die").isEmpty());
    Instant surplusEnded = of(here, LOOSE, "die").getFirst().at();
    assertThat(surplusEnded).isBefore(back.plus(SURPLUS_ENDS_WITHIN));
    System.out.printf(
        "The host was back %d ms after the way was mended, and its surplus ended %d ms after that.%n",
        Duration.between(healed, back).toMillis(), Duration.between(back, surplusEnded).toMillis());
    ecs.awaitCount(CLUSTER, STRICT, 1, PATIENCE_SECONDS);
    ecs.awaitCount(CLUSTER, LOOSE, 1, PATIENCE_SECONDS);
    until("nothing left on the host that was cut off", () -> engine.containers(here).isEmpty());
    neverTwo(STRICT);
    assertThat(Stream.of(here, there).flatMap(host -> of(host, STRICT, "start").stream()))
        .hasSize(2);
    ecs.tearDown(CLUSTER);
  }
}
