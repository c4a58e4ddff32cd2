package io.longshore.api.core;

import org.jspecify.annotations.Nullable;

/**
 * What a public event is about. The same record is a filter: null members match everything.
 *
 * @param cluster its name
 * @param service its name; of a task, that of the service it belongs to
 * @param task its id
 */
public record EventSubject(
    @Nullable String cluster, @Nullable String service, @Nullable String task) {
  private static final String GROUP_OF_SERVICE = "service:";

  /** Of an EventBridge envelope around a resource of ECS. */
  public static EventSubject of(Members envelope) {
    Members detail = envelope.object("detail");
    String arn = envelope.texts("resources").stream().findFirst().orElse("");
    String cluster = detail == null ? "" : detail.text("clusterArn", "");
    String group = detail == null ? "" : detail.text("group", "");
    String service =
        group.startsWith(GROUP_OF_SERVICE)
            ? group.substring(GROUP_OF_SERVICE.length())
            : lastOf(arn, ":service/");
    return new EventSubject(lastOf(cluster, ":cluster/"), service, lastOf(arn, ":task/"));
  }

  private static @Nullable String lastOf(String arn, String kind) {
    return arn.contains(kind) ? arn.substring(arn.lastIndexOf('/') + 1) : null;
  }

  /** Whether this, as a filter, lets an event through. */
  public boolean matches(EventSubject event) {
    return (cluster == null || cluster.equals(event.cluster))
        && (service == null || service.equals(event.service))
        && (task == null || task.equals(event.task));
  }
}
