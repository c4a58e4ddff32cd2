package io.longshore.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.longshore.balancer.inbound.Limits;
import io.longshore.messages.Report.TargetState;
import io.longshore.messages.Route;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a draining target is told to be drained: not before the end of what it has begun. */
class DrainingTrafficTest {
  private final Balanced balanced;
  private final List<Backend> backends = new ArrayList<>();

  DrainingTrafficTest() throws Exception {
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

  private void routes(Map<String, String> attributes, boolean drains, Backend... all) {
    List<Route.TaskTarget> targets = Balanced.tasks(all);
    Route.TaskTarget one = targets.getFirst();
    targets.set(
        0,
        new Route.TaskTarget(
            one.groupArn(), one.task(), one.container(), one.host(), one.port(), drains));
    balanced.take(balanced.routes(attributes, Map.of(), targets));
  }

  /** So that whatever was told before it has been told. */
  private void awaitNewsOf(Backend other) {
    balanced.awaitHealthy(other);
  }

  @Test
  void aTargetWithoutRequestsIsDrainedAtOnceWhateverTheDelay() throws Exception {
    Backend one = backend((request, in, out) -> Backend.ok(out, "one"));
    balanced.serve(Map.of(), one);
    // Its connection stays open for the next request, and does not count.
    assertThat(balanced.get("/").body()).isEqualTo("one");
    long began = System.nanoTime();
    routes(Map.of(), true, one);
    balanced.awaitState(one, TargetState.DRAINED);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aRequestUnderWayKeepsItDrainingUntilItsEnd() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          began.countDown();
          mayEnd.await();
          Backend.ok(out, "slow");
        });
    balanced.serve(Map.of(), slow);
    try (Socket client = balanced.connect()) {
      client
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      began.await();
      routes(Map.of(), true, slow);
      balanced.awaitState(slow, TargetState.DRAINING);
      Backend other = backend((request, in, out) -> Backend.ok(out, "other"));
      routes(Map.of(), true, slow, other);
      awaitNewsOf(other);
      assertThat(balanced.healthOf(slow).state()).isEqualTo(TargetState.DRAINING);
      mayEnd.countDown();
      balanced.awaitState(slow, TargetState.DRAINED);
      assertThat(Backend.line(client.getInputStream())).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void aConnectionAtLayer4KeepsItDrainingUntilItsEnd() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    Backend echo =
        backend((request, in, out) -> {
          began.countDown();
          in.transferTo(out);
        });
    tcp(null, echo);
    balanced.awaitHealthy(echo);
    try (Socket client = balanced.connect()) {
      client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      began.await();
      Backend other = backend((request, in, out) -> Backend.ok(out, "other"));
      tcp(Instant.now().plusSeconds(600), echo, other);
      balanced.awaitState(echo, TargetState.DRAINING);
      awaitNewsOf(other);
      assertThat(balanced.healthOf(echo).state()).isEqualTo(TargetState.DRAINING);
    }
    balanced.awaitState(echo, TargetState.DRAINED);
  }

  private void tcp(@Nullable Instant until, Backend first, Backend... more) {
    List<Route.StaticTarget> all = new ArrayList<>();
    all.add(Routes.target(first.port(), until));
    for (Backend target : more) {
      all.add(Routes.target(target.port(), null));
    }
    balanced.take(
        Routes.balancer(
            Routes.listener(balanced.port, Route.Protocol.TCP, Routes.forward(Routes.GROUP))),
        Routes.group(
            Routes.GROUP,
            Map.of(),
            Route.Protocol.TCP,
            Routes.check(Route.Protocol.TCP, 30, 5, 2, 2),
            all));
  }

  @Test
  void whoseTimeIsOverIsDrainedAlthoughItHadSomethingUnderWay() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Backend slow =
        backend((request, in, out) -> {
          began.countDown();
          never.await();
        });
    Map<String, String> delay = Map.of("deregistration_delay.timeout_seconds", "1");
    balanced.serve(delay, slow);
    try (Socket client = balanced.connect()) {
      client
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      began.await();
      routes(delay, true, slow);
      balanced.awaitState(slow, TargetState.DRAINING);
      balanced.awaitState(slow, TargetState.DRAINED);
      assertThat(Backend.line(client.getInputStream())).startsWith("HTTP/1.1 50");
    }
    never.countDown();
  }

  /** What another proxy has under way is not known. */
  @Test
  void whereOthersCarryTrafficItIsDrainedWhenItsTimeIsOver() throws Exception {
    try (Balanced shared = new Balanced(Limits.DEFAULT, null, false)) {
      Backend one = backend((request, in, out) -> Backend.ok(out, "one"));
      Map<String, String> delay = Map.of("deregistration_delay.timeout_seconds", "2");
      shared.serve(delay, one);
      List<Route.TaskTarget> targets = Balanced.tasks(one);
      Route.TaskTarget is = targets.getFirst();
      targets.set(
          0,
          new Route.TaskTarget(
              is.groupArn(), is.task(), is.container(), is.host(), is.port(), true));
      long began = System.nanoTime();
      shared.take(shared.routes(delay, Map.of(), targets));
      shared.awaitState(one, TargetState.DRAINING);
      shared.awaitState(one, TargetState.DRAINED);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void whoDrainsNoMoreIsATargetAnewAndKeepsConnections() throws Exception {
    Backend one = backend((request, in, out) -> Backend.ok(out, "one"));
    balanced.serve(Map.of(), one);
    routes(Map.of(), true, one);
    balanced.awaitState(one, TargetState.DRAINED);
    routes(Map.of(), false, one);
    balanced.awaitHealthy(one);
    try (Socket client = balanced.connect()) {
      for (int i = 0; i < 3; i++) {
        client
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        while (!Backend.line(client.getInputStream()).isEmpty()) {}
        assertThat(client.getInputStream().readNBytes(3)).isEqualTo(new byte[] {'o', 'n', 'e'});
      }
    }
    assertThat(one.connections()).isEqualTo(1);
    routes(Map.of(), true, one);
    balanced.awaitState(one, TargetState.DRAINED);
  }

  /** Whoever is told DRAINED stops the target: a request that comes later would be lost. */
  @Test
  void underLoadNothingIsUnderWayAndNothingComesAfterItIsToldDrained() throws Exception {
    Backend one = backend((request, in, out) -> Backend.ok(out, "one"));
    Backend two = backend((request, in, out) -> Backend.ok(out, "two"));
    balanced.serve(Map.of(), one, two);
    AtomicBoolean go = new AtomicBoolean(true);
    AtomicInteger answered = new AtomicInteger();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(Thread.ofVirtual().start(() -> hammer(go, answered)));
    }
    for (int round = 0; round < 10; round++) {
      int before = one.requests();
      await().atMost(Balanced.SOON).until(() -> one.requests() > before + 20);
      routes(Map.of(), true, one, two);
      balanced.awaitState(one, TargetState.DRAINED);
      assertThat(balanced.healthOf(one).state()).isEqualTo(TargetState.DRAINED);
      int after = one.requests();
      int seen = answered.get();
      await().atMost(Balanced.SOON).until(() -> answered.get() > seen + 50);
      assertThat(one.requests()).isEqualTo(after);
      routes(Map.of(), false, one, two);
      balanced.awaitHealthy(one);
    }
    go.set(false);
    for (Thread client : clients) {
      assertThat(client.join(Balanced.SOON)).isTrue();
    }
    assertThat(balanced.log).allSatisfy(entry -> assertThat(entry.status()).isEqualTo(200));
  }

  private void hammer(AtomicBoolean go, AtomicInteger answered) {
    try (Socket client = balanced.connect()) {
      while (go.get()) {
        client
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        while (!Backend.line(client.getInputStream()).isEmpty()) {}
        if (client.getInputStream().readNBytes(3).length == 3) {
          answered.incrementAndGet();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
