package io.longshore.api.inbound.events;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.EventPosition;
import io.longshore.api.core.EventSubject;
import io.longshore.api.core.Rules;
import io.longshore.messages.Ids;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/events}. */
@ApplicationScoped
public class EventStreams {
  /** Each is a consumer of its own with its buffers, for as long as it takes. */
  private static final int CATCHING_UP_MAX = 4;

  private static final Set<String> FILTERS = Set.of("cluster", "service", "task");

  private final EventTail tail;
  private final EventLog log;
  private final OpenStreams streams;
  private final Semaphore catchingUp = new Semaphore(CATCHING_UP_MAX);

  EventStreams(EventTail tail, EventLog log, OpenStreams streams) {
    this.tail = tail;
    this.log = log;
    this.streams = streams;
  }

  /**
   * Opens a stream; it is written to from a thread of its own.
   *
   * @param query its values by their names
   * @throws EcsException if the query is wrong, or as many streams are open as may be
   */
  public void open(HttpServerRequest http, Map<String, List<String>> query) {
    EventSubject filter = filter(query);
    EventPosition position = position(http.getHeader("Last-Event-ID"));
    streams.open(
        http,
        sink ->
            new EventStream(tail, log, catchingUp, streams.heartbeat(), filter, position, sink)
                .run());
  }

  private static EventSubject filter(Map<String, List<String>> query) {
    query.forEach((name, values) -> {
      if (!FILTERS.contains(name)) {
        String shown = Rules.shown(name);
        throw EcsException.invalid(
                "There is no parameter '%s' here. There are: cluster, service, task."
                    .formatted(shown))
            .at(shown);
      }
      if (values.size() != 1) {
        throw EcsException.invalid("%s must be given once.".formatted(name)).at(name);
      }
    });
    String task = only(query, "task");
    if (task != null && !Ids.isHex(task)) {
      throw EcsException.invalid("task must be an id of 32 hexadecimal digits.").at("task");
    }
    return new EventSubject(name(query, "cluster"), name(query, "service"), task);
  }

  private static @Nullable String name(Map<String, List<String>> query, String parameter) {
    String value = only(query, parameter);
    return value == null ? null : Rules.name(parameter, value);
  }

  private static @Nullable String only(Map<String, List<String>> query, String parameter) {
    return query.getOrDefault(parameter, List.of()).stream().findFirst().orElse(null);
  }

  private static @Nullable EventPosition position(@Nullable String lastEventId) {
    if (lastEventId == null || lastEventId.isEmpty()) {
      return null;
    }
    EventPosition position = EventPosition.parse(lastEventId);
    if (position == null) {
      throw EcsException.invalid("Last-Event-ID must be the id of an event of this stream.")
          .at("Last-Event-ID");
    }
    return position;
  }

  /** How many are open. */
  int count() {
    return streams.count();
  }
}
