package io.longshore.api.inbound.rest;

import static io.longshore.api.inbound.rest.Route.delete;
import static io.longshore.api.inbound.rest.Route.get;
import static io.longshore.api.inbound.rest.Route.patch;
import static io.longshore.api.inbound.rest.Route.post;
import static io.longshore.api.inbound.rest.Route.put;
import static io.longshore.api.inbound.rest.Routes.CLUSTER;
import static io.longshore.api.inbound.rest.Routes.TAGS;
import static io.longshore.api.inbound.rest.Routes.member;

import io.longshore.api.inbound.rest.Route.Described;
import io.longshore.api.inbound.rest.Route.Shown;
import java.util.List;
import java.util.Map;

/** The lines about container instances. */
final class FleetRoutes {
  private static final String INSTANCES = CLUSTER + "/instances";
  static final String INSTANCE = INSTANCES + "/{instance}";
  private static final String ATTRIBUTES = CLUSTER + "/attributes";
  private static final String TARGET = "container-instance";

  private FleetRoutes() {}

  static List<Route> all() {
    Described described =
        new Described(
            "DescribeContainerInstances",
            "containerInstances",
            100,
            Map.of("include", TAGS),
            new Shown.Item("containerInstances"),
            "containerInstances");
    return List.of(
        get(INSTANCES, "ListContainerInstances", "The container instances of a cluster.")
            .query("status", "filter")
            .shows(new Shown.Page("containerInstanceArns", described)),
        post(
                INSTANCES,
                "RegisterContainerInstance",
                "Registers a container instance that a runner is to take.")
            .shows(member("containerInstance")),
        get(INSTANCE, "DescribeContainerInstances", "A container instance.")
            .given("containerInstances", "{instance}")
            .always("include", TAGS)
            .shows(new Shown.Item("containerInstances")),
        put(INSTANCE, "RegisterContainerInstance", "Says what it is to be from now on.")
            .given("containerInstanceArn", "{instance}")
            .shows(member("containerInstance")),
        patch(
                INSTANCE,
                "UpdateContainerInstancesState",
                "Drains a container instance, or lets it take tasks again.")
            .given("containerInstances", "{instance}")
            .shows(new Shown.Item("containerInstances")),
        delete(
                INSTANCE,
                "DeregisterContainerInstance",
                "Takes a container instance out of its cluster.")
            .given("containerInstance", "{instance}")
            .query("force")
            .shows(member("containerInstance")),
        post(INSTANCE + "/tasks", "StartTask", "Runs a task once, on this container instance.")
            .given("containerInstances", "{instance}")
            .shows(new Shown.Whole("tasks")),
        get(ATTRIBUTES, "ListAttributes", "The attributes of a cluster's container instances.")
            .query("attributeName", "attributeValue")
            .always("targetType", TARGET)
            .shows(new Shown.Page("attributes", null)),
        patch(ATTRIBUTES, "PutAttributes", "Puts attributes on container instances.")
            .shows(new Shown.Whole("")),
        delete(
                INSTANCE + "/attributes/{attribute}",
                "DeleteAttributes",
                "Takes an attribute from a container instance.")
            .given(
                "attributes",
                List.of(
                    Map.of("name", "{attribute}", "targetType", TARGET, "targetId", "{instance}")))
            .status(204));
  }
}
