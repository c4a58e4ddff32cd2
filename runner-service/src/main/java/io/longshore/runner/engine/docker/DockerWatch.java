package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventActor;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The engine's event stream for this host's containers. The stream does not come back by itself
 * when it breaks: a thread of its own opens it again, and each time it is open says that something
 * may have been missed.
 */
final class DockerWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DockerWatch.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** An event as the engine sent it, reduced to what is used of it. */
  record Happening(String action, String id, Map<String, String> attributes, long timeNanos) {}

  private final DockerClient client;
  private final String label;
  private final Consumer<Happening> happenings;
  private final Runnable doubt;
  private final Thread thread;
  private volatile boolean open = true;

  /**
   * @param happenings called on the thread that reads the stream; the engine drops events of
   *     readers that are slow
   */
  DockerWatch(DockerClient client, String label, Consumer<Happening> happenings, Runnable doubt) {
    this.client = client;
    this.label = label;
    this.happenings = happenings;
    this.doubt = doubt;
    this.thread = Thread.ofVirtual().name("docker-watch").unstarted(this::run);
  }

  /** Waits until the stream is open, or for a few seconds if it does not open. */
  void begin() {
    CountDownLatch opened = new CountDownLatch(1);
    firstOpened = opened;
    thread.start();
    try {
      if (!opened.await(5, TimeUnit.SECONDS)) {
        LOG.warn("The engine's event stream is not open yet.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private volatile CountDownLatch firstOpened = new CountDownLatch(0);

  private void run() {
    long pause = SHORTEST_PAUSE.toMillis();
    while (open) {
      long begun = System.nanoTime();
      try {
        stream();
        if (System.nanoTime() - begun > LONGEST_PAUSE.toNanos()) {
          pause = SHORTEST_PAUSE.toMillis();
        }
        if (open) {
          LOG.info("The engine's event stream ended and is opened again.");
          TimeUnit.MILLISECONDS.sleep(pause + ThreadLocalRandom.current().nextLong(pause));
        }
      } catch (InterruptedException e) {
        return;
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE.toMillis());
    }
  }

  private void stream() throws InterruptedException {
    try (Callback callback = new Callback()) {
      client
          .eventsCmd()
          .withEventTypeFilter("container")
          .withEventFilter("die", "oom", "health_status")
          .withLabelFilter(label)
          .exec(callback);
      callback.awaitStarted();
      firstOpened.countDown();
      doubt.run();
      callback.awaitCompletion();
    } catch (IOException | RuntimeException e) {
      LOG.debugf(e, "The engine's event stream broke.");
    }
  }

  private final class Callback extends ResultCallback.Adapter<Event> {
    @Override
    public void onNext(Event event) {
      Happening happening = read(event);
      if (happening != null) {
        happenings.accept(happening);
      }
    }

    /** Ends the wait for the stream; that it broke is no error, it is opened again. */
    @Override
    public void onError(Throwable broken) {
      LOG.debugf(broken, "The engine's event stream broke.");
      try {
        close();
      } catch (IOException e) {
        LOG.debugf(e, "The engine's event stream did not close.");
      }
    }
  }

  private static @Nullable Happening read(Event event) {
    EventActor actor = event.getActor();
    String action = event.getAction() == null ? event.getStatus() : event.getAction();
    if (actor == null || actor.getId() == null || action == null) {
      return null;
    }
    Map<String, String> attributes = actor.getAttributes();
    Long nanos = event.getTimeNano();
    return new Happening(
        action,
        actor.getId(),
        attributes == null ? Map.of() : attributes,
        nanos == null ? 0 : nanos);
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
  }
}
