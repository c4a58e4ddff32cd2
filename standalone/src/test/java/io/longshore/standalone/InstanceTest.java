package io.longshore.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTest {
  private static final URI ENDPOINT = URI.create("http://127.0.0.1:8080");

  @TempDir Path data;

  @Test
  void aLivingProcessIsFoundByItsNote() throws Exception {
    Instance self = Instance.ofThisProcess(7, ENDPOINT, "docker", true);

    self.write(data);

    assertThat(Instance.running(data)).contains(self);
  }

  @Test
  void aNoteOfTheDeadSaysNothing() throws Exception {
    Instance self = Instance.ofThisProcess(7, ENDPOINT, "docker", true);
    // Another process that was given the same number later.
    new Instance(self.pid(), 7, self.started() - 60_000, ENDPOINT, "docker", true).write(data);

    assertThat(Instance.running(data)).isEmpty();
  }

  @Test
  void nonsenseAndAbsenceSayNothing() throws Exception {
    assertThat(Instance.running(data)).isEmpty();

    Files.writeString(data.resolve("instance.properties"), "pid=many\n");

    assertThat(Instance.running(data)).isEmpty();
  }

  @Test
  void aForgottenNoteIsGone() throws Exception {
    Instance.ofThisProcess(7, ENDPOINT, "docker", true).write(data);

    Instance.forget(data);

    assertThat(Instance.running(data)).isEmpty();
  }
}
