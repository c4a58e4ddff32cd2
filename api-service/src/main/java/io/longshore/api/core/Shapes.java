package io.longshore.api.core;

import io.longshore.messages.Arns;
import io.longshore.messages.ClusterName;
import io.longshore.messages.DeploymentState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clusters, definitions and services as ECS describes them. Lists that ECS always shows are there
 * even when empty; objects without members are left out, because clients fall over them.
 */
public record Shapes(Arns arns) {
  private static final String TAGS = "TAGS";

  /** Epoch seconds with milliseconds, ECS's way to write a time. */
  static @Nullable BigDecimal seconds(@Nullable Instant time) {
    return time == null ? null : BigDecimal.valueOf(time.toEpochMilli(), 3);
  }

  public static Members missing(String arn) {
    return Members.NONE.with("arn", arn).with("reason", "MISSING");
  }

  /** A protection that is over is shown as none. */
  public static Members protection(
      Arns arns, ClusterName cluster, Described.Protection protection, Instant now) {
    Instant until = protection.until();
    boolean enabled = until != null && until.isAfter(now);
    return Members.NONE
        .with("taskArn", arns.task(cluster, protection.task()))
        .with("protectionEnabled", enabled)
        .with("expirationDate", enabled ? seconds(until) : null);
  }

  public Members cluster(Described.Cluster cluster, List<String> include) {
    Members document = cluster.document();
    Members shape =
        Members.NONE
            .with("clusterArn", arns.cluster(cluster.name()))
            .with("clusterName", cluster.name().value())
            .with("status", cluster.status())
            .with("registeredContainerInstancesCount", cluster.instances())
            .with("runningTasksCount", cluster.runningTasks())
            .with("pendingTasksCount", cluster.pendingTasks())
            .with("activeServicesCount", cluster.activeServices())
            .with("statistics", List.of())
            .with("tags", include.contains(TAGS) ? Tags.shown(cluster.tags()) : List.of())
            .with("settings", include.contains("SETTINGS") ? settings(document) : List.of())
            .with("capacityProviders", list(document, "capacityProviders"))
            .with(
                "defaultCapacityProviderStrategy",
                list(document, "defaultCapacityProviderStrategy"))
            .with("serviceConnectDefaults", document.object("serviceConnectDefaults"))
            .withoutEmpty("serviceConnectDefaults");
    if (include.contains("CONFIGURATIONS")) {
      shape = shape.with("configuration", document.object("configuration"));
    }
    shape = shape.withoutEmpty("configuration");
    return include.contains("ATTACHMENTS") ? shape.with("attachments", List.of()) : shape;
  }

  private static Object settings(Members document) {
    return document.has("settings")
        ? list(document, "settings")
        : List.of(Members.NONE.with("name", "containerInsights").with("value", "disabled"));
  }

  private static Object list(Members document, String name) {
    return document.values().getOrDefault(name, List.of());
  }

  public Members definition(Described.Definition definition) {
    return definition
        .document()
        .with("taskDefinitionArn", arns.taskDefinition(definition.id()))
        .with("family", definition.id().family())
        .with("revision", definition.id().revision())
        .with("status", definition.status())
        .with("registeredAt", seconds(definition.registeredAt()))
        .with("deregisteredAt", seconds(definition.deregisteredAt()))
        .with("deleteRequestedAt", seconds(definition.deleteRequestedAt()));
  }

  public Members service(Described.Service service, List<String> include) {
    Members document = service.document();
    Described.Counts total =
        service.counts().values().stream().reduce(Described.Counts.NONE, Described.Counts::plus);
    List<Members> deployments = new ArrayList<>();
    for (DeploymentState deployment : primaryFirst(service.deployments())) {
      Described.Counts counts =
          service.counts().getOrDefault(deployment.id(), Described.Counts.NONE);
      deployments.add(deployment(deployment, document, counts));
    }
    String definition =
        deployments.isEmpty() ? null : deployments.getFirst().text("taskDefinition");
    Members shape =
        document
            .without("serviceConnectConfiguration", "volumeConfigurations")
            .without("vpcLatticeConfigurations", "monitoring")
            .with("serviceArn", arns.service(service.cluster(), service.name()))
            .with("serviceName", service.name().value())
            .with("clusterArn", arns.cluster(service.cluster()))
            .with("status", service.status())
            .with("desiredCount", service.desiredCount())
            .with("runningCount", total.running())
            .with("pendingCount", total.pending())
            .with("taskDefinition", definition)
            .with("deployments", deployments)
            .with(
                "currentServiceDeployment",
                service.rollout() == null
                    ? null
                    : arns.serviceDeployment(service.cluster(), service.name(), service.rollout()))
            .with("currentServiceRevisions", currentRevisions(service))
            .with("events", service.events().stream().map(Shapes::event).toList())
            .with("createdAt", seconds(service.createdAt()))
            .withDefault("loadBalancers", List.of())
            .withDefault("serviceRegistries", List.of())
            .withDefault("placementConstraints", List.of())
            .withDefault("placementStrategy", List.of())
            .withoutEmpty("networkConfiguration");
    shape = Strategies.withoutLaunchType(shape);
    return include.contains(TAGS) ? shape.with("tags", Tags.shown(service.tags())) : shape;
  }

  private List<Members> currentRevisions(Described.Service service) {
    return primaryFirst(service.deployments()).stream()
        .map(deployment -> {
          Described.Counts counts =
              service.counts().getOrDefault(deployment.id(), Described.Counts.NONE);
          return Members.NONE
              .with("arn", arns.serviceRevision(service.cluster(), service.name(), deployment.id()))
              .with("requestedTaskCount", deployment.desiredCount())
              .with("runningTaskCount", counts.running())
              .with("pendingTaskCount", counts.pending());
        })
        .toList();
  }

  private static List<DeploymentState> primaryFirst(List<DeploymentState> deployments) {
    return deployments.stream().sorted((a, b) -> a.status().compareTo(b.status())).toList();
  }

  private Members deployment(
      DeploymentState deployment, Members document, Described.Counts counts) {
    Members shape =
        Members.NONE
            .with("id", deployment.id())
            .with("status", deployment.status().name())
            .with("taskDefinition", arns.taskDefinition(deployment.spec().definition()))
            .with("desiredCount", deployment.desiredCount())
            .with("pendingCount", counts.pending())
            .with("runningCount", counts.running())
            .with("failedTasks", deployment.failedTasks())
            .with("createdAt", seconds(deployment.createdAt()))
            .with("updatedAt", seconds(deployment.updatedAt()))
            .with("rolloutState", deployment.rolloutState().name())
            .with("rolloutStateReason", deployment.rolloutStateReason());
    Members own =
        deployment.deployed() == null
            ? document
            : document
                .without(DeploymentState.DEPLOYED.toArray(String[]::new))
                .over(Members.stored(deployment.deployed().text()));
    return Strategies.withoutLaunchType(
            shape.over(
                own.only(
                    List.of(
                        "launchType",
                        "capacityProviderStrategy",
                        "platformVersion",
                        "networkConfiguration",
                        "serviceConnectConfiguration",
                        "volumeConfigurations",
                        "vpcLatticeConfigurations"))))
        .withoutEmpty("networkConfiguration");
  }

  private static Members event(Described.Event event) {
    return Members.NONE
        .with("id", event.id())
        .with("createdAt", seconds(event.createdAt()))
        .with("message", event.message());
  }

  /** How many tasks and services a cluster has of each kind, as ECS names them. */
  public static List<Members> statistics(Map<String, Long> counts) {
    List<Members> statistics = new ArrayList<>();
    for (String kind : List.of("EC2", "Fargate", "External")) {
      for (String name :
          List.of(
              "running" + kind + "TasksCount",
              "pending" + kind + "TasksCount",
              "active" + kind + "ServiceCount",
              "draining" + kind + "ServiceCount")) {
        long count = counts.getOrDefault(name.toLowerCase(Locale.ROOT), 0L);
        statistics.add(Members.NONE.with("name", name).with("value", Long.toString(count)));
      }
    }
    return statistics;
  }
}
