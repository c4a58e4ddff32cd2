package io.longshore.runner.core;

import static io.longshore.runner.Tasks.container;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerOrdering;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a task's keeper has something to do, and when it has not. */
class TaskKeeperTest {
  private static final TaskAssignment SINGLE = Tasks.of(Tasks.id("single"), container("web", true));
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final TaskKeeper keeper = new TaskKeeper(TaskState.ordered(SINGLE, false), false, 0);
  private long millis;

  private TaskKeeper.Moment after(long more) {
    millis += more;
    return new TaskKeeper.Moment(BEGIN.plusMillis(millis), Duration.ofMillis(millis).toNanos());
  }

  private static Step.Call only(List<TaskKeeper.Effect> effects) {
    return effects.stream()
        .filter(TaskKeeper.Perform.class::isInstance)
        .map(effect -> ((TaskKeeper.Perform) effect).call())
        .reduce((one, other) -> {
          throw new AssertionError("two calls: " + effects);
        })
        .orElseThrow(() -> new AssertionError("no call: " + effects));
  }

  private List<TaskKeeper.Effect> list(Sighting sighting) {
    TaskKeeper.Moment now = after(1000);
    return keeper.listed(now.nanos() - 1, List.of(sighting), now);
  }

  private List<TaskKeeper.Effect> failed(Step.Call call) {
    return keeper.ended(new Outcome.Failed(call, Problem.UNREACHABLE, "timeout"), after(10));
  }

  private List<TaskKeeper.Effect> done(Step.Call call, Sighting sighting) {
    return keeper.ended(new Outcome.Done(call, sighting), after(10));
  }

  @Test
  void aListOfWhatIsKnownHasNoEffect() {
    Step.Call create = only(keeper.begin(after(0)));
    Step.Call start = only(done(create, Sighting.created("web", Script.id("web"))));
    List<TaskKeeper.Effect> runs = done(start, Sighting.running("web", Script.id("web")));
    assertThat(runs).hasSize(1).allMatch(TaskKeeper.Report.class::isInstance);
    assertThat(list(Sighting.running("web", Script.id("web")))).isEmpty();
    assertThat(list(Sighting.running("web", Script.id("web")))).isEmpty();
    assertThat(keeper.latest().lastStatus()).isEqualTo(TaskStatus.RUNNING);
    assertThat(keeper.patienceNanos(after(0))).isEqualTo(Long.MAX_VALUE);
    assertThat(keeper.repeat(after(0))).hasSize(1);
  }

  /** The list was under way when the engine said that the container had become healthy. */
  @Test
  void aListIsOlderThanWhatWasSaidSinceItWasAskedFor() {
    ContainerSpec checked =
        container("web", true)
            .withOrdering(
                new ContainerOrdering(
                    List.of(), null, Tasks.checked("CMD", "any").healthCheck(), null));
    TaskKeeper keeper =
        new TaskKeeper(TaskState.ordered(Tasks.of(Tasks.id("checked"), checked), false), false, 0);
    Sighting running = Sighting.running("web", Script.id("web"));
    Step.Call create = only(keeper.begin(after(0)));
    Step.Call start =
        only(
            keeper.ended(
                new Outcome.Done(create, Sighting.created("web", Script.id("web"))), after(10)));
    keeper.ended(new Outcome.Done(start, running), after(10));
    long asked = after(1000).nanos();
    keeper.seen(running.healthy(HealthStatus.HEALTHY), after(10));
    keeper.listed(asked, List.of(running.healthy(HealthStatus.UNKNOWN)), after(10));
    assertThat(keeper.latest().containers())
        .extracting(ContainerObservation::health)
        .containsExactly(HealthStatus.HEALTHY);
    long later = after(1000).nanos();
    keeper.listed(later, List.of(running.healthy(HealthStatus.UNHEALTHY)), after(10));
    assertThat(keeper.latest().containers())
        .extracting(ContainerObservation::health)
        .containsExactly(HealthStatus.UNHEALTHY);
  }

  /** Each failure leaves the very state there was before the call. */
  @Test
  void aCallThatFailsIsMadeAgainEachTime() {
    Step.Call call = only(keeper.begin(after(0)));
    for (int i = 0; i < 5; i++) {
      failed(call);
      call = only(waited());
      assertThat(call).isInstanceOf(Step.Create.class);
    }
  }

  /** What there is to be done once the keeper has waited, but for a report in between. */
  private List<TaskKeeper.Effect> waited() {
    List<TaskKeeper.Effect> effects = passed();
    return effects.stream().allMatch(TaskKeeper.Report.class::isInstance) ? passed() : effects;
  }

  private List<TaskKeeper.Effect> passed() {
    long patience = keeper.patienceNanos(after(0));
    assertThat(patience).isBetween(1L, Duration.ofSeconds(10).toNanos());
    return keeper.pass(after(Duration.ofNanos(patience).toMillis() + 1));
  }

  @Test
  void whatCanWaitIsToldInTheEndAlthoughNothingChanges() {
    keeper.begin(after(0));
    TaskKeeper.Moment later = after(Duration.ofNanos(keeper.patienceNanos(after(0))).toMillis());
    assertThat(keeper.pass(later)).hasSize(1).allMatch(TaskKeeper.Report.class::isInstance);
    assertThat(keeper.pass(after(1000))).isEmpty();
  }
}
