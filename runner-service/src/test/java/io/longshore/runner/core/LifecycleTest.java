package io.longshore.runner.core;

import static io.longshore.runner.Tasks.container;
import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerStatus;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.PortMapping;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskObservation;
import io.longshore.messages.TaskStatus;
import io.longshore.runner.Tasks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TaskAssignment SINGLE = Tasks.of(Tasks.id("single"), container("web", true));
  private static final TaskAssignment PAIR =
      Tasks.of(Tasks.id("pair"), container("log", false), container("web", true));

  @Test
  void aContainerIsCreatedAndStartedWithoutAskingForItsImage() {
    Script script = Script.ordered(SINGLE);
    assertThat(script.next()).isEqualTo("create web");
    script.succeed();
    assertThat(script.next()).isEqualTo("start web");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.PENDING);
    script.succeed();
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
    assertThat(script.observed().startedAt()).isNotNull();
    assertThat(script.observed().pullStoppedAt()).isNotNull();
  }

  @Test
  void aMissingImageIsPulledOnce() {
    Script script = Script.ordered(SINGLE).fail(Problem.IMAGE_MISSING, "no such image");
    assertThat(script.next()).isEqualTo("pull web");
    script.succeed();
    assertThat(script.next()).isEqualTo("create web");
    script.fail(Problem.IMAGE_MISSING, "no such image");
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void imagesArePulledFirstWhereThatIsConfigured() {
    Script script = new Script(TaskState.ordered(SINGLE, true));
    assertThat(script.next()).isEqualTo("pull web");
  }

  @Test
  void containersAreCreatedAndStartedSideBySide() {
    Script script = Script.ordered(PAIR);
    assertThat(script.next()).isEqualTo("create log, create web");
    Step.Call log = script.begin("create log");
    Step.Call web = script.begin("create web");
    assertThat(script.next()).isEqualTo("rest");
    script.succeed(web);
    assertThat(script.next()).isEqualTo("start web");
    script.succeed();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.PENDING);
    script.succeed(log).succeed();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void imagesArePulledSideBySideAndEachOnce() {
    TaskAssignment three =
        Tasks.of(
            Tasks.id("images"),
            container("a", true),
            container("b", true),
            Tasks.ofImage("c", "other:1"));
    Script script = new Script(TaskState.ordered(three, true));
    assertThat(script.next()).isEqualTo("pull a, pull c");
    Step.Call first = script.begin("pull a");
    Step.Call other = script.begin("pull c");
    assertThat(script.next()).isEqualTo("rest");
    script.succeed(first);
    assertThat(script.next()).isEqualTo("create a, create b");
    script.succeed(other);
    assertThat(script.next()).isEqualTo("create a, create b, create c");
  }

  @Test
  void anImageThatIsMissedWhileAnotherContainerPullsItIsNotPulledAgain() {
    Script script = Script.ordered(PAIR);
    Step.Call log = script.begin("create log");
    Step.Call web = script.begin("create web");
    script.end(new Outcome.Failed(web, Problem.IMAGE_MISSING, "none"));
    Step.Call pull = script.begin("pull web");
    script.end(new Outcome.Failed(log, Problem.IMAGE_MISSING, "none"));
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.succeed(pull).next()).isEqualTo("create log, create web");
  }

  @Test
  void aContainerStartsWhileTheImageOfAnotherIsPulled() {
    Script script = Script.ordered(PAIR);
    script.end(new Outcome.Failed(script.begin("create log"), Problem.IMAGE_MISSING, "none"));
    Step.Call pull = script.begin("pull log");
    script.succeed().succeed();
    assertThat(script.stage("web")).isEqualTo(Stage.RUNNING);
    script.end(new Outcome.Failed(pull, Problem.REFUSED, "no such image"));
    assertThat(script.observed().stoppedReason())
        .isEqualTo("CannotPullContainerError: no such image");
    assertThat(script.next()).isEqualTo("stop web");
  }

  @Test
  void theFirstContainerOfATaskThatSharesItsNetworkIsMadeByItself() {
    TaskAssignment shared =
        Tasks.of(Tasks.id("shared"), "awsvpc", container("a", true), container("b", true));
    Script script = Script.ordered(shared);
    assertThat(script.next()).isEqualTo("create a");
    Step.Call first = script.begin();
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.succeed(first).next()).isEqualTo("start a, create b");
  }

  @Test
  void onlyWhatIsUnderWayForAContainerItselfKeepsAListFromCounting() {
    Script script = Script.ordered(PAIR).succeed(4).want(Desired.STOP);
    Step.Call stop = script.begin("stop web");
    script.list();
    assertThat(script.stage("web")).isEqualTo(Stage.RUNNING);
    assertThat(script.stage("log")).isEqualTo(Stage.EXITED);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    script.succeed(stop);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
  }

  @Test
  void aCallUnderWayForOneContainerKeepsTheTaskFromBeingForgottenButNotTheOthersFromStopping() {
    Script script = Script.ordered(PAIR).succeed(3);
    Step.Call start = script.begin("start web");
    script.want(Desired.FORGET);
    assertThat(script.next()).isEqualTo("stop log");
    script.succeed();
    assertThat(script.next()).isEqualTo("rest");
    script.succeed(start);
    assertThat(script.steps(3)).isEqualTo("stop web; remove web; remove log; ");
    assertThat(script.next()).isEqualTo("gone");
  }

  @Test
  void theExitOfAnOnlyContainerIsTheEndAtOnce() {
    Script script = Script.ordered(SINGLE).succeed(2).exit("web", 3);
    TaskObservation observed = script.observed();
    assertThat(observed.lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(observed.stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(observed.stoppedReason()).isEqualTo("Essential container in task exited");
    assertThat(observed.containers().getFirst().exitCode()).isEqualTo(3);
    assertThat(observed.executionStoppedAt()).isNotNull();
    assertThat(observed.stoppedAt()).isNotNull();
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void anEssentialExitStopsTheOthersSideBySide() {
    TaskAssignment three =
        Tasks.of(
            Tasks.id("three"), container("web", true), container("a", false), container("b", true));
    Script script = Script.ordered(three).succeed(6).exit("web", 0);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    assertThat(Observations.canWait(script.observed())).isFalse();
    assertThat(script.next()).isEqualTo("stop b, stop a");
    Step.Call a = script.begin("stop a");
    Step.Call b = script.begin("stop b");
    script.succeed(a);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    script.succeed(b);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.observed().containers())
        .extracting(ContainerObservation::exitCode)
        .containsExactly(0, 143, 143);
  }

  @Test
  void theExitOfAContainerThatIsNotEssentialDoesNotEndTheTask() {
    Script script = Script.ordered(PAIR).succeed(4).exit("log", 1);
    assertThat(script.next()).isEqualTo("rest");
    TaskObservation observed = script.observed();
    assertThat(observed.lastStatus()).isEqualTo(TaskStatus.RUNNING);
    assertThat(observed.containers())
        .extracting(ContainerObservation::lastStatus)
        .containsExactly(ContainerStatus.STOPPED, ContainerStatus.RUNNING);
    assertThat(observed.containers().getFirst().exitCode()).isEqualTo(1);
  }

  @Test
  void anEssentialExitDuringTheStartKeepsTheRestFromStarting() {
    TaskAssignment two = Tasks.of(Tasks.id("two"), container("web", true), container("log", false));
    Script script = Script.ordered(two).succeed(3).exit("web", 1);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.observed().containers().getLast().lastStatus())
        .isEqualTo(ContainerStatus.STOPPED);
  }

  @Test
  void failuresToStartEndTheTaskInTheWordsOfEcs() {
    record Case(int before, Problem problem, String reason) {}
    List<Case> cases =
        List.of(
            new Case(0, Problem.REFUSED, "CannotCreateContainerError: because"),
            new Case(0, Problem.UNPROVIDED, "ResourceInitializationError: because"),
            new Case(1, Problem.REFUSED, "CannotStartContainerError: because"),
            new Case(1, Problem.IMAGE_MISSING, "CannotPullContainerError: because"));
    for (Case one : cases) {
      Script script = Script.ordered(SINGLE).succeed(one.before()).fail(one.problem(), "because");
      assertEnd(script, one.reason());
    }
    Script pull = Script.ordered(SINGLE).fail(Problem.IMAGE_MISSING, "none");
    assertEnd(pull.fail(Problem.REFUSED, "because"), "CannotPullContainerError: because");
  }

  private static void assertEnd(Script script, String reason) {
    TaskObservation observed = script.observed();
    assertThat(observed.lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(observed.stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
    assertThat(observed.stoppedReason()).isEqualTo(reason);
    assertThat(observed.containers().getFirst().reason()).isEqualTo(reason);
    assertThat(observed.containers().getFirst().exitCode()).isNull();
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void whatAlreadyRunsIsStoppedWhenAnotherFailsToStart() {
    Script script = Script.ordered(PAIR).succeed(3).fail(Problem.REFUSED, "port in use");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    assertThat(script.next()).isEqualTo("stop log");
    script.succeed();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
  }

  @Test
  void anEngineThatDoesNotAnswerIsAskedAgain() {
    Script script = Script.ordered(SINGLE).fail(Problem.UNREACHABLE, "timeout");
    assertThat(script.next()).isEqualTo("create web");
    script.succeed().fail(Problem.UNREACHABLE, "timeout");
    assertThat(script.next()).isEqualTo("start web");
    assertThat(script.observed().stopCode()).isNull();
    script.succeed().want(Desired.STOP).fail(Problem.REFUSED, "busy");
    assertThat(script.next()).isEqualTo("stop web");
  }

  @Test
  void whatMayHaveBeenStartedIsStoppedBeforeItIsToldThatTheTaskHasStopped() {
    Script script = Script.ordered(PAIR).succeed(3).fail(Problem.UNREACHABLE, "timeout");
    script.want(Desired.STOP);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    assertThat(script.next()).isEqualTo("stop web, stop log");
    script.succeed(2);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.next()).isEqualTo("rest");
  }

  @Test
  void whatWasNotStartedAfterAllHasNothingToStop() {
    Script script = Script.ordered(SINGLE).succeed().fail(Problem.UNREACHABLE, "timeout");
    Step.Call stop = script.want(Desired.STOP).begin("stop web");
    script.end(new Outcome.Done(stop, Sighting.created("web", Script.id("web"))));
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.want(Desired.FORGET).next()).isEqualTo("remove web");
  }

  @Test
  void aTaskThatIsToldToStopHasNoStopCodeOfItsOwn() {
    Script script = Script.ordered(SINGLE).succeed(2).want(Desired.STOP);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    assertThat(Observations.canWait(script.observed())).isTrue();
    assertThat(script.next()).isEqualTo("stop web");
    script.succeed();
    TaskObservation observed = script.observed();
    assertThat(observed.lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(observed.stopCode()).isNull();
    assertThat(observed.stoppedReason()).isNull();
    assertThat(observed.containers().getFirst().exitCode()).isEqualTo(143);
  }

  @Test
  void aStopBeforeTheStartCreatesNothing() {
    Script script = Script.ordered(SINGLE).want(Desired.STOP);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.want(Desired.RUN).next()).isEqualTo("rest");
  }

  @Test
  void aStopDuringTheCreationWaitsForItAndStartsNothing() {
    Script script = Script.ordered(SINGLE);
    Step.Call create = script.begin();
    script.want(Desired.STOP);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPING);
    script.end(new Outcome.Done(create, Sighting.created("web", Script.id("web"))));
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
  }

  @Test
  void aStopDuringAPullDoesNotWaitForIt() {
    Script script = Script.ordered(SINGLE).fail(Problem.IMAGE_MISSING, "none");
    Step.Call pull = script.begin();
    script.want(Desired.STOP);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    script.want(Desired.FORGET);
    assertThat(script.next()).isEqualTo("gone");
    script.end(new Outcome.Done(pull, null));
    assertThat(script.next()).isEqualTo("gone");
  }

  @Test
  void aForgottenTaskLeavesNothingBehind() {
    Script script = Script.ordered(PAIR).succeed(4).want(Desired.FORGET);
    assertThat(script.next()).isEqualTo("stop web, stop log");
    assertThat(script.steps(2)).isEqualTo("stop web; stop log; ");
    assertThat(script.next()).isEqualTo("remove web, remove log");
    assertThat(script.steps(2)).isEqualTo("remove web; remove log; ");
    assertThat(script.next()).isEqualTo("gone");
  }

  @Test
  void exitedContainersAreKeptUntilTheTaskIsForgotten() {
    Script script = Script.ordered(SINGLE).succeed(2).exit("web", 0);
    assertThat(script.next()).isEqualTo("rest");
    script.want(Desired.FORGET);
    assertThat(script.next()).isEqualTo("remove web");
  }

  @Test
  void aContainerThatFailedToStartIsRemovedToo() {
    Script script = Script.ordered(SINGLE).succeed().fail(Problem.REFUSED, "no");
    assertThat(script.want(Desired.FORGET).next()).isEqualTo("remove web");
  }

  @Test
  void lackOfMemoryIsTold() {
    Script script = Script.ordered(SINGLE).succeed(2);
    script.see(Sighting.exited("web", Script.id("web"), 137).ended(NOW, true));
    assertThat(script.observed().containers().getFirst().reason())
        .isEqualTo("OutOfMemoryError: Container killed due to memory usage");
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
    assertThat(script.observed().executionStoppedAt()).isEqualTo(NOW);
  }

  @Test
  void lackOfMemoryIsTakenInAfterTheExitToo() {
    Script script = Script.ordered(SINGLE).succeed(2).exit("web", 137);
    assertThat(script.observed().containers().getFirst().reason()).isNull();
    script.see(Sighting.exited("web", Script.id("web"), 137).ended(NOW, true));
    assertThat(script.observed().containers().getFirst().reason()).startsWith("OutOfMemoryError");
  }

  @Test
  void staleSightingsChangeNothing() {
    Script script = Script.ordered(SINGLE).succeed(2);
    script.see(Sighting.created("web", Script.id("web")));
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
    TaskState ended = script.exit("web", 5).state;
    script.see(Sighting.running("web", Script.id("web")));
    script.exit("web", 9);
    assertThat(script.state.containers()).isEqualTo(ended.containers());
  }

  @Test
  void aContainerThatVanishedEndedInAWayNobodyKnows() {
    Script script = Script.ordered(SINGLE).succeed(2).list();
    ContainerObservation container = script.observed().containers().getFirst();
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(container.exitCode()).isNull();
    assertThat(container.reason()).contains("removed it");
  }

  @Test
  void aLostExitIsFoundInTheList() {
    Script script = Script.ordered(SINGLE).succeed(2);
    script.list(Sighting.exited("web", Script.id("web"), 7));
    assertThat(script.observed().containers().getFirst().exitCode()).isEqualTo(7);
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
  }

  @Test
  void aContainerStartedAgainByHandIsStoppedAgain() {
    Script script = Script.ordered(SINGLE).succeed(2).exit("web", 1);
    script.list(Sighting.running("web", Script.id("web")));
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.next()).isEqualTo("stop web");
  }

  @Test
  void aFoundTaskIsHeldUntilAManifestNamesIt() {
    TaskState adopted =
        TaskState.adopted(SINGLE, Map.of("web", Sighting.created("web", "id-web")), NOW);
    Script script = new Script(adopted);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.PENDING);
    assertThat(script.want(Desired.RUN).next()).isEqualTo("start web");
  }

  @Test
  void aFoundTaskThatRunsIsTakenUpAsItIs() {
    TaskState adopted =
        TaskState.adopted(SINGLE, Map.of("web", Sighting.running("web", "id-web")), NOW);
    Script script = new Script(adopted).want(Desired.RUN);
    assertThat(script.next()).isEqualTo("rest");
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.RUNNING);
  }

  @Test
  void aFoundTaskThatEndedMeanwhileIsTold() {
    Sighting end = Sighting.exited("web", "id-web", 4).ended(NOW.minusSeconds(9), false);
    Script script = new Script(TaskState.adopted(SINGLE, Map.of("web", end), NOW));
    assertThat(script.observed().lastStatus()).isEqualTo(TaskStatus.STOPPED);
    assertThat(script.observed().containers().getFirst().exitCode()).isEqualTo(4);
    assertThat(script.observed().executionStoppedAt()).isEqualTo(NOW.minusSeconds(9));
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.ESSENTIAL_CONTAINER_EXITED);
  }

  @Test
  void aHalfMadeTaskIsUndoneIfItNeverRanAndEndsIfItDid() {
    Map<String, Sighting> created = Map.of("log", Sighting.created("log", "id-log"));
    Map<String, Sighting> running = Map.of("log", Sighting.running("log", "id-log"));
    assertThat(TaskState.isUndoable(PAIR, created)).isTrue();
    assertThat(TaskState.isUndoable(PAIR, running)).isFalse();
    Script script = new Script(TaskState.adopted(PAIR, running, NOW));
    assertThat(script.next()).isEqualTo("stop log");
    assertThat(script.observed().stopCode()).isEqualTo(StopCode.TASK_FAILED_TO_START);
  }

  @Test
  void onTheHostsNetworkPortsAreWhereTheyAreOpened() {
    var web =
        Tasks.container("web", true, List.of(), Map.of(), List.of(new PortMapping(8080, 0, "tcp")));
    Script script = Script.ordered(Tasks.of(Tasks.id("host"), "host", web)).succeed(2);
    assertThat(script.observed().containers().getFirst().networkBindings())
        .containsExactly(new NetworkBinding("0.0.0.0", 8080, 8080, "tcp"));
  }
}
