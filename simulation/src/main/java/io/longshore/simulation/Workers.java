package io.longshore.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that share work, one for each processor. */
final class Workers {
  private Workers() {}

  /**
   * Returns when all are done.
   *
   * @param share takes what is left until nothing is
   * @throws IllegalStateException if any of them threw something: what it had taken was not done
   */
  static void run(Runnable share) throws InterruptedException {
    int workers = Runtime.getRuntime().availableProcessors();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
      for (int i = 0; i < workers; i++) {
        running.add(pool.submit(share));
      }
    }
    for (Future<?> each : running) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("not all of the work was done", e.getCause());
      }
    }
  }
}
