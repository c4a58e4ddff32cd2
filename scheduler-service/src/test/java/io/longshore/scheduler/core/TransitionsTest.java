package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Report;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Lifecycle.Owner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the table of {@link Lifecycle}, and every pair of states that is not in it, through
 * the deciders and the ledger: what is in the table happens and is told, the rest changes nothing.
 */
class TransitionsTest {
  private static final String HOST = "host";
  private final World world = new World();

  static Stream<Arguments> reported() {
    return pairs().filter(pair -> Lifecycle.owners(from(pair), to(pair)).contains(Owner.RUNNER));
  }

  static Stream<Arguments> notReported() {
    return pairs()
        .filter(pair -> from(pair) != to(pair))
        .filter(pair -> !Lifecycle.owners(from(pair), to(pair)).contains(Owner.RUNNER));
  }

  static Stream<TaskStatus> endedByTheScheduler() {
    return Arrays.stream(TaskStatus.values())
        .filter(from -> Lifecycle.owners(from, TaskStatus.STOPPED).contains(Owner.SCHEDULER));
  }

  private static Stream<Arguments> pairs() {
    return Arrays.stream(TaskStatus.values())
        .flatMap(from -> Arrays.stream(TaskStatus.values()).map(to -> Arguments.of(from, to)));
  }

  private static TaskStatus from(Arguments pair) {
    return (TaskStatus) pair.get()[0];
  }

  private static TaskStatus to(Arguments pair) {
    return (TaskStatus) pair.get()[1];
  }

  @ParameterizedTest(name = "{0} → {1}")
  @MethodSource("reported")
  void aStepOfTheTableHappensAndIsTold(TaskStatus from, TaskStatus to) {
    Task before = taskIn(from);
    world.outgoing.clear();

    world.observe(before.id(), to, null, null, null);

    Task after = told(before.id());
    assertThat(after.status()).isEqualTo(to);
    assertThat(after.version()).isEqualTo(before.version() + 1);
    assertThat(after.isWanted()).isEqualTo(!TaskStatus.RUNNING.isBefore(to));
    assertThat(world.state.task(before.id()) == null).isEqualTo(to == TaskStatus.STOPPED);
  }

  @ParameterizedTest(name = "{0} → {1}")
  @MethodSource("notReported")
  void aStepThatIsNotInTheTableChangesNothing(TaskStatus from, TaskStatus to) {
    Task before = taskIn(from);
    Task now = world.state.task(before.id());
    world.outgoing.clear();

    world.report(
        new Report.TaskObserved(
            World.CLUSTER,
            before.runner(),
            World.INCARNATION,
            world.observation(before, to, null, null, null)));

    assertThat(world.state.task(before.id())).isEqualTo(now);
    assertThat(world.outgoing).noneMatch(Outgoing.TaskChanged.class::isInstance);
  }

  @ParameterizedTest
  @MethodSource("endedByTheScheduler")
  void theSchedulerEndsWhatIsOnALostHost(TaskStatus from) {
    Task before = taskIn(from);
    world.outgoing.clear();

    world.pass(World.POLICY.runnerLease().plus(Duration.ofSeconds(1)));
    world.expireLeases();

    Task after = told(before.id());
    assertThat(after.status()).isEqualTo(TaskStatus.STOPPED);
    assertThat(after.stopCode()).isEqualTo(StopCode.TERMINATION_NOTICE);
    assertThat(world.state.task(before.id())).isNull();
  }

  /** A task that was taken there step by step, through every state on the way. */
  private Task taskIn(TaskStatus status) {
    world.addRunner(HOST, "zone-a");
    var outcome =
        world.command(
            new Command.RunTask(
                World.CLUSTER,
                World.spec(1),
                1,
                "family:web",
                null,
                Json.EMPTY,
                Map.of(),
                Placing.ANYWHERE));
    TaskId id = new TaskId(((Accepted) outcome).ids().getFirst());
    for (TaskStatus step : TaskStatus.values()) {
      if (TaskStatus.PROVISIONING.isBefore(step) && !status.isBefore(step)) {
        world.observe(id, step, null, null, null);
      }
    }
    Task task = told(id);
    assertThat(task.status()).isEqualTo(status);
    return task;
  }

  /** The task as the last public event shows it. */
  private Task told(TaskId id) {
    List<Task> told =
        world.outgoing.stream()
            .filter(Outgoing.TaskChanged.class::isInstance)
            .map(record -> ((Outgoing.TaskChanged) record).task())
            .filter(task -> task.id().equals(id))
            .toList();
    assertThat(told).isNotEmpty();
    return told.getLast();
  }
}
