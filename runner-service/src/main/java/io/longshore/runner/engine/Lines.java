package io.longshore.runner.engine;

import io.longshore.messages.OutputLine;

/** Takes the lines of one container. */
@FunctionalInterface
public interface Lines {
  /** May wait for as long as nobody can take more; the engine keeps what is written meanwhile. */
  void line(OutputLine line) throws InterruptedException;
}
