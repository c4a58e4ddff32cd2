package io.longshore.benchmarks;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventActor;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the engine itself says happened to containers, and when. Made for one thread that looks for
 * one event after the other.
 */
final class EngineEvents implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * @param timeNanos since 1970, by the engine's clock
   */
  record Happening(String action, String id, String name, long timeNanos) {}

  private final LinkedBlockingQueue<Happening> heard = new LinkedBlockingQueue<>();
  private final ResultCallback.Adapter<Event> stream;

  EngineEvents(DockerClient docker, String label) throws InterruptedException {
    stream =
        docker
            .eventsCmd()
            .withEventTypeFilter("container")
            .withEventFilter("create", "start", "die", "destroy")
            .withLabelFilter(label)
            .exec(
                new ResultCallback.Adapter<>() {
                  @Override
                  public void onNext(Event event) {
                    Happening happening = read(event);
                    if (happening != null) {
                      heard.add(happening);
                    }
                  }
                });
    stream.awaitStarted();
  }

  private static @Nullable Happening read(Event event) {
    EventActor actor = event.getActor();
    Long nanos = event.getTimeNano();
    if (actor == null || actor.getId() == null || event.getAction() == null || nanos == null) {
      return null;
    }
    Map<String, String> attributes =
        actor.getAttributes() == null ? new HashMap<>() : actor.getAttributes();
    return new Happening(
        event.getAction(), actor.getId(), attributes.getOrDefault("name", ""), nanos);
  }

  /** Forgets what was heard so far. */
  void clear() {
    heard.clear();
  }

  /** The next event that fits; those before it are dropped. */
  Happening next(String action, Predicate<Happening> fits) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Happening happening = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (happening == null) {
        throw new IllegalStateException("The engine told of no " + action + " in time.");
      }
      if (happening.action().equals(action) && fits.test(happening)) {
        return happening;
      }
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
