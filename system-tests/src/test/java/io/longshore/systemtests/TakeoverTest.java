package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Jvm;
import io.longshore.chaos.LoopbackPorts;
import io.longshore.systemtests.Separate.Part;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ecs.model.ClusterField;
import software.amazon.awssdk.services.ecs.model.Tag;

/**
 * Two schedulers share the shards; one comes, goes, dies or freezes, and clusters on every shard
 * are written to all the time. What a takeover costs is the longest time in which one of the
 * clusters had no write acknowledged.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init")
@Isolated("It measures how long takeovers take.")
class TakeoverTest {
  // Enough for every shard to have some.
  private static final int CLUSTERS = 12;
  private static final int PACE_MILLIS = 50;
  // At that pace they take longer than the session of a scheduler that was killed.
  private static final int WRITES = 120;
  // The aim is 5 s; a slow machine is no defect.
  private static final long LONGEST_MILLIS = 20_000;
  private static final String TAKEN = "taken over in epoch";

  private final List<Pulse> pulses = new ArrayList<>();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(CLUSTERS);
  private Separate services;
  private Jvm second;
  private Ecs ecs;

  /** A cluster and the numbers that are written to it, one after the other. */
  private static final class Pulse {
    private final String cluster;
    private final String arn;
    private final List<Long> acknowledgedAt = new ArrayList<>();
    private int attempted;
    private int acknowledged;

    Pulse(String cluster, String arn) {
      this.cluster = cluster;
      this.arn = arn;
    }

    void write(URI api) {
      int number = attempt();
      String body =
          "{\"resourceArn\":\"%s\",\"tags\":[{\"key\":\"pulse\",\"value\":\"%d\"}]}"
              .formatted(arn, number);
      try {
        var answer = Http.call(api, "TagResource", body.getBytes(StandardCharsets.UTF_8));
        if (answer.statusCode() == 200) {
          acknowledge(number);
        }
      } catch (IOException e) {
        // Not acknowledged, and it may have taken effect.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized int attempt() {
      return ++attempted;
    }

    private synchronized void acknowledge(int number) {
      acknowledged = number;
      acknowledgedAt.add(System.nanoTime());
    }

    synchronized int since(long nanos) {
      return (int) acknowledgedAt.stream().filter(time -> time - nanos > 0).count();
    }

    /** The longest time without one, from the last before that moment on. */
    synchronized long longestGapMillis(long fromNanos) {
      long before = fromNanos;
      long longest = 0;
      for (long time : acknowledgedAt) {
        if (time - fromNanos > 0) {
          longest = Math.max(longest, time - before);
        }
        before = time;
      }
      return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    synchronized int acknowledged() {
      return acknowledged;
    }

    synchronized int attempted() {
      return attempted;
    }
  }

  private interface Accident {
    void happen() throws Exception;
  }

  @BeforeAll
  void start() throws Exception {
    services = Separate.prepare("takeover");
    services.start(Part.SCHEDULER);
    services.start(Part.API);
    services.awaitReady(90);
    ecs = Ecs.at(services.endpoint(Part.API));
    for (int i = 0; i < CLUSTERS; i++) {
      String name = "pulse-%02d".formatted(i);
      pulses.add(
          new Pulse(
              name, ecs.client().createCluster(r -> r.clusterName(name)).cluster().clusterArn()));
    }
    for (Pulse pulse : pulses) {
      var unused =
          threads.scheduleWithFixedDelay(
              () -> pulse.write(services.endpoint(Part.API)),
              0,
              PACE_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    awaitWrites(System.nanoTime());
  }

  @AfterAll
  void stop() {
    threads.shutdownNow();
    if (ecs != null) {
      ecs.close();
    }
    if (second != null) {
      second.destroy();
    }
    if (services != null) {
      services.close();
    }
  }

  /** Nothing that was acknowledged has been lost, and nothing old has come back. */
  @AfterEach
  void everyClusterHasWhatWasWrittenLast() {
    for (Pulse pulse : pulses) {
      int acknowledged = pulse.acknowledged();
      List<Tag> tags =
          ecs.client()
              .describeClusters(r -> r.clusters(pulse.cluster).include(ClusterField.TAGS))
              .clusters()
              .getFirst()
              .tags();
      assertThat(Integer.parseInt(tags.getFirst().value()))
          .as(pulse.cluster)
          .isBetween(acknowledged, pulse.attempted());
    }
  }

  private Jvm launchSecond() {
    return services.launch(
        Part.SCHEDULER, Map.of("QUARKUS_HTTP_PORT", Integer.toString(LoopbackPorts.next())));
  }

  private void awaitWrites(long since) {
    try {
      Waiting.forState(WRITES + " more writes to each cluster", 90)
          .until(() -> pulses.stream().allMatch(pulse -> pulse.since(since) >= WRITES));
    } catch (RuntimeException e) {
      throw new AssertionError(e.getMessage() + "\n" + services.tails(), e);
    }
  }

  private void takeover(String what, Accident accident) throws Exception {
    long begin = System.nanoTime();
    accident.happen();
    awaitWrites(begin);
    Pulse slowest =
        pulses.stream()
            .max(Comparator.comparingLong(pulse -> pulse.longestGapMillis(begin)))
            .orElseThrow();
    System.out.printf(
        "%s: the longest time without an acknowledged write was %d ms.%n",
        what, slowest.longestGapMillis(begin));
    assertThat(slowest.longestGapMillis(begin)).as(what).isLessThan(LONGEST_MILLIS);
  }

  private static int count(String text, String part) {
    return text.split(part, -1).length - 1;
  }

  @Test
  @Order(1)
  void oneJoins() throws Exception {
    takeover(
        "A scheduler joined",
        () -> {
          second = launchSecond();
          Waiting.forState("shards of its own", 90).until(() -> second.output().contains(TAKEN));
        });
  }

  @Test
  @Order(2)
  void oneLeaves() throws Exception {
    takeover("A scheduler was stopped", () -> assertThat(second.stop()).isEqualTo(143));
  }

  @Test
  @Order(3)
  void oneIsKilled() throws Exception {
    second = launchSecond();
    Waiting.forState("shards of its own", 90).until(() -> second.output().contains(TAKEN));
    awaitWrites(System.nanoTime());
    takeover("A scheduler was killed", second::kill);
  }

  @Test
  @Order(4)
  void oneIsFrozenAndComesBack() throws Exception {
    second = launchSecond();
    Waiting.forState("shards of its own", 90).until(() -> second.output().contains(TAKEN));
    awaitWrites(System.nanoTime());
    int taken = count(second.output(), TAKEN);
    takeover("A scheduler was frozen", second::pause);
    takeover(
        "It came back",
        () -> {
          second.resume();
          Waiting.forState("shards once more", 90)
              .until(() -> count(second.output(), TAKEN) > taken);
        });
  }
}
