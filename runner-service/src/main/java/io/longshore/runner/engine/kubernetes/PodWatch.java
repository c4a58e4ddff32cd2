package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.longshore.runner.engine.EngineException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * What becomes of this host's Pods. A watch that breaks is resumed by the client from the last
 * version it had. Where the API has that version no more (410, "Gone"), and whenever else a watch
 * ends, a thread of its own lists anew, watches from there, and says that something may have been
 * missed.
 */
final class PodWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PodWatch.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final PodCalls calls;
  private final String host;
  private final BiConsumer<Watcher.Action, Pod> happenings;
  private final Runnable doubt;
  private final Thread thread;
  private final CountDownLatch firstOpened = new CountDownLatch(1);
  private volatile boolean open = true;

  /**
   * @param happenings called on the client's thread
   */
  PodWatch(
      PodCalls calls, String host, BiConsumer<Watcher.Action, Pod> happenings, Runnable doubt) {
    this.calls = calls;
    this.host = host;
    this.happenings = happenings;
    this.doubt = doubt;
    this.thread = Thread.ofVirtual().name("kubernetes-watch").unstarted(this::run);
  }

  /** Waits until the watch is open, or for a few seconds if it does not open. */
  void begin() {
    thread.start();
    try {
      if (!firstOpened.await(5, TimeUnit.SECONDS)) {
        LOG.warn("Pods are not watched yet.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

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
          TimeUnit.MILLISECONDS.sleep(pause + ThreadLocalRandom.current().nextLong(pause));
        }
      } catch (InterruptedException e) {
        return;
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE.toMillis());
    }
  }

  private void stream() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try {
      PodList list = calls.list(host);
      String version = list.getMetadata().getResourceVersion();
      try (Watch watch = calls.watch(host, version, new Reader(ended))) {
        LOG.debugf("Pods are watched from version %s on (%s).", version, watch);
        firstOpened.countDown();
        doubt.run();
        ended.await();
      }
      if (open) {
        LOG.info("The watch of Pods ended and is begun anew.");
      }
    } catch (EngineException e) {
      LOG.debugf("Pods cannot be watched: %s", e.words());
    }
  }

  private final class Reader implements Watcher<Pod> {
    private final CountDownLatch ended;

    Reader(CountDownLatch ended) {
      this.ended = ended;
    }

    @Override
    public void eventReceived(Action action, Pod pod) {
      try {
        happenings.accept(action, pod);
      } catch (RuntimeException e) {
        LOG.errorf(e, "A word of Pod %s was not understood.", pod.getMetadata().getName());
      }
    }

    @Override
    public void onClose() {
      ended.countDown();
    }

    @Override
    public void onClose(WatcherException cause) {
      LOG.debugf("The watch of Pods ended%s: %s", cause.isHttpGone() ? ", too old" : "", cause);
      ended.countDown();
    }
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
  }
}
