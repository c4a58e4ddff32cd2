package io.longshore.api.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A real broker, and an api that keeps output. Comes after {@link TestDatabase}. */
public final class OutputBroker
    implements io.quarkus.test.common.QuarkusTestResourceLifecycleManager {
  private final TestBroker broker = new TestBroker();

  @Override
  public int order() {
    return 10;
  }

  @Override
  public Map<String, String> start() {
    try {
      Map<String, String> settings = new HashMap<>(broker.start());
      Path data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "output");
      settings.put("longshore.api.output", "true");
      settings.put("longshore.api.data", data.toString());
      return settings;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    broker.stop();
  }
}
