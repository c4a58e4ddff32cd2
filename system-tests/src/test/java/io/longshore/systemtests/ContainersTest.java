package io.longshore.systemtests;

import static io.longshore.systemtests.Notes.awaitNote;
import static io.longshore.systemtests.Notes.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.EngineHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecs.model.Attachment;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.ContainerCondition;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.HealthStatus;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;
import software.amazon.awssdk.services.ecs.model.NetworkMode;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.Scope;
import software.amazon.awssdk.services.ecs.model.Task;

/** What a task definition says of containers, proven by what the containers themselves saw. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ContainersTest {
  private static final String CLUSTER = "containers";

  /** Where containers write down what they see; a folder of the host's. */
  @TempDir private Path notes;

  private TestEngine engine;
  private Standalone longshore;
  private Ecs ecs;

  @BeforeAll
  void start() {
    engine = TestEngine.orSkip();
    longshore = Standalone.up("containers", "docker");
    ecs = Ecs.at(longshore.endpoint());
    ecs.cluster(CLUSTER);
  }

  @AfterAll
  void stop() throws Exception {
    if (longshore != null) {
      String host = longshore.hostId();
      ecs.tearDown(CLUSTER);
      Waiting.forState("nothing left on the engine", 60)
          .until(() -> engine.containers(host).isEmpty());
      ecs.close();
      longshore.close();
      engine.removeAll(host);
    }
    if (engine != null) {
      engine.close();
    }
  }

  /** A container whose script has the notes at {@code /notes}. */
  private static ContainerDefinition container(
      String name, String script, Consumer<ContainerDefinition.Builder> more) {
    ContainerDefinition.Builder builder =
        ContainerDefinition.builder()
            .name(name)
            .image(Ecs.IMAGE)
            .cpu(4)
            .memory(16)
            .essential(true)
            .entryPoint("/bin/sh", "-c")
            .command(script)
            .mountPoints(m -> m.sourceVolume("notes").containerPath("/notes"));
    more.accept(builder);
    return builder.build();
  }

  private Path folder(String test) throws IOException {
    return Notes.folder(notes, test);
  }

  private String register(
      Path folder,
      Consumer<RegisterTaskDefinitionRequest.Builder> more,
      ContainerDefinition... containers) {
    return ecs.client()
        .registerTaskDefinition(r -> {
          r.family(String.valueOf(folder.getFileName()))
              .containerDefinitions(containers)
              .volumes(v -> v.name("notes").host(h -> h.sourcePath(folder.toString())));
          more.accept(r);
        })
        .taskDefinition()
        .taskDefinitionArn();
  }

  private void end(Task task) {
    ecs.client().stopTask(r -> r.cluster(CLUSTER).task(task.taskArn()).reason("enough"));
    ecs.await(CLUSTER, task.taskArn(), "STOPPED");
  }

  private static Container container(Task task, String name) {
    return task.containers().stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Each writes its name at its start and at its end. */
  private static String diary(String name) {
    return "echo start-%s >>/notes/diary; trap 'echo stop-%s >>/notes/diary; exit 0' TERM; sleep 1000 & wait"
        .formatted(name, name);
  }

  @Test
  void containersStartInTheOrderOfTheirNeedsAndStopTheOtherWayRound() throws IOException {
    Path folder = folder("order");
    String definition =
        register(
            folder,
            r -> {},
            container(
                "web",
                diary("web"),
                c ->
                    c.dependsOn(
                        d -> d.containerName("db").condition(ContainerCondition.HEALTHY),
                        d -> d.containerName("setup").condition(ContainerCondition.SUCCESS))),
            container(
                "db",
                "sleep 1; touch /tmp/well; " + diary("db"),
                c ->
                    c.healthCheck(
                        h -> h.command("CMD-SHELL", "test -e /tmp/well").interval(5).timeout(2))),
            container(
                "setup",
                "sleep 1; echo start-setup >>/notes/diary",
                c ->
                    c.essential(false)
                        .dependsOn(
                            d -> d.containerName("db").condition(ContainerCondition.START))));
    Task task = ecs.run(CLUSTER, definition);
    Task running = ecs.await(CLUSTER, task.taskArn(), "RUNNING");
    awaitNote(folder, "diary", "start-web");

    assertThat(read(folder, "diary").lines()).endsWith("start-web").contains("start-setup");
    assertThat(container(running, "db").healthStatus()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(container(running, "web").healthStatus()).isEqualTo(HealthStatus.UNKNOWN);
    assertThat(running.healthStatus()).isEqualTo(HealthStatus.HEALTHY);
    end(task);
    assertThat(read(folder, "diary").lines().skip(3)).containsExactly("stop-web", "stop-db");
  }

  @Test
  void aNeedThatCannotBeMetFailsTheStart() throws IOException {
    Path folder = folder("unmet");
    String definition =
        register(
            folder,
            r -> {},
            container(
                "web",
                "echo web >/notes/web; " + Ecs.FOREVER,
                c ->
                    c.dependsOn(
                        d -> d.containerName("setup").condition(ContainerCondition.SUCCESS))),
            container("setup", "exit 4", c -> c.essential(false)));
    Task stopped = ecs.await(CLUSTER, ecs.run(CLUSTER, definition).taskArn(), "STOPPED");

    assertThat(stopped.stopCodeAsString()).isEqualTo("TaskFailedToStart");
    assertThat(stopped.stoppedReason())
        .isEqualTo(
            "Container 'web' was not started: it depends on container 'setup' being SUCCESS,"
                + " and that ended with exit code 4");
    assertThat(container(stopped, "setup").exitCode()).isEqualTo(4);
    assertThat(folder.resolve("web")).doesNotExist();
  }

  @Test
  void aNeedThatTakesTooLongFailsTheStart() throws IOException {
    String definition =
        register(
            folder("slow"),
            r -> {},
            container(
                "web",
                Ecs.FOREVER,
                c ->
                    c.dependsOn(
                        d -> d.containerName("setup").condition(ContainerCondition.COMPLETE))),
            container("setup", Ecs.FOREVER, c -> c.essential(false).startTimeout(2)));
    Task stopped = ecs.await(CLUSTER, ecs.run(CLUSTER, definition).taskArn(), "STOPPED");

    assertThat(stopped.stopCodeAsString()).isEqualTo("TaskFailedToStart");
    assertThat(stopped.stoppedReason()).contains("startTimeout of 2 s");
  }

  @Test
  void anUnhealthyContainerIsTold() throws IOException {
    String definition =
        register(
            folder("health"),
            r -> {},
            container(
                "web",
                Ecs.FOREVER,
                c ->
                    c.healthCheck(
                        h -> h.command("CMD-SHELL", "false").interval(5).timeout(2).retries(1))));
    Task task = ecs.run(CLUSTER, definition);
    Waiting.forState("an unhealthy task", 30)
        .until(() -> {
          Task seen = ecs.describe(CLUSTER, List.of(task.taskArn())).getFirst();
          return seen.healthStatus() == HealthStatus.UNHEALTHY
              && container(seen, "web").healthStatus() == HealthStatus.UNHEALTHY;
        });
    end(task);
  }

  @Test
  void aLinkLeadsToTheOtherContainerByItsAlias() throws IOException {
    Path folder = folder("links");
    String definition =
        register(
            folder,
            r -> r.networkMode(NetworkMode.BRIDGE),
            container(
                "web",
                "until wget -q -O /notes/got http://store/index.html; do sleep 0.2; done;"
                    + " cat /etc/hosts >/notes/hosts; hostname >/notes/hostname; "
                    + Ecs.FOREVER,
                c ->
                    c.links("db:store")
                        .hostname("named")
                        .extraHosts(h -> h.hostname("elsewhere").ipAddress("10.9.8.7"))),
            container(
                "db",
                "mkdir -p /srv; echo from db >/srv/index.html; trap 'exit 0' TERM;"
                    + " httpd -f -p 80 -h /srv & wait",
                c -> {}));
    Task task = ecs.run(CLUSTER, definition);
    awaitNote(folder, "got", "from db");
    awaitNote(folder, "hostname", "named");
    assertThat(read(folder, "hosts")).containsPattern("10\\.9\\.8\\.7\\s+elsewhere");
    // The container has its address before its runner has reported it.
    Waiting.forState("the address of db", 20)
        .until(() -> {
          Task running = ecs.describe(CLUSTER, List.of(task.taskArn())).getFirst();
          return container(running, "db").networkInterfaces().size() == 1;
        });
    end(task);
  }

  @Test
  void containersHaveTheirEnvironmentAndTheVolumesTheyAskFor() throws IOException {
    Path folder = folder("volumes");
    String shared = "longshore-test-shared-" + longshore.hostId();
    String definition =
        register(
            folder,
            r ->
                r.volumes(
                    v -> v.name("notes").host(h -> h.sourcePath(folder.toString())),
                    v -> v.name("scratch"),
                    v ->
                        v.name(shared)
                            .dockerVolumeConfiguration(
                                d -> d.scope(Scope.SHARED).autoprovision(true).driver("local"))),
            container(
                "writer",
                "echo $WORD >/scratch/word; echo kept >/shared/word;"
                    + " grep ' /memory ' /proc/mounts >/notes/memory; "
                    + Ecs.FOREVER,
                c ->
                    c.environment(KeyValuePair.builder().name("WORD").value("a b").build())
                        .mountPoints(
                            m -> m.sourceVolume("notes").containerPath("/notes"),
                            m -> m.sourceVolume("scratch").containerPath("/scratch"),
                            m -> m.sourceVolume(shared).containerPath("/shared"))
                        .linuxParameters(l -> l.tmpfs(t -> t.containerPath("/memory").size(3)))),
            container(
                "reader",
                "until grep -q a /scratch/word; do sleep 0.2; done; cp /scratch/word /notes/word;"
                    + " touch /scratch/mine || echo readonly >/notes/refused; "
                    + Ecs.FOREVER,
                c ->
                    c.mountPoints(
                        m -> m.sourceVolume("notes").containerPath("/notes"),
                        m -> m.sourceVolume("scratch").containerPath("/scratch").readOnly(true))),
            container(
                "heir",
                "until grep -q kept /shared/word; do sleep 0.2; done;"
                    + " cp /shared/word /notes/inherited; "
                    + Ecs.FOREVER,
                c -> c.volumesFrom(v -> v.sourceContainer("writer"))));
    Task task = ecs.run(CLUSTER, definition);
    awaitNote(folder, "word", "a b");
    awaitNote(folder, "refused", "readonly");
    awaitNote(folder, "inherited", "kept");
    awaitNote(folder, "memory", "size=3072k");
    assertThat(volumesOf(task)).hasSize(1);
    end(task);
    Waiting.forState("the end of the task's own volume", 30).until(() -> volumesOf(task).isEmpty());
    assertThat(engine.volumes(shared)).containsExactly(shared);
    engine.removeVolume(shared);
  }

  /** Other installations may have left some of the same definition on this engine. */
  private List<String> volumesOf(Task task) {
    String id = task.taskArn().substring(task.taskArn().lastIndexOf('/') + 1);
    return engine.volumes("ecs-volumes-").stream().filter(name -> name.endsWith(id)).toList();
  }

  @Test
  void aContainerHasItsStopTimeout() throws IOException {
    Path folder = folder("patience");
    String definition =
        register(
            folder,
            r -> {},
            container(
                "slow",
                "trap 'sleep 3; echo finished >/notes/slow; exit 0' TERM; sleep 1000 & wait",
                c -> c.stopTimeout(20)),
            container("deaf", "trap '' TERM; while :; do sleep 1; done", c -> c.stopTimeout(1)));
    Task task = ecs.run(CLUSTER, definition);
    ecs.await(CLUSTER, task.taskArn(), "RUNNING");
    end(task);
    Task stopped = ecs.describe(CLUSTER, List.of(task.taskArn())).getFirst();
    assertThat(read(folder, "slow")).isEqualTo("finished");
    assertThat(container(stopped, "slow").exitCode()).isZero();
    assertThat(container(stopped, "deaf").exitCode()).isEqualTo(137);
  }

  @Test
  void independentContainersAreStoppedSideBySide() throws IOException {
    Path folder = folder("side-by-side");
    String deaf = "trap '' TERM; echo deaf >/notes/%s; while :; do sleep 0.2; done";
    String definition =
        register(
            folder,
            r -> {},
            container("one", deaf.formatted("one"), c -> c.stopTimeout(3)),
            container("two", deaf.formatted("two"), c -> c.stopTimeout(3)));
    Task task = ecs.run(CLUSTER, definition);
    awaitNote(folder, "one", "deaf");
    awaitNote(folder, "two", "deaf");
    try (EngineHistory history = engine.watch()) {
      end(task);
      Waiting.forState("two deaths", 30)
          .until(() -> history.of(longshore.hostId(), "die").size() == 2);
      Instant asked = history.of(longshore.hostId(), "kill").getFirst().at();
      Instant ended = history.of(longshore.hostId(), "die").getLast().at();
      assertThat(Duration.between(asked, ended).toMillis()).isBetween(2_900L, 5_900L);
    }
  }

  @Test
  void aTaskWithAnAddressOfItsOwnSharesItAmongItsContainers() throws IOException {
    Path folder = folder("own-address");
    String definition =
        register(
            folder,
            r -> r.networkMode(NetworkMode.AWSVPC),
            container(
                "web",
                "mkdir -p /srv; echo local >/srv/index.html;"
                    + " cat /sys/class/net/eth0/address >/notes/mac; trap 'exit 0' TERM;"
                    + " httpd -f -p 80 -h /srv & wait",
                c -> c.portMappings(p -> p.containerPort(80))),
            container(
                "peer",
                "until wget -q -O /notes/got http://127.0.0.1/index.html; do sleep 0.2; done; "
                    + Ecs.FOREVER,
                c -> {}));
    Task task =
        ecs.client()
            .runTask(r ->
                r.cluster(CLUSTER)
                    .taskDefinition(definition)
                    .networkConfiguration(n -> n.awsvpcConfiguration(v -> v.subnets("subnet-7"))))
            .tasks()
            .getFirst();
    awaitNote(folder, "got", "local");
    Task running = ecs.await(CLUSTER, task.taskArn(), "RUNNING");

    Attachment attachment = running.attachments().getFirst();
    assertThat(attachment.type()).isEqualTo("ElasticNetworkInterface");
    assertThat(attachment.status()).isEqualTo("ATTACHED");
    assertThat(Ecs.detail(attachment, "subnetId")).isEqualTo("subnet-7");
    assertThat(Ecs.detail(attachment, "macAddress")).isEqualTo(read(folder, "mac"));
    String address = Ecs.detail(attachment, "privateIPv4Address");
    assertThat(running.containers())
        .allSatisfy(container ->
            assertThat(container.networkInterfaces())
                .singleElement()
                .satisfies(i -> assertThat(i.privateIpv4Address()).isEqualTo(address)));
    end(task);
  }
}
