package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Targets that come, go, drain and fall ill, and listeners that do. */
class TargetsTest {
  private final Balanced balanced;
  private final List<Backend> backends = new ArrayList<>();

  TargetsTest() throws Exception {
    balanced = new Balanced();
  }

  @AfterEach
  void close() throws Exception {
    balanced.close();
    for (Backend backend : backends) {
      backend.close();
    }
  }

  private Backend backend(Backend.Handler handler) throws IOException {
    Backend backend = new Backend(handler);
    backends.add(backend);
    return backend;
  }

  private Backend named(String name) throws IOException {
    return backend((request, in, out) -> Backend.ok(out, name));
  }

  private void routes(List<Route.TaskTarget> targets) {
    balanced.take(balanced.routes(Map.of(), Map.of(), targets));
  }

  private CompletableFuture<HttpResponse<String>> getLater(String target) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return balanced.get(target);
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static List<Route.TaskTarget> drained(List<Route.TaskTarget> targets, int index) {
    Route.TaskTarget one = targets.get(index);
    List<Route.TaskTarget> next = new ArrayList<>(targets);
    next.set(
        index,
        new Route.TaskTarget(
            one.groupArn(), one.task(), one.container(), one.host(), one.port(), true));
    return next;
  }

  @Test
  void aNewTargetGetsTrafficWithinASecond() throws Exception {
    Backend first = named("first");
    balanced.serve(Map.of(), first);
    Backend second = named("second");
    long began = System.nanoTime();
    routes(Balanced.tasks(first, second));
    await()
        .atMost(Balanced.SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> balanced.get("/").body().equals("second"));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aTargetThatListensLaterGetsTrafficSoonAfter() throws Exception {
    int port = Balanced.freePort();
    balanced.take(
        balanced.routes(
            Map.of(), Map.of(), List.of(Routes.task(Routes.GROUP, "late", port, false))));
    await().atMost(Balanced.SOON).until(() -> balanced.told(port) != null);
    assertThat(balanced.get("/").statusCode()).isEqualTo(503);
    Backend late = new Backend(port, (request, in, out) -> Backend.ok(out, "late"));
    backends.add(late);
    balanced.awaitHealthy(late);
    assertThat(balanced.get("/").body()).isEqualTo("late");
  }

  @Test
  void whatADrainingTargetHasBegunEndsAndNothingNewComes() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          if (request.target().equals("/slow")) {
            began.countDown();
            mayEnd.await();
          }
          Backend.ok(out, "slow");
        });
    balanced.serve(Map.of(), slow);
    CompletableFuture<HttpResponse<String>> running = getLater("/slow");
    began.await();
    Backend other = named("other");
    List<Route.TaskTarget> both = Balanced.tasks(slow, other);
    routes(drained(both, 0));
    balanced.awaitState(slow, TargetState.DRAINING);
    balanced.awaitHealthy(other);
    for (int i = 0; i < 20; i++) {
      assertThat(balanced.get("/").body()).isEqualTo("other");
    }
    assertThat(running).isNotDone();
    mayEnd.countDown();
    assertThat(running.get().body()).isEqualTo("slow");
    assertThat(slow.requests()).isEqualTo(1);
  }

  @Test
  void whatADrainingTargetDoesNotEndInTimeIsEnded() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          began.countDown();
          never.await();
        });
    Map<String, String> delay = Map.of("deregistration_delay.timeout_seconds", "1");
    balanced.serve(delay, slow);
    CompletableFuture<HttpResponse<String>> running = getLater("/slow");
    began.await();
    balanced.take(balanced.routes(delay, Map.of(), drained(Balanced.tasks(slow), 0)));
    assertThat(running.get().statusCode()).isIn(502, 503);
    never.countDown();
  }

  @Test
  void aTargetThatVanishesGetsNothingAtOnce() throws Exception {
    Backend first = named("first");
    Backend second = named("second");
    balanced.serve(Map.of(), first, second);
    routes(Balanced.tasks(second));
    await()
        .atMost(Balanced.SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> balanced.told(first.port()) == null);
    await()
        .atMost(Balanced.SOON)
        .pollInterval(Duration.ofMillis(2))
        .until(() ->
            balanced.registry.get("longshore.balancer.eligible.targets").gauge().value() == 1);
    for (int i = 0; i < 20; i++) {
      assertThat(balanced.get("/").body()).isEqualTo("second");
    }
    assertThat(balanced.registry.find("longshore.balancer.target.active").gauges()).hasSize(1);
  }

  @Test
  void aTargetThatIsUnhealthyGetsNothingUnlessAllAre() throws Exception {
    Backend first = named("first");
    Backend second = named("second");
    Route.Group strict =
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.HTTP,
            Routes.check(Route.Protocol.HTTP, 1, 1, 1, 1),
            List.of(Routes.target(first.port(), null), Routes.target(second.port(), null)));
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.forward(Routes.GROUP))),
        strict);
    balanced.awaitHealthy(first, second);
    first.health = 500;
    balanced.awaitState(first, TargetState.UNHEALTHY);
    assertThat(balanced.healthOf(first).description()).contains("500");
    for (int i = 0; i < 10; i++) {
      assertThat(balanced.get("/").body()).isEqualTo("second");
    }
    second.health = 404;
    balanced.awaitState(second, TargetState.UNHEALTHY);
    assertThat(List.of(balanced.get("/").body(), balanced.get("/").body()))
        .containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void aTargetRegisteredByHandDrainsUntilItsTime() throws Exception {
    Backend first = named("first");
    Route.Group group =
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.HTTP,
            Routes.check(),
            List.of(Routes.target(first.port(), Instant.now().plusSeconds(60))));
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.forward(Routes.GROUP))),
        group);
    balanced.awaitState(first, TargetState.DRAINED);
    assertThat(balanced.get("/").statusCode()).isEqualTo(503);
    assertThat(first.checks()).isZero();
  }

  @Test
  void listenersComeAndGoWithoutTouchingOthers() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          began.countDown();
          mayEnd.await();
          Backend.ok(out, "slow");
        });
    balanced.serve(Map.of(), slow);
    CompletableFuture<HttpResponse<String>> running = getLater("/");
    began.await();
    int second = Balanced.freePort();
    Route.Listener mine =
        Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.forward(Routes.GROUP));
    Route.Listener other = Routes.listener(second, Route.Protocol.HTTP, Routes.fixed(200, "x"));
    Route.Group group = Routes.group(Routes.GROUP, Map.of());
    Route.ServiceTargets targets =
        Routes.targets(Balanced.tasks(slow).toArray(Route.TaskTarget[]::new));
    balanced.take(Routes.balancer(mine, other), group, targets);
    await().atMost(Balanced.SOON).until(() -> balanced.balancer.listeners().size() == 2);
    balanced.take(Routes.balancer(mine), group, targets);
    await().atMost(Balanced.SOON).until(() -> balanced.balancer.listeners().size() == 1);
    // The port can be had again.
    try (ServerSocket free = new ServerSocket(second)) {
      assertThat(free.isBound()).isTrue();
    }
    assertThat(running).isNotDone();
    mayEnd.countDown();
    assertThat(running.get().body()).isEqualTo("slow");
  }

  @Test
  void aListenerThatGoesLetsWhatIsUnderWayEnd() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          began.countDown();
          mayEnd.await();
          Backend.ok(out, "slow");
        });
    balanced.serve(Map.of(), slow);
    CompletableFuture<HttpResponse<String>> running = getLater("/");
    began.await();
    balanced.balancer.take(List.of());
    await().atMost(Balanced.SOON).until(() -> balanced.balancer.listeners().isEmpty());
    mayEnd.countDown();
    assertThat(running.get().body()).isEqualTo("slow");
    assertThat(running.get().headers().firstValue("connection")).hasValue("close");
  }

  @Test
  void aPortThatIsTakenIsToldAndTriedAgain() throws Exception {
    int port = Balanced.freePort();
    Route.Listener mine =
        Routes.listener(balanced.port, Route.Protocol.HTTP, Routes.fixed(200, "mine"));
    Route.Listener other = Routes.listener(port, Route.Protocol.HTTP, Routes.fixed(200, "other"));
    try (ServerSocket taken = new ServerSocket(port)) {
      assertThat(taken.isBound()).isTrue();
      balanced.take(Routes.balancer(mine, other));
      assertThat(balanced.get("/").body()).isEqualTo("mine");
      assertThat(balanced.balancer.listeners().get("arn:listener/" + port))
          .satisfies(state -> assertThat(state.trouble()).containsIgnoringCase("in use"));
    }
    await()
        .atMost(Balanced.SOON)
        .untilAsserted(() ->
            assertThat(balanced.balancer.listeners().get("arn:listener/" + port))
                .satisfies(state -> assertThat(state.trouble()).isNull()));
  }
}
