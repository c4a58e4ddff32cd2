package io.longshore.runner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Arns;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.PortMapping;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskInterface;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.Tasks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskMetadataTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant T1 = T0.plusMillis(1500);
  private static final Instant T2 = T0.plusSeconds(60);

  private static Map<String, Object> container(TaskMetadata metadata, String name) {
    return Objects.requireNonNull(metadata.container(name));
  }

  private static TaskMetadata of(TaskState state) {
    return new TaskMetadata(state, null, Map.of());
  }

  @Test
  void aTaskThatRunsIsToldWithAllThatIsKnown() {
    ContainerSpec web =
        new ContainerSpec(
                "web",
                "shop/web:7",
                64,
                32,
                null,
                true,
                List.of(),
                List.of(),
                Map.of("PASSWORD", "s3cret"),
                List.of(new PortMapping(80, 0, "tcp"), new PortMapping(53, 0, "udp")),
                null,
                null,
                2,
                false,
                Map.of("team", "x"),
                "awslogs",
                Map.of("awslogs-group", "shop"))
            .withOrdering(Tasks.checked("CMD", "ask"));
    TaskAssignment plain = Tasks.of(Tasks.id("metadata"), web);
    TaskAssignment assignment =
        new TaskAssignment(
            plain.task(),
            plain.taskArn(),
            plain.cluster(),
            new ServiceName("front"),
            new TaskSpec(plain.spec().definition(), "bridge", 512, 128, List.of(web)));
    TaskState state =
        TaskState.ordered(assignment, false)
            .begun(new Step.Create(web), T0)
            .after(new Outcome.Done(new Step.Create(web), Sighting.created("web", "c0ffee")), T1)
            .seen(
                Sighting.running("web", "c0ffee")
                    .started(T1)
                    .healthy(HealthStatus.HEALTHY)
                    .bound(List.of(new NetworkBinding("0.0.0.0", 80, 49153, "tcp"))),
                T1);
    Inspection seen =
        new Inspection(
            Sighting.running("web", "c0ffee").started(T1).at("172.17.0.2"),
            "ecs-web-1-web-x",
            "sha256:1234",
            T0,
            Map.of("team", "x", "io.longshore.card", "{}", "com.amazonaws.ecs.cluster", "forged"),
            List.of(
                new Inspection.Mount("ecs-data", "/var/lib/docker/volumes/ecs-data", "/data"),
                new Inspection.Mount(null, "/srv", "/notes")));
    TaskMetadata metadata = new TaskMetadata(state, "zone-a", Map.of("web", seen));

    Map<String, Object> container = container(metadata, "web");
    assertThat(container)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("DockerId", "c0ffee"),
                Map.entry("Name", "web"),
                Map.entry("DockerName", "ecs-web-1-web-x"),
                Map.entry("Image", "shop/web:7"),
                Map.entry("ImageID", "sha256:1234"),
                Map.entry(
                    "Ports",
                    List.of(
                        Map.of(
                            "ContainerPort",
                            80,
                            "Protocol",
                            "tcp",
                            "HostPort",
                            49153,
                            "HostIp",
                            "0.0.0.0"),
                        Map.of("ContainerPort", 53, "Protocol", "udp"))),
                Map.entry(
                    "Labels",
                    Map.of(
                        "team", "x",
                        "com.amazonaws.ecs.cluster", "default",
                        "com.amazonaws.ecs.container-name", "web",
                        "com.amazonaws.ecs.task-arn", assignment.taskArn(),
                        "com.amazonaws.ecs.task-definition-family", "web",
                        "com.amazonaws.ecs.task-definition-version", "1")),
                Map.entry("DesiredStatus", "RUNNING"),
                Map.entry("KnownStatus", "RUNNING"),
                Map.entry("Limits", Map.of("CPU", 64, "Memory", 32)),
                Map.entry("CreatedAt", "2026-01-01T00:00:00Z"),
                Map.entry("StartedAt", "2026-01-01T00:00:01.500Z"),
                Map.entry("Type", "NORMAL"),
                Map.entry("Health", Map.of("status", "HEALTHY")),
                Map.entry(
                    "Volumes",
                    List.of(
                        Map.of(
                            "DockerName", "ecs-data",
                            "Source", "/var/lib/docker/volumes/ecs-data",
                            "Destination", "/data"),
                        Map.of("Source", "/srv", "Destination", "/notes"))),
                Map.entry("LogDriver", "awslogs"),
                Map.entry("LogOptions", Map.of("awslogs-group", "shop")),
                Map.entry(
                    "ContainerARN",
                    new Arns("us-east-1", "000000000000")
                        .container(Tasks.CLUSTER, assignment.task(), "web")),
                Map.entry(
                    "Networks",
                    List.of(
                        Map.of("NetworkMode", "bridge", "IPv4Addresses", List.of("172.17.0.2"))))));
    assertThat(metadata.task())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("Cluster", "default"),
                Map.entry("ServiceName", "front"),
                Map.entry("TaskARN", assignment.taskArn()),
                Map.entry("Family", "web"),
                Map.entry("Revision", "1"),
                Map.entry("DesiredStatus", "RUNNING"),
                Map.entry("KnownStatus", "RUNNING"),
                Map.entry("Limits", Map.of("CPU", 0.5, "Memory", 128)),
                Map.entry("PullStartedAt", "2026-01-01T00:00:00Z"),
                Map.entry("PullStoppedAt", "2026-01-01T00:00:01.500Z"),
                Map.entry("AvailabilityZone", "zone-a"),
                Map.entry("LaunchType", "EC2"),
                Map.entry("Containers", List.of(container))));
    assertThat(metadata.task().toString()).doesNotContain("s3cret");
  }

  private record Row(
      List<Sighting> sightings, String task, String web, String side, String desired) {}

  private static final Sighting SIDE = Sighting.created("side", "s");

  @Test
  void statusesFollowFromWhatWasSeen() {
    Sighting created = Sighting.created("web", "w");
    Sighting running = Sighting.running("web", "w");
    Sighting exited = Sighting.exited("web", "w", 3).ended(T2, false);
    for (Row row :
        List.of(
            new Row(List.of(), "NONE", "NONE", "NONE", "RUNNING"),
            new Row(List.of(created), "NONE", "CREATED", "NONE", "RUNNING"),
            new Row(List.of(created, SIDE), "CREATED", "CREATED", "CREATED", "RUNNING"),
            new Row(List.of(running, SIDE), "CREATED", "RUNNING", "CREATED", "RUNNING"),
            new Row(
                List.of(running, Sighting.running("side", "s")),
                "RUNNING",
                "RUNNING",
                "RUNNING",
                "RUNNING"),
            new Row(
                List.of(running, Sighting.exited("side", "s", 0)),
                "RUNNING",
                "RUNNING",
                "STOPPED",
                "RUNNING"),
            new Row(
                List.of(running, Sighting.running("side", "s"), exited),
                "RUNNING",
                "STOPPED",
                "RUNNING",
                "STOPPED"),
            new Row(
                List.of(exited, Sighting.exited("side", "s", 0)),
                "STOPPED",
                "STOPPED",
                "STOPPED",
                "STOPPED"))) {
      TaskState state =
          TaskState.ordered(
              Tasks.of(
                  Tasks.id("rows"), Tasks.container("web", true), Tasks.container("side", false)),
              false);
      for (Sighting sighting : row.sightings()) {
        state = state.seen(sighting, T2);
      }
      TaskMetadata metadata = of(state);
      assertThat(metadata.task())
          .as(row.toString())
          .containsEntry("KnownStatus", row.task())
          .containsEntry("DesiredStatus", row.desired());
      assertThat(container(metadata, "web"))
          .containsEntry("KnownStatus", row.web())
          .containsEntry("DesiredStatus", row.desired());
      assertThat(container(metadata, "side")).containsEntry("KnownStatus", row.side());
    }
  }

  @Test
  void anEndIsToldWithItsCodeAndTimes() {
    Sighting end = Sighting.exited("web", "w", 3).started(T1).ended(T2, false);
    TaskState state =
        TaskState.ordered(Tasks.of(Tasks.id("end"), Tasks.container("web", true)), false)
            .seen(Sighting.running("web", "w").started(T1), T1)
            .seen(end, T2);
    Inspection seen = new Inspection(end, "n", null, null, Map.of(), List.of());
    TaskMetadata metadata = new TaskMetadata(state, null, Map.of("web", seen));
    assertThat(container(metadata, "web"))
        .containsEntry("ExitCode", 3)
        .containsEntry("StartedAt", T1.toString())
        .containsEntry("FinishedAt", T2.toString())
        .doesNotContainKeys("Health", "ImageID", "CreatedAt", "Volumes", "LogDriver", "Ports");
    assertThat(metadata.task()).containsEntry("ExecutionStoppedAt", T2.toString());
  }

  @Test
  void aTaskOfWhichLittleIsKnownHasLittleToTell() {
    TaskMetadata metadata =
        of(TaskState.ordered(Tasks.of(Tasks.id("little"), Tasks.container("web", true)), true));
    assertThat(metadata.task())
        .containsOnlyKeys(
            "Cluster",
            "TaskARN",
            "Family",
            "Revision",
            "DesiredStatus",
            "KnownStatus",
            "LaunchType",
            "Containers");
    assertThat(container(metadata, "web"))
        .containsOnlyKeys(
            "Name",
            "Image",
            "Labels",
            "DesiredStatus",
            "KnownStatus",
            "Limits",
            "Type",
            "ContainerARN",
            "Networks");
    assertThat(metadata.container("another")).isNull();
  }

  private record Net(
      String mode, boolean disabled, @Nullable String address, Map<String, Object> told) {}

  @Test
  void networksAreToldByTheirMode() {
    TaskInterface own = TaskInterface.of(Tasks.id("net"));
    for (Net net :
        List.of(
            new Net("bridge", false, null, Map.of("NetworkMode", "bridge")),
            new Net(
                "bridge",
                false,
                "10.0.0.2",
                Map.of("NetworkMode", "bridge", "IPv4Addresses", List.of("10.0.0.2"))),
            new Net("bridge", true, null, Map.of("NetworkMode", "none")),
            new Net("none", false, null, Map.of("NetworkMode", "none")),
            new Net("host", false, null, Map.of("NetworkMode", "host")),
            new Net(
                "awsvpc",
                true,
                "10.0.0.3",
                Map.of(
                    "NetworkMode",
                    "awsvpc",
                    "IPv4Addresses",
                    List.of("10.0.0.3"),
                    "AttachmentIndex",
                    0,
                    "MACAddress",
                    own.macAddress())))) {
      ContainerSpec spec =
          Tasks.container("web", true)
              .withNetworking(
                  new ContainerNetworking(
                      net.disabled(), List.of(), null, Map.of(), List.of(), List.of()));
      TaskState state =
          TaskState.ordered(Tasks.of(Tasks.id("net"), net.mode(), spec), false)
              .seen(Sighting.running("web", "w").at(net.address()), T1);
      assertThat(container(of(state), "web"))
          .as(net.toString())
          .containsEntry("Networks", List.of(net.told()));
    }
  }

  @Test
  void onTheHostsNetworkPortsAreWhereTheyAreOpened() {
    ContainerSpec spec =
        Tasks.container("web", true, List.of(), Map.of(), List.of(new PortMapping(8080, 0, "tcp")));
    TaskState state =
        TaskState.ordered(Tasks.of(Tasks.id("host"), "host", spec), false)
            .seen(Sighting.running("web", "w"), T1);
    assertThat(container(of(state), "web"))
        .containsEntry(
            "Ports",
            List.of(
                Map.of(
                    "ContainerPort",
                    8080,
                    "Protocol",
                    "tcp",
                    "HostPort",
                    8080,
                    "HostIp",
                    "0.0.0.0")));
  }

  @Test
  void healthIsToldOfContainersThatHaveACheck() {
    ContainerSpec checked =
        Tasks.container("web", true)
            .withOrdering(
                new ContainerOrdering(
                    List.of(),
                    null,
                    new ContainerOrdering.HealthCheck(List.of(), 1, 1, 1, 0),
                    null));
    TaskState state =
        TaskState.ordered(Tasks.of(Tasks.id("health"), checked), false)
            .seen(Sighting.running("web", "w"), T1);
    assertThat(container(of(state), "web")).containsEntry("Health", Map.of("status", "UNKNOWN"));
  }
}
