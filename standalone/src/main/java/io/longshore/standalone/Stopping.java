package io.longshore.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends a running Longshore; what its runners launched keeps running. */
final class Stopping {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Stopping() {}

  /**
   * Returns when the process and its child are gone.
   *
   * @return whether it went by itself; otherwise it was killed, which loses nothing either
   */
  static boolean stop(Path data, Instance instance) throws IOException, InterruptedException {
    boolean clean = true;
    if (instance.process().isPresent()) {
      ProcessHandle process = instance.process().get();
      process.destroy();
      clean = awaitEnd(process);
    }
    // It ends when its parent is gone, once it has brought the database down.
    ProcessHandle embedded = ProcessHandle.of(instance.embeddedPid()).orElse(null);
    if (embedded != null) {
      clean &= awaitEnd(embedded);
    }
    Instance.forget(data);
    return clean;
  }

  private static boolean awaitEnd(ProcessHandle process) throws InterruptedException {
    try {
      process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      process.destroyForcibly();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("The end of a process cannot be watched", e);
    }
  }
}
