package io.longshore.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Command;
import io.longshore.messages.Command.StopType;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.Json;
import io.longshore.messages.Placing;
import io.longshore.messages.Reply.Accepted;
import io.longshore.messages.Reply.ErrorType;
import io.longshore.messages.Reply.Rejected;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceDeploymentState.BreakerStatus;
import io.longshore.messages.ServiceDeploymentState.Status;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.ServiceSettings.Threshold;
import io.longshore.messages.ServiceSettings.ThresholdType;
import io.longshore.messages.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How deployments end, told as stories, and what is told of them afterwards. */
class DeploymentScenariosTest {
  private final World world = new World();

  @BeforeEach
  void aCluster() {
    world.addRunner("a", "zone-a");
  }

  private ServiceDeploymentState latest() {
    return Objects.requireNonNull(world.web().rollouts().latest());
  }

  private List<String> rollouts() {
    return world.outgoing.stream()
        .filter(Outgoing.DeploymentChanged.class::isInstance)
        .map(Outgoing.DeploymentChanged.class::cast)
        .map(change -> change.deployment().id() + " " + change.deployment().rolloutState())
        .toList();
  }

  /** A service of two whose first revision was completed and whose second fails. */
  private String failingRevision(ServiceSettings settings) {
    world.createService(2, World.spec(1), settings);
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    String first = world.web().primary().id();
    world.deploy(2);
    for (int i = 0; i < 3; i++) {
      world.failedToStart(ofPrimary());
    }
    return first;
  }

  private TaskId ofPrimary() {
    Task.DeploymentId primary = new Task.DeploymentId(world.web().primary().id());
    return world.tasks().stream()
        .filter(task -> task.isOf(primary) && task.isWanted())
        .findFirst()
        .orElseThrow()
        .id();
  }

  @ParameterizedTest
  @CsvSource({
    "BOUNDED_PERCENT, 50, 1, 3",
    "BOUNDED_PERCENT, 50, 6, 3",
    "BOUNDED_PERCENT, 50, 7, 4",
    "BOUNDED_PERCENT, 50, 25, 13",
    "BOUNDED_PERCENT, 50, 400, 200",
    "BOUNDED_PERCENT, 50, 5000, 200",
    "BOUNDED_PERCENT, 100, 0, 3",
    "UNBOUNDED_PERCENT, 50, 1, 1",
    "UNBOUNDED_PERCENT, 50, 0, 1",
    "UNBOUNDED_PERCENT, 50, 5000, 2500",
    "COUNT, 7, 1, 7",
    "COUNT, 7, 5000, 7",
  })
  void aThresholdCountsAsEcsDoes(ThresholdType type, int value, int desired, int expected) {
    assertThat(CircuitBreakers.threshold(new Threshold(type, value), desired)).isEqualTo(expected);
  }

  @Test
  void aTrippedBreakerGoesBackAndTellsHow() {
    String first = failingRevision(World.breaker(100, 200, true));

    assertThat(world.web().primary())
        .satisfies(primary -> {
          assertThat(primary.id()).isEqualTo(first);
          assertThat(primary.rolloutStateReason())
              .isEqualTo(
                  "ECS deployment circuit breaker: rolling back to deploymentId " + first + ".");
        });
    DeploymentState failed = world.web().deployments().getLast();
    assertThat(failed.rolloutState()).isEqualTo(DeploymentState.Rollout.FAILED);
    assertThat(failed.rolloutStateReason())
        .isEqualTo("ECS deployment circuit breaker: tasks failed to start.");
    assertThat(world.takeEvents())
        .contains(
            "(service web) (deployment %s) deployment failed: tasks failed to start."
                .formatted(failed.id()),
            "(service web) rolling back to deployment %s.".formatted(first));
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_IN_PROGRESS);
    assertThat(latest().breaker())
        .isEqualTo(new ServiceDeploymentState.Breaker(BreakerStatus.TRIGGERED, 3, 3));
    assertThat(Objects.requireNonNull(latest().rollback()).deploymentId()).isEqualTo(first);

    world.allStopped();

    assertThat(world.web().deployments()).hasSize(1);
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    assertThat(latest().deploymentId()).isEqualTo(failed.id());
    assertThat(latest().statusReason())
        .isEqualTo(
            "Service deployment rolled back because the circuit breaker threshold was exceeded.");
    assertThat(rollouts())
        .containsExactly(
            first + " IN_PROGRESS",
            first + " COMPLETED",
            failed.id() + " IN_PROGRESS",
            first + " IN_PROGRESS",
            failed.id() + " FAILED",
            first + " COMPLETED");
  }

  @Test
  void withoutRollbackNothingMoreIsLaunchedUntilTheNextDeployment() {
    failingRevision(World.breaker(100, 200, false));
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.FAILED);
    assertThat(latest().status()).isEqualTo(Status.STOPPED);
    long launches = world.web().launches();
    world.pass(Duration.ofHours(1));
    world.sweep();
    assertThat(world.web().launches()).isEqualTo(launches);
    world.force();
    assertThat(world.web().launches()).isGreaterThan(launches);
    assertThat(latest().status()).isEqualTo(Status.IN_PROGRESS);
  }

  @Test
  void withoutABreakerFailuresOnlySlowItDown() {
    failingRevision(new ServiceSettings(100, 200));
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.IN_PROGRESS);
    assertThat(latest().breaker().status()).isEqualTo(BreakerStatus.DISABLED);
    assertThat(latest().breaker().failures()).isEqualTo(3);
  }

  @Test
  void aTaskThatComesThroughSetsTheCountToNothing() {
    world.createService(3, World.spec(1), World.breaker(100, 200, false));
    world.running(world.tasks().getFirst().id());
    world.failedToStart(world.tasks().getLast().id());
    world.failedToStart(world.tasks().getLast().id());
    world.pass(Duration.ofSeconds(9));
    assertThat(world.web().primary().failedTasks()).isEqualTo(2);
    world.pass(Duration.ofSeconds(1));
    assertThat(world.web().primary().failedTasks()).isZero();
    world.failedToStart(world.tasks().getLast().id());
    assertThat(world.web().primary().failedTasks())
        .as("the same task is a success only once")
        .isEqualTo(1);
    world.pass(Duration.ofMinutes(1));
    assertThat(world.web().primary().failedTasks()).isEqualTo(1);
  }

  @Test
  void aCheckedTaskThatBecomesHealthySetsTheCountToNothing() {
    world.createService(3, World.checkedSpec(1), World.breaker(100, 200, false));
    TaskId good = world.tasks().getFirst().id();
    world.failedToStart(world.tasks().getLast().id());
    world.failedToStart(world.tasks().getLast().id());
    world.says(good, HealthStatus.HEALTHY);
    assertThat(world.web().primary().failedTasks()).isZero();
    world.failedToStart(world.tasks().getLast().id());
    world.pass(Duration.ofMinutes(1));
    assertThat(world.web().primary().failedTasks()).isEqualTo(1);
  }

  @Test
  void aTaskThatWasUpForLongIsNoFailure() {
    world.createService(1, World.spec(1), World.breaker(0, 100, true));
    for (int i = 0; i < 5; i++) {
      world.allRunning();
      world.pass(Duration.ofSeconds(11));
      world.exited(ofPrimary(), 1);
    }
    assertThat(world.web().primary().failedTasks()).isZero();
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.COMPLETED);
  }

  @Test
  void aCheckedTaskThatNeverPassedIsAFailureHoweverLongItRan() {
    world.createService(1, World.checkedSpec(1), World.breaker(0, 100, false));
    for (int i = 0; i < 3; i++) {
      world.allRunning();
      world.pass(Duration.ofMinutes(1));
      world.exited(ofPrimary(), 1);
    }
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.FAILED);
  }

  private static Json platform(String version) {
    return new Json("{\"platformVersion\":\"%s\"}".formatted(version));
  }

  private void deployOn(int revision, Json document) {
    world.command(
        new Command.UpdateService(
            World.CLUSTER, World.WEB, World.spec(revision), null, null, true, document));
  }

  @Test
  void aRollbackRestoresEverythingThatWasDeployed() {
    world.command(
        new Command.CreateService(
            World.CLUSTER,
            World.WEB,
            World.spec(1),
            1,
            World.breaker(100, 200, true),
            platform("1.3.0").with(new Json("{\"propagateTags\":\"NONE\"}")),
            Map.of()));
    world.allRunning();
    world.pass(Duration.ofMinutes(1));
    Json changes =
        new Json(
            "{\"platformVersion\":\"1.4.0\",\"networkConfiguration\":{\"a\":1},\"propagateTags\":\"SERVICE\"}");
    deployOn(2, changes);
    assertThat(world.web().document().text("platformVersion")).isEqualTo("1.4.0");
    for (int i = 0; i < 3; i++) {
      world.exited(ofPrimary(), 1);
    }
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    assertThat(world.web().primary().spec().definition().revision()).isEqualTo(1);
    assertThat(world.web().document())
        .as("what no deployment is about stays")
        .isEqualTo(new Json("{\"propagateTags\":\"SERVICE\"}").with(platform("1.3.0")));
  }

  @Test
  void failuresCanBeCountedThroughHealthyTasks() {
    ServiceSettings.CircuitBreaker breaker =
        new ServiceSettings.CircuitBreaker(
            true, false, ServiceSettings.CircuitBreaker.OFF.threshold(), false);
    world.createService(
        3,
        World.spec(1),
        new ServiceSettings(
            100, 200, ServiceSettings.Scheduling.REPLICA, breaker, Placing.ANYWHERE));
    // One of the three never runs, so that the deployment goes on.
    TaskId steady = world.tasks().get(1).id();
    world.exited(world.tasks().getLast().id(), 1);
    world.running(steady);
    world.pass(Duration.ofMinutes(1));
    assertThat(world.web().primary().failedTasks()).isEqualTo(1);
    assertThat(world.web().primary().forgivenTasks()).isEqualTo(1);
    world.exited(world.tasks().getLast().id(), 1);
    world.exited(steady, 1);
    assertThat(world.web().primary().failedTasks()).as("the third was a success").isEqualTo(2);
    assertThat(world.web().primary().forgivenTasks()).isEqualTo(2);
    world.exited(world.tasks().getLast().id(), 1);
    assertThat(world.web().primary().rolloutState()).isEqualTo(DeploymentState.Rollout.FAILED);
    world.force();
    assertThat(world.web().primary().failedTasks()).isZero();
  }

  @Test
  void aSupersededRolloutEndsInItsOwnRight() {
    world.createService(2);
    world.allRunning();
    world.deploy(2);
    ServiceDeploymentState second = latest();
    world.deploy(3);
    assertThat(latest().id()).isNotEqualTo(second.id());
    assertThat(latest().sources()).contains(second.deploymentId());
    assertThat(world.told(second.id()).status()).isEqualTo(Status.STOPPED);
    assertThat(world.told(second.id()).hasEnded()).isTrue();
  }

  @Test
  void aDeploymentCanBeStoppedOnceAndOnlyWhileItLasts() {
    world.createService(2);
    assertThat(world.stopDeployment(StopType.ROLLBACK))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> {
              assertThat(rejected.error()).isEqualTo(ErrorType.CONFLICT);
              assertThat(rejected.message()).contains("stopType ABORT");
            });
    world.allRunning();
    world.deploy(2);
    assertThat(world.stopDeployment(StopType.ROLLBACK)).isInstanceOf(Accepted.class);
    assertThat(world.stopDeployment(StopType.ROLLBACK))
        .as("again, while it goes back")
        .isInstanceOf(Accepted.class);
    world.allStopped();
    assertThat(latest().status()).isEqualTo(Status.ROLLBACK_SUCCESSFUL);
    assertThat(world.stopDeployment(StopType.ABORT))
        .isInstanceOfSatisfying(
            Rejected.class, rejected -> assertThat(rejected.error()).isEqualTo(ErrorType.CONFLICT));
  }

  @Test
  void theGracePeriodPassesOverWhatAHealthCheckSays() {
    world.createService(
        1,
        World.checkedSpec(1),
        new ServiceSettings(
            100,
            200,
            new ServiceSettings.Scheduling(false, 30, false),
            ServiceSettings.CircuitBreaker.OFF,
            Placing.ANYWHERE));
    TaskId only = ofPrimary();
    world.says(only, HealthStatus.UNHEALTHY);
    assertThat(world.tasks()).hasSize(1);
    world.pass(Duration.ofSeconds(30));
    assertThat(world.tasks()).as("its replacement comes first").hasSize(2);
    world.says(only, HealthStatus.HEALTHY);
    assertThat(world.tasks().stream().filter(Task::isWanted))
        .as("the replacement is not needed any more")
        .singleElement()
        .satisfies(task -> assertThat(task.id()).isEqualTo(only));
  }

  @Test
  void anUnhealthyTaskGoesFirstWhereItsReplacementFindsNoPlace() {
    world.createService(
        1,
        World.spec(
            1,
            World.container("app", 1, 60 * 1024)
                .withOrdering(World.checkedSpec(1).containers().getFirst().ordering())),
        new ServiceSettings(100, 200));
    TaskId only = ofPrimary();
    world.says(only, HealthStatus.HEALTHY);
    world.says(only, HealthStatus.UNHEALTHY);
    assertThat(world.takeEvents())
        .anyMatch(event -> event.contains("unable to place a task"))
        .contains("(service web) (task %s) failed container health checks.".formatted(only));
    world.allStopped();
    assertThat(world.tasks()).singleElement().matches(task -> !task.id().equals(only));
  }
}
