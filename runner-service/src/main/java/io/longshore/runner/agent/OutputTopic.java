package io.longshore.runner.agent;

import io.longshore.messages.Output;

/** Where the output of containers goes. */
@FunctionalInterface
public interface OutputTopic {
  /** Returns when it has arrived, however long that takes. */
  void send(Output output) throws InterruptedException;
}
