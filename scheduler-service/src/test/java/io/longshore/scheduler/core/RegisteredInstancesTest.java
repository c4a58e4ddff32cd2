package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Announcement;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.HostResources;
import io.longshore.messages.Json;
import io.longshore.messages.Order;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Outcome;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Container instances that a client has registered, before and after a runner takes them. */
class RegisteredInstancesTest {
  private static final ClusterName CLUSTER = World.CLUSTER;
  private static final HostResources HOST = World.host("zone-a", 4096, 4096);

  private final World world = new World();

  @BeforeEach
  void aCluster() {
    world.command(new Command.CreateCluster(CLUSTER, Json.EMPTY, Map.of()));
  }

  private static Announcement atMost(int cpu) {
    return new Announcement(cpu, null, List.of(8080), "announced", null);
  }

  private RunnerId register() {
    Outcome outcome =
        world.command(
            new Command.RegisterContainerInstance(
                CLUSTER, null, atMost(1024), Map.of("disk", "ssd"), Map.of("team", "blue")));
    return new RunnerId(((Accepted) outcome).ids().getFirst());
  }

  private Outcome describe(RunnerId id, Announcement announcement, Map<String, String> attributes) {
    return world.command(
        new Command.RegisterContainerInstance(CLUSTER, id, announcement, attributes, Map.of()));
  }

  private void claim(ClusterName cluster, RunnerId id) {
    world.report(
        new Report.RunnerRegistered(cluster, id, World.INCARNATION, HOST, List.of(), true));
  }

  private Runner runner(RunnerId id) {
    return Objects.requireNonNull(world.state.runner(id));
  }

  private Outcome run() {
    return world.command(
        new Command.RunTask(
            CLUSTER, World.spec(1), 1, "family:web", null, Json.EMPTY, Map.of(), Placing.ANYWHERE));
  }

  @Test
  void nothingIsPlacedOnOneThatWaitsAndNoLeaseRunsForIt() {
    RunnerId id = register();
    Runner waiting = runner(id);
    assertThat(waiting.status()).isEqualTo(Runner.Status.ACTIVE);
    assertThat(waiting.connected()).isFalse();
    assertThat(waiting.host().cpu()).isEqualTo(1024);
    assertThat(waiting.host().agentVersion()).isEqualTo("announced");

    assertThat(((Accepted) run()).failures())
        .extracting(failure -> failure.reason())
        .containsExactly("AGENT");
    world.createService(1);
    world.pass(Duration.ofDays(1));
    world.expireLeases();
    world.sweep();
    assertThat(runner(id)).as("it is not lost").isEqualTo(waiting);
    assertThat(world.tasks()).isEmpty();
    assertThat(world.takeOrders()).isEmpty();
  }

  @Test
  void aRunnerTakesItAndWhatWasSaidOfItStays() {
    RunnerId id = register();
    world.createService(1);
    claim(CLUSTER, id);
    Runner taken = runner(id);
    assertThat(taken.connected()).isTrue();
    assertThat(taken.custom()).containsExactly(Map.entry("disk", "ssd"));
    assertThat(taken.tags()).containsExactly(Map.entry("team", "blue"));
    assertThat(taken.host().cpu()).as("at most what was announced").isEqualTo(1024);
    assertThat(taken.host().memoryMiB()).as("what the host offers").isEqualTo(4096);
    assertThat(taken.host().reservedPorts()).containsExactly(22, 8080);
    assertThat(taken.host().agentVersion()).isEqualTo("1");
    assertThat(taken.zone()).isEqualTo("zone-a");
    assertThat(world.takeOrders()).anyMatch(Order.Manifest.class::isInstance);
    assertThat(world.tasks()).as("the service has its place").hasSize(1);
    world.allRunning();
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void oneThatIsLostIsTakenAgain() {
    RunnerId id = register();
    claim(CLUSTER, id);
    world.pass(Duration.ofMinutes(1));
    world.expireLeases();
    assertThat(runner(id).connected()).isFalse();
    claim(CLUSTER, id);
    assertThat(runner(id).connected()).isTrue();
    assertThat(runner(id).host().cpu()).isEqualTo(1024);
  }

  @Test
  void anIdThatNobodyRegisteredCannotBeTaken() {
    claim(CLUSTER, World.runner("stranger"));
    assertThat(world.state.runner(World.runner("stranger"))).isNull();
    RunnerId id = register();
    ClusterName other = new ClusterName("other");
    claim(other, id);
    assertThat(runner(id).connected()).isFalse();
    claim(other, World.runner("stranger"));
    assertThat(world.state.cluster(other)).as("nor is a cluster made for it").isNull();
    assertThat(world.takeOrders()).isEmpty();
  }

  @Test
  void itsClusterIsNotDeletedUntilItIsDeregistered() {
    RunnerId id = register();
    Command delete = new Command.DeleteCluster(CLUSTER);
    assertThat(world.command(delete))
        .isInstanceOfSatisfying(
            Rejected.class,
            refused ->
                assertThat(refused.error())
                    .isEqualTo(ErrorType.CLUSTER_CONTAINS_CONTAINER_INSTANCES));
    assertThat(world.command(new Command.DeregisterContainerInstance(CLUSTER, id, false)))
        .isEqualTo(Accepted.of(id.value()));
    assertThat(runner(id).status()).isEqualTo(Runner.Status.INACTIVE);
    assertThat(world.command(delete)).isInstanceOf(Accepted.class);
  }

  @Test
  void oneThatIsThereIsDescribedAnewAndItsRunnerSaysAgainWhatItHas() {
    RunnerId id = register();
    describe(id, atMost(512), Map.of("rack", "7"));
    assertThat(runner(id).custom()).containsOnlyKeys("disk", "rack");
    assertThat(runner(id).host().cpu()).isEqualTo(512);
    assertThat(world.takeOrders()).as("nobody is there to be asked").isEmpty();

    claim(CLUSTER, id);
    world.takeOrders();
    Announcement more = new Announcement(2048, null, null, null, null);
    assertThat(describe(id, more, Map.of())).isEqualTo(Accepted.of(id.value()));
    assertThat(runner(id).host().cpu()).as("no more than is known of it").isEqualTo(512);
    assertThat(world.takeOrders()).containsExactly(new Order.RegisterAgain(id, World.INCARNATION));
    claim(CLUSTER, id);
    assertThat(runner(id).host().cpu()).isEqualTo(2048);
    assertThat(runner(id).host().reservedPorts()).contains(8080);
  }

  @Test
  void aRunnerOfItsOwnCanBeLimitedToo() {
    world.addRunner("a", HOST);
    world.takeOrders();
    describe(World.runner("a"), atMost(256), Map.of("disk", "hdd"));
    assertThat(runner(World.runner("a")).host().cpu()).isEqualTo(256);
    world.addRunner("a", HOST);
    assertThat(runner(World.runner("a")).host().cpu()).isEqualTo(256);
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThat(describe(World.runner("nobody"), atMost(1), Map.of()))
        .isEqualTo(
            Rejected.of(
                ErrorType.INVALID_PARAMETER, "The referenced container instance was not found."));
    assertThat(
            world.command(
                new Command.RegisterContainerInstance(
                    new ClusterName("none"), null, atMost(1), Map.of(), Map.of())))
        .isEqualTo(Rejected.of(ErrorType.CLIENT, "Cluster not found."));
    RunnerId id = register();
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      many.put("a" + i, "");
    }
    assertThat(describe(id, atMost(1), many)).isInstanceOf(Rejected.class);
    assertThat(runner(id).custom()).containsOnlyKeys("disk");
  }
}
