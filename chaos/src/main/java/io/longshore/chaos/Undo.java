package io.longshore.chaos;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A command that takes back what was made of the machine, a mount or a network. It is carried out
 * once: when it is closed, or at the end of this program, however early that is.
 */
final class Undo implements AutoCloseable {
  private static final Set<Undo> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> OPEN.forEach(Undo::close)));
  }

  private final List<String> command;

  private Undo(List<String> command) {
    this.command = command;
  }

  static Undo later(String... command) {
    Undo undo = new Undo(List.of(command));
    OPEN.add(undo);
    return undo;
  }

  @Override
  public void close() {
    if (OPEN.remove(this)) {
      try {
        SystemCommand.run(command);
      } catch (IOException e) {
        System.err.println(e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
