package io.longshore.api.inbound.events;

import io.longshore.api.core.EcsException;
import io.longshore.api.inbound.Faults;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Server-sent events of every kind: which streams are open, and how many may be. */
@ApplicationScoped
public class OpenStreams {
  private static final Logger LOG = Logger.getLogger(OpenStreams.class);

  /** What is sent to one reader. */
  @FunctionalInterface
  public interface Stream {
    /** Until the reader goes, or this thread is interrupted. */
    void run(Sink sink) throws Sink.GoneException, InterruptedException;
  }

  private final Duration heartbeat;
  private final Duration patience;
  private final int most;
  private final Set<Thread> open = ConcurrentHashMap.newKeySet();
  private final Semaphore places;

  OpenStreams(
      @ConfigProperty(name = "longshore.api.event-streams") int most,
      @ConfigProperty(name = "longshore.api.event-heartbeat") Duration heartbeat,
      @ConfigProperty(name = "longshore.api.event-patience") Duration patience,
      MeterRegistry registry) {
    this.most = most;
    this.places = new Semaphore(most);
    this.heartbeat = heartbeat;
    this.patience = patience;
    registry.gauge("longshore.api.event.streams", open, Set::size);
  }

  /** How long nothing may be sent. */
  public Duration heartbeat() {
    return heartbeat;
  }

  /**
   * Opens a stream; it is written to from a thread of its own.
   *
   * @throws EcsException if as many streams are open as may be
   */
  public void open(HttpServerRequest http, Stream stream) {
    if (!places.tryAcquire()) {
      throw EcsException.server(
          "%d streams of events are open, which is as many as may be.".formatted(most));
    }
    HttpServerResponse response = http.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        // Proxies of a common kind collect an answer before they pass it on, unless told so.
        .putHeader("X-Accel-Buffering", "no");
    Thread thread = Thread.ofVirtual().name("api-event-stream").unstarted(() -> run(stream, http));
    response.closeHandler(closed -> thread.interrupt());
    open.add(thread);
    thread.start();
  }

  private void run(Stream stream, HttpServerRequest http) {
    try {
      stream.run(text -> write(http.response(), text));
    } catch (Sink.GoneException e) {
      LOG.debugf("a stream of events ended: %s", e.getMessage());
    } catch (InterruptedException e) {
      LOG.debug("a stream of events ended: its reader has gone, or this instance stops");
    } catch (RuntimeException e) {
      // The reader comes again with its position.
      LOG.warnf("a stream of events broke off: %s", Faults.bounded(e));
    } finally {
      open.remove(Thread.currentThread());
      places.release();
      http.connection().close();
    }
  }

  /** One text is on its way at a time, so that a slow reader costs no more than that. */
  private void write(HttpServerResponse response, String text)
      throws Sink.GoneException, InterruptedException {
    try {
      response
          .write(Buffer.buffer(text))
          .toCompletionStage()
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Sink.GoneException("its reader took nothing for " + patience);
    } catch (ExecutionException | IllegalStateException e) {
      throw new Sink.GoneException("its reader has gone");
    }
  }

  /** How many are open. */
  int count() {
    return open.size();
  }

  void stop(@Observes ShutdownEvent event) {
    open.forEach(Thread::interrupt);
  }
}
