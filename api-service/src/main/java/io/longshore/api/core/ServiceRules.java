package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;
import static io.longshore.api.core.EcsException.unsupported;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.DeploymentProgress;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.messages.ServiceSettings.CircuitBreaker;
import io.longshore.messages.ServiceSettings.Threshold;
import io.longshore.messages.ServiceSettings.ThresholdType;
import io.longshore.messages.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** CreateService and UpdateService: checks and ECS's defaults. */
public final class ServiceRules {
  /** ECS's limit of tasks in a service. */
  private static final int MOST_TASKS = 5000;

  private static final int LARGEST_PERCENT = 10_000;

  /** A day, as ECS has it. */
  private static final int LONGEST_BAKE_MINUTES = 1440;

  /** What of a service's document takes effect through its settings. */
  private static final List<String> IN_SETTINGS =
      List.of(
          "deploymentConfiguration",
          "healthCheckGracePeriodSeconds",
          "placementConstraints",
          "placementStrategy",
          "availabilityZoneRebalancing",
          "propagateTags",
          "enableECSManagedTags",
          "loadBalancers");

  private ServiceRules() {}

  /** What can be refused without knowing the definition. */
  public static void checkCreate(Members request) {
    Rules.name("serviceName", Rules.required(request, "serviceName"));
    checkShared(request);
    Rules.required(request, "taskDefinition");
    if (isDaemon(request)) {
      checkDaemon(request);
    } else if (!request.has("desiredCount")) {
      throw invalid("desiredCount must be given when schedulingStrategy is REPLICA.");
    }
  }

  private static boolean isDaemon(Members document) {
    return document.text("schedulingStrategy", "REPLICA").equals("DAEMON");
  }

  /** The hosts say how many tasks a daemon has, and where they are. */
  private static void checkDaemon(Members request) {
    if (request.has("desiredCount")) {
      throw invalid(
          "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.");
    }
    if (!request.objects("placementStrategy").isEmpty()) {
      throw invalid(
          "The daemon scheduling strategy does not support placement strategies. Remove placementStrategy and try again.");
    }
    if (nested(request, "deploymentConfiguration")
        .text("strategy", "ROLLING")
        .equals("BLUE_GREEN")) {
      throw invalid(
          "The daemon scheduling strategy does not support the BLUE_GREEN deployment strategy. Use ROLLING and try again.");
    }
    boolean distinct =
        request.objects("placementConstraints").stream()
            .anyMatch(constraint -> constraint.text("type", "").equals("distinctInstance"));
    if (distinct) {
      throw invalid(
          "The daemon scheduling strategy does not support the distinctInstance placement constraint. Remove it and try again.");
    }
  }

  /** What can be refused without knowing the service. */
  public static void checkUpdate(Members request) {
    Rules.required(request, "service");
    checkShared(request);
  }

  private static void checkShared(Members request) {
    String controller = nested(request, "deploymentController").text("type", "ECS");
    if (!controller.equals("ECS")) {
      throw unsupported("deploymentController %s is not supported yet.".formatted(controller));
    }
    String strategy = nested(request, "deploymentConfiguration").text("strategy", "ROLLING");
    if (!strategy.equals("ROLLING") && !strategy.equals("BLUE_GREEN")) {
      throw unsupported(
          "deploymentConfiguration.strategy %s is not supported yet.".formatted(strategy));
    }
    Rules.range("desiredCount", request.integer("desiredCount", 0), 0, MOST_TASKS);
    Rules.range(
        "healthCheckGracePeriodSeconds",
        request.integer("healthCheckGracePeriodSeconds", 0),
        0,
        Integer.MAX_VALUE);
    checkPlacement(request);
    Strategies.check(request);
    ServiceTargets.check(request);
    Rules.atMost("serviceRegistries", request.objects("serviceRegistries"), 1);
  }

  static void checkPlacement(Members request) {
    Placings.of(request);
    Rules.atMost("capacityProviderStrategy", request.objects("capacityProviderStrategy"), 20);
  }

  public static Command.CreateService create(
      ClusterName cluster, Members request, Described.Definition definition) {
    boolean daemon = isDaemon(request);
    Members deployment = deployment(nested(request, "deploymentConfiguration"), daemon);
    Members document =
        echoed(request)
            .with("deploymentConfiguration", deployment)
            .withDefault("loadBalancers", List.of())
            .withDefault("serviceRegistries", List.of())
            .withDefault("placementConstraints", List.of())
            .withDefault("placementStrategy", List.of())
            .withDefault("healthCheckGracePeriodSeconds", 0)
            .withDefault("schedulingStrategy", "REPLICA")
            .with("deploymentController", Members.NONE.with("type", "ECS"))
            .withDefault("enableECSManagedTags", false)
            .withDefault("propagateTags", "NONE")
            .withDefault("enableExecuteCommand", false)
            .withDefault("availabilityZoneRebalancing", daemon ? "DISABLED" : "ENABLED");
    if (!document.has("capacityProviderStrategy")) {
      document = document.withDefault("launchType", "EC2");
    }
    return new Command.CreateService(
        cluster,
        new ServiceName(Rules.required(request, "serviceName")),
        definition.spec(),
        request.integer("desiredCount", 0),
        settings(document).with(tagging(document, definition.tags())),
        document.json(),
        Tags.of(request));
  }

  /**
   * What changes, over what the service has.
   *
   * @param definition null to keep the service's own
   * @param definitionTags of the definition the service will have
   * @param current the service's document; null when there is no such service, which the scheduler
   *     has to say
   */
  public static Command.UpdateService update(
      ClusterName cluster,
      ServiceName service,
      Members request,
      Described.@Nullable Definition definition,
      Map<String, String> definitionTags,
      @Nullable Members current) {
    Members before = current == null ? Members.NONE : current;
    Members changes = echoed(request);
    boolean force =
        request.flag("forceNewDeployment")
            || DeploymentState.DEPLOYED.stream()
                .anyMatch(name ->
                    changes.has(name)
                        && !Objects.equals(changes.values().get(name), before.values().get(name)));
    if (isDaemon(before)) {
      checkDaemon(request);
    }
    Members document = changes;
    Members given = request.object("deploymentConfiguration");
    if (given != null) {
      document =
          document.with(
              "deploymentConfiguration",
              deployment(nested(before, "deploymentConfiguration").over(given), isDaemon(before)));
    }
    ServiceSettings settings = null;
    // Another definition has other tags to pass on.
    if (current != null && (definition != null || IN_SETTINGS.stream().anyMatch(document::has))) {
      Members merged = before.over(document);
      settings = settings(merged).with(tagging(merged, definitionTags));
    }
    TaskSpec spec = definition == null ? null : definition.spec();
    return new Command.UpdateService(
        cluster, service, spec, request.integer("desiredCount"), settings, force, document.json());
  }

  /** What is stored as given; the rest is state, or has columns of its own. */
  private static Members echoed(Members request) {
    Map<String, Object> values = new LinkedHashMap<>(request.values());
    Object role = values.remove("role");
    if (role != null) {
      values.put("roleArn", role);
    }
    return new Members(values)
        .without(
            "cluster",
            "service",
            "serviceName",
            "taskDefinition",
            "desiredCount",
            "clientToken",
            "tags",
            "forceNewDeployment")
        .withoutEmpty("networkConfiguration", "capacityProviderStrategy", "volumeConfigurations")
        .withoutEmpty("vpcLatticeConfigurations", "serviceConnectConfiguration");
  }

  private static Members deployment(Members given, boolean daemon) {
    Members breaker =
        nested(given, "deploymentCircuitBreaker")
            .withDefault("enable", false)
            .withDefault("rollback", false);
    Members result =
        given
            .with("deploymentCircuitBreaker", breaker)
            .withDefault("maximumPercent", daemon ? 100 : 200)
            .withDefault("minimumHealthyPercent", daemon ? 0 : 100)
            .withDefault("strategy", "ROLLING")
            .withDefault("bakeTimeInMinutes", 0);
    int most =
        Rules.range(
            "deploymentConfiguration.maximumPercent",
            result.integer("maximumPercent", 200),
            100,
            LARGEST_PERCENT);
    int least =
        Rules.range(
            "deploymentConfiguration.minimumHealthyPercent",
            result.integer("minimumHealthyPercent", 100),
            0,
            LARGEST_PERCENT);
    Rules.range(
        "deploymentConfiguration.bakeTimeInMinutes",
        result.integer("bakeTimeInMinutes", 0),
        0,
        LONGEST_BAKE_MINUTES);
    if (least >= most) {
      throw invalid(
          "deploymentConfiguration.maximumPercent must be more than minimumHealthyPercent: otherwise no task can ever be replaced.");
    }
    return result;
  }

  /**
   * What takes effect.
   *
   * @param document the service's as a whole
   */
  private static ServiceSettings settings(Members document) {
    Members deployment = nested(document, "deploymentConfiguration");
    return new ServiceSettings(
            deployment.integer("minimumHealthyPercent", 100),
            deployment.integer("maximumPercent", 200),
            new ServiceSettings.Scheduling(
                isDaemon(document),
                document.integer("healthCheckGracePeriodSeconds", 0),
                document.text("availabilityZoneRebalancing", "DISABLED").equals("ENABLED")),
            circuitBreaker(nested(deployment, "deploymentCircuitBreaker")),
            Placings.of(document))
        .with(
            new ServiceSettings.Deploying(
                DeploymentProgress.Strategy.valueOf(deployment.text("strategy", "ROLLING")),
                deployment.integer("bakeTimeInMinutes", 0)))
        .with(ServiceTargets.of(document));
  }

  private static CircuitBreaker circuitBreaker(Members given) {
    Members threshold = nested(given, "thresholdConfiguration");
    Threshold standard = CircuitBreaker.OFF.threshold();
    return new CircuitBreaker(
        given.flag("enable"),
        given.flag("rollback"),
        new Threshold(
            ThresholdType.valueOf(threshold.text("type", standard.type().name())),
            Rules.range(
                "deploymentCircuitBreaker.thresholdConfiguration.value",
                threshold.integer("value", standard.value()),
                1,
                LARGEST_PERCENT)),
        given.flag("resetOnHealthyTask", true));
  }

  /**
   * @param document of the service, with its defaults filled in
   */
  private static ServiceSettings.Tagging tagging(
      Members document, Map<String, String> definitionTags) {
    String propagated = document.text("propagateTags", "NONE");
    return new ServiceSettings.Tagging(
        document.flag("enableECSManagedTags"),
        propagated.equals("SERVICE"),
        propagated.equals("TASK_DEFINITION") ? definitionTags : Map.of());
  }

  private static Members nested(Members members, String name) {
    Members object = members.object(name);
    return object == null ? Members.NONE : object;
  }
}
