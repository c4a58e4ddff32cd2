package io.longshore.runner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.runner.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The engine behind the driver's back; with {@code LONGSHORE_REQUIRE_ENGINE=true} required. */
final class TestDocker {
  private TestDocker() {}

  static DockerClient orSkip() {
    var config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    DockerClient raw =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .responseTimeout(Duration.ofSeconds(30))
                .build());
    String lack = lack(raw);
    if (Boolean.parseBoolean(System.getenv("LONGSHORE_REQUIRE_ENGINE"))) {
      assertThat(lack).as("an engine with the test image is required").isEmpty();
    }
    if (!lack.isEmpty()) {
      System.out.println("The docker driver is not tested: " + lack);
    }
    assumeTrue(lack.isEmpty(), lack);
    return raw;
  }

  /** What is missing for these tests; empty if nothing is. */
  private static String lack(DockerClient raw) {
    try {
      var unused = raw.inspectImageCmd(Tasks.IMAGE).exec();
      return "";
    } catch (NotFoundException e) {
      return "the engine has no image " + Tasks.IMAGE + ".";
    } catch (RuntimeException e) {
      return "no engine answers (" + e.getMessage() + ").";
    }
  }

  /** What a container has written so far. */
  static String output(DockerClient raw, String id) {
    StringBuilder output = new StringBuilder();
    try {
      raw.logContainerCmd(id)
          .withStdOut(true)
          .withStdErr(true)
          .exec(
              new ResultCallback.Adapter<Frame>() {
                @Override
                public void onNext(Frame frame) {
                  output.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                }
              })
          .awaitCompletion();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return output.toString();
  }
}
