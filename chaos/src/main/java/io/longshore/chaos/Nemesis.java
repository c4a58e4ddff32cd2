package io.longshore.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a schedule: each fault on a thread of its own, at its time, and mended at its end.
 */
final class Nemesis {
  private final Installation installation;
  private final @Nullable Engine engine;
  private final PrintStream out;
  private final Queue<String> killed = new ConcurrentLinkedQueue<>();

  Nemesis(Installation installation, @Nullable Engine engine, PrintStream out) {
    this.installation = installation;
    this.engine = engine;
    this.out = out;
  }

  /**
   * Returns when the last fault has been mended.
   *
   * @throws IOException if one could not be made or mended: then the run says nothing
   */
  void carryOut(Schedule schedule) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    List<IOException> failed = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Fault fault : schedule.faults()) {
      threads.add(
          Thread.ofVirtual()
              .name("fault-" + fault.number())
              .start(() -> {
                try {
                  carryOut(fault, begun);
                } catch (IOException | RuntimeException e) {
                  synchronized (failed) {
                    failed.add(new IOException(fault + " could not be carried out", e));
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failed.isEmpty()) {
      throw failed.getFirst();
    }
  }

  /** The engine's ids of all containers that were killed here. */
  List<String> killed() {
    return List.copyOf(killed);
  }

  private void carryOut(Fault fault, long begun) throws IOException, InterruptedException {
    waitUntil(begun, fault.from());
    say(begun, fault, "begins");
    begin(fault.trouble());
    waitUntil(begun, fault.until());
    mend(fault.trouble());
    say(begun, fault, "is mended");
  }

  private static void waitUntil(long begun, Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos() - (System.nanoTime() - begun));
  }

  private void say(long begun, Fault fault, String what) {
    out.printf(
        "  %6.1f s  %d %s: %s%n",
        (System.nanoTime() - begun) / 1e9, fault.number(), what, fault.trouble());
  }

  private void begin(Trouble trouble) throws IOException, InterruptedException {
    switch (trouble) {
      case Trouble.Kill kill -> installation.jvm(kill.member()).kill();
      case Trouble.Pause pause -> installation.jvm(pause.member()).pause();
      case Trouble.Disturb disturb -> {
        FaultProxy proxy = installation.proxy(disturb.member(), disturb.backend());
        if (proxy != null) {
          proxy.disturb(disturb.disturbance());
        }
      }
      case Trouble.DisturbAll all ->
          installation.proxies(all.backend()).forEach(proxy -> proxy.disturb(all.disturbance()));
      case Trouble.Isolate isolate -> installation.island(isolate.member()).cut(isolate.in());
      case Trouble.FillDisk full -> {
        installation.disk(full.member()).fill();
        if (full.killed()) {
          installation.jvm(full.member()).kill();
          installation.start(full.member());
        }
      }
      case Trouble.KillBroker broker -> installation.outside().kill();
      case Trouble.CrashDatabase database -> installation.outside().crashDatabase();
      case Trouble.KillContainers containers -> {
        if (engine != null) {
          killed.addAll(
              engine.killSome(installation.hosts(), containers.count(), containers.choice()));
        }
      }
    }
  }

  private void mend(Trouble trouble) throws IOException, InterruptedException {
    switch (trouble) {
      case Trouble.Kill kill -> installation.start(kill.member());
      case Trouble.Pause pause -> installation.jvm(pause.member()).resume();
      case Trouble.Disturb disturb -> {
        FaultProxy proxy = installation.proxy(disturb.member(), disturb.backend());
        if (proxy != null) {
          proxy.heal();
        }
      }
      case Trouble.DisturbAll all -> installation.proxies(all.backend()).forEach(FaultProxy::heal);
      case Trouble.Isolate isolate -> installation.island(isolate.member()).mend();
      case Trouble.FillDisk full -> {
        installation.disk(full.member()).empty();
        if (!installation.jvm(full.member()).isAlive()) {
          // As whatever watches over services does with one that refused to start.
          installation.start(full.member());
        }
      }
      case Trouble.KillBroker broker -> installation.outside().startAgain();
      case Trouble.CrashDatabase database -> installation.outside().startDatabase();
      case Trouble.KillContainers containers -> {
        // The dead stay dead; what takes their place is Longshore's doing.
      }
    }
  }
}
