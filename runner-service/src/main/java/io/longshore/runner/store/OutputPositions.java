package io.longshore.runner.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * How far the output of each container has arrived, in a file. It is a moment behind: whoever reads
 * the output drops what it has already, so a position that is too low costs work and no more.
 */
public final class OutputPositions implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OutputPositions.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Path file;
  private final Map<String, Long> positions = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean changed;

  /** Reads what is there. A file that cannot be read is as good as none. */
  public OutputPositions(Path file) {
    this.file = file;
    load();
    thread = Thread.ofVirtual().name("output-positions").start(this::run);
  }

  private void load() {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.matches("\\S{1,200} \\d{1,19}")) {
          String[] words = line.split(" ", 2);
          positions.put(words[0], Long.valueOf(words[1]));
        }
      }
    } catch (NoSuchFileException e) {
      LOG.debug("No output has been sent from here before.");
    } catch (IOException | RuntimeException e) {
      LOG.warnf("Output is sent from its beginning, because %s cannot be read: %s", file, e);
    }
  }

  /** 0 for a container none of whose output has arrived. */
  public long of(String runtimeId) {
    return positions.getOrDefault(runtimeId, 0L);
  }

  public void reached(String runtimeId, long position) {
    positions.put(runtimeId, position);
    changed = true;
  }

  public void forget(String runtimeId) {
    changed |= positions.remove(runtimeId) != null;
  }

  /** Containers that are gone, also those that went while nobody looked. */
  public void forgetAllBut(Predicate<String> there) {
    changed |= positions.keySet().removeIf(there.negate());
  }

  private void run() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
        save();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void save() {
    if (!changed) {
      return;
    }
    changed = false;
    StringBuilder text = new StringBuilder();
    new TreeMap<>(positions)
        .forEach((id, position) -> text.append(id).append(' ').append(position).append('\n'));
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(draft, text);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      changed = true;
      LOG.debugf(e, "How far output has arrived could not be written down.");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    save();
  }
}
