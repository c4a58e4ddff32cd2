package io.longshore.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventActor;
import com.github.dockerjava.api.model.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the engine says has happened to containers, in its own order and with its own times. Listens
 * from its making on: asked afterwards, an engine remembers only the last few hundred events.
 */
public final class EngineHistory implements AutoCloseable {
  /**
   * @param container the engine's id
   * @param host the label of the runner's host; empty on foreign containers
   * @param task the label of the task; empty on foreign containers
   * @param name of the container in its task definition; empty on foreign containers
   * @param exitCode of a death; null of anything else
   */
  public record Happening(
      Instant at,
      String action,
      String container,
      String host,
      String task,
      String name,
      @Nullable Integer exitCode) {}

  private final List<Happening> happenings = new CopyOnWriteArrayList<>();
  private final Listener listener = new Listener();

  private final class Listener extends ResultCallback.Adapter<Event> {
    @Override
    public void onNext(@Nullable Event event) {
      if (event != null && event.getType() == EventType.CONTAINER) {
        happenings.add(happening(event));
      }
    }
  }

  public static EngineHistory begin(DockerClient docker) {
    EngineHistory history = new EngineHistory();
    docker.eventsCmd().exec(history.listener);
    try {
      history.listener.awaitStarted(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return history;
  }

  private static Happening happening(Event event) {
    EventActor actor = event.getActor();
    Map<String, String> labels =
        actor == null || actor.getAttributes() == null ? Map.of() : actor.getAttributes();
    long nanos = Objects.requireNonNullElse(event.getTimeNano(), 0L);
    return new Happening(
        Instant.ofEpochSecond(0, nanos),
        String.valueOf(event.getAction()),
        String.valueOf(event.getId()),
        labels.getOrDefault("io.longshore.host", ""),
        labels.getOrDefault("io.longshore.task", ""),
        labels.getOrDefault("io.longshore.container", ""),
        exitCode(labels.get("exitCode")));
  }

  private static @Nullable Integer exitCode(@Nullable String attribute) {
    return attribute != null && attribute.matches("[0-9]{1,9}") ? Integer.valueOf(attribute) : null;
  }

  /** Everything so far, of everybody's containers. */
  public List<Happening> all() {
    return List.copyOf(happenings);
  }

  public List<Happening> of(String hostId, String action) {
    return happenings.stream()
        .filter(h -> h.host().equals(hostId) && h.action().equals(action))
        .toList();
  }

  /**
   * Every container of every task that was created or started more than once, however it came to
   * that: there must be none.
   */
  public List<String> startedTwice(String hostId) {
    return List.of("create", "start").stream()
        .flatMap(action ->
            of(hostId, action).stream()
                .collect(
                    Collectors.groupingBy(h -> h.task() + "/" + h.name(), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(entry -> entry.getValue() > 1)
                .map(entry -> "%s: %d x %s".formatted(entry.getKey(), entry.getValue(), action)))
        .toList();
  }

  /** From a container's death to the next start of another of the same host, by the engine. */
  public Duration healed(String hostId, String container) {
    Instant died =
        of(hostId, "die").stream()
            .filter(h -> h.container().equals(container))
            .findFirst()
            .orElseThrow()
            .at();
    Instant started =
        of(hostId, "start").stream()
            .map(Happening::at)
            .filter(at -> at.isAfter(died))
            .findFirst()
            .orElseThrow();
    return Duration.between(died, started);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
