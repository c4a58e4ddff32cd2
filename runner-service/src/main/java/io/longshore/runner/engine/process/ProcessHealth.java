package io.longshore.runner.engine.process;

import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.engine.Card;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the health checks of processes by the rules of a Docker engine: every interval; failures in
 * the start period do not count unless a check had passed before; so many in a row and the process
 * is unhealthy, until one passes. Each process has a virtual thread for it, as long as it lives.
 */
final class ProcessHealth {
  private static final Logger LOG = Logger.getLogger(ProcessHealth.class);

  /** Told of each change. */
  @FunctionalInterface
  interface Changed {
    void changed(ProcessFiles files, ProcessRecord record);
  }

  private final Map<String, HealthStatus> known = new ConcurrentHashMap<>();
  private final Map<String, Thread> threads = new ConcurrentHashMap<>();
  private final Changed changed;

  ProcessHealth(Changed changed) {
    this.changed = changed;
  }

  /** Null for a process without a check, or one that is not followed. */
  @Nullable HealthStatus of(ProcessFiles files) {
    return known.get(files.id());
  }

  /** Begins to check a process, once however often it is asked to. */
  void follow(ProcessFiles files, ProcessRecord record) {
    HealthCheck check = check(record);
    if (check == null || !Files.isRegularFile(files.health())) {
      return;
    }
    threads.computeIfAbsent(
        files.id(),
        id -> {
          known.put(id, HealthStatus.UNKNOWN);
          return Thread.ofVirtual().name("health-" + id).start(() -> run(files, record, check));
        });
  }

  void forget(ProcessFiles files) {
    Thread thread = threads.remove(files.id());
    if (thread != null) {
      thread.interrupt();
    }
    known.remove(files.id());
  }

  void close() {
    threads.values().forEach(Thread::interrupt);
  }

  private static @Nullable HealthCheck check(ProcessRecord record) {
    try {
      return Card.read(record.card()).spec().containers().stream()
          .filter(spec -> spec.name().equals(record.container()))
          .map(ContainerSpec::ordering)
          .map(ordering -> ordering.healthCheck())
          .filter(found -> found != null)
          .findFirst()
          .orElse(null);
    } catch (UnreadableMessageException e) {
      return null;
    }
  }

  private void run(ProcessFiles files, ProcessRecord record, HealthCheck check) {
    long begun = System.nanoTime();
    int failures = 0;
    try {
      while (true) {
        TimeUnit.SECONDS.sleep(check.intervalSeconds());
        if (files.shimProcess().isEmpty()) {
          threads.remove(files.id());
          return;
        }
        boolean passed = passes(files, record, check);
        boolean starting =
            known.get(files.id()) != HealthStatus.HEALTHY
                && Duration.ofNanos(System.nanoTime() - begun).toSeconds()
                    < check.startPeriodSeconds();
        failures = passed || starting ? 0 : failures + 1;
        if (passed) {
          become(files, record, HealthStatus.HEALTHY);
        } else if (failures >= check.retries()) {
          become(files, record, HealthStatus.UNHEALTHY);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void become(ProcessFiles files, ProcessRecord record, HealthStatus status) {
    if (known.replace(files.id(), status) != status) {
      changed.changed(files, record);
    }
  }

  private static boolean passes(ProcessFiles files, ProcessRecord record, HealthCheck check)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", files.health().toString());
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    ProcessEngine.inherit(builder.environment());
    try {
      Process probe = builder.start();
      try {
        return probe.waitFor(check.timeoutSeconds(), TimeUnit.SECONDS) && probe.exitValue() == 0;
      } finally {
        probe.descendants().forEach(ProcessHandle::destroyForcibly);
        probe.destroyForcibly();
      }
    } catch (IOException e) {
      LOG.infof("The health check of %s cannot be run: %s", record.container(), e.getMessage());
      return false;
    }
  }
}
