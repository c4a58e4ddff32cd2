package io.longshore.runner.engine.docker;

import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Lines;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The output of containers as the engine keeps it. Read on the caller's thread, so that a caller
 * that does not take more lets the engine wait; over connections of its own, so that calls never
 * wait for one.
 */
final class DockerOutput implements AutoCloseable {
  // One for each container that is followed; no engine runs as many.
  private static final int CONNECTIONS = 4096;

  /**
   * From how long before a position it is read again: the engine cuts off by its clock, and lines
   * of the two outputs that were written at the same moment may be kept in another order.
   */
  private static final long BACK_SECONDS = 30;

  private static final int LONGEST_REFUSAL = 4096;

  private final DockerHttpClient client;

  DockerOutput(DockerClientConfig config) {
    client =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(CONNECTIONS)
            .connectionTimeout(Duration.ofSeconds(5))
            .build();
  }

  void read(String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException {
    Request request =
        Request.builder().method(Request.Method.GET).path(path(runtimeId, after, follow)).build();
    try (Response response = client.execute(request)) {
      switch (response.getStatusCode()) {
        case 200 -> {
          InputStream body = new BufferedInputStream(response.getBody());
          new DockerLines(body, after, lines).read(!follow);
        }
        case 404, 409 -> {
          // It is gone, or going.
          return;
        }
        default -> throw refusal(response);
      }
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  private static String path(String runtimeId, long after, boolean follow) {
    long since = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(after) - BACK_SECONDS);
    return "/containers/%s/logs?stdout=1&stderr=1&timestamps=1&follow=%d&since=%d"
        .formatted(runtimeId, follow ? 1 : 0, since);
  }

  private static EngineException refusal(Response response) throws IOException {
    byte[] words = response.getBody().readNBytes(LONGEST_REFUSAL);
    String said = new String(words, StandardCharsets.UTF_8).strip();
    // Engines say so with 500 or 501, by their age.
    boolean forGood = said.contains("does not support reading");
    return new EngineException(forGood ? Problem.REFUSED : Problem.UNREACHABLE, said);
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
