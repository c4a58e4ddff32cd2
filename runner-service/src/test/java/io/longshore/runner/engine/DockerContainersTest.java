package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.longshore.messages.ContainerNetworking;
import io.longshore.messages.ContainerPrivileges;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage;
import io.longshore.messages.ContainerStorage.MountPoint;
import io.longshore.messages.Ids;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskInterface;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import io.longshore.runner.Tasks;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.docker.DockerEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of a definition the engine is to see to, as the containers themselves see it. */
@SuppressWarnings("NullAway.Init")
class DockerContainersTest {
  private static final String FOREVER = "trap 'exit 0' TERM; sleep 1000 & wait";
  private static DockerClient raw;

  private final String host = "test-" + UUID.randomUUID();
  private final RunnerId runner = new RunnerId(Ids.derive("containers", host));
  private final TaskId task = Tasks.id(host);
  private final Queue<Sighting> heard = new ConcurrentLinkedQueue<>();
  private Engine engine;

  @BeforeAll
  static void find() {
    raw = TestDocker.orSkip();
  }

  @AfterAll
  static void close() throws Exception {
    raw.close();
  }

  @BeforeEach
  void open() {
    engine = new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED);
    engine.watch(
        new Engine.Listener() {
          @Override
          public void seen(TaskId ofTask, Sighting sighting) {
            heard.add(sighting);
          }

          @Override
          public void doubt() {}
        });
  }

  @AfterEach
  void removeEverything() {
    ours().forEach(c -> raw.removeContainerCmd(c.getId()).withForce(true).exec());
    volumes().forEach(name -> raw.removeVolumeCmd(name).exec());
    engine.close();
  }

  private List<Container> ours() {
    return raw.listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("io.longshore.host", host))
        .exec();
  }

  private List<String> volumes() {
    var found =
        raw.listVolumesCmd()
            .withFilter("label", List.of("io.longshore.host=" + host))
            .exec()
            .getVolumes();
    return found == null ? List.of() : found.stream().map(v -> v.getName()).toList();
  }

  private static ContainerSpec shell(String name, String script, PortMapping... ports) {
    return Tasks.container(name, true, List.of("/bin/sh", "-c", script), Map.of(), List.of(ports));
  }

  private TaskAssignment assignment(
      String mode,
      List<Volume> volumes,
      @Nullable String pid,
      @Nullable String ipc,
      ContainerSpec... containers) {
    TaskAssignment plain = Tasks.of(task, mode, containers);
    TaskSpec spec = plain.spec();
    return new TaskAssignment(
        task,
        plain.taskArn(),
        plain.cluster(),
        null,
        new TaskSpec(
            spec.definition(),
            mode,
            null,
            null,
            spec.containers(),
            volumes,
            List.of(),
            null,
            null,
            pid,
            ipc));
  }

  private Sighting run(TaskAssignment assignment, ContainerSpec spec) throws EngineException {
    Sighting created = engine.create(runner, assignment, spec);
    return engine.start(assignment.task(), spec.name(), created.runtimeId());
  }

  private String says(String id, String expected) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> TestDocker.output(raw, id).contains(expected));
    return TestDocker.output(raw, id);
  }

  private void removeAll(TaskAssignment assignment) throws Exception {
    for (Found found : engine.list()) {
      Sighting seen = found.sighting();
      engine.stop(found.task(), seen.container(), seen.runtimeId(), Duration.ZERO);
      engine.remove(found.task(), seen.container(), seen.runtimeId());
    }
    engine.release(Card.read(Card.write(assignment)));
  }

  @Test
  void aTaskWithAnAddressOfItsOwnSharesItAmongItsContainers() throws Exception {
    ContainerSpec web =
        shell(
            "web",
            "cat /sys/class/net/eth0/address; mkdir /srv; echo hello >/srv/index.html;"
                + " httpd -p 80 -h /srv; "
                + FOREVER,
            new PortMapping(80, 0, "tcp"));
    ContainerSpec peer =
        shell(
            "peer",
            "until wget -q -O - http://127.0.0.1:80/index.html; do sleep 0.2; done; " + FOREVER);
    TaskAssignment both = assignment("awsvpc", List.of(), null, null, web, peer);
    Sighting first = run(both, web);
    Sighting second = run(both, peer);

    assertThat(first.address()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    assertThat(second.address()).isEqualTo(first.address());
    assertThat(first.networkBindings())
        .singleElement()
        .satisfies(binding -> assertThat(binding.containerPort()).isEqualTo(80));
    assertThat(second.networkBindings()).isEmpty();
    says(second.runtimeId(), "hello");
    says(first.runtimeId(), TaskInterface.of(task).macAddress());
    assertThat(engine.list()).hasSize(2).allMatch(f -> address(f).equals(first.address()));
    assertThat(ours()).hasSize(3);

    removeAll(both);
    assertThat(ours()).isEmpty();
    engine.release(both);
  }

  private static String address(Found found) {
    return String.valueOf(found.sighting().address());
  }

  @Test
  void aContainerThatEndsLeavesTheNetworkToTheOthersAndComesBackToIt() throws Exception {
    ContainerSpec first = shell("first", "exit 0");
    TaskAssignment one = assignment("awsvpc", List.of(), null, null, first);
    Sighting begun = run(one, first);
    awaitEnd(begun.runtimeId());
    Sighting again = engine.restart(task, "first", begun.runtimeId());
    assertThat(again.startedAt()).isNotNull();
    assertThat(again.runtimeId()).isEqualTo(begun.runtimeId());
  }

  private void awaitEnd(String id) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            heard.stream()
                .anyMatch(s -> s.runtimeId().equals(id) && s.phase() == Sighting.Phase.EXITED));
  }

  @Test
  void processesAreSharedWhereTheDefinitionSaysSo() throws Exception {
    ContainerSpec one = shell("one", "sleep 4321");
    ContainerSpec two = shell("two", "until ps | grep '[4]321'; do sleep 0.2; done; " + FOREVER);
    TaskAssignment both = assignment("none", List.of(), "task", "task", one, two);
    run(both, one);
    says(run(both, two).runtimeId(), "4321");
    removeAll(both);
    assertThat(ours()).isEmpty();
  }

  @Test
  void aVolumeOfTheTaskIsSharedInItAndGoesWithIt() throws Exception {
    Volume volume = new Volume("data", null, null);
    ContainerSpec writer =
        shell("writer", "echo written >/w/file; " + FOREVER)
            .withStorage(mounting(new MountPoint("data", "/w", false)));
    ContainerSpec reader =
        shell("reader", "until cat /r/file; do sleep 0.2; done; touch /r/x || echo refused")
            .withStorage(mounting(new MountPoint("data", "/r", true)));
    ContainerSpec heir =
        shell("heir", "until cat /w/file; do sleep 0.2; done")
            .withStorage(
                new ContainerStorage(
                    List.of(),
                    List.of(new ContainerStorage.VolumesFrom("writer", false)),
                    List.of(new ContainerStorage.Tmpfs("/t", 1, List.of()))));
    TaskAssignment all = assignment("none", List.of(volume), null, null, writer, reader, heir);
    run(all, writer);
    says(run(all, reader).runtimeId(), "written");
    says(run(all, reader).runtimeId(), "refused");
    says(run(all, heir).runtimeId(), "written");
    assertThat(volumes()).containsExactly("ecs-web-1-data-" + task);

    removeAll(all);
    assertThat(volumes()).isEmpty();
  }

  private static ContainerStorage mounting(MountPoint... mounts) {
    return new ContainerStorage(List.of(mounts), List.of(), List.of());
  }

  @Test
  void aSharedVolumeIsThereOrMadeOrMissedAndStays() throws Exception {
    String name = "shared-" + host;
    ContainerSpec spec =
        shell("web", "true").withStorage(mounting(new MountPoint(name, "/s", false)));
    TaskAssignment strict = assignment("none", List.of(shared(name, false)), null, null, spec);
    assertThatThrownBy(() -> engine.create(runner, strict, spec))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.problem()).isEqualTo(Problem.REFUSED);
              assertThat(e.words()).contains("there is no volume " + name);
            });
    TaskAssignment making = assignment("none", List.of(shared(name, true)), null, null, spec);
    try {
      run(making, spec);
      removeAll(making);
      assertThat(raw.inspectVolumeCmd(name).exec().getLabels()).containsEntry("team", "x");
      engine.create(runner, strict, spec);
      removeAll(strict);
    } finally {
      raw.removeVolumeCmd(name).exec();
    }
  }

  private static Volume shared(String name, boolean autoprovision) {
    return new Volume(
        name, null, new Volume.Docker(true, autoprovision, "local", Map.of(), Map.of("team", "x")));
  }

  @Test
  void whatARunnerLeftBehindIsSweptByTheNext() throws Exception {
    ContainerSpec spec =
        shell("web", "true").withStorage(mounting(new MountPoint("data", "/w", false)));
    TaskAssignment one =
        assignment("awsvpc", List.of(new Volume("data", null, null)), null, null, spec);
    Sighting made = engine.create(runner, one, spec);
    try (Engine next = new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED)) {
      next.watch(new Deaf());
      assertThat(ours()).hasSize(2);
      assertThat(volumes()).hasSize(1);
    }
    engine.remove(task, "web", made.runtimeId());
    try (Engine next = new DockerEngine(host, DockerEngine.PullBehavior.PREFER_CACHED)) {
      next.watch(new Deaf());
      assertThat(ours()).isEmpty();
      assertThat(volumes()).isEmpty();
    }
  }

  private static final class Deaf implements Engine.Listener {
    @Override
    public void seen(TaskId task, Sighting sighting) {}

    @Override
    public void doubt() {}
  }

  @Test
  void aLinkLeadsToTheOtherByItsAlias() throws Exception {
    ContainerSpec db =
        shell("db", "mkdir /srv; echo found >/srv/index.html; httpd -p 80 -h /srv; " + FOREVER);
    ContainerSpec web =
        shell("web", "until wget -q -O - http://store/index.html; do sleep 0.2; done; hostname")
            .withNetworking(
                new ContainerNetworking(
                    false,
                    List.of("db:store"),
                    "named",
                    Map.of("elsewhere", "10.9.8.7"),
                    List.of("10.1.1.1"),
                    List.of("example.org")));
    TaskAssignment both = assignment("bridge", List.of(), null, null, db, web);
    Sighting first = run(both, db);
    assertThat(first.address()).isNotNull();
    Sighting second = run(both, web);
    assertThat(says(second.runtimeId(), "found")).contains("found");
    says(second.runtimeId(), "named");
    var made = raw.inspectContainerCmd(second.runtimeId()).exec().getHostConfig();
    assertThat(made.getExtraHosts()).containsExactly("elsewhere:10.9.8.7");
    assertThat(made.getDns()).containsExactly("10.1.1.1");
    assertThat(made.getDnsSearch()).containsExactly("example.org");
  }

  @Test
  void privilegesAreThoseOfTheDefinition() throws Exception {
    ContainerSpec spec =
        shell("web", "ulimit -n; cat /proc/sys/kernel/msgmax; df -m /dev/shm; ls /dev; " + FOREVER)
            .withPrivileges(
                new ContainerPrivileges(
                    false,
                    List.of("SYS_PTRACE"),
                    List.of("CHOWN"),
                    List.of(
                        new ContainerPrivileges.Device(
                            "/dev/null", "/dev/nothing", List.of("read"))),
                    true,
                    7,
                    0,
                    null,
                    List.of(new ContainerPrivileges.Ulimit("nofile", 123, 456)),
                    Map.of("kernel.msgmax", "4321"),
                    List.of("no-new-privileges"),
                    true,
                    true));
    Sighting started = run(assignment("none", List.of(), null, null, spec), spec);
    String output = says(started.runtimeId(), "nothing");
    assertThat(output).contains("123").contains("4321");
    var made = raw.inspectContainerCmd(started.runtimeId()).exec();
    var settings = made.getHostConfig();
    assertThat(settings.getCapAdd()).extracting(Enum::name).containsExactly("SYS_PTRACE");
    assertThat(settings.getCapDrop()).extracting(Enum::name).containsExactly("CHOWN");
    assertThat(settings.getDevices()[0].getcGroupPermissions()).isEqualTo("r");
    assertThat(settings.getInit()).isTrue();
    assertThat(settings.getShmSize()).isEqualTo(7L << 20);
    assertThat(settings.getMemorySwap()).isEqualTo(settings.getMemory());
    assertThat(settings.getSecurityOpts()).containsExactly("no-new-privileges");
    assertThat(made.getConfig().getTty()).isTrue();
    assertThat(made.getConfig().getStdinOpen()).isTrue();
  }

  @Test
  void aCapabilityNobodyKnowsIsRefused() {
    ContainerSpec spec =
        shell("web", "true")
            .withPrivileges(
                new ContainerPrivileges(
                    false,
                    List.of("SYS_MAGIC"),
                    List.of(),
                    List.of(),
                    false,
                    null,
                    null,
                    null,
                    List.of(),
                    Map.of(),
                    List.of(),
                    false,
                    false));
    assertThatThrownBy(
            () -> engine.create(runner, assignment("none", List.of(), null, null, spec), spec))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.problem()).isEqualTo(Problem.REFUSED);
              assertThat(e.words()).contains("SYS_MAGIC");
            });
  }

  @Test
  void aContainerWithoutNetworkHasNone() throws Exception {
    ContainerSpec spec =
        shell("web", "ls /sys/class/net; echo end")
            .withNetworking(
                new ContainerNetworking(true, List.of(), null, Map.of(), List.of(), List.of()));
    Sighting started = run(assignment("bridge", List.of(), null, null, spec), spec);
    assertThat(says(started.runtimeId(), "end")).doesNotContain("eth0");
    assertThat(started.address()).isNull();
  }
}
