package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.chaos.EngineHistory;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.ecs.model.ClusterNotFoundException;
import software.amazon.awssdk.services.ecs.model.Container;
import software.amazon.awssdk.services.ecs.model.Service;
import software.amazon.awssdk.services.ecs.model.ServiceEvent;
import software.amazon.awssdk.services.ecs.model.Task;

/**
 * What the AWS SDK sees of jobs and services on a real engine, from the first call to the last: the
 * same, however Longshore is run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class LifeCycle {
  protected TestEngine engine;
  protected Ecs ecs;
  protected EngineHistory history;

  /** Starts Longshore; {@code engine} is there already. */
  abstract Ecs startLongshore() throws Exception;

  /** By which its host is known to the engine. */
  abstract String hostId();

  /** Ends what was started; may be called when that failed half-way. */
  abstract void stopLongshore() throws Exception;

  @BeforeAll
  void start() throws Exception {
    engine = TestEngine.orSkip();
    engine.startDecoys();
    history = engine.watch();
    ecs = startLongshore();
  }

  @AfterEach
  void nothingForeignIsTouched() {
    assertThat(engine.decoysRun()).isTrue();
    assertThat(history.startedTwice(hostId())).isEmpty();
  }

  @AfterAll
  void stop() throws Exception {
    if (ecs != null) {
      ecs.close();
    }
    if (engine != null) {
      stopLongshore();
    }
    if (engine != null) {
      if (history != null) {
        history.close();
      }
      engine.close();
    }
  }

  @Test
  void aServiceHealsScalesRollsAndGoes() {
    String cluster = "spine";
    ecs.cluster(cluster);
    String definition = ecs.register("web", Ecs.FOREVER);
    ecs.service(cluster, "web", definition, 3);
    stable(cluster, "web");
    assertThat(ecs.tasks(cluster)).hasSize(3).allMatch(t -> "RUNNING".equals(t.lastStatus()));
    assertThat(engine.running(hostId())).hasSize(3);

    killedIsReplaced(cluster);

    scale(cluster, 5);
    scale(cluster, 1);

    String second = ecs.register("web", Ecs.FOREVER, c -> c.memory(17));
    ecs.client().updateService(r -> r.cluster(cluster).service("web").taskDefinition(second));
    stable(cluster, "web");
    assertThat(ecs.tasks(cluster))
        .singleElement()
        .satisfies(task -> assertThat(task.taskDefinitionArn()).isEqualTo(second));
    assertThat(ecs.service(cluster, "web").deployments())
        .singleElement()
        .satisfies(d -> assertThat(d.rolloutStateAsString()).isEqualTo("COMPLETED"));

    ecs.client().updateService(r -> r.cluster(cluster).service("web").desiredCount(0));
    ecs.client().deleteService(r -> r.cluster(cluster).service("web"));
    ecs.client().waiter().waitUntilServicesInactive(r -> r.cluster(cluster).services("web"));
    awaitNoContainers();
    ecs.client().deleteCluster(r -> r.cluster(cluster));
    assertThatThrownBy(() -> ecs.client().listServices(r -> r.cluster(cluster)))
        .isInstanceOf(ClusterNotFoundException.class);
  }

  private void killedIsReplaced(String cluster) {
    List<Task> before = ecs.tasks(cluster);
    Set<String> known = before.stream().map(Task::taskArn).collect(Collectors.toSet());
    Task victim = before.getFirst();
    String container = victim.containers().getFirst().runtimeId();
    engine.kill(container);
    Waiting.forState("the replacement", 20)
        .until(() ->
            ecs.isAt(cluster, "web", 3)
                && ecs.tasks(cluster).stream().anyMatch(t -> !known.contains(t.taskArn())));
    System.out.printf(
        "A killed container was replaced after %d ms, from die to start by the engine.%n",
        history.healed(hostId(), container).toMillis());
    Task dead = ecs.describe(cluster, List.of(victim.taskArn())).getFirst();
    assertThat(dead.lastStatus()).isEqualTo("STOPPED");
    assertThat(dead.stopCodeAsString()).isEqualTo("EssentialContainerExited");
    assertThat(dead.containers().getFirst().exitCode()).isEqualTo(137);
    assertThat(ecs.service(cluster, "web").events())
        .extracting(ServiceEvent::message)
        .anyMatch(m -> m.matches("\\(service web\\) has started 3 tasks: .*"))
        .anyMatch(m -> m.contains("has stopped: Essential container in task exited"))
        .anyMatch(m -> m.matches("\\(service web\\) has started 1 tasks: .*"))
        .anyMatch(m -> m.equals("(service web) has reached a steady state."));
  }

  private void scale(String cluster, int count) {
    Service answered =
        ecs.client()
            .updateService(r -> r.cluster(cluster).service("web").desiredCount(count))
            .service();
    assertThat(answered.desiredCount()).isEqualTo(count);
    stable(cluster, "web");
    Waiting.forState(count + " containers", 20)
        .until(() -> engine.running(hostId()).size() == count);
  }

  private void stable(String cluster, String service) {
    ecs.client().waiter().waitUntilServicesStable(r -> r.cluster(cluster).services(service));
  }

  private void awaitNoContainers() {
    Waiting.forState("nothing left on the engine", 60)
        .until(() -> engine.containers(hostId()).isEmpty());
  }

  @Test
  void aJobRunsOnceWhateverItsEnd() {
    String cluster = "jobs";
    ecs.cluster(cluster);
    String good = ecs.register("good", "exit 0");
    String bad = ecs.register("bad", "exit 3");
    Task first = ecs.run(cluster, good);
    Task second = ecs.run(cluster, bad);

    Task ended = ecs.await(cluster, first.taskArn(), "STOPPED");
    Task failed = ecs.await(cluster, second.taskArn(), "STOPPED");

    for (Task task : List.of(ended, failed)) {
      assertThat(task.stopCodeAsString()).isEqualTo("EssentialContainerExited");
      assertThat(task.stoppedReason()).isEqualTo("Essential container in task exited");
    }
    assertThat(ended.containers().getFirst().exitCode()).isZero();
    assertThat(failed.containers().getFirst().exitCode()).isEqualTo(3);
    // A service that is made and kept afterwards gives a wrong re-creation the time to show.
    ecs.service(cluster, "later", ecs.register("later", Ecs.FOREVER), 1);
    stable(cluster, "later");
    assertThat(ecs.tasks(cluster)).hasSize(1);
    assertThat(ecs.stoppedTasks(cluster)).hasSize(2);
    ecs.tearDown(cluster);
    awaitNoContainers();
  }

  @Test
  void aStoppedTaskSaysWhoStoppedIt() {
    String cluster = "stopping";
    ecs.cluster(cluster);
    Task task = ecs.run(cluster, ecs.register("forever", Ecs.FOREVER));
    ecs.await(cluster, task.taskArn(), "RUNNING");

    ecs.client().stopTask(r -> r.cluster(cluster).task(task.taskArn()).reason("enough"));

    Task stopped = ecs.await(cluster, task.taskArn(), "STOPPED");
    assertThat(stopped.stopCodeAsString()).isEqualTo("UserInitiated");
    assertThat(stopped.stoppedReason()).isEqualTo("enough");
    assertThat(stopped.containers().getFirst().exitCode()).isZero();
    ecs.tearDown(cluster);
    awaitNoContainers();
  }

  @Test
  void aDynamicPortIsToldAndAnswers() {
    String cluster = "ports";
    ecs.cluster(cluster);
    String definition =
        ecs.register(
            "httpd",
            "mkdir -p /srv; echo $GREETING > /srv/index.html;"
                + " trap 'exit 0' TERM; httpd -f -p 80 -h /srv & wait",
            c ->
                c.environment(e -> e.name("GREETING").value("hello from a task"))
                    .portMappings(p -> p.containerPort(80).hostPort(0)));
    ecs.service(cluster, "httpd", definition, 2);
    stable(cluster, "httpd");

    Set<Integer> ports =
        ecs.tasks(cluster).stream()
            .map(t -> t.containers().getFirst().networkBindings().getFirst().hostPort())
            .collect(Collectors.toSet());

    assertThat(ports).hasSize(2);
    for (int port : ports) {
      Waiting.forState("an answer on port " + port, 10)
          .ignoreExceptions()
          .until(() ->
              Http.get(URI.create("http://127.0.0.1:" + port + "/index.html"))
                  .strip()
                  .equals("hello from a task"));
    }
    ecs.tearDown(cluster);
    awaitNoContainers();
  }

  @Test
  void theEndOfAnEssentialContainerEndsTheOther() {
    String cluster = "pairs";
    ecs.cluster(cluster);
    String definition =
        ecs.client()
            .registerTaskDefinition(r ->
                r.family("pair")
                    .containerDefinitions(
                        c ->
                            c.name("work")
                                .image(Ecs.IMAGE)
                                .memory(16)
                                .essential(true)
                                .entryPoint("/bin/sh", "-c")
                                .command("sleep 2; exit 5"),
                        c ->
                            c.name("extra")
                                .image(Ecs.IMAGE)
                                .memory(16)
                                .essential(false)
                                .entryPoint("/bin/sh", "-c")
                                .command(Ecs.FOREVER),
                        c ->
                            c.name("brief")
                                .image(Ecs.IMAGE)
                                .memory(16)
                                .essential(false)
                                .entryPoint("/bin/sh", "-c")
                                .command("exit 7")))
            .taskDefinition()
            .taskDefinitionArn();
    Task task = ecs.run(cluster, definition);
    ecs.await(cluster, task.taskArn(), "RUNNING");

    Task stopped = ecs.await(cluster, task.taskArn(), "STOPPED");

    assertThat(stopped.stopCodeAsString()).isEqualTo("EssentialContainerExited");
    assertThat(exitCode(stopped, "work")).isEqualTo(5);
    assertThat(exitCode(stopped, "extra")).isZero();
    assertThat(exitCode(stopped, "brief")).isEqualTo(7);
    ecs.tearDown(cluster);
    awaitNoContainers();
  }

  private static int exitCode(Task task, String container) {
    return task.containers().stream()
        .filter(c -> c.name().equals(container))
        .findFirst()
        .map(Container::exitCode)
        .orElseThrow();
  }

  @Test
  void anImageNobodyHasFailsTheStart() {
    String cluster = "images";
    ecs.cluster(cluster);
    String definition =
        ecs.register("missing", "true", c -> c.image("127.0.0.1:9/longshore-test/missing:1"));
    Task task = ecs.run(cluster, definition);

    Task stopped = ecs.await(cluster, task.taskArn(), "STOPPED");

    assertThat(stopped.stopCodeAsString()).isEqualTo("TaskFailedToStart");
    assertThat(stopped.stoppedReason()).startsWith("CannotPullContainerError: ");
    ecs.tearDown(cluster);
    awaitNoContainers();
  }
}
