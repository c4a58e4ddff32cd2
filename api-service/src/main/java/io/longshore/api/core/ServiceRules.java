package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;
import static io.longshore.api.core.EcsException.unsupported;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
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

  /** Giving one of these another value starts a new deployment. */
  private static final List<String> DEPLOYED =
      List.of(
          "networkConfiguration",
          "platformVersion",
          "loadBalancers",
          "serviceRegistries",
          "serviceConnectConfiguration",
          "volumeConfigurations",
          "vpcLatticeConfigurations");

  private ServiceRules() {}

  /** What can be refused without knowing the definition. */
  public static void checkCreate(Members request) {
    Rules.name("serviceName", Rules.required(request, "serviceName"));
    if (request.text("schedulingStrategy", "REPLICA").equals("DAEMON")) {
      throw unsupported("schedulingStrategy DAEMON is not supported yet.");
    }
    checkShared(request);
    Rules.required(request, "taskDefinition");
    if (!request.has("desiredCount")) {
      throw invalid("desiredCount must be given when schedulingStrategy is REPLICA.");
    }
    if (request.has("launchType") && !request.objects("capacityProviderStrategy").isEmpty()) {
      throw invalid("launchType and capacityProviderStrategy must not be given together.");
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
    if (!strategy.equals("ROLLING")) {
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
    Rules.atMost("serviceRegistries", request.objects("serviceRegistries"), 1);
  }

  static void checkPlacement(Members request) {
    Rules.atMost("placementConstraints", request.objects("placementConstraints"), 10);
    Rules.atMost("placementStrategy", request.objects("placementStrategy"), 5);
    Rules.atMost("capacityProviderStrategy", request.objects("capacityProviderStrategy"), 20);
  }

  public static Command.CreateService create(
      ClusterName cluster, Members request, Described.Definition definition) {
    Members deployment = deployment(nested(request, "deploymentConfiguration"));
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
            .withDefault("availabilityZoneRebalancing", "ENABLED");
    if (!document.has("capacityProviderStrategy")) {
      document = document.withDefault("launchType", "EC2");
    }
    return new Command.CreateService(
        cluster,
        new ServiceName(Rules.required(request, "serviceName")),
        definition.spec(),
        request.integer("desiredCount", 0),
        settings(deployment),
        document.json(),
        Tags.of(request));
  }

  /**
   * What changes, over what the service has.
   *
   * @param definition null to keep the service's own
   * @param current the service's document; null when there is no such service, which the scheduler
   *     has to say
   */
  public static Command.UpdateService update(
      ClusterName cluster,
      ServiceName service,
      Members request,
      Described.@Nullable Definition definition,
      @Nullable Members current) {
    Members before = current == null ? Members.NONE : current;
    Members changes = echoed(request);
    boolean force =
        request.flag("forceNewDeployment")
            || DEPLOYED.stream()
                .anyMatch(name ->
                    changes.has(name)
                        && !Objects.equals(changes.values().get(name), before.values().get(name)));
    ServiceSettings settings = null;
    Members document = changes;
    Members given = request.object("deploymentConfiguration");
    if (given != null) {
      Members deployment = deployment(nested(before, "deploymentConfiguration").over(given));
      settings = settings(deployment);
      document = document.with("deploymentConfiguration", deployment);
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

  private static Members deployment(Members given) {
    Members breaker =
        nested(given, "deploymentCircuitBreaker")
            .withDefault("enable", false)
            .withDefault("rollback", false);
    Members result =
        given
            .with("deploymentCircuitBreaker", breaker)
            .withDefault("maximumPercent", 200)
            .withDefault("minimumHealthyPercent", 100)
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
    if (least >= most) {
      throw invalid(
          "deploymentConfiguration.maximumPercent must be more than minimumHealthyPercent: otherwise no task can ever be replaced.");
    }
    return result;
  }

  private static ServiceSettings settings(Members deployment) {
    return new ServiceSettings(
        deployment.integer("minimumHealthyPercent", 100),
        deployment.integer("maximumPercent", 200));
  }

  private static Members nested(Members members, String name) {
    Members object = members.object(name);
    return object == null ? Members.NONE : object;
  }
}
