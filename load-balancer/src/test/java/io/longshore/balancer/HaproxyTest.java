package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.core.HaproxyPlan;
import io.longshore.balancer.outbound.Haproxy;
import io.longshore.balancer.outbound.HaproxySocket;
import io.longshore.messages.Route;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real HAProxy, where there is one. */
class HaproxyTest {
  /** As {@link Routes#GROUP} is named. */
  private static final String BACKEND = "1";

  @TempDir private Path folder;
  private final Balanced balanced;
  private final int port;
  private final int api;
  private final List<Backend> backends = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable Process running;
  private @Nullable Haproxy haproxy;

  HaproxyTest() throws Exception {
    balanced = new Balanced();
    port = Balanced.freePort();
    api = Balanced.freePort();
  }

  @BeforeEach
  void start() throws Exception {
    Path program = Installed.program("haproxy");
    Path configuration = folder.resolve("haproxy.cfg");
    Files.writeString(
        configuration,
        """
        global
          stats socket %s level admin
          stats socket ipv4@127.0.0.1:%d level admin
        defaults
          mode http
          timeout connect 2s
          timeout client 20s
          timeout server 20s
        frontend web
          bind 127.0.0.1:%d
          default_backend %s
        backend %s
          server-template s 3 0.0.0.0:1 disabled
        backend mine
          server a 127.0.0.1:1
        """
            .formatted(socketPath(), api, port, BACKEND, BACKEND));
    run(program, configuration);
  }

  private Path socketPath() {
    return folder.resolve("s");
  }

  private void run(Path program, Path configuration) throws Exception {
    running =
        new ProcessBuilder(program.toString(), "-db", "-f", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("haproxy.log").toFile())
            .start();
    HaproxySocket socket = new HaproxySocket(socketPath().toString());
    await()
        .atMost(Balanced.SOON)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> socket.ask("show servers state").contains("mine"));
  }

  @AfterEach
  void close() throws Exception {
    Haproxy driven = haproxy;
    if (driven != null) {
      driven.close();
    }
    stop();
    balanced.close();
    for (Backend backend : backends) {
      backend.close();
    }
  }

  private void stop() throws InterruptedException {
    Process process = running;
    if (process != null) {
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void drive(String where) {
    Haproxy driven = new Haproxy(new HaproxySocket(where), balanced.balancer::picture);
    haproxy = driven;
    balanced.redrawn = driven::changed;
    driven.begin();
  }

  private Backend named(String name) throws IOException {
    Backend backend = new Backend((request, in, out) -> Backend.ok(out, name));
    backends.add(backend);
    return backend;
  }

  private void routes(List<Route.TaskTarget> targets) {
    balanced.take(balanced.routes(Map.of(), Map.of(), targets));
  }

  private static Route.TaskTarget draining(Route.TaskTarget one) {
    return new Route.TaskTarget(
        one.groupArn(), one.task(), one.container(), one.host(), one.port(), true);
  }

  /** Who answers through HAProxy; its own 503 is nobody. */
  private Set<String> whoAnswers() throws IOException, InterruptedException {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        names.add(response.body());
      }
    }
    return names;
  }

  private void awaitAnswersOf(String... names) {
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() -> assertThat(whoAnswers()).containsExactlyInAnyOrder(names));
  }

  @Test
  void itsServersAreTheEligibleTargets() throws Exception {
    drive(socketPath().toString());
    Backend one = named("one");
    Backend two = named("two");
    assertThat(whoAnswers()).isEmpty();
    routes(Balanced.tasks(one, two));
    awaitAnswersOf("one", "two");
    List<Route.TaskTarget> oneDrains = Balanced.tasks(one, two);
    oneDrains.set(0, draining(oneDrains.getFirst()));
    routes(oneDrains);
    awaitAnswersOf("two");
    assertThat(slots())
        .filteredOn(slot -> slot.address().port() == one.port())
        .extracting(HaproxyPlan.Slot::will)
        .containsExactly(HaproxyPlan.Will.DRAIN);
    Backend three = named("three");
    Backend four = named("four");
    routes(Balanced.tasks(two, three, four));
    awaitAnswersOf("two", "three", "four");
    routes(Balanced.tasks(one));
    awaitAnswersOf("one");
    balanced.balancer.take(List.of());
    awaitAnswersOf();
    assertThat(slots())
        .contains(
            new HaproxyPlan.Slot(
                "mine", "a", new HaproxyPlan.Address("127.0.0.1", 1), HaproxyPlan.Will.READY))
        .filteredOn(slot -> slot.backend().equals(BACKEND))
        .extracting(HaproxyPlan.Slot::will)
        .containsOnly(HaproxyPlan.Will.MAINT);
  }

  private List<HaproxyPlan.Slot> slots() throws IOException {
    return HaproxyPlan.slots(new HaproxySocket(socketPath().toString()).ask("show servers state"));
  }

  @Test
  void whatSomebodyElseChangedIsPutRight() throws Exception {
    drive("127.0.0.1:" + api);
    routes(Balanced.tasks(named("one")));
    awaitAnswersOf("one");
    assertThat(
            new HaproxySocket(socketPath().toString())
                .ask("set server " + BACKEND + "/s1 state maint"))
        .isEmpty();
    awaitAnswersOf("one");
  }

  @Test
  void anHaproxyThatIsStartedAnewGetsItsServersAgain() throws Exception {
    drive(socketPath().toString());
    routes(Balanced.tasks(named("one")));
    awaitAnswersOf("one");
    stop();
    run(Installed.program("haproxy"), folder.resolve("haproxy.cfg"));
    awaitAnswersOf("one");
  }
}
