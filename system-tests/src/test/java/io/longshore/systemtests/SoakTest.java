package io.longshore.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.chaos.Jvm;
import io.longshore.systemtests.Separate.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ecs.model.KeyValuePair;

/**
 * Jobs that come and go, a service whose tasks end, and services that are made and deleted, with
 * everything kept for two seconds only: after a while, what is kept grows no more, neither in the
 * database nor in memory.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SoakTest {
  private static final String CLUSTER = "soak";
  private static final int THREADS = 4;
  private static final Duration HALF = Duration.ofSeconds(20);
  // What a slow moment of the machine leaves for the next cleaning.
  private static final double SLACK = 2;
  private static final int FEW = 200;
  // Of the pools and caches of libraries, which fill for a while. With what comes for each job, a
  // thousand and a half of them in the time, some four kilobytes forgotten of each are noticed.
  private static final long WARM_BYTES = 6 << 20;
  private static final long BYTES_OF_A_JOB = 300;
  private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);

  private final AtomicInteger jobs = new AtomicInteger();
  private final AtomicInteger deleted = new AtomicInteger();
  private ScheduledExecutorService working;
  private Separate services;
  private Jvm scheduler;
  private Jvm runner;
  private Ecs ecs;

  @BeforeAll
  void start() throws Exception {
    services = Separate.prepare("soak");
    scheduler =
        services.launch(
            Part.SCHEDULER,
            Map.of(
                "LONGSHORE_SCHEDULER_STOPPED_TASK_RETENTION", "2s",
                "LONGSHORE_SCHEDULER_ANSWER_RETENTION", "2s",
                "LONGSHORE_SCHEDULER_HOUSEKEEPING_INTERVAL", "1s",
                "LONGSHORE_SCHEDULER_STEADY_AFTER", "200ms"));
    services.start(Part.API);
    runner =
        services.launch(
            Part.RUNNER,
            Map.of(
                "LONGSHORE_RUNNER_DRIVER", "simulated",
                "LONGSHORE_RUNNER_CLUSTER", CLUSTER,
                "LONGSHORE_RUNNER_CPU", "1000000",
                "LONGSHORE_RUNNER_MEMORY_MIB", "1000000"));
    services.awaitReady(90);
    ecs = Ecs.at(services.endpoint(Part.API));
    ecs.cluster(CLUSTER);
    ecs.register("job", "true", c -> c.environment(exitsAfter(50)));
    ecs.register("short", "true", c -> c.environment(exitsAfter(500)));
    ecs.register("long", "true");
    ecs.service(CLUSTER, "short", "short", 5);
  }

  private static KeyValuePair exitsAfter(int millis) {
    return KeyValuePair.builder()
        .name("LONGSHORE_SIMULATED_EXIT_AFTER_MS")
        .value(Integer.toString(millis))
        .build();
  }

  @AfterAll
  void stop() {
    if (working != null) {
      working.shutdownNow();
    }
    if (ecs != null) {
      ecs.close();
    }
    for (Jvm jvm : new Jvm[] {runner, scheduler}) {
      if (jvm != null) {
        jvm.destroy();
      }
    }
    if (services != null) {
      services.close();
    }
  }

  private void work(int thread) {
    String name = "passing-%d-%d".formatted(thread, deleted.get());
    try {
      ecs.client().runTask(r -> r.cluster(CLUSTER).taskDefinition("job").count(10));
      jobs.addAndGet(10);
      ecs.service(CLUSTER, name, "long", 1);
      ecs.client().deleteService(r -> r.cluster(CLUSTER).service(name).force(true));
      deleted.incrementAndGet();
    } catch (SdkException e) {
      // A crowded moment: the next one comes.
    }
  }

  /** The most rows that each table has had in a while. */
  private Map<String, Long> most(Connection database, Duration length) throws SQLException {
    Map<String, Long> most = new TreeMap<>();
    long end = System.nanoTime() + length.toNanos();
    Waiting.forState("the end of " + length, (int) length.toSeconds() + 60)
        .pollInterval(Duration.ofMillis(250))
        .until(() -> {
          for (String table : tables(database)) {
            most.merge(table, rows(database, table), Math::max);
          }
          return System.nanoTime() - end > 0;
        });
    return most;
  }

  private static List<String> tables(Connection database) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet found =
        database
            .createStatement()
            .executeQuery(
                "select table_name from information_schema.tables where table_schema = 'scheduler' and table_type = 'BASE TABLE'")) {
      while (found.next()) {
        tables.add(found.getString(1));
      }
    }
    return tables;
  }

  private static long rows(Connection database, String table) throws SQLException {
    try (ResultSet count =
        database.createStatement().executeQuery("select count(*) from scheduler." + table)) {
      count.next();
      return count.getLong(1);
    }
  }

  @Test
  void nothingThatIsKeptForAWhileGrowsForEver() throws Exception {
    ScheduledExecutorService threads = begin();
    Waiting.forState("the first to have gone", 60).until(() -> deleted.get() > 50);
    var outside = services.outside().endpoints();
    try (Connection database =
        DriverManager.getConnection(outside.jdbcUrl(), outside.user(), "any")) {
      Map<String, Long> first = most(database, HALF);
      int jobsThen = jobs.get();
      Map<String, Long> second = most(database, HALF);

      System.out.printf(
          "%d jobs, %d services deleted; most rows in the first half %s, in the second %s.%n",
          jobs.get(), deleted.get(), first, second);
      assertThat(jobs.get()).as("it went on").isGreaterThan(jobsThen + FEW);
      second.forEach((table, rows) ->
          assertThat(rows)
              .as(table)
              .isLessThan((long) (first.getOrDefault(table, 0L) * SLACK) + FEW));
      assertThat(second.get("task")).as("tasks, of %d jobs", jobs.get()).isLessThan(jobs.get());
      end(threads);
      ecs.client().deleteService(r -> r.cluster(CLUSTER).service("short").force(true));
      awaitNothing(database);
      memory(database);
    }
  }

  /** The same work again, and nothing more is left of it than of what was before. */
  private void memory(Connection database) throws Exception {
    Map<String, Long> before = live();
    int jobsThen = jobs.get();
    ScheduledExecutorService threads = begin();
    most(database, HALF);
    end(threads);
    awaitNothing(database);
    int more = jobs.get() - jobsThen;
    Map<String, Long> after = live();
    System.out.printf("Bytes alive before %s, and after %d more jobs %s.%n", before, more, after);
    assertThat(more).as("it went on").isGreaterThan(FEW);
    after.forEach((service, bytes) ->
        assertThat(bytes)
            .as("bytes alive in the %s after %d more jobs", service, more)
            .isLessThan(before.getOrDefault(service, 0L) + WARM_BYTES + more * BYTES_OF_A_JOB));
  }

  /** What a full collection leaves, in each service. */
  private Map<String, Long> live() throws Exception {
    Map<String, Long> live = new TreeMap<>();
    live.put("scheduler", live(scheduler));
    live.put("api", live(services.jvm(Part.API)));
    live.put("runner", live(runner));
    return live;
  }

  private static long live(Jvm jvm) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "jcmd").toString(),
                Long.toString(jvm.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = TOTAL.matcher(said);
    assertThat(total.find()).as(said).isTrue();
    return Long.parseLong(total.group(1));
  }

  private ScheduledExecutorService begin() {
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      var unused = threads.scheduleWithFixedDelay(() -> work(thread), 0, 50, TimeUnit.MILLISECONDS);
    }
    working = threads;
    return threads;
  }

  private static void end(ScheduledExecutorService threads) throws InterruptedException {
    threads.shutdown();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitNothing(Connection database) {
    Waiting.forState("everything that is over to be gone", 60)
        .until(() ->
            rows(database, "task") == 0
                && rows(database, "service") == 0
                && rows(database, "service_event") == 0
                && rows(database, "service_decision") == 0
                && rows(database, "service_deployment") == 0
                && rows(database, "service_revision") == 0
                && rows(database, "answer") == 0
                && rows(database, "outbox") == 0);
  }
}
