package io.longshore.scheduler.outbound;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.longshore.messages.Arns;
import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.DeploymentState.Rollout;
import io.longshore.messages.Ids;
import io.longshore.messages.NetworkBinding;
import io.longshore.messages.StopCode;
import io.longshore.messages.TaskObservation;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.Task;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The public face of what happened: the EventBridge envelope around the resource as ECS describes
 * it. See "Amazon ECS events" in the ECS developer guide. Unlike EventBridge's, these come in order
 * for each resource.
 */
final class PublicEvents {
  private final Arns arns;

  PublicEvents(Arns arns) {
    this.arns = arns;
  }

  record Envelope(
      String version,
      String id,
      @JsonProperty("detail-type") String detailType,
      String source,
      String account,
      Instant time,
      String region,
      List<String> resources,
      Object detail) {}

  record TaskDetail(
      String taskArn,
      String clusterArn,
      String containerInstanceArn,
      String taskDefinitionArn,
      String availabilityZone,
      String group,
      @Nullable String startedBy,
      String desiredStatus,
      String lastStatus,
      String cpu,
      String memory,
      String healthStatus,
      List<ContainerDetail> containers,
      @Nullable String stopCode,
      @Nullable String stoppedReason,
      Instant createdAt,
      @Nullable Instant pullStartedAt,
      @Nullable Instant pullStoppedAt,
      @Nullable Instant startedAt,
      @Nullable Instant stoppingAt,
      @Nullable Instant executionStoppedAt,
      @Nullable Instant stoppedAt,
      Instant updatedAt,
      long version) {}

  record ContainerDetail(
      String containerArn,
      String name,
      @Nullable String image,
      @Nullable String imageDigest,
      @Nullable String runtimeId,
      String lastStatus,
      String healthStatus,
      @Nullable Integer exitCode,
      @Nullable String reason,
      List<NetworkBinding> networkBindings,
      String taskArn) {}

  record ServiceDetail(String eventType, String eventName, String clusterArn, Instant createdAt) {}

  record DeploymentDetail(
      String eventType,
      String eventName,
      String deploymentId,
      Instant updatedAt,
      @Nullable String reason) {}

  record RunnerDetail(
      String containerInstanceArn,
      String clusterArn,
      String status,
      boolean agentConnected,
      Instant registeredAt,
      Instant updatedAt,
      long version) {}

  Envelope taskChanged(Task task, Instant now) {
    TaskObservation seen = task.seen();
    String arn = arns.task(task.cluster(), task.id());
    StopCode stopCode = task.stopCode();
    TaskDetail detail =
        new TaskDetail(
            arn,
            arns.cluster(task.cluster()),
            arns.containerInstance(task.cluster(), task.runner()),
            arns.taskDefinition(task.spec().definition()),
            task.zone(),
            task.origin().group(),
            task.origin().startedBy(),
            task.desired().name(),
            task.status().name(),
            Integer.toString(task.spec().reservedCpu()),
            Integer.toString(task.spec().reservedMemoryMiB()),
            task.health().name(),
            seen.containers().stream().map(container -> container(task, arn, container)).toList(),
            stopCode == null ? null : stopCode.wireName(),
            task.stoppedReason(),
            task.createdAt(),
            seen.pullStartedAt(),
            seen.pullStoppedAt(),
            seen.startedAt(),
            seen.stoppingAt(),
            seen.executionStoppedAt(),
            seen.stoppedAt(),
            now,
            task.version());
    return envelope("ECS Task State Change", arn, task.version(), now, detail);
  }

  private ContainerDetail container(Task task, String taskArn, ContainerObservation seen) {
    String image =
        task.spec().containers().stream()
            .filter(spec -> spec.name().equals(seen.name()))
            .map(ContainerSpec::image)
            .findFirst()
            .orElse(null);
    return new ContainerDetail(
        arns.container(task.cluster(), task.id(), seen.name()),
        seen.name(),
        image,
        seen.imageDigest(),
        seen.runtimeId(),
        seen.lastStatus().name(),
        seen.health().name(),
        seen.exitCode(),
        seen.reason(),
        seen.networkBindings(),
        taskArn);
  }

  Envelope serviceActed(Service service, String eventName, Instant now) {
    String type = eventName.endsWith("IMPAIRED") ? "WARN" : "INFO";
    return envelope(
        "ECS Service Action",
        arns.service(service.cluster(), service.name()),
        service.version(),
        now,
        new ServiceDetail(type, eventName, arns.cluster(service.cluster()), now));
  }

  Envelope deploymentChanged(Service service, DeploymentState deployment, Instant now) {
    Rollout rollout = deployment.rolloutState();
    String arn = arns.service(service.cluster(), service.name());
    DeploymentDetail detail =
        new DeploymentDetail(
            rollout == Rollout.FAILED ? "ERROR" : "INFO",
            "SERVICE_DEPLOYMENT_" + rollout.name(),
            deployment.id(),
            deployment.updatedAt(),
            deployment.rolloutStateReason());
    // One change of a service can end one deployment and begin another.
    String id =
        Ids.derive("event", arn, deployment.id(), rollout.name(), Long.toString(service.version()));
    return envelope("ECS Deployment State Change", id, arn, now, detail);
  }

  Envelope runnerChanged(Runner runner, Instant now) {
    String arn = arns.containerInstance(runner.cluster(), runner.id());
    return envelope(
        "ECS Container Instance State Change",
        arn,
        runner.version(),
        now,
        new RunnerDetail(
            arn,
            arns.cluster(runner.cluster()),
            runner.status().name(),
            runner.connected(),
            runner.registeredAt(),
            now,
            runner.version()));
  }

  private Envelope envelope(
      String detailType, String arn, long version, Instant now, Object detail) {
    String id = Ids.derive("event", arn, detailType, Long.toString(version));
    return envelope(detailType, id, arn, now, detail);
  }

  private Envelope envelope(String detailType, String id, String arn, Instant now, Object detail) {
    return new Envelope(
        "0", id, detailType, "aws.ecs", arns.account(), now, arns.region(), List.of(arn), detail);
  }
}
