package io.longshore.scheduler.outbound;

import io.longshore.messages.Arns;
import io.longshore.messages.Codec;
import io.longshore.messages.Topics;
import io.longshore.scheduler.core.Outgoing;
import io.longshore.scheduler.store.OutboxRow;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How decisions look on the wire: topic, key and bytes. */
public final class OutboxRecords {
  /** A record that nobody can read is kept for people, but only so much of it. */
  private static final int QUARANTINED_BYTES_MAX = 256 * 1024;

  private final PublicEvents events;

  public OutboxRecords(Arns arns) {
    this.events = new PublicEvents(arns);
  }

  public OutboxRow record(
      Outgoing outgoing, long sequence, @Nullable String traceparent, Instant now) {
    Map<String, String> headers =
        traceparent == null ? Map.of() : Map.of(Topics.TRACEPARENT, traceparent);
    return switch (outgoing) {
      case Outgoing.ToRunner(var order) ->
          new OutboxRow(
              sequence, Topics.ORDERS, order.runner().value(), Codec.encode(order), headers);
      case Outgoing.Notice(var notice) ->
          new OutboxRow(
              sequence, Topics.CLUSTERS, notice.cluster().value(), Codec.encode(notice), headers);
      case Outgoing.TaskChanged(var task) ->
          event(events.taskChanged(task, now), sequence, headers);
      case Outgoing.RunnerChanged(var runner) ->
          event(events.runnerChanged(runner, now), sequence, headers);
      case Outgoing.DeploymentChanged(var service, var deployment) ->
          event(events.deploymentChanged(service, deployment, now), sequence, headers);
      case Outgoing.ServiceActed(var service, var name) ->
          event(events.serviceActed(service, name, now), sequence, headers);
      case Outgoing.Routed(var route) ->
          new OutboxRow(sequence, Topics.ROUTES, route.key(), Codec.encode(route), headers);
      case Outgoing.RouteGone(var key) ->
          new OutboxRow(sequence, Topics.ROUTES, key, OutboxRow.NONE, headers);
    };
  }

  private static OutboxRow event(
      PublicEvents.Envelope envelope, long sequence, Map<String, String> headers) {
    return new OutboxRow(
        sequence, Topics.EVENTS, envelope.resources().getFirst(), Codec.encode(envelope), headers);
  }

  /**
   * A record that was none of ours, for {@link Topics#QUARANTINE}.
   *
   * @param origin {@code topic-partition@offset}
   */
  public OutboxRow quarantined(
      long sequence, @Nullable String key, byte @Nullable [] value, String origin, String reason) {
    byte[] kept = value == null ? OutboxRow.NONE : value;
    if (kept.length > QUARANTINED_BYTES_MAX) {
      kept = java.util.Arrays.copyOf(kept, QUARANTINED_BYTES_MAX);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Topics.QUARANTINE_ORIGIN, origin);
    headers.put(Topics.QUARANTINE_REASON, reason);
    // The one character that PostgreSQL's text cannot hold.
    String storable = key == null ? "" : key.replace('\0', '\uFFFD');
    return new OutboxRow(sequence, Topics.QUARANTINE, storable, kept, headers);
  }
}
