package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ecs.EcsClient;
import software.amazon.awssdk.services.ecs.model.AvailabilityZoneRebalancing;
import software.amazon.awssdk.services.ecs.model.ContainerInstance;
import software.amazon.awssdk.services.ecs.model.ContainerInstanceStatus;
import software.amazon.awssdk.services.ecs.model.PlacementConstraintType;
import software.amazon.awssdk.services.ecs.model.SchedulingStrategy;
import software.amazon.awssdk.services.ecs.model.Task;

/** Three hosts in three zones: where tasks go, and what draining, daemons and protection do. */
// The builders take generic varargs.
@SuppressWarnings({"NullAway.Init", "unchecked"})
class FleetTest {
  private static final int PATIENCE_SECONDS = 60;

  private static Standalone longshore;
  private static Ecs ecs;
  private static String definition;

  @BeforeAll
  static void threeHosts() {
    longshore = Standalone.up("fleet", "simulated", 3, Map.of());
    ecs = Ecs.at(longshore.endpoint());
    definition = ecs.register("sleeper", Ecs.FOREVER);
  }

  @AfterAll
  static void down() throws Exception {
    ecs.close();
    longshore.close();
  }

  private static EcsClient client() {
    return ecs.client();
  }

  private static void cluster(String name) {
    ecs.cluster(name);
    Waiting.forState("three hosts in " + name, PATIENCE_SECONDS)
        .until(() -> instances(name).size() == 3);
  }

  private static List<ContainerInstance> instances(String cluster) {
    List<String> arns =
        client().listContainerInstances(r -> r.cluster(cluster)).containerInstanceArns();
    return arns.isEmpty()
        ? List.of()
        : client()
            .describeContainerInstances(r -> r.cluster(cluster).containerInstances(arns))
            .containerInstances();
  }

  private static String hostIn(String cluster, String zone) {
    return client()
        .listContainerInstances(
            r -> r.cluster(cluster).filter("attribute:ecs.availability-zone == " + zone))
        .containerInstanceArns()
        .getFirst();
  }

  private static void drain(String cluster, String zone, ContainerInstanceStatus status) {
    String host = hostIn(cluster, zone);
    client()
        .updateContainerInstancesState(
            r -> r.cluster(cluster).containerInstances(host).status(status));
  }

  /** How many wanted tasks run in each zone, by the letters of the zones. */
  private static Map<String, Long> zones(String cluster) {
    return ecs.tasks(cluster).stream()
        .filter(task -> task.lastStatus().equals("RUNNING"))
        .collect(
            Collectors.groupingBy(
                task -> task.availabilityZone().replace("zone-", ""),
                TreeMap::new,
                Collectors.counting()));
  }

  private static void awaitZones(String cluster, Map<String, Long> expected) {
    Waiting.forState("tasks in the zones " + expected, PATIENCE_SECONDS)
        .until(() -> zones(cluster).equals(expected));
  }

  @Test
  void tasksAreSpreadDrainedAndBroughtBackIntoTheZoneThatReturns() {
    cluster("zones");
    client()
        .createService(r ->
            r.cluster("zones")
                .serviceName("web")
                .taskDefinition(definition)
                .desiredCount(6)
                .availabilityZoneRebalancing(AvailabilityZoneRebalancing.ENABLED));
    awaitZones("zones", Map.of("a", 2L, "b", 2L, "c", 2L));
    drain("zones", "zone-c", ContainerInstanceStatus.DRAINING);
    awaitZones("zones", Map.of("a", 3L, "b", 3L));
    drain("zones", "zone-c", ContainerInstanceStatus.ACTIVE);
    awaitZones("zones", Map.of("a", 2L, "b", 2L, "c", 2L));
    ecs.awaitCount("zones", "web", 6, PATIENCE_SECONDS);
    assertThat(ecs.service("zones", "web").events())
        .anyMatch(event -> event.message().contains("is not AZ balanced"));
    ecs.tearDown("zones");
  }

  @Test
  void aDaemonIsOnEveryHostThatMeetsItsConstraints() {
    cluster("daemons");
    String host = hostIn("daemons", "zone-b");
    client()
        .createService(r ->
            r.cluster("daemons")
                .serviceName("agent")
                .taskDefinition(definition)
                .schedulingStrategy(SchedulingStrategy.DAEMON)
                .placementConstraints(c ->
                    c.type(PlacementConstraintType.MEMBER_OF)
                        .expression("attribute:skip !exists")));
    awaitZones("daemons", Map.of("a", 1L, "b", 1L, "c", 1L));
    client().waiter().waitUntilServicesStable(r -> r.cluster("daemons").services("agent"));
    assertThat(ecs.service("daemons", "agent").desiredCount()).isEqualTo(3);
    client()
        .putAttributes(r -> r.cluster("daemons").attributes(a -> a.name("skip").targetId(host)));
    awaitZones("daemons", Map.of("a", 1L, "c", 1L));
    assertThat(ecs.service("daemons", "agent").desiredCount()).isEqualTo(2);
    client()
        .deleteAttributes(r -> r.cluster("daemons").attributes(a -> a.name("skip").targetId(host)));
    awaitZones("daemons", Map.of("a", 1L, "b", 1L, "c", 1L));
    ecs.tearDown("daemons");
  }

  @Test
  void aProtectedTaskIsTheOneThatStays() {
    cluster("safe");
    ecs.service("safe", "web", definition, 3);
    ecs.awaitCount("safe", "web", 3, PATIENCE_SECONDS);
    Task chosen = ecs.tasks("safe").getFirst();
    client()
        .updateTaskProtection(
            r -> r.cluster("safe").tasks(chosen.taskArn()).protectionEnabled(true));
    client().updateService(r -> r.cluster("safe").service("web").desiredCount(1));
    ecs.awaitCount("safe", "web", 1, PATIENCE_SECONDS);
    assertThat(ecs.tasks("safe")).extracting(Task::taskArn).containsExactly(chosen.taskArn());
    client()
        .updateTaskProtection(
            r -> r.cluster("safe").tasks(chosen.taskArn()).protectionEnabled(false));
    assertThat(
            client()
                .getTaskProtection(r -> r.cluster("safe").tasks(chosen.taskArn()))
                .protectedTasks()
                .getFirst()
                .protectionEnabled())
        .isFalse();
    ecs.tearDown("safe");
  }

  @Test
  void tasksAreStartedOnNamedHostsWhichCanBeTakenFromTheCluster() {
    cluster("named");
    String host = hostIn("named", "zone-b");
    Task started =
        client()
            .startTask(r -> r.cluster("named").taskDefinition(definition).containerInstances(host))
            .tasks()
            .getFirst();
    assertThat(started.containerInstanceArn()).isEqualTo(host);
    ecs.await("named", started.taskArn(), "RUNNING");
    client()
        .deregisterContainerInstance(r -> r.cluster("named").containerInstance(host).force(true));
    assertThat(ecs.await("named", started.taskArn(), "STOPPED").stoppedReason())
        .contains("deregistered");
    assertThat(Set.copyOf(instances("named").stream().map(ContainerInstance::status).toList()))
        .containsExactly("ACTIVE");
    assertThat(instances("named")).hasSize(2);
    ecs.tearDown("named");
  }
}
