package io.longshore.simulation;

import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who calls the api: a few threads of calls, each of which asks again, as the same call,
 * until it has its answer. What was accepted has to hold in the end.
 */
final class Client {
  private static final long PATIENCE = Timeline.seconds(10);

  private final Timeline timeline;
  private final Chance chance;
  private final Log log;
  private final Store store;
  private final Conditions conditions;
  private final Log.Pipe pipe;
  private final Map<String, Call> waiting = new HashMap<>();
  private final Map<String, Reply.Accepted> answers = new HashMap<>();
  private final Map<Integer, Wanted> wanted = new HashMap<>();
  private final Set<TaskId> jobs = new HashSet<>();
  private final Set<Integer> busy = new HashSet<>();
  private final Set<Integer> finished = new HashSet<>();
  private boolean quiet;
  private int calls;
  private int open;

  /**
   * What a service is to be, as far as somebody was told that it is accepted.
   *
   * @param count null when the service is not to be there
   * @param crashes whether its recipe cannot run
   */
  record Wanted(@Nullable Integer count, int revision, boolean crashes) {
    static final Wanted NOTHING = new Wanted(null, 0, false);
  }

  /** A call under way. */
  private record Call(Command command, String key, Runnable accepted, Runnable refused) {}

  Client(Timeline timeline, Chance chance, Log log, Store store, Conditions conditions) {
    this.timeline = timeline;
    this.chance = chance;
    this.log = log;
    this.store = store;
    this.conditions = conditions;
    this.pipe = log.new Pipe();
  }

  /** Makes the services, and then goes on changing them. */
  void begin() {
    ask(new Command.CreateCluster(World.CLUSTER, Json.EMPTY, Map.of()), () -> {}, () -> {});
    for (int service = 0; service < World.SERVICES; service++) {
      int number = service;
      wanted.put(number, Wanted.NOTHING);
      timeline.in(Timeline.millis(500L * service), () -> next(number));
    }
    timeline.in(Timeline.seconds(3), this::job);
  }

  /** From now on nothing new is asked for but one last revision of each service, which can run. */
  void comeToRest() {
    quiet = true;
    for (int number = 0; number < World.SERVICES; number++) {
      if (!busy.contains(number)) {
        finish(number);
      }
    }
  }

  private void finish(int number) {
    if (wanted.getOrDefault(number, Wanted.NOTHING).count() != null && finished.add(number)) {
      deploy(number, false);
    }
  }

  boolean isDone() {
    return open == 0;
  }

  Map<Integer, Wanted> wanted() {
    return wanted;
  }

  Set<TaskId> jobs() {
    return jobs;
  }

  private void next(int number) {
    if (quiet) {
      return;
    }
    Wanted now = wanted.getOrDefault(number, Wanted.NOTHING);
    if (now.count() == null) {
      create(number);
    } else if (World.strictCount(number) == 0 && now.count() > tasksMax()) {
      scale(number);
    } else if (isBlueGreen(number) && chance.oneIn(4)) {
      stopDeployment(number);
    } else {
      switch (chance.between(0, 9)) {
        case 0 -> delete(number);
        case 1, 2, 3 -> deploy(number, chance.oneIn(6));
        default -> {
          if (World.strictCount(number) == 0) {
            scale(number);
          } else {
            deploy(number, false);
          }
        }
      }
    }
  }

  private void later(int number) {
    busy.remove(number);
    if (quiet) {
      finish(number);
      return;
    }
    timeline.in(chance.between(Timeline.seconds(2), Timeline.seconds(25)), () -> next(number));
  }

  private TaskSpec recipe(int number, int revision, boolean crashes) {
    TaskSpec spec =
        World.recipe(
            World.family(number), revision, number % 3 == 2 ? 2 : 1, crashes ? "crash" : "serve");
    return isBalanced(number) ? World.reachable(spec) : spec;
  }

  private boolean isBalanced(int number) {
    return conditions.balanced() && World.isBalanced(number);
  }

  private boolean isBlueGreen(int number) {
    return conditions.blueGreen() && number % 2 == 1;
  }

  private ServiceSettings settings(int number, boolean strict) {
    if (strict || !isBlueGreen(number)) {
      return settings(strict);
    }
    int bakeMinutes = chance.oneIn(3) ? 1 : 0;
    ServiceSettings drawn = settings(false);
    return new ServiceSettings(
            drawn.minimumHealthyPercent(),
            200,
            drawn.scheduling(),
            drawn.circuitBreaker(),
            drawn.placing())
        .with(new ServiceSettings.Deploying(Strategy.BLUE_GREEN, bakeMinutes));
  }

  private ServiceSettings settings(boolean strict) {
    // Bounds that leave no room to go from one revision to the next would be the user's choice.
    int minimum = strict ? 0 : chance.between(0, 2) * 50;
    int beyond = minimum == 0 ? 50 * chance.between(0, 2) : 100;
    return new ServiceSettings(
        minimum,
        strict ? 100 : 100 + beyond,
        new ServiceSettings.Scheduling(false, 0, chance.oneIn(3)),
        new ServiceSettings.CircuitBreaker(
            chance.oneIn(3), true, ServiceSettings.CircuitBreaker.OFF.threshold()),
        Placing.ANYWHERE);
  }

  private int tasksMax() {
    return conditions.tasksPerServiceMax(store.tasks().size());
  }

  private void create(int number) {
    busy.add(number);
    int strict = World.strictCount(number);
    int count = strict > 0 ? strict : chance.between(1, tasksMax());
    int revision = 1;
    ask(
        new Command.CreateService(
            World.CLUSTER,
            World.service(number),
            recipe(number, revision, false),
            count,
            isBalanced(number)
                ? settings(number, strict > 0).with(World.TARGETS)
                : settings(number, strict > 0),
            Json.EMPTY,
            strict > 0 ? Map.of("longshore:copies", "strict") : Map.of()),
        () -> become(number, new Wanted(count, revision, false)),
        () -> later(number));
  }

  private void scale(int number) {
    busy.add(number);
    Wanted now = wanted.getOrDefault(number, Wanted.NOTHING);
    int count = chance.between(0, tasksMax());
    ask(
        update(number, null, count),
        () -> become(number, new Wanted(count, now.revision(), now.crashes())),
        () -> later(number));
  }

  private void deploy(int number, boolean crashes) {
    busy.add(number);
    Wanted now = wanted.getOrDefault(number, Wanted.NOTHING);
    int revision = now.revision() + 1;
    ask(
        update(number, recipe(number, revision, crashes), null),
        () -> become(number, new Wanted(now.count(), revision, crashes)),
        () -> later(number));
  }

  /** Gives up whatever deployment is under way. */
  private void stopDeployment(int number) {
    ServiceDeploymentState latest = store.latestRollout(World.service(number));
    if (latest == null || latest.hasEnded()) {
      later(number);
      return;
    }
    busy.add(number);
    Command.StopType type = chance.oneIn(3) ? Command.StopType.ABORT : Command.StopType.ROLLBACK;
    ask(
        new Command.StopServiceDeployment(World.CLUSTER, World.service(number), latest.id(), type),
        () -> later(number),
        () -> later(number));
  }

  private static Command update(int number, @Nullable TaskSpec spec, @Nullable Integer count) {
    return new Command.UpdateService(
        World.CLUSTER, World.service(number), spec, count, null, false, Json.EMPTY);
  }

  private void delete(int number) {
    busy.add(number);
    ask(
        new Command.DeleteService(World.CLUSTER, World.service(number), true),
        () -> become(number, Wanted.NOTHING),
        () -> later(number));
  }

  private void become(int number, Wanted next) {
    wanted.put(number, next);
    later(number);
  }

  private void job() {
    if (quiet) {
      return;
    }
    int count = chance.between(1, 5);
    String millis = Integer.toString(chance.between(100, 15_000));
    String code = Integer.toString(chance.between(0, 2));
    TaskSpec spec = World.recipe("job", 1, 1, "run", millis, code);
    ask(
        new Command.RunTask(
            World.CLUSTER, spec, count, "family:job", null, Json.EMPTY, Map.of(), Placing.ANYWHERE),
        () -> {},
        () -> {});
    timeline.in(chance.between(Timeline.seconds(2), Timeline.seconds(12)), this::job);
  }

  private void ask(Command command, Runnable accepted, Runnable refused) {
    open++;
    String key = "call-" + calls++;
    attempt(new Call(command, key, accepted, refused), 0);
  }

  private void attempt(Call call, int attempts) {
    String correlation = call.key() + "-" + attempts;
    waiting.put(correlation, call);
    CommandEnvelope envelope =
        new CommandEnvelope(correlation, "api", call.key(), null, call.key(), call.command());
    Supplier<Boolean> answered = () -> !waiting.containsKey(correlation);
    pipe.send(
        () -> {
          log.append(envelope);
          // Producers that are not told in time send again; some of them were heard the first time.
          if (chance.oneIn(20)) {
            log.append(envelope);
          }
        },
        () -> {});
    timeline.in(
        PATIENCE,
        () -> {
          if (!answered.get()) {
            waiting.remove(correlation);
            attempt(call, attempts + 1);
          }
        });
  }

  /**
   * A reply has come; one that nobody waits for any more is passed over. An effect that was told is
   * the same in every reply.
   */
  void replied(Reply reply) {
    if (reply.outcome() instanceof Reply.Accepted accepted && !accepted.ids().isEmpty()) {
      String correlation = reply.correlationId();
      String key = correlation.substring(0, correlation.lastIndexOf('-'));
      Reply.Accepted before = answers.putIfAbsent(key, accepted);
      if (before != null && !before.equals(accepted)) {
        throw new Violation(
            "A14 a call has one effect",
            "%s is answered with %s and then with %s".formatted(key, before.ids(), accepted.ids()));
      }
    }
    if (chance.oneIn(25)) {
      return;
    }
    Call call = waiting.remove(reply.correlationId());
    if (call == null) {
      return;
    }
    open--;
    switch (reply.outcome()) {
      case Reply.Accepted accepted -> {
        if (call.command() instanceof Command.RunTask) {
          List<TaskId> made = new ArrayList<>();
          accepted.ids().forEach(id -> made.add(new TaskId(id)));
          jobs.addAll(made);
        }
        call.accepted().run();
      }
      case Reply.Rejected rejected -> call.refused().run();
    }
  }
}
