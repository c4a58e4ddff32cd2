package io.longshore.chaos;

import static io.longshore.chaos.PlantedHistory.JOB;
import static io.longshore.chaos.PlantedHistory.RUNS;
import static io.longshore.chaos.PlantedHistory.arn;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.History.Container;
import io.longshore.chaos.History.Deed;
import io.longshore.chaos.History.Service;
import io.longshore.chaos.History.Task;
import io.longshore.chaos.Verdict.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each promise is shown to be missed when it is broken, and none when it is kept. */
class CheckerTest {
  private final PlantedHistory history = new PlantedHistory();

  private void assertBroken(Promise promise, String words) {
    List<Violation> found = history.judge().violations();
    assertThat(found).extracting(Violation::promise).containsOnly(promise);
    assertThat(found).extracting(Violation::what).anyMatch(what -> what.contains(words));
  }

  @Test
  void allIsWell() {
    Verdict verdict = history.judge();

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.unseen()).isEmpty();
    assertThat(verdict.isKept()).isTrue();
  }

  @Test
  void whatNobodySawWasNotKept() {
    history.writes.clear();

    Verdict verdict = history.judge();

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.unseen()).containsExactly(Promise.ACKNOWLEDGED, Promise.ONE_EFFECT);
    assertThat(verdict.isKept()).isFalse();
    assertThat(verdict.told()).contains("NOTHING WAS SEEN");
  }

  @Test
  void withoutAnEngineTheRestIsChecked() {
    Verdict verdict = Checker.check(history.history(false));

    assertThat(verdict.isKept()).isTrue();
    assertThat(verdict.told()).contains("not checked: there was no engine to ask");
  }

  @Test
  void aDefinitionIsLost() {
    history.definitions.remove("arn:aws:ecs:r:0:task-definition/written:1");
    assertBroken(Promise.ACKNOWLEDGED, "written:1 is not there");
  }

  @Test
  void aServiceIsNotAsAcknowledged() {
    history.write(Deed.SET_SERVICE, "web", 3, "td/web:1", "arn");
    assertBroken(Promise.ACKNOWLEDGED, "service web is 1 of web:1 and should be [3 of web:1]");
  }

  @Test
  void aDeletedServiceIsStillThere() {
    history.write(Deed.DELETE_SERVICE, "web", 0, "", "arn");
    assertBroken(Promise.ACKNOWLEDGED, "should be [gone]");
  }

  @Test
  void anUnansweredCallMayHaveTakenEffectOrNot() {
    history.write(Deed.SET_SERVICE, "web", 3, "td/web:1", null);
    assertThat(history.judge().violations()).isEmpty();

    history.services.set(0, new Service("web", "ACTIVE", 3, 3, 0, 1, "td/web:1"));
    assertThat(history.judge().violations()).isEmpty();

    history.services.set(0, new Service("web", "ACTIVE", 2, 2, 0, 1, "td/web:1"));
    assertBroken(Promise.ACKNOWLEDGED, "should be [1 of web:1, 3 of web:1]");
  }

  @Test
  void aRefusedCallHasNoEffect() {
    history.refused("web", 3);
    assertThat(history.judge().violations()).isEmpty();

    history.services.set(0, new Service("web", "ACTIVE", 3, 3, 0, 1, "td/web:1"));
    assertBroken(Promise.ACKNOWLEDGED, "should be [1 of web:1]");
  }

  @Test
  void aTaskThatWasAcknowledgedIsNotDescribed() {
    history.tasks.removeLast();
    assertBroken(Promise.ACKNOWLEDGED, "there in the events, missing when described");
  }

  @Test
  void aTaskThatWasAcknowledgedNeverWas() {
    history.write(Deed.RUN_TASK, "job-2", 1, "td/job:1", arn("c".repeat(32)));
    assertBroken(Promise.ACKNOWLEDGED, "missing in the events");
  }

  @Test
  void aCallMadeTwoTasks() {
    String second = "d".repeat(32);
    history.task(second, 1, "STOPPED", "job-1", null);
    history.tasks.add(new Task(arn(second), "STOPPED", 1, false));
    assertBroken(Promise.ONE_EFFECT, "the call job-1 made 2 tasks");
  }

  @Test
  void twoCallsWereGivenOneRevision() {
    history.write(
        Deed.REGISTER_DEFINITION, "written", 0, "", "arn:aws:ecs:r:0:task-definition/written:1");
    assertBroken(Promise.ONE_EFFECT, "given to two calls");
  }

  @Test
  void anExitIsNeverTold() {
    history.engine(4, "die", "c1", RUNS, 0);
    history.stop(6, RUNS);
    assertBroken(Promise.EXITS, "died at 2026-01-01T00:00:04Z and the task is RUNNING");
  }

  @Test
  void anExitOfATaskNobodyHeardOf() {
    history.engine(4, "die", "c9", "f".repeat(32), 0);
    history.stop(6, "f".repeat(32));
    assertBroken(Promise.EXITS, "the task is unheard of");
  }

  @Test
  void anExitIsToldWithAnotherCode() {
    history.engine.removeIf(happening -> happening.container().equals("c2"));
    history.engine(3, "die", "c2", JOB, 3);
    assertBroken(Promise.EXITS, "ended with 3 and is told to have ended with 7");
  }

  @Test
  void anExitMayBeToldWithoutACode() {
    history.engine(3, "die", "c9", JOB, 7);
    history.records.removeLast();
    history.task(JOB, 3, "STOPPED", "job-1", null);
    Verdict verdict = history.judge();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.told()).contains("2 told without a code");
  }

  @Test
  void aTaskHadTwoContainersThatStarted() {
    history.engine(4, "start", "c3", RUNS, null);
    assertBroken(Promise.ONE_CONTAINER, RUNS + "/main was started 2 times");
  }

  @Test
  void aServiceIsNotAtItsCount() {
    history.unsettled.add("Service[name=web]");
    assertBroken(Promise.REST, "Service[name=web]");
  }

  @Test
  void aContainerStartsWhenAllShouldBeQuiet() {
    String late = "9".repeat(32);
    history.engine(12, "start", "c4", late, null);
    assertBroken(Promise.REST, "a start of task " + late);
  }

  @Test
  void aTaskChangesWhenAllShouldBeQuiet() {
    history.task(15, RUNS, 3, "RUNNING", "", null);
    assertBroken(Promise.REST, RUNS + " changed when nothing had to happen any more");
  }

  @Test
  void aStateGoesBack() {
    history.task(RUNS, 3, "PENDING", "", null);
    history.task(RUNS, 4, "RUNNING", "", null);
    assertBroken(Promise.FORWARD, "PENDING after RUNNING");
  }

  @Test
  void aVersionDoesNotGrow() {
    history.task(RUNS, 5, "RUNNING", "", null);
    history.task(RUNS, 4, "RUNNING", "", null);
    assertBroken(Promise.FORWARD, "version 4 after 5");
  }

  @Test
  void theApiSaysAnotherThanTheEvents() {
    history.tasks.set(0, new Task(arn(RUNS), "PENDING", 2, false));
    assertBroken(Promise.FORWARD, "is described as PENDING");
  }

  @Test
  void anEventToldAgainWordForWordIsNoNews() {
    history.task(RUNS, 1, "PROVISIONING", "", null);
    Verdict verdict = history.judge();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.told()).contains("1 told again word for word");
  }

  @Test
  void anEventIsToldInTwoWays() {
    history.task(RUNS, 2, "STOPPED", "", null);
    assertBroken(Promise.ONE_TELLING, "was told in two ways");
  }

  @Test
  void anOrderIsMissing() {
    history.stop(7, RUNS);
    assertBroken(Promise.ORDERS, "was given generation 7 after 5");
  }

  @Test
  void twoOrdersHaveOneGeneration() {
    history.stop(5, RUNS);
    assertBroken(Promise.ORDERS, "two orders of generation 5");
  }

  @Test
  void anOrderGivenAgainWordForWordIsNone() {
    history.start(2, RUNS);
    history.stop(6, JOB);
    assertThat(history.judge().violations()).isEmpty();
  }

  @Test
  void aRunnerThatHadBeenForgottenBeginsAnew() {
    history.manifest(1, RUNS);
    history.stop(2, JOB);
    assertThat(history.judge().violations()).isEmpty();
  }

  @Test
  void aRunnerIsTakenForLostThatWasHeard() {
    history.beat(25);
    history.lost(31);
    assertBroken(Promise.HEARD, "runner r1 was taken for lost");
  }

  @Test
  void aRunnerThatSaidNothingIsLost() {
    history.beat(20);
    history.lost(31);
    history.beat(32);
    assertThat(history.judge().violations()).isEmpty();
  }

  @Test
  void aContainerEndsThatNobodyWantedToEnd() {
    history.engine(4, "die", "c1", RUNS, 137);
    history.task(RUNS, 3, "STOPPED", "", 137);
    history.tasks.set(0, new Task(arn(RUNS), "STOPPED", 3, false));
    history.containers.clear();
    assertBroken(Promise.UNTOUCHED, RUNS + " ended and nobody had ordered it");
  }

  @Test
  void anAccidentIsNobodysOrder() {
    history.engine(4, "die", "c1", RUNS, 137);
    history.killed.add("c1");
    history.task(RUNS, 3, "STOPPED", "", 137);
    history.tasks.set(0, new Task(arn(RUNS), "STOPPED", 3, false));
    assertThat(history.judge().violations(Promise.UNTOUCHED)).isEmpty();
  }

  @Test
  void whatAManifestDoesNotNameIsToEnd() {
    history.manifest(6, JOB);
    history.engine(4, "die", "c1", RUNS, 137);
    history.task(RUNS, 3, "STOPPED", "", 137);
    history.tasks.set(0, new Task(arn(RUNS), "STOPPED", 3, false));
    assertThat(history.judge().violations(Promise.UNTOUCHED)).isEmpty();
  }

  @Test
  void aDecoyIsKilled() {
    history.foreign(4, "kill");
    assertBroken(Promise.DECOYS, "was touched");
  }

  @Test
  void aDecoyIsGone() {
    history.runningDecoys.clear();
    assertBroken(Promise.DECOYS, "was touched");
  }

  @Test
  void aContainerIsLeft() {
    history.containers.add(new Container("c2", PlantedHistory.HOST, JOB, "exited"));
    assertBroken(Promise.LEFTOVERS, "no task that lives has it");
  }

  @Test
  void aContainerIsLeftAfterEverythingWasDeleted() {
    history.leftAfterDeletion.add(new Container("c1", PlantedHistory.HOST, RUNS, "running"));
    assertBroken(Promise.LEFTOVERS, "is running after everything had been deleted");
  }

  @Test
  void aViolationIsToldWithWhatIsKnown() {
    history.engine(4, "start", "c3", RUNS, null);
    String told = history.judge().told();
    assertThat(told)
        .contains("VIOLATION of A3")
        .contains("engine  start c3 on host-1")
        .contains("\"lastStatus\":\"RUNNING\"");
  }
}
