package io.longshore.api.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.TaskInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a task and its containers have addresses of their own, as ECS describes it. */
final class NetworkShapes {
  private NetworkShapes() {}

  static List<Members> interfaces(Described.Task task, ContainerObservation container) {
    if (container.privateIpv4Address() == null) {
      return List.of();
    }
    Members shape = Members.NONE.with("privateIpv4Address", container.privateIpv4Address());
    return List.of(
        hasInterface(task)
            ? shape.with("attachmentId", TaskInterface.of(task.id()).attachmentId())
            : shape);
  }

  /** The interface of a task that has an address of its own, in the form of an EC2 one. */
  static List<Members> attachments(Described.Task task) {
    if (!hasInterface(task)) {
      return List.of();
    }
    TaskInterface card = TaskInterface.of(task.id());
    String address =
        task.containers().stream()
            .map(ContainerObservation::privateIpv4Address)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    List<Members> details = new ArrayList<>();
    add(details, "subnetId", subnet(task));
    add(details, "networkInterfaceId", card.id());
    add(details, "macAddress", card.macAddress());
    add(details, "privateIPv4Address", address);
    return List.of(
        Members.NONE
            .with("id", card.attachmentId())
            .with("type", "ElasticNetworkInterface")
            .with("status", status(task, address))
            .with("details", details));
  }

  private static String status(Described.Task task, @Nullable String address) {
    if (task.lastStatus().equals("STOPPED")) {
      return "DELETED";
    }
    return address == null ? "PRECREATED" : "ATTACHED";
  }

  private static void add(List<Members> details, String name, @Nullable String value) {
    if (value != null) {
      details.add(Members.NONE.with("name", name).with("value", value));
    }
  }

  /** Hosts have no subnets: what the call named is told again. */
  private static @Nullable String subnet(Described.Task task) {
    Members network = task.document().object("networkConfiguration");
    Members vpc = network == null ? null : network.object("awsvpcConfiguration");
    List<String> subnets = vpc == null ? List.of() : vpc.texts("subnets");
    return subnets.isEmpty() ? null : subnets.getFirst();
  }

  private static boolean hasInterface(Described.Task task) {
    return task.definition().text("networkMode", "").equals("awsvpc");
  }
}
