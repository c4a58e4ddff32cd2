package io.longshore.chaos;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.embedded.EmbeddedProcess.Settings;
import io.longshore.embedded.Endpoints;
import java.io.IOException;

/** The broker and the database. One thing at a time happens to them. */
final class Outside implements AutoCloseable {
  private final Settings settings;
  private EmbeddedProcess running;

  private Outside(Settings settings, EmbeddedProcess running) {
    this.settings = settings;
    this.running = running;
  }

  static Outside start(Settings settings) throws IOException, InterruptedException {
    return new Outside(settings, EmbeddedProcess.start(settings));
  }

  synchronized Endpoints endpoints() {
    return running.endpoints();
  }

  synchronized void kill() {
    running.kill();
  }

  /** Returns when both take connections again, at the ports where they were. */
  synchronized void startAgain() throws IOException, InterruptedException {
    // The database has outlived its parent and would have kept its port from the next one.
    running.close();
    running = EmbeddedProcess.start(settings);
  }

  synchronized void crashDatabase() throws IOException, InterruptedException {
    running.crashPostgres();
  }

  synchronized void startDatabase() throws IOException, InterruptedException {
    running.startPostgres();
  }

  @Override
  public synchronized void close() throws IOException {
    running.close();
  }
}
