package io.longshore.runner.core;

import static io.longshore.runner.Tasks.container;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Ids;
import io.longshore.messages.Order;
import io.longshore.messages.RunnerId;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What becomes of tasks that must have no second copy when contact is lost. The lease is of 10
 * seconds, so that contact is over 7.5 seconds after the last beat that has arrived was sent.
 */
class MembershipTest {
  private static final RunnerId ME = new RunnerId(Ids.derive("me"));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TaskAssignment ONE = strict("one");
  private static final TaskAssignment TWO = strict("two");
  private static final TaskAssignment PLAIN = Tasks.of(Tasks.id("plain"), container("web", true));

  private final Membership membership = new Membership(ME, "life");
  private long generation;

  private static TaskAssignment strict(String name) {
    TaskAssignment plain = Tasks.of(Tasks.id(name), container("web", true));
    return new TaskAssignment(
        plain.task(), plain.taskArn(), plain.cluster(), null, plain.spec(), true);
  }

  private static long at(double seconds) {
    return Math.round(seconds * 1e9);
  }

  private void positioned(double seconds) {
    assertThat(membership.positioned(at(seconds)))
        .singleElement()
        .isInstanceOf(Membership.Register.class);
  }

  private List<Membership.Effect> manifest(double seconds, TaskId... run) {
    return membership.take(
        new Order.Manifest(
            ME, ++generation, membership.incarnation(), List.of(run), List.of(), 10_000L),
        false,
        at(seconds));
  }

  private List<Membership.Effect> start(double seconds, TaskAssignment task) {
    return membership.take(new Order.StartTask(ME, ++generation, task), false, at(seconds));
  }

  private static void assertStarts(List<Membership.Effect> effects, TaskAssignment task) {
    assertThat(effects).singleElement().isInstanceOf(Membership.Own.class);
    Membership.Own own = (Membership.Own) effects.getFirst();
    assertThat(own.state().task()).isEqualTo(task.task());
    assertThat(own.desired()).isEqualTo(Desired.RUN);
  }

  private static Membership.CutOff cutOff(TaskAssignment task) {
    return new Membership.CutOff(task.task(), TaskState.CONTACT_LOST);
  }

  @Test
  void strictTasksAreCutOffBeforeTheLeaseEndsAndOthersGoOn() {
    positioned(0);
    manifest(0.1);
    assertStarts(start(0.2, ONE), ONE);
    assertStarts(start(0.2, PLAIN), PLAIN);
    assertThat(membership.watch(at(7.4))).isEmpty();
    assertThat(membership.patienceNanos(at(7.4))).isEqualTo(at(0.1));
    assertThat(membership.watch(at(7.5))).containsExactly(cutOff(ONE));
    assertThat(membership.watch(at(7.7))).isEmpty();
    assertThat(membership.patienceNanos(at(7.7))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void contactCountsFromWhenAWordWasSentAndNotFromWhenItsArrivalIsHeardOf() {
    positioned(0);
    manifest(0.1);
    start(0.2, ONE);
    assertThat(membership.acknowledged(at(2), at(6))).isEmpty();
    assertThat(membership.watch(at(9.4))).isEmpty();
    assertThat(membership.watch(at(9.5))).containsExactly(cutOff(ONE));
  }

  @Test
  void anOlderWordThatArrivesLaterTakesNothingBack() {
    positioned(0);
    manifest(0.1);
    start(0.2, ONE);
    membership.acknowledged(at(4), at(4.1));
    membership.acknowledged(at(2), at(4.2));
    assertThat(membership.watch(at(11.4))).isEmpty();
    assertThat(membership.watch(at(11.5))).containsExactly(cutOff(ONE));
  }

  /** The process was stopped for a while, and the first thing it hears is good news from before. */
  @Test
  void newsFromBeforeContactWasOverComesTooLate() {
    positioned(0);
    manifest(0.1);
    start(0.2, ONE);
    assertThat(membership.acknowledged(at(6), at(8))).containsExactly(cutOff(ONE));
  }

  @Test
  void anOrderFromBeforeContactWasLostIsNotFollowedAfterIt() {
    positioned(0);
    manifest(0.1);
    assertStarts(start(0.2, PLAIN), PLAIN);
    // It is heard again, and reads on where it had stopped: the task may be elsewhere by now.
    membership.acknowledged(at(20), at(20.1));
    String before = membership.incarnation();
    List<Membership.Effect> effects = start(20.2, ONE);
    assertThat(effects).singleElement().isInstanceOf(Membership.Register.class);
    assertThat(membership.incarnation()).isNotEqualTo(before);
    assertThat(membership.isReady()).isFalse();
    // Nor is the answer to a registration that was sent before.
    assertThat(
            membership.take(
                new Order.Manifest(ME, 9, before, List.of(), List.of(), 10_000L), false, at(20.3)))
        .singleElement()
        .isInstanceOf(Membership.PassedOver.class);
    generation = 10;
    manifest(20.4, PLAIN.task(), ONE.task());
    assertStarts(start(20.5, ONE), ONE);
    assertThat(membership.watch(at(27.6))).isEmpty();
    assertThat(membership.watch(at(27.7))).containsExactly(cutOff(ONE));
  }

  @Test
  void withoutContactOrALeaseNothingStrictIsStarted() {
    positioned(0);
    membership.take(
        new Order.Manifest(ME, ++generation, "life", List.of(), List.of()), false, at(0.1));
    assertThat(start(0.2, ONE)).singleElement().isInstanceOf(Membership.Register.class);
    manifest(0.3);
    assertThat(start(8, TWO)).singleElement().isInstanceOf(Membership.Register.class);
    manifest(16, TWO.task());
    assertThat(start(16.1, TWO)).singleElement().isInstanceOf(Membership.Register.class);
    manifest(16.2, TWO.task());
    assertStarts(start(16.3, TWO), TWO);
  }

  /** The scheduler lost the count, and nothing says that it has heard the new registration. */
  @Test
  void aRegistrationThatNobodyHasAnsweredIsNoContact() {
    positioned(0);
    manifest(0.1);
    start(0.2, ONE);
    membership.take(new Order.RegisterAgain(ME, "life"), false, at(5));
    assertThat(membership.watch(at(7.5))).containsExactly(cutOff(ONE));
  }

  @Test
  void aStrictTaskThatIsFoundAtStartEndsAtOnce() {
    Map<String, Sighting> found = Map.of("web", Sighting.running("web", "id"));
    List<Membership.Effect> effects = membership.adopt(ONE, found, Desired.HOLD, NOW);
    Membership.Own own = (Membership.Own) effects.getFirst();
    assertThat(Lifecycle.next(own.state())).containsExactly(new Step.Stop("web", "id", 0));
    assertThat(own.state().stopCode()).isEqualTo(StopCode.TERMINATION_NOTICE);
    assertThat(own.state().stoppedReason()).isEqualTo(TaskState.BEGUN_ANEW);
    TaskState plain =
        ((Membership.Own) membership.adopt(PLAIN, found, Desired.HOLD, NOW).getFirst()).state();
    assertThat(Lifecycle.next(plain)).isEmpty();
    assertThat(plain.stopCode()).isNull();
  }

  @Test
  void whatNeverRanIsOrderedAgainStrictOrNot() {
    List<Membership.Effect> effects = membership.adopt(ONE, Map.of(), Desired.HOLD, NOW);
    assertThat(((Membership.Own) effects.getFirst()).desired()).isEqualTo(Desired.FORGET);
  }

  @Test
  void aTaskThatIsCutOffIsKilledBesideAStopThatTakesItsTime() {
    Script script = Script.ordered(ONE).succeed(2);
    script.state = script.state.wanting(Desired.STOP, NOW);
    Step.Call stop = script.begin("stop web");
    assertThat(script.next()).isEqualTo("rest");
    script.state = script.state.cutOff(TaskState.CONTACT_LOST, NOW);
    Step.Call kill = script.begin("stop web");
    assertThat(kill).isEqualTo(new Step.Stop("web", Script.id("web"), 0));
    assertThat(script.next()).isEqualTo("rest");
    script.succeed(kill);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    // It was told to stop before, and that stays the reason.
    assertThat(script.observed().stopCode()).isNull();
    script.succeed(stop);
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void aTaskThatIsBeingStartedIsKilledWhenItIs() {
    Script script = Script.ordered(ONE).succeed();
    Step.Call start = script.begin("start web");
    script.state = script.state.cutOff(TaskState.CONTACT_LOST, NOW);
    assertThat(script.next()).isEqualTo("rest");
    script.succeed(start);
    assertThat(script.steps(1)).isEqualTo("stop web; ");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.TERMINATION_NOTICE);
    assertThat(script.observed().stoppedReason()).contains("allows no second copy");
  }

  @Test
  void aKillThatFailedDoesNotWaitForLong() {
    Duration first = Duration.ofMillis(200);
    TaskKeeper keeper = new TaskKeeper(TaskState.ordered(ONE, false), false, 0);
    keeper.begin(new TaskKeeper.Moment(NOW, 0));
    keeper.ended(
        new Outcome.Done(
            new Step.Create(ONE.spec().containers().getFirst()), Sighting.created("web", "id")),
        new TaskKeeper.Moment(NOW, 1));
    keeper.ended(
        new Outcome.Done(new Step.Start("web", "id"), Sighting.running("web", "id")),
        new TaskKeeper.Moment(NOW, 2));
    assertThat(keeper.cutOff("because", new TaskKeeper.Moment(NOW, 3)))
        .filteredOn(TaskKeeper.Perform.class::isInstance)
        .hasSize(1);
    keeper.ended(
        new Outcome.Failed(new Step.Stop("web", "id", 0), Problem.UNREACHABLE, "timeout"),
        new TaskKeeper.Moment(NOW, 4));
    assertThat(keeper.patienceNanos(new TaskKeeper.Moment(NOW, 4))).isEqualTo(first.toNanos());
  }
}
