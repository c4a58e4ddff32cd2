package io.longshore.runner.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.Ids;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import io.longshore.runner.Tasks;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodRequestsTest {
  private static final KubernetesSettings SETTINGS =
      new KubernetesSettings("apps", "node-1", "tasks", true, false, Duration.ofSeconds(30));

  private static ContainerSpec spec(
      int cpu, @Nullable Integer memory, @Nullable Integer reservation, PortMapping... ports) {
    return spec("web", cpu, memory, reservation, null, false, 50, List.of(ports));
  }

  private static ContainerSpec spec(
      String name,
      int cpu,
      @Nullable Integer memory,
      @Nullable Integer reservation,
      @Nullable String user,
      boolean readOnly,
      @Nullable Integer stopTimeout,
      List<PortMapping> ports) {
    return new ContainerSpec(
        name,
        "nginx:1",
        cpu,
        memory,
        reservation,
        true,
        List.of("/bin/sh", "-c"),
        List.of("echo $HOME $(HOME) $$"),
        Map.of("COLOR", "blue"),
        ports,
        "/srv",
        user,
        stopTimeout,
        readOnly,
        Map.of("team", "harbour", "not a key", "x", "longshore.io/task", "forged"),
        null,
        Map.of());
  }

  private static ContainerSpec plain(String name) {
    return spec(name, 0, null, null, null, false, null, List.of());
  }

  private static ContainerSpec user(String user) {
    return spec("web", 0, null, null, user, false, null, List.of());
  }

  private static Pod pod(TaskAssignment task) throws EngineException {
    return PodRequests.pod(SETTINGS, "host-a", new RunnerId(Ids.derive("runner")), task);
  }

  private static Container container(ContainerSpec spec) throws EngineException {
    return pod(Tasks.of(Tasks.id("t"), spec)).getSpec().getContainers().getFirst();
  }

  private static void assertRefused(String words, TaskAssignment task) {
    assertThatThrownBy(() -> pod(task))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(words);
  }

  private static ContainerPrivileges privileges(
      boolean privileged, List<String> add, List<ContainerPrivileges.Device> devices) {
    return new ContainerPrivileges(
        privileged,
        add,
        List.of(),
        devices,
        false,
        64,
        null,
        null,
        List.of(),
        Map.of("net.core.somaxconn", "512"),
        List.of(),
        false,
        false);
  }

  @Test
  void aPodSaysWhoseItIsAndIsLeftAlone() throws EngineException {
    TaskAssignment task = Tasks.of(Tasks.id("t"), spec(0, null, null));
    Pod pod = pod(task);
    assertThat(pod.getMetadata().getName()).isEqualTo("web-1-" + task.task());
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("longshore.io/host", "host-a")
        .containsEntry("longshore.io/task", task.task().value())
        .containsEntry("longshore.io/runner", Ids.derive("runner"))
        .containsEntry("app.kubernetes.io/managed-by", "longshore");
    assertThat(pod.getMetadata().getAnnotations())
        .containsEntry("longshore.io/task-arn", task.taskArn())
        .containsEntry("longshore.io/cluster", "default")
        .containsEntry("team", "harbour")
        .doesNotContainKeys("not a key", "longshore.io/task");
    assertThat(pod.getMetadata().getFinalizers()).containsExactly("longshore.io/end");
    assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("tasks");
    assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(50);
    assertThat(
            pod.getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms()
                .getFirst()
                .getMatchFields()
                .getFirst()
                .getValues())
        .containsExactly("node-1");
  }

  @Test
  void aContainerIsWhatItsDefinitionSays() throws EngineException {
    Container web = container(spec(256, 512, 128, new PortMapping(80, 0, "tcp")));
    assertThat(web.getImage()).isEqualTo("nginx:1");
    assertThat(web.getImagePullPolicy()).isEqualTo("IfNotPresent");
    assertThat(web.getCommand()).containsExactly("/bin/sh", "-c");
    // Every dollar is doubled: Kubernetes makes one of two, and variables of those in parentheses.
    assertThat(web.getArgs()).containsExactly("echo $$HOME $$(HOME) $$$$");
    assertThat(web.getWorkingDir()).isEqualTo("/srv");
    assertThat(web.getEnv()).isEmpty();
    assertThat(web.getEnvFrom())
        .extracting(from -> from.getSecretRef().getName().replaceFirst(".*-web-", ""))
        .containsExactly("env", "start");
    assertThat(web.getResources().getRequests())
        .isEqualTo(Map.of("cpu", new Quantity("250m"), "memory", new Quantity("128Mi")));
    assertThat(web.getResources().getLimits()).isEqualTo(Map.of("memory", new Quantity("512Mi")));
    assertThat(web.getPorts().getFirst().getContainerPort()).isEqualTo(80);
    assertThat(web.getPorts().getFirst().getHostPort()).isNull();
  }

  @Test
  void aSmallShareIsNotNone() throws EngineException {
    assertThat(container(spec(1, null, null)).getResources().getRequests())
        .isEqualTo(Map.of("cpu", new Quantity("1m")));
    assertThat(container(spec(0, null, null)).getResources().getRequests()).isNullOrEmpty();
  }

  @Test
  void portsOfTheNodeAreTakenWhereTheyAreNamed() throws EngineException {
    ContainerSpec fixed = spec(0, null, null, new PortMapping(80, 8080, "udp"));
    var port = container(fixed).getPorts().getFirst();
    assertThat(port.getHostPort()).isEqualTo(8080);
    assertThat(port.getProtocol()).isEqualTo("UDP");
    Pod own =
        pod(Tasks.of(Tasks.id("t"), "awsvpc", spec(0, null, null, new PortMapping(80, 80, "tcp"))));
    assertThat(own.getSpec().getContainers().getFirst().getPorts().getFirst().getHostPort())
        .isNull();
    Pod hosts =
        pod(Tasks.of(Tasks.id("t"), "host", spec(0, null, null, new PortMapping(80, 80, "tcp"))));
    assertThat(hosts.getSpec().getHostNetwork()).isTrue();
  }

  @Test
  void aHealthCheckIsReadinessAndKillsNothing() throws EngineException {
    ContainerSpec checked =
        spec(0, null, null)
            .withOrdering(
                new ContainerOrdering(
                    List.of(),
                    null,
                    new HealthCheck(List.of("CMD-SHELL", "test -e /ok"), 7, 3, 4, 20),
                    null));
    Pod pod = pod(Tasks.of(Tasks.id("t"), checked));
    Container web = pod.getSpec().getContainers().getFirst();
    assertThat(web.getReadinessProbe().getExec().getCommand())
        .containsExactly("/bin/sh", "-c", "test -e /ok");
    assertThat(web.getReadinessProbe().getPeriodSeconds()).isEqualTo(7);
    assertThat(web.getReadinessProbe().getTimeoutSeconds()).isEqualTo(3);
    assertThat(web.getReadinessProbe().getFailureThreshold()).isEqualTo(4);
    assertThat(web.getLivenessProbe()).isNull();
    assertThat(web.getStartupProbe()).isNull();
    assertThat(PodMarks.healthPatience(pod, "web")).isEqualTo(48);
  }

  @Test
  void containersAreRestrictedUnlessTheirDefinitionAsks() throws EngineException {
    SecurityContext usual = container(spec(0, null, null)).getSecurityContext();
    assertThat(usual.getRunAsNonRoot()).isTrue();
    assertThat(usual.getAllowPrivilegeEscalation()).isFalse();
    assertThat(usual.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(usual.getReadOnlyRootFilesystem()).isNull();
    SecurityContext root = container(user("root:7")).getSecurityContext();
    assertThat(root.getRunAsUser()).isZero();
    assertThat(root.getRunAsGroup()).isEqualTo(7);
    assertThat(root.getRunAsNonRoot()).isNull();
    SecurityContext able =
        container(
                spec(0, null, null)
                    .withPrivileges(privileges(false, List.of("SYS_ADMIN"), List.of())))
            .getSecurityContext();
    assertThat(able.getCapabilities().getAdd()).containsExactly("SYS_ADMIN");
    assertThat(able.getAllowPrivilegeEscalation()).isNull();
    SecurityContext privileged =
        container(spec(0, null, null).withPrivileges(privileges(true, List.of(), List.of())))
            .getSecurityContext();
    assertThat(privileged.getPrivileged()).isTrue();
    assertThat(privileged.getCapabilities()).isNull();
    assertThat(privileged.getAllowPrivilegeEscalation()).isNull();
  }

  @Test
  void whereNothingIsRestrictedContainersHaveTheRightsOfTheirEngine() throws EngineException {
    KubernetesSettings open =
        new KubernetesSettings(null, null, null, false, true, Duration.ofSeconds(30));
    TaskAssignment task =
        Tasks.of(Tasks.id("t"), spec("web", 0, null, null, "5", true, null, List.of()));
    Pod pod = PodRequests.pod(open, "h", new RunnerId(Ids.derive("r")), task);
    Container web = pod.getSpec().getContainers().getFirst();
    assertThat(web.getSecurityContext().getRunAsUser()).isEqualTo(5);
    assertThat(web.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(web.getSecurityContext().getRunAsNonRoot()).isNull();
    assertThat(web.getSecurityContext().getCapabilities()).isNull();
    assertThat(web.getSecurityContext().getAllowPrivilegeEscalation()).isNull();
    assertThat(web.getImagePullPolicy()).isEqualTo("Always");
    assertThat(pod.getSpec().getAffinity()).isNull();
    assertThat(pod.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(30);
  }

  @Test
  void whatContainersShareIsThePods() throws EngineException {
    ContainerSpec db =
        plain("db")
            .withStorage(
                new ContainerStorage(
                    List.of(
                        new ContainerStorage.MountPoint("data", "/data", false),
                        new ContainerStorage.MountPoint("config", "/etc/x", true)),
                    List.of(),
                    List.of(new ContainerStorage.Tmpfs("/tmp", 16, List.of()))));
    ContainerSpec web =
        plain("web")
            .withStorage(
                new ContainerStorage(
                    List.of(), List.of(new ContainerStorage.VolumesFrom("db", true)), List.of()))
            .withNetworking(
                new ContainerNetworking(
                    false,
                    List.of("db:database"),
                    "shop",
                    Map.of("legacy", "10.0.0.9"),
                    List.of("10.0.0.2"),
                    List.of("corp")));
    TaskSpec spec =
        new TaskSpec(
            new TaskDefinitionId("web", 1),
            "bridge",
            null,
            null,
            List.of(db, web),
            List.of(new Volume("data", null, null), new Volume("config", "/srv/config", null)),
            List.of(),
            "ARM64",
            null,
            "task",
            null);
    Pod pod = pod(new TaskAssignment(Tasks.id("t"), "arn", Tasks.CLUSTER, null, spec));
    assertThat(pod.getSpec().getVolumes().getFirst().getEmptyDir()).isNotNull();
    assertThat(pod.getSpec().getVolumes().get(1).getHostPath().getPath()).isEqualTo("/srv/config");
    assertThat(pod.getSpec().getVolumes().get(2).getEmptyDir().getMedium()).isEqualTo("Memory");
    assertThat(pod.getSpec().getContainers().get(1).getVolumeMounts())
        .extracting(
            mount -> mount.getName() + " " + mount.getMountPath() + " " + mount.getReadOnly())
        .containsExactly("data /data true", "config /etc/x true", "memory-2 /tmp true");
    assertThat(pod.getSpec().getHostAliases())
        .containsExactlyInAnyOrder(
            new HostAlias(List.of("database"), "127.0.0.1"),
            new HostAlias(List.of("legacy"), "10.0.0.9"));
    assertThat(pod.getSpec().getHostname()).isEqualTo("shop");
    assertThat(pod.getSpec().getDnsPolicy()).isEqualTo("None");
    assertThat(pod.getSpec().getDnsConfig().getNameservers()).containsExactly("10.0.0.2");
    assertThat(pod.getSpec().getShareProcessNamespace()).isTrue();
    assertThat(pod.getSpec().getNodeSelector()).containsEntry("kubernetes.io/arch", "arm64");
  }

  @Test
  void whatPodsDoNotHaveIsRefused() {
    assertRefused("without a network", Tasks.of(Tasks.id("t"), "none", plain("web")));
    PortMapping port = new PortMapping(80, 0, "tcp");
    assertRefused(
        "80/tcp",
        Tasks.of(
            Tasks.id("t"),
            spec("a", 0, null, null, null, false, null, List.of(port)),
            spec("b", 0, null, null, null, false, null, List.of(port))));
    assertRefused("by number", Tasks.of(Tasks.id("t"), user("nginx")));
    ContainerPrivileges devices =
        privileges(
            false,
            List.of(),
            List.of(new ContainerPrivileges.Device("/dev/x", "/dev/x", List.of())));
    assertRefused("devices", Tasks.of(Tasks.id("t"), plain("web").withPrivileges(devices)));
    Volume shared =
        new Volume("data", null, new Volume.Docker(true, true, "local", Map.of(), Map.of()));
    TaskSpec spec =
        new TaskSpec(
            new TaskDefinitionId("web", 1),
            "bridge",
            null,
            null,
            List.of(plain("web")),
            List.of(shared),
            List.of(),
            null,
            null,
            null,
            null);
    assertRefused("outlive", new TaskAssignment(Tasks.id("t"), "arn", Tasks.CLUSTER, null, spec));
  }

  @Test
  void variablesThatKubernetesDoesNotTakeAreRefusedByName() throws EngineException {
    ContainerSpec odd = plain("web").withEnvironment(Map.of("a=b", "secret value"));
    TaskAssignment task = Tasks.of(Tasks.id("t"), odd);
    Pod pod = pod(task);
    assertThatThrownBy(() -> PodRequests.environment(pod, PodPlace.of(task, "web"), odd))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("a=b")
        .hasMessageNotContaining("secret value");
  }

  @Test
  void namesThatKubernetesDoesNotTakeAreMadeUnmistakableOnes() throws EngineException {
    assertThat(PodPlace.label("web")).isEqualTo("web");
    assertThat(PodPlace.label("Web_1")).matches("web-1-[0-9a-f]{8}");
    assertThat(PodPlace.label("web-1")).isNotEqualTo(PodPlace.label("Web_1"));
    assertThat(PodPlace.label("x".repeat(255))).hasSizeLessThanOrEqualTo(63);
    TaskSpec spec =
        new TaskSpec(
            new TaskDefinitionId("_A_Family-Of_Many_Words", 1234567),
            "bridge",
            null,
            null,
            List.of(plain("web")));
    TaskAssignment task = new TaskAssignment(Tasks.id("t"), "arn", Tasks.CLUSTER, null, spec);
    assertThat(PodPlace.of(task, "web").pod(99))
        .matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")
        .hasSizeLessThanOrEqualTo(63);
    PodPlace place = PodPlace.of(task, "web");
    assertThat(PodPlace.of(place.runtimeId())).isEqualTo(place);
  }
}
