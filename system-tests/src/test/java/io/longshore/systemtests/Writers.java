package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Clients that go on writing whatever happens, and remember what they were told was done. Each
 * write registers a task definition, whose revision names what was promised.
 */
final class Writers implements AutoCloseable {
  private static final int THREADS = 4;
  // Enough to be hit by every accident, and little enough to leave the machine to the services.
  private static final int PACE_MILLIS = 100;

  private final Ecs ecs;
  private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
  private final Set<String> twice = new ConcurrentSkipListSet<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);

  Writers(Ecs ecs, String family) {
    this.ecs = ecs;
    for (int i = 0; i < THREADS; i++) {
      String own = family + "-" + i;
      var unused =
          threads.scheduleWithFixedDelay(() -> write(own), 0, PACE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void write(String family) {
    try {
      String arn = ecs.register(family, "true");
      if (!acknowledged.add(arn)) {
        twice.add(arn);
      }
    } catch (SdkException e) {
      refused.incrementAndGet();
    }
  }

  int acknowledged() {
    return acknowledged.size();
  }

  /** Ends the writing and looks for everything that was acknowledged. */
  void everythingIsThere() throws InterruptedException {
    close();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    List<String> known =
        ecs.client().listTaskDefinitionsPaginator(r -> {}).taskDefinitionArns().stream().toList();
    System.out.printf(
        "%d writes were acknowledged and are there; %d were refused, after the SDK's retries.%n",
        acknowledged.size(), refused.get());
    assertThat(acknowledged).isNotEmpty();
    assertThat(twice).as("revisions that were given to two calls").isEmpty();
    assertThat(known).containsAll(acknowledged);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
