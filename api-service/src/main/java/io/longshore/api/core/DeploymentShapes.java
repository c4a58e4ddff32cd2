package io.longshore.api.core;

import static io.longshore.api.core.Shapes.seconds;

import io.longshore.messages.Arns;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentProgress.Stage;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceDeploymentState.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Service deployments and service revisions as ECS describes them. */
public record DeploymentShapes(Arns arns) {
  private static final List<String> OF_REVISION =
      List.of(
          "launchType",
          "capacityProviderStrategy",
          "platformVersion",
          "loadBalancers",
          "serviceRegistries",
          "networkConfiguration",
          "serviceConnectConfiguration",
          "volumeConfigurations",
          "vpcLatticeConfigurations");

  /** As ListServiceDeployments has it. */
  public Members brief(Described.Rollout rollout) {
    ServiceDeploymentState story = rollout.story();
    return common(rollout)
        .with("targetServiceRevisionArn", revision(rollout, story.deploymentId()));
  }

  private Members common(Described.Rollout rollout) {
    ServiceDeploymentState story = rollout.story();
    return Members.NONE
        .with(
            "serviceDeploymentArn",
            arns.serviceDeployment(rollout.cluster(), rollout.service(), story.id()))
        .with("serviceArn", arns.service(rollout.cluster(), rollout.service()))
        .with("clusterArn", arns.cluster(rollout.cluster()))
        .with("createdAt", seconds(story.createdAt()))
        .with("startedAt", seconds(story.createdAt()))
        .with("finishedAt", seconds(story.finishedAt()))
        .with("status", story.status().name())
        .with("statusReason", story.statusReason());
  }

  private String revision(Described.Rollout rollout, String deploymentId) {
    return arns.serviceRevision(rollout.cluster(), rollout.service(), deploymentId);
  }

  /** As DescribeServiceDeployments has it. */
  public Members deployment(Described.Rollout rollout) {
    ServiceDeploymentState story = rollout.story();
    boolean stopped = story.status() == Status.STOPPED;
    Members configuration = rollout.revision().object("deploymentConfiguration");
    return common(rollout)
        .with("stoppedAt", stopped ? seconds(story.finishedAt()) : null)
        .with("updatedAt", seconds(story.updatedAt()))
        .with(
            "sourceServiceRevisions",
            story.sources().stream().map(id -> summary(rollout, id)).toList())
        .with("targetServiceRevision", summary(rollout, story.deploymentId()))
        .with("lifecycleStage", stage(story))
        .with("deploymentConfiguration", configuration)
        .with("rollback", rollback(rollout))
        .with(
            "deploymentCircuitBreaker",
            Members.NONE
                .with("status", story.breaker().status().name())
                .with("failureCount", story.breaker().failures())
                .with("threshold", story.breaker().threshold()))
        .with("alarms", alarms(configuration));
  }

  /**
   * What the tasks of a revision are now. What is asked of it is all or nothing, and of blue and
   * green both is asked all.
   */
  private Members summary(Described.Rollout rollout, String deploymentId) {
    ServiceDeploymentState story = rollout.story();
    Described.Counts counts = rollout.counts().getOrDefault(deploymentId, Described.Counts.NONE);
    ServiceDeploymentState.Rollback rollback = story.rollback();
    String wanted = rollback == null ? story.deploymentId() : rollback.deploymentId();
    boolean asked = wanted.equals(deploymentId) || deploymentId.equals(blue(story));
    return Members.NONE
        .with("arn", revision(rollout, deploymentId))
        .with("requestedTaskCount", asked ? story.desiredCount() : 0)
        .with("runningTaskCount", counts.running())
        .with("pendingTaskCount", counts.pending());
  }

  /** The deployment that is kept up until the rollout cleans up; null for none. */
  private static @Nullable String blue(ServiceDeploymentState story) {
    DeploymentProgress progress = story.progress();
    return progress == null || progress.stage() == Stage.CLEAN_UP ? null : progress.blue();
  }

  /** A rolling update scales up and down in one; what is left in the end is cleaning up. */
  private static String stage(ServiceDeploymentState story) {
    DeploymentProgress progress = story.progress();
    return switch (story.status()) {
      case IN_PROGRESS -> progress == null ? "SCALE_UP" : progress.stage().name();
      case ROLLBACK_IN_PROGRESS -> "SCALE_UP";
      case SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED -> "CLEAN_UP";
    };
  }

  private @Nullable Members rollback(Described.Rollout rollout) {
    ServiceDeploymentState.Rollback rollback = rollout.story().rollback();
    return rollback == null
        ? null
        : Members.NONE
            .with("reason", rollback.reason())
            .with("startedAt", seconds(rollback.startedAt()))
            .with("serviceRevisionArn", revision(rollout, rollback.deploymentId()));
  }

  /** Alarms are kept; there are no metrics yet that could raise one. */
  private static @Nullable Members alarms(@Nullable Members configuration) {
    Members alarms = configuration == null ? null : configuration.object("alarms");
    return alarms == null
        ? null
        : Members.NONE
            .with("status", "DISABLED")
            .with("alarmNames", alarms.texts("alarmNames"))
            .with("triggeredAlarmNames", List.of());
  }

  /** As DescribeServiceRevisions has it. */
  public Members revision(Described.Revision revision) {
    return Members.NONE
        .with(
            "serviceRevisionArn",
            arns.serviceRevision(revision.cluster(), revision.service(), revision.deploymentId()))
        .with("serviceArn", arns.service(revision.cluster(), revision.service()))
        .with("clusterArn", arns.cluster(revision.cluster()))
        .with("taskDefinition", arns.taskDefinition(revision.spec().definition()))
        .with(
            "containerImages",
            revision.spec().containers().stream()
                .map(container ->
                    Members.NONE
                        .with("containerName", container.name())
                        .with("image", container.image())
                        .with("imageDigest", revision.imageDigests().text(container.name())))
                .toList())
        .with("guardDutyEnabled", false)
        .with("createdAt", seconds(revision.createdAt()))
        .over(revision.document().only(OF_REVISION))
        .withoutEmpty("networkConfiguration");
  }
}
