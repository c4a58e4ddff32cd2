package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.Volume;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, and what befalls the hosts, in the histories of the {@link KillSweep}: a
 * little of everything, within a minute, so that every side effect is had several times. A call
 * that gets no answer is made again, as the same call, at another api.
 */
final class Script {
  /** A cluster that is deleted in the middle. */
  static final ClusterName PASSING = new ClusterName("passing");

  private static final ServiceSettings CAREFUL =
      new ServiceSettings(
          50,
          200,
          ServiceSettings.Scheduling.REPLICA,
          new ServiceSettings.CircuitBreaker(
              true, true, ServiceSettings.CircuitBreaker.OFF.threshold()),
          Placing.ANYWHERE);

  /** Behind load balancers, with each deployment beside the one before. */
  private static final int BALANCED = 3;

  private static final ServiceSettings BESIDE =
      CAREFUL
          .with(World.TARGETS)
          .with(new ServiceSettings.Deploying(DeploymentProgress.Strategy.BLUE_GREEN, 0));

  private static final long BETWEEN_ATTEMPTS = Timeline.millis(300);
  private static final int ATTEMPTS_MAX = 60;

  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Store store;
  private final List<Api> apis;
  private final Group group;
  private final List<Host> hosts;
  private final Map<Integer, Client.Wanted> wanted = new HashMap<>();
  private final Set<TaskId> jobs = new HashSet<>();
  private int calls;
  private int open;

  /** What comes next in a row of things, each of which begins when the one before is over. */
  private record Step(long atNanos, Consumer<Runnable> act) {}

  Script(
      Timeline timeline,
      Chance chance,
      Log log,
      Store store,
      List<Api> apis,
      Group group,
      List<Host> hosts) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.store = store;
    this.apis = apis;
    this.group = group;
    this.hosts = hosts;
  }

  /** Whether everything has been asked for and answered. */
  boolean isDone() {
    return open == 0;
  }

  Map<Integer, Client.Wanted> wanted() {
    return wanted;
  }

  Set<TaskId> jobs() {
    return jobs;
  }

  void begin() {
    row(
        at(0.2, done -> ask(cluster(World.CLUSTER), done)),
        at(2, done -> create(0, 3, CAREFUL, done)),
        at(9, done -> scale(0, 5, done)),
        at(15, done -> deploy(0, false, done)),
        at(27, done -> scale(0, 2, done)),
        at(42, done -> deploy(0, false, done)));
    row(
        at(2.5, done -> create(1, 2, CAREFUL, done)),
        at(18, done -> deploy(1, true, done)),
        at(38, done -> deploy(1, false, done)),
        at(51, done -> scale(1, 3, done)));
    row(
        at(3, done -> create(2, 2, CAREFUL, done)),
        at(20, done -> scale(2, 3, done)),
        at(33, done -> delete(2, done)));
    row(
        at(3.2, done -> create(BALANCED, 2, BESIDE, done)),
        at(16, done -> deploy(BALANCED, false, done)),
        at(36, done -> deploy(BALANCED, false, done)),
        at(49, done -> scale(BALANCED, 3, done)));
    row(
        at(0.3, done -> ask(cluster(PASSING), done)),
        at(5, done -> job(PASSING, 2, false, ids -> done.run(), "run", "1500", "0")),
        at(12, this::deleteCluster));
    row(
        at(4, done -> job(World.CLUSTER, 2, false, ids -> done.run(), "run", "2000", "3")),
        at(8, done -> job(World.CLUSTER, 1, false, ids -> stop(ids, 6, done), "serve")));
    row(
        at(
            10,
            done -> job(World.CLUSTER, 1, true, ids -> stop(ids, 25, done), "run", "2500", "0")));
    row(at(47, this::startUnheard));
    disturb();
  }

  private void disturb() {
    // What is decided meanwhile waits in the outbox.
    timeline.at(Timeline.millis(2_300), () -> group.owner().cut(true));
    timeline.at(Timeline.millis(4_500), () -> group.owner().cut(false));
    timeline.at(Timeline.seconds(13), () -> hosts.get(1).engine().accident(chance));
    timeline.at(Timeline.seconds(22), hosts.getFirst()::kill);
    timeline.at(Timeline.seconds(25), group::rebalance);
    timeline.at(Timeline.seconds(28), () -> hosts.get(1).cutOff(true, true));
    timeline.at(Timeline.seconds(31), () -> hosts.get(2).engine().accident(chance));
    timeline.at(Timeline.seconds(35), () -> log.loseOrderTo(hosts.getFirst().runner()));
    timeline.at(Timeline.seconds(41), () -> hosts.get(1).cutOff(false, false));
    timeline.at(Timeline.seconds(45), group::rebalance);
  }

  private static Step at(double seconds, Consumer<Runnable> act) {
    return new Step((long) (seconds * Timeline.seconds(1)), act);
  }

  private void row(Step... steps) {
    open++;
    next(new ArrayDeque<>(List.of(steps)));
  }

  private void next(Deque<Step> steps) {
    Step step = steps.poll();
    if (step == null) {
      open--;
    } else {
      timeline.at(step.atNanos(), () -> step.act().accept(() -> next(steps)));
    }
  }

  // --- what is asked for

  private static Command cluster(ClusterName cluster) {
    return new Command.CreateCluster(cluster, Json.EMPTY, Map.of());
  }

  private void create(int number, int count, ServiceSettings settings, Runnable done) {
    Command command =
        new Command.CreateService(
            World.CLUSTER,
            World.service(number),
            recipe(number, 1, false),
            count,
            settings,
            Json.EMPTY,
            Map.of());
    ask(command, become(number, new Client.Wanted(count, 1, false), done));
  }

  private void scale(int number, int count, Runnable done) {
    Client.Wanted now = wanted.getOrDefault(number, Client.Wanted.NOTHING);
    ask(
        update(number, null, count),
        become(number, new Client.Wanted(count, now.revision(), now.crashes()), done));
  }

  private void deploy(int number, boolean crashes, Runnable done) {
    Client.Wanted now = wanted.getOrDefault(number, Client.Wanted.NOTHING);
    int revision = now.revision() + 1;
    ask(
        update(number, recipe(number, revision, crashes), null),
        become(number, new Client.Wanted(now.count(), revision, crashes), done));
  }

  private static Command update(int number, @Nullable TaskSpec spec, @Nullable Integer count) {
    return new Command.UpdateService(
        World.CLUSTER, World.service(number), spec, count, null, false, Json.EMPTY);
  }

  private void delete(int number, Runnable done) {
    ask(
        new Command.DeleteService(World.CLUSTER, World.service(number), true),
        become(number, Client.Wanted.NOTHING, done));
  }

  private Runnable become(int number, Client.Wanted next, Runnable done) {
    return () -> {
      wanted.put(number, next);
      done.run();
    };
  }

  /** As long as it has tasks, it cannot be deleted. */
  private void deleteCluster(Runnable done) {
    call(
        new Command.DeleteCluster(PASSING),
        outcome -> {
          if (outcome instanceof Reply.Accepted) {
            done.run();
          } else {
            timeline.in(Timeline.seconds(1), () -> deleteCluster(done));
          }
        });
  }

  private void job(
      ClusterName cluster,
      int count,
      boolean again,
      Consumer<List<TaskId>> then,
      String... command) {
    TaskSpec spec = job(again, command);
    Command run =
        new Command.RunTask(
            cluster, spec, count, "family:job", null, Json.EMPTY, Map.of(), Placing.ANYWHERE);
    call(run, outcome -> then.accept(made(outcome)));
  }

  private List<TaskId> made(Reply.Outcome outcome) {
    List<TaskId> made = new ArrayList<>();
    if (outcome instanceof Reply.Accepted accepted) {
      accepted.ids().forEach(id -> made.add(new TaskId(id)));
    }
    for (TaskId task : made) {
      if (!store.tasks().containsKey(task)) {
        throw new Violation(
            "A1 who reads after an answer sees the effect",
            "task %s is not stored".formatted(task));
      }
    }
    jobs.addAll(made);
    return made;
  }

  private void stop(List<TaskId> tasks, int seconds, Runnable done) {
    timeline.in(Timeline.seconds(seconds), () -> stop(new ArrayDeque<>(tasks), done));
  }

  private void stop(Deque<TaskId> tasks, Runnable done) {
    TaskId task = tasks.poll();
    if (task == null) {
      done.run();
    } else {
      Command stop = new Command.StopTask(World.CLUSTER, task, "enough");
      call(stop, outcome -> stop(tasks, done));
    }
  }

  /** A task is started and stopped on a host that hears neither, and starts its runner again. */
  private void startUnheard(Runnable done) {
    Host host = hosts.get(2);
    host.cutOff(true, false);
    Command start =
        new Command.StartTask(
            World.CLUSTER,
            job(false, "serve"),
            List.of(host.runner()),
            "family:job",
            null,
            Json.EMPTY,
            Map.of());
    call(
        start,
        outcome ->
            stop(
                new ArrayDeque<>(made(outcome)),
                () -> {
                  host.kill();
                  host.cutOff(false, false);
                  done.run();
                }));
  }

  private void ask(Command command, Runnable done) {
    call(
        command,
        outcome -> {
          if (outcome instanceof Reply.Rejected rejected) {
            throw new Violation(
                "A1 no acknowledged command is lost",
                "%s is refused: %s".formatted(command, rejected.message()));
          }
          done.run();
        });
  }

  private void call(Command command, Consumer<Reply.Outcome> answered) {
    attempt(command, "call-" + calls++, 0, answered);
  }

  private void attempt(Command command, String key, int attempt, Consumer<Reply.Outcome> answered) {
    if (attempt == ATTEMPTS_MAX) {
      throw new Violation("A1 every call is answered", "%s is not".formatted(command));
    }
    apis.get((key.hashCode() + attempt & Integer.MAX_VALUE) % apis.size())
        .ask(
            command,
            key,
            answered,
            () ->
                timeline.in(BETWEEN_ATTEMPTS, () -> attempt(command, key, attempt + 1, answered)));
  }

  // --- recipes

  private static TaskSpec recipe(int number, int revision, boolean crashes) {
    TaskSpec plain =
        World.recipe(
            "family-" + number, revision, number == 1 ? 2 : 1, crashes ? "crash" : "serve");
    return switch (number) {
      case 0 -> withImage(plain);
      case BALANCED -> withImage(World.reachable(plain));
      default -> withVolume(withImage(plain));
    };
  }

  private static TaskSpec job(boolean again, String... command) {
    TaskSpec plain = withImage(World.recipe("job", 1, 1, command));
    return again
        ? plain.with(
            plain.cpu(),
            plain.memoryMiB(),
            plain.containers().stream()
                .map(container ->
                    container.withOrdering(
                        new ContainerOrdering(
                            List.of(),
                            null,
                            null,
                            new ContainerOrdering.RestartPolicy(List.of(), 1))))
                .toList())
        : plain;
  }

  /** Each revision has an image of its own, which no host has. */
  private static TaskSpec withImage(TaskSpec spec) {
    String image = spec.definition().toString();
    return spec.with(
        spec.cpu(),
        spec.memoryMiB(),
        spec.containers().stream().map(container -> of(container, image)).toList());
  }

  private static ContainerSpec of(ContainerSpec like, String image) {
    return new ContainerSpec(
        like.name(),
        image,
        like.cpu(),
        null,
        null,
        like.essential(),
        List.of(),
        like.command(),
        Map.of(),
        List.of(),
        null,
        null,
        null,
        false,
        Map.of(),
        null,
        Map.of());
  }

  /** With something the containers have in common. */
  private static TaskSpec withVolume(TaskSpec spec) {
    TaskDefinitionId id = spec.definition();
    return new TaskSpec(
        id,
        spec.networkMode(),
        spec.cpu(),
        spec.memoryMiB(),
        spec.containers(),
        List.of(new Volume("scratch", null, null)),
        List.of(),
        null,
        null,
        null,
        null);
  }
}
