package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.longshore.messages.Command;
import io.longshore.messages.Command.StopType;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.DeploymentProgress.Strategy;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceDeploymentState.Status;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deployments beside the one before, and deployments that are watched for a while. */
class BlueGreenScenariosTest {
  private static final int BAKE_MINUTES = 5;
  private final World world = new World();

  @BeforeEach
  void aCluster() {
    world.addRunner("a", "zone-a");
    world.addRunner("b", "zone-b");
  }

  private ServiceDeploymentState latest() {
    return Objects.requireNonNull(world.web().rollouts().latest());
  }

  private Stage stage() {
    DeploymentProgress progress = latest().progress();
    return Objects.requireNonNull(progress).stage();
  }

  /** The wanted tasks of a revision. */
  private Set<TaskId> of(int revision) {
    return world.tasks().stream()
        .filter(Task::isWanted)
        .filter(task -> task.spec().definition().revision() == revision)
        .map(Task::id)
        .collect(Collectors.toSet());
  }

  /** A service of three whose first revision was completed, with the second one on its way. */
  private Set<TaskId> deploying(ServiceSettings settings) {
    world.createService(3, World.spec(1), settings);
    world.allRunning();
    world.pass(Duration.ofMinutes(BAKE_MINUTES));
    assertThat(world.web().steady()).isTrue();
    Set<TaskId> blue = of(1);
    world.deploy(2);
    return blue;
  }

  private Set<TaskId> baking() {
    Set<TaskId> blue = deploying(World.blueGreen(BAKE_MINUTES, true));
    world.allRunning();
    assertThat(stage()).isEqualTo(Stage.BAKE_TIME);
    return blue;
  }

  @Test
  void blueIsLeftAsItIsUntilAllOfGreenIsHealthy() {
    Set<TaskId> blue = deploying(World.blueGreen(0, true));
    assertThat(of(2)).hasSize(3);
    for (TaskId green : Set.copyOf(of(2))) {
      assertThat(of(1)).isEqualTo(blue);
      assertThat(stage()).isEqualTo(Stage.SCALE_UP);
      assertThat(world.web().deployments())
          .extracting(DeploymentState::status, DeploymentState::desiredCount)
          .containsExactly(
              tuple(DeploymentState.Status.PRIMARY, 3), tuple(DeploymentState.Status.ACTIVE, 3));
      world.running(green);
    }
    assertThat(of(1)).isEmpty();
    assertThat(stage()).isEqualTo(Stage.CLEAN_UP);
    assertThat(latest().status()).isEqualTo(Status.IN_PROGRESS);
    assertThat(world.web().deployments()).hasSize(2);
    world.allStopped();
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
    assertThat(world.web().deployments()).hasSize(1);
    assertThat(world.web().steady()).isTrue();
  }

  @Test
  void bothAreKeptUpWhileGreenIsWatched() {
    Set<TaskId> blue = baking();
    world.pass(Duration.ofMinutes(BAKE_MINUTES).minusMillis(1));
    assertThat(of(1)).isEqualTo(blue);
    assertThat(world.state.waits(world.web().uid()))
        .extracting(Wait::rule)
        .containsExactly(Rule.BAKE_TIME);
    world.pass(Duration.ofMillis(1));
    assertThat(of(1)).isEmpty();
    world.allStopped();
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
  }

  @Test
  void blueDoesNotGoWhileGreenIsNotWhole() {
    Set<TaskId> blue = baking();
    world.pass(Duration.ofMinutes(BAKE_MINUTES).minusMillis(1));
    world.exited(of(2).iterator().next(), 1);
    world.pass(Duration.ofMinutes(1));
    assertThat(of(1)).isEqualTo(blue);
    world.allRunning();
    assertThat(of(1)).isEmpty();
  }

  @Test
  void aGreenThatFailsIsStoppedAndBlueHasNotBeenTouched() {
    Set<TaskId> blue = deploying(World.blueGreen(BAKE_MINUTES, true));
    world.running(of(2).iterator().next());
    fail(2, 3);
    assertThat(of(1)).isEqualTo(blue);
    assertThat(of(2)).isEmpty();
    world.allStopped();
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    assertThat(of(1)).isEqualTo(blue);
    assertThat(world.web().steady()).isTrue();
  }

  /** So many tasks of a revision that have not come up yet fail. */
  private void fail(int revision, int times) {
    for (int i = 0; i < times; i++) {
      world.failedToStart(
          world.tasks().stream()
              .filter(task -> task.isWanted() && !task.isRunning())
              .filter(task -> task.spec().definition().revision() == revision)
              .findFirst()
              .orElseThrow()
              .id());
    }
  }

  @ParameterizedTest
  @EnumSource(StopType.class)
  void whoeverStopsItWhileItIsWatchedKeepsBlue(StopType type) {
    Set<TaskId> blue = baking();
    world.stopDeployment(type);
    assertThat(of(1)).isEqualTo(blue);
    assertThat(of(2)).isEmpty();
    world.allStopped();
    assertThat(latest().status())
        .isEqualTo(type == StopType.ABORT ? Status.STOPPED : Status.ROLLBACK_SUCCESSFUL);
    assertThat(of(1)).isEqualTo(blue);
  }

  @Test
  void afterOneThatWasGivenUpBlueIsKeptUpUntilTheNextOne() {
    Set<TaskId> blue = deploying(World.blueGreen(0, false));
    fail(2, 3);
    world.allStopped();
    assertThat(world.web().primary().rolloutState()).isEqualTo(Rollout.FAILED);
    assertThat(of(2)).isEmpty();
    world.exited(blue.iterator().next(), 1);
    assertThat(of(1)).as("one has been replaced").hasSize(3).isNotEqualTo(blue);
    world.allRunning();
    world.deploy(3);
    Set<TaskId> kept = of(1);
    assertThat(of(3)).hasSize(3);
    world.allRunning();
    world.allStopped();
    assertThat(of(1)).doesNotContainAnyElementsOf(kept);
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
  }

  @Test
  void aBlueTaskThatEndsIsReplacedAndSaysNothingAboutGreen() {
    Set<TaskId> blue = baking();
    world.exited(blue.iterator().next(), 1);
    assertThat(of(1)).hasSize(3).isNotEqualTo(blue);
    assertThat(world.web().primary().failedTasks()).isZero();
  }

  @Test
  void blueTasksThatKeepFailingAreHeldBack() {
    baking();
    for (int i = 0; i < 10 && world.web().notBefore() == null; i++) {
      List<Task> coming =
          world.tasks().stream().filter(task -> !task.isRunning() && task.isWanted()).toList();
      TaskId next = coming.isEmpty() ? of(1).iterator().next() : coming.getFirst().id();
      world.failedToStart(next);
    }
    assertThat(world.web().notBefore()).isNotNull();
    assertThat(world.state.waits(world.web().uid())).extracting(Wait::rule).contains(Rule.BACK_OFF);
    assertThat(world.web().primary().failedTasks()).isZero();
    assertThat(latest().status()).isEqualTo(Status.IN_PROGRESS);
  }

  @Test
  void bothSidesFollowTheDesiredCount() {
    baking();
    world.scale(5);
    assertThat(of(1)).hasSize(5);
    assertThat(of(2)).hasSize(5);
    world.allRunning();
    world.scale(2);
    assertThat(of(1)).hasSize(2);
    assertThat(of(2)).hasSize(2);
    assertThat(world.web().deployments())
        .extracting(DeploymentState::desiredCount)
        .containsExactly(2, 2);
  }

  @Test
  void anotherGreenTakesTheFirstOnesPlaceAndBlueStays() {
    Set<TaskId> blue = deploying(World.blueGreen(0, true));
    world.running(of(2).iterator().next());
    world.deploy(3);
    assertThat(of(2)).isEmpty();
    assertThat(world.tasks()).hasSizeLessThanOrEqualTo(6);
    world.allStopped();
    assertThat(of(1)).isEqualTo(blue);
    assertThat(of(3)).hasSize(3);
    world.allRunning();
    world.allStopped();
    assertThat(of(1)).isEmpty();
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
  }

  @Test
  void whatIsCleaningUpCannotBeStoppedAnyMore() {
    deploying(World.blueGreen(0, true));
    world.allRunning();
    assertThat(stage()).isEqualTo(Stage.CLEAN_UP);
    assertThat(world.stopDeployment(StopType.ROLLBACK))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.error()).isEqualTo(ErrorType.CONFLICT);
              assertThat(rejected.message()).contains("cleaning up");
            });
    world.allStopped();
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
  }

  @Test
  void anotherStrategyHoldsFromTheNextDeploymentOn() {
    Set<TaskId> blue = deploying(World.blueGreen(0, true));
    world.configure(World.breaker(100, 200, true));
    world.running(of(2).iterator().next());
    assertThat(of(1)).isEqualTo(blue);
    world.allRunning();
    world.allStopped();
    world.deploy(3);
    world.running(of(3).iterator().next());
    assertThat(of(2)).as("this one rolls").hasSize(2);
  }

  @Test
  void aHostThatDrainsKeepsBlueAndGivesGreenAway() {
    Set<TaskId> blue = deploying(World.blueGreen(0, true));
    Set<TaskId> green = new HashSet<>(of(2));
    world.command(
        new Command.UpdateContainerInstancesState(World.CLUSTER, List.of(World.runner("a")), true));
    world.allStopped();
    assertThat(of(1)).isEqualTo(blue);
    assertThat(of(2)).hasSize(3).isNotEqualTo(green);
    world.allRunning();
    for (int i = 0; i < 5; i++) {
      world.allStopped();
      world.allRunning();
    }
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
    assertThat(world.tasks())
        .hasSize(3)
        .allMatch(task -> task.runner().equals(World.runner("b")))
        .allMatch(task -> task.spec().definition().revision() == 2);
  }

  @Test
  void aRollingDeploymentIsWatchedWhenItIsUp() {
    world.createService(
        2,
        World.spec(1),
        World.breaker(100, 200, true)
            .with(new ServiceSettings.Deploying(Strategy.ROLLING, BAKE_MINUTES)));
    world.allRunning();
    assertThat(stage()).isEqualTo(Stage.BAKE_TIME);
    assertThat(world.web().steady()).isFalse();
    world.pass(Duration.ofMinutes(BAKE_MINUTES));
    assertThat(latest().status()).isEqualTo(Status.SUCCESSFUL);
    world.deploy(2);
    world.allRunning();
    world.allStopped();
    assertThat(stage()).isEqualTo(Stage.BAKE_TIME);
    assertThat(of(1)).isEmpty();
    world.pass(Duration.ofMinutes(1));
    world.exited(of(2).iterator().next(), 1);
    assertThat(stage()).as("its time goes on").isEqualTo(Stage.BAKE_TIME);
    assertThat(world.web().primary().failedTasks()).as("it had been up for a minute").isZero();
    fail(2, 1);
    fail(2, 1);
    fail(2, 1);
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);
    world.allRunning();
    world.allStopped();
    assertThat(latest().status())
        .as("going back is not watched")
        .isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    assertThat(of(1)).hasSize(2);
  }
}
