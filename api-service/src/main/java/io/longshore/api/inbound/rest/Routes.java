package io.longshore.api.inbound.rest;

import static io.longshore.api.inbound.rest.Route.delete;
import static io.longshore.api.inbound.rest.Route.get;
import static io.longshore.api.inbound.rest.Route.patch;
import static io.longshore.api.inbound.rest.Route.post;

import io.longshore.api.core.Names;
import io.longshore.api.inbound.Shape;
import io.longshore.api.inbound.rest.Route.Described;
import io.longshore.api.inbound.rest.Route.Shown;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The table of {@code /v1}: which method on which path is which operation of ECS or ELB. An
 * operation that {@link TableOperations} gains gets a line here, and an example of its request in
 * {@code rest-examples.json}. The first line that fits a path wins. Made and checked at start.
 */
@Startup
@ApplicationScoped
class Routes {
  private static final String CLUSTERS = "/v1/clusters";
  static final String CLUSTER = CLUSTERS + "/{cluster}";
  private static final String SERVICES = CLUSTER + "/services";
  private static final String SERVICE = SERVICES + "/{service}";
  private static final String DEPLOYMENTS = SERVICE + "/deployments";
  private static final String DEPLOYMENT = DEPLOYMENTS + "/{deployment}";
  private static final String TASKS = CLUSTER + "/tasks";
  private static final String TASK = TASKS + "/{task}";
  private static final String FAMILIES = "/v1/task-definitions";
  private static final String FAMILY = FAMILIES + "/{family}";
  private static final String REVISION = FAMILY + "/{revision}";

  static final List<String> TAGS = List.of("TAGS");
  private static final List<String> ALL_OF_A_CLUSTER =
      List.of("ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS");

  private final List<Route> all;

  Routes(Names names, TableOperations operations) {
    List<Route> routes = new ArrayList<>();
    routes.addAll(clusters());
    routes.addAll(services());
    routes.addAll(tasks());
    routes.addAll(definitions());
    String arn = "arn:aws:ecs:%s:%s:".formatted(names.arns().region(), names.arns().account());
    routes.addAll(deployments(arn));
    routes.addAll(FleetRoutes.all());
    routes.addAll(AccountRoutes.all());
    routes.addAll(tags("cluster", CLUSTER, arn + "cluster/{cluster}"));
    routes.addAll(tags("service", SERVICE, arn + "service/{cluster}/{service}"));
    routes.addAll(tags("task", TASK, arn + "task/{cluster}/{task}"));
    routes.addAll(
        tags("instance", FleetRoutes.INSTANCE, arn + "container-instance/{cluster}/{instance}"));
    routes.addAll(tags("revision", REVISION, arn + "task-definition/{family}:{revision}"));
    routes.addAll(
        tags(
            "capacity provider",
            AccountRoutes.PROVIDER,
            arn + "capacity-provider/{capacityProvider}"));
    routes.addAll(
        BalancingRoutes.all(
            "arn:aws:elasticloadbalancing:%s:%s:"
                .formatted(names.arns().region(), names.arns().account())));
    routes.forEach(route -> check(route, operations));
    all = List.copyOf(routes);
  }

  private static List<Route> clusters() {
    Described described =
        new Described(
            "DescribeClusters",
            "clusters",
            100,
            Map.of("include", ALL_OF_A_CLUSTER),
            new Shown.Item("clusters"),
            "clusters");
    return List.of(
        get(CLUSTERS, "ListClusters", "The clusters.")
            .shows(new Shown.Page("clusterArns", described)),
        post(CLUSTERS, "CreateCluster", "Creates a cluster; one that is there stays as it is.")
            .shows(member("cluster"))
            .at(CLUSTERS + "/{clusterName}"),
        get(CLUSTER, "DescribeClusters", "A cluster.")
            .given("clusters", "{cluster}")
            .always("include", ALL_OF_A_CLUSTER)
            .shows(new Shown.Item("clusters"))
            .isVersioned(),
        patch(CLUSTER, "UpdateCluster", "Changes the members of a cluster that are given.")
            .shows(member("cluster"))
            .isVersioned(),
        patch(CLUSTER + "/settings", "UpdateClusterSettings", "Changes settings of a cluster.")
            .shows(member("cluster"))
            .isVersioned(),
        delete(CLUSTER, "DeleteCluster", "Deletes a cluster with nothing left in it.")
            .shows(member("cluster"))
            .isVersioned());
  }

  private static List<Route> services() {
    Described described =
        new Described(
            "DescribeServices",
            "services",
            10,
            Map.of("include", TAGS),
            new Shown.Item("services"),
            "services");
    return List.of(
        get(SERVICES, "ListServices", "The services of a cluster that are ACTIVE.")
            .query("launchType", "schedulingStrategy")
            .shows(new Shown.Page("serviceArns", described)),
        post(SERVICES, "CreateService", "Creates a service.")
            .shows(member("service"))
            .at(SERVICES + "/{serviceName}"),
        get(SERVICE, "DescribeServices", "A service.")
            .given("services", "{service}")
            .always("include", TAGS)
            .shows(new Shown.Item("services"))
            .isVersioned(),
        patch(SERVICE, "UpdateService", "Changes the members of a service that are given.")
            .shows(member("service"))
            .isVersioned(),
        delete(SERVICE, "DeleteService", "Deletes a service; its tasks go on stopping for a while.")
            .query("force")
            .shows(member("service"))
            .status(202)
            .isVersioned(),
        get(
                "/v1/namespaces/{namespace}/services",
                "ListServicesByNamespace",
                "The ARNs of the services in a namespace, of every cluster.")
            .shows(new Shown.Page("serviceArns", null)),
        get(
                SERVICE + "/explain",
                "ExplainService",
                "Why a service's tasks were started and stopped, and what it waits for.")
            .shows(new Shown.Whole("")));
  }

  private static List<Route> deployments(String arn) {
    String deployment = arn + "service-deployment/{cluster}/{service}/{deployment}";
    Described described =
        new Described(
            "DescribeServiceDeployments",
            "serviceDeploymentArns",
            20,
            Map.of(),
            new Shown.Item("serviceDeployments"),
            "serviceDeployments");
    return List.of(
        get(DEPLOYMENTS, "ListServiceDeployments", "The deployments of a service, newest first.")
            .query("status")
            .shows(new Shown.Page("serviceDeployments", "serviceDeploymentArn", described)),
        get(DEPLOYMENT, "DescribeServiceDeployments", "A deployment of a service.")
            .given("serviceDeploymentArns", deployment)
            .shows(new Shown.Item("serviceDeployments")),
        delete(DEPLOYMENT, "StopServiceDeployment", "Stops a deployment, and rolls it back.")
            .given("serviceDeploymentArn", deployment)
            .query("stopType")
            .shows(new Shown.Whole(""))
            .status(202),
        get(SERVICE + "/revisions/{revision}", "DescribeServiceRevisions", "What was deployed.")
            .given("serviceRevisionArns", arn + "service-revision/{cluster}/{service}/{revision}")
            .shows(new Shown.Item("serviceRevisions")));
  }

  private static List<Route> tasks() {
    Described described =
        new Described(
            "DescribeTasks",
            "tasks",
            100,
            Map.of("include", TAGS),
            new Shown.Item("tasks"),
            "tasks");
    return List.of(
        get(TASKS, "ListTasks", "The tasks of a cluster; those that should run, unless asked.")
            .query("family", "serviceName", "startedBy", "containerInstance", "desiredStatus")
            .query("launchType")
            .shows(new Shown.Page("taskArns", described)),
        post(TASKS, "RunTask", "Runs tasks once. Those that found no place are in failures.")
            .shows(new Shown.Whole("tasks")),
        get(TASK, "DescribeTasks", "A task.")
            .given("tasks", "{task}")
            .always("include", TAGS)
            .shows(new Shown.Item("tasks")),
        delete(TASK, "StopTask", "Stops a task; its containers go on stopping for a while.")
            .query("reason")
            .shows(member("task"))
            .status(202),
        get(TASK + "/protection", "GetTaskProtection", "Until when a task is not stopped.")
            .given("tasks", "{task}")
            .shows(new Shown.Item("protectedTasks")),
        patch(TASK + "/protection", "UpdateTaskProtection", "Protects a task, or ends that.")
            .given("tasks", "{task}")
            .shows(new Shown.Item("protectedTasks")),
        get(TASK + "/explain", "ExplainTask", "Why a task was started there, and why stopped.")
            .shows(new Shown.Whole("")));
  }

  private static List<Route> definitions() {
    Shown definition = new Shown.Member("taskDefinition", List.of("tags"));
    Described described =
        new Described(
            "DescribeTaskDefinition",
            "taskDefinition",
            1,
            Map.of("include", TAGS),
            definition,
            "taskDefinitions");
    return List.of(
        get(FAMILIES, "ListTaskDefinitionFamilies", "The names of the task definitions' families.")
            .query("familyPrefix", "status")
            .shows(new Shown.Page("families", null)),
        post(FAMILIES, "RegisterTaskDefinition", "Registers the next revision of a family.")
            .shows(definition)
            .at(REVISION),
        get(FAMILY, "ListTaskDefinitions", "The revisions of a family.")
            .given("familyPrefix", "{family}")
            .query("status", "sort")
            .shows(new Shown.Page("taskDefinitionArns", described)),
        get(FAMILY + "/latest", "DescribeTaskDefinition", "The latest ACTIVE revision of a family.")
            .given("taskDefinition", "{family}")
            .always("include", TAGS)
            .shows(definition),
        get(REVISION, "DescribeTaskDefinition", "A revision of a family.")
            .given("taskDefinition", "{family}:{revision}")
            .always("include", TAGS)
            .shows(definition),
        delete(REVISION, "DeregisterTaskDefinition", "Makes a revision INACTIVE.")
            .given("taskDefinition", "{family}:{revision}")
            .shows(member("taskDefinition")),
        delete(
                FAMILIES,
                "DeleteTaskDefinitions",
                "Deletes INACTIVE revisions; they go once nothing uses them.")
            .query("taskDefinitions")
            .shows(new Shown.Whole("taskDefinitions"))
            .status(202));
  }

  private static List<Route> tags(String kind, String path, String arn) {
    return List.of(
        get(path + "/tags", "ListTagsForResource", "The tags of a " + kind + ".")
            .given("resourceArn", arn)
            .shows(new Shown.Whole("")),
        patch(
                path + "/tags",
                "TagResource",
                "Adds tags to a " + kind + ", or changes their values.")
            .given("resourceArn", arn)
            .status(204),
        delete(path + "/tags", "UntagResource", "Takes tags from a " + kind + ".")
            .given("resourceArn", arn)
            .query("tagKeys")
            .status(204));
  }

  static Shown member(String name) {
    return new Shown.Member(name, List.of());
  }

  /** A line that names what the operation does not have is a mistake in the table. */
  private static void check(Route route, TableOperations operations) {
    Shape.Structure request = operations.find(route.operation()).request();
    List<String> named = new ArrayList<>(route.members().keySet());
    named.addAll(route.always().keySet());
    named.addAll(route.query());
    for (String member : named) {
      if (!request.members().containsKey(member)) {
        throw new IllegalStateException(
            "%s has no member %s: %s".formatted(route.operation(), member, route.path().text()));
      }
    }
  }

  List<Route> all() {
    return all;
  }

  /** What a method on a path is. */
  sealed interface Match {
    /** A line of the table and what the path's parameters are. */
    record Found(Route route, Map<String, String> parameters) implements Match {}

    /** The path is there and has other methods. */
    record OtherMethods(Set<String> allowed) implements Match {}

    /** There is no such path. */
    record Nothing() implements Match {}
  }

  /**
   * Finds the line of the table.
   *
   * @param segments of the path, decoded
   */
  Match find(String method, List<String> segments) {
    Set<String> allowed = new LinkedHashSet<>();
    for (Route route : all) {
      Map<String, String> parameters = route.path().match(segments);
      if (parameters == null) {
        continue;
      }
      if (route.method().equals(method)) {
        return new Match.Found(route, parameters);
      }
      allowed.add(route.method());
    }
    return allowed.isEmpty() ? new Match.Nothing() : new Match.OtherMethods(allowed);
  }
}
