package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.ProxyEndpoints;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other proxies ask for, over HTTP, and a real Prometheus that does, where there is one. */
class ProxyEndpointsTest {
  @TempDir private Path folder;
  private final Balanced balanced;
  private final Backend backend;
  private final Vertx vertx = Vertx.vertx();
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  ProxyEndpointsTest() throws Exception {
    balanced = new Balanced();
    backend =
        new Backend((request, in, out) ->
            Backend.respond(
                out,
                "200 OK",
                "Content-Type: text/plain; version=0.0.4\r\n",
                "answers_total{from=\"web\"} 7\n"));
    Router router = Router.router(vertx);
    new ProxyEndpoints(balanced.balancer::picture).register(router);
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    balanced.close();
    backend.close();
  }

  private HttpResponse<String> get(int from, String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + from + path))
            .timeout(Duration.ofSeconds(20))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void beforeThereAreRoutesWhoeverAsksKeepsWhatItHas() throws Exception {
    assertThat(get(port, "/proxies/traefik").statusCode()).isEqualTo(503);
    assertThat(get(port, "/proxies/prometheus").statusCode()).isEqualTo(503);
  }

  @Test
  void targetsAreToldAsJson() throws Exception {
    balanced.serve(Map.of(), backend);
    HttpResponse<String> traefik = get(port, "/proxies/traefik");
    assertThat(traefik.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(traefik.body())
        .contains("\"servers\":[{\"url\":\"http://127.0.0.1:" + backend.port() + "\"}]");
    assertThat(get(port, "/proxies/prometheus").body())
        .startsWith("[{\"targets\":[\"127.0.0.1:" + backend.port() + "\"],\"labels\":{")
        .contains("\"service\":\"web\"")
        .contains("\"__meta_longshore_state\":\"healthy\"");
  }

  @Test
  void aRealPrometheusFindsTargetsAndAsksThem() throws Exception {
    Path program = Installed.program("prometheus");
    balanced.serve(Map.of(), backend);
    int web = Balanced.freePort();
    Path configuration = folder.resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global:
          scrape_interval: 1s
        scrape_configs:
          - job_name: longshore
            http_sd_configs:
              - url: http://127.0.0.1:%d/proxies/prometheus
                refresh_interval: 1s
            relabel_configs:
              - source_labels: [__meta_longshore_state]
                regex: healthy
                action: keep
        """
            .formatted(port));
    Process prometheus =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + web)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() ->
              assertThat(get(web, "/api/v1/query?query=answers_total").body())
                  .contains("\"cluster\":\"default\"")
                  .contains("\"service\":\"web\"")
                  .contains("\"target_group\":\"1\"")
                  .contains("\"7\""));
    } finally {
      prometheus.destroy();
      assertThat(prometheus.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
