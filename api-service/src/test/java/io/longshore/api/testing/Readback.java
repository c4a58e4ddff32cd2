package io.longshore.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a resource that an operation's answer shows is described afterwards.
 *
 * @param shown where an answer has the resource
 * @param arn the resource's own member with its ARN
 * @param operation that describes it
 * @param naming that operation's member for ARNs
 * @param include what that operation leaves out unless it is asked for
 * @param found where that operation's answer has the resource
 */
public record Readback(
    String shown, String arn, String operation, String naming, List<String> include, String found) {
  private static final List<Readback> ALL =
      List.of(
          new Readback(
              "/cluster",
              "clusterArn",
              "DescribeClusters",
              "clusters",
              List.of("ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"),
              "/clusters/0"),
          new Readback(
              "/taskDefinition",
              "taskDefinitionArn",
              "DescribeTaskDefinition",
              "taskDefinition",
              List.of("TAGS"),
              "/taskDefinition"),
          new Readback(
              "/tasks/0", "taskArn", "DescribeTasks", "tasks", List.of("TAGS"), "/tasks/0"),
          new Readback(
              "/service",
              "serviceArn",
              "DescribeServices",
              "services",
              List.of("TAGS"),
              "/services/0"),
          new Readback(
              "/capacityProvider",
              "capacityProviderArn",
              "DescribeCapacityProviders",
              "capacityProviders",
              List.of("TAGS"),
              "/capacityProviders/0"),
          new Readback(
              "/containerInstance",
              "containerInstanceArn",
              "DescribeContainerInstances",
              "containerInstances",
              List.of("TAGS"),
              "/containerInstances/0"));

  /** The resource that an answer shows, described; null when it shows none of these. */
  public static @Nullable JsonNode of(Wire wire, JsonNode answer) {
    for (Readback readback : ALL) {
      JsonNode resource = answer.at(readback.shown());
      if (resource.has(readback.arn())) {
        return wire.call(readback.operation(), readback.request(resource))
            .body()
            .at(readback.found());
      }
    }
    return null;
  }

  private ObjectNode request(JsonNode resource) {
    ObjectNode request = Wire.JSON.createObjectNode();
    String name = resource.get(arn).asText();
    if (naming.endsWith("s")) {
      request.putArray(naming).add(name);
    } else {
      request.put(naming, name);
    }
    include.forEach(request.withArray("include")::add);
    if (!arn.equals("clusterArn") && resource.has("clusterArn")) {
      request.set("cluster", resource.get("clusterArn"));
    }
    if (arn.equals("containerInstanceArn")) {
      // It shows its cluster in its ARN only.
      request.put("cluster", name.split("/")[1]);
    }
    return request;
  }
}
