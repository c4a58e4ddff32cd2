package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Logs as the API has them from the nodes. Read on the caller's thread, so that a caller that does
 * not take more lets the node wait.
 */
record PodOutput(PodCalls calls) {
  /** From how long before a position it is read again: whole seconds only can be asked for. */
  private static final long BACK_SECONDS = 30;

  private static final int LONGEST_REFUSAL = 4096;

  /** Until the container ends if it is followed; of a container without a log nothing is told. */
  void read(String pod, String container, long after, boolean follow, PodLines lines)
      throws EngineException, InterruptedException {
    KubernetesClient client = calls.client();
    HttpRequest request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(uri(client.getMasterUrl().toString(), pod, container, after, follow))
            // Nothing may be written for any length of time.
            .timeout(0, TimeUnit.MILLISECONDS)
            .forStreaming()
            .build();
    CompletableFuture<HttpResponse<InputStream>> answer =
        client.getHttpClient().sendAsync(request, InputStream.class);
    try {
      HttpResponse<InputStream> response = answer.get();
      try (InputStream body = response.body()) {
        switch (response.code()) {
          case 200 -> lines.read(body, !follow);
          case 400, 404 -> {
            // It has not been started, or is gone.
            return;
          }
          default ->
              throw new EngineException(
                  Problem.UNREACHABLE,
                  new String(body.readNBytes(LONGEST_REFUSAL), StandardCharsets.UTF_8));
        }
      }
    } catch (IOException | ExecutionException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new EngineException(Problem.UNREACHABLE, "the log broke off: " + PodCalls.words(e), e);
    } finally {
      answer.cancel(true);
    }
  }

  private String uri(String api, String pod, String container, long after, boolean follow) {
    long since = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(after) - BACK_SECONDS);
    String from =
        since == 0
            ? ""
            : "&sinceTime="
                + URLEncoder.encode(
                    Instant.ofEpochSecond(since).toString(), StandardCharsets.UTF_8);
    return "%s%sapi/v1/namespaces/%s/pods/%s/log?container=%s&timestamps=true&follow=%s%s"
        .formatted(
            api, api.endsWith("/") ? "" : "/", calls.namespace(), pod, container, follow, from);
  }
}
