package io.longshore.balancer.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccessLogWriterTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  /** Takes lines when it may, and all but the last byte of what it fails to take. */
  private static final class Sink implements LineSink {
    final List<String> writes = new CopyOnWriteArrayList<>();
    final AtomicInteger attempts = new AtomicInteger();
    final CountDownLatch closed = new CountDownLatch(1);
    final Semaphore may = new Semaphore(Integer.MAX_VALUE);
    volatile boolean full;

    @Override
    public void write(ByteBuffer lines) throws IOException {
      may.acquireUninterruptibly();
      attempts.incrementAndGet();
      byte[] taken = new byte[full ? lines.remaining() - 1 : lines.remaining()];
      lines.get(taken);
      writes.add(new String(taken, StandardCharsets.UTF_8));
      if (full) {
        throw new IOException("No space left on device");
      }
    }

    String all() {
      return String.join("", writes);
    }

    List<String> targets() {
      return targetsOf(all());
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static List<String> targetsOf(String lines) {
    return lines
        .lines()
        .map(line -> line.replaceAll(".*\"GET ([^ ]*) HTTP/1.1\".*", "$1"))
        .toList();
  }

  private static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Sink sink = new Sink();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final Logger program = Logger.getLogger(AccessLogWriter.class.getName());
  private final Handler listening =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          told.add(record.getLevel().getName());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    program.addHandler(listening);
  }

  @AfterEach
  void listenNoMore() {
    program.removeHandler(listening);
  }

  private AccessLogWriter writer(int capacity) {
    return new AccessLogWriter(sink, "here", capacity, registry);
  }

  private double dropped() {
    return registry.get("longshore.balancer.access.log.dropped").counter().count();
  }

  private static void write(AccessLog log, int count) {
    numbered(count).forEach(target -> log.write(Entries.of(target)));
  }

  @Test
  void oneEntryIsWrittenWithoutOthers() {
    try (AccessLogWriter log = writer(100)) {
      write(log, 1);
      await().atMost(SOON).untilAsserted(() -> assertThat(sink.targets()).containsExactly("0"));
      // Once more from rest.
      write(log, 1);
      await().atMost(SOON).untilAsserted(() -> assertThat(sink.targets()).hasSize(2));
    }
    assertThat(dropped()).isZero();
  }

  @Test
  void whatIsThereIsOneWrite() {
    sink.may.drainPermits();
    try (AccessLogWriter log = writer(1_000)) {
      write(log, 1);
      // It waits for the sink with the first entry, and finds all others at once afterwards.
      await().atMost(SOON).until(sink.may::hasQueuedThreads);
      numbered(100).forEach(target -> log.write(Entries.of("later" + target)));
      sink.may.release(1_000);
      await().atMost(SOON).until(() -> sink.targets().size() == 101);
    }
    assertThat(sink.writes).hasSize(2);
    assertThat(sink.targets()).startsWith("0", "later0", "later1").endsWith("later99");
  }

  @Test
  void whenThereIsNoRoomEntriesAreDroppedAndCountedAndNobodyWaits() {
    sink.may.drainPermits();
    try (AccessLogWriter log = writer(10)) {
      write(log, 1);
      await().atMost(SOON).until(sink.may::hasQueuedThreads);
      // Were this to wait for the sink, it would wait for good.
      write(log, 25);
      assertThat(dropped()).isEqualTo(15);
      sink.may.release(1_000);
      await().atMost(SOON).until(() -> sink.targets().size() == 11);
      write(log, 1);
      await().atMost(SOON).until(() -> sink.targets().size() == 12);
    }
    assertThat(sink.targets().subList(1, 11)).isEqualTo(numbered(10));
    assertThat(dropped()).isEqualTo(15);
  }

  @Test
  void manyThreadsLoseNothingWhileThereIsRoom() throws Exception {
    int each = 5_000;
    try (AccessLogWriter log = writer(4 * each);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        String name = thread + "-";
        all.add(
            threads.submit(() -> numbered(each).forEach(one -> log.write(Entries.of(name + one)))));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    List<String> written = sink.targets();
    assertThat(written).hasSize(4 * each).doesNotHaveDuplicates();
    for (int thread = 0; thread < 4; thread++) {
      String name = thread + "-";
      assertThat(written.stream().filter(target -> target.startsWith(name)))
          .as("in the order in which one thread left them")
          .containsExactlyElementsOf(numbered(each).stream().map(one -> name + one).toList());
    }
    assertThat(dropped()).isZero();
  }

  @Test
  void closingWritesWhatIsLeft() throws Exception {
    AccessLogWriter log = writer(1_000);
    write(log, 300);
    log.close();
    assertThat(sink.targets()).isEqualTo(numbered(300));
    assertThat(sink.closed.getCount()).isZero();
    log.write(Entries.of("late"));
    assertThat(dropped()).isEqualTo(1);
  }

  @Test
  void aFailureIsToldOnceAndOnlyOnceAndNoLineIsTorn() {
    sink.full = true;
    try (AccessLogWriter log = writer(10)) {
      write(log, 1);
      await().atMost(SOON).until(() -> sink.attempts.get() >= 2);
      write(log, 25);
      assertThat(dropped()).isEqualTo(15);
      assertThat(told).containsExactly("ERROR");
      sink.full = false;
      await().atMost(SOON).until(() -> sink.targets().size() == 11);
      await().atMost(SOON).untilAsserted(() -> assertThat(told).containsExactly("ERROR", "INFO"));
    }
    assertThat(sink.targets().subList(1, 11)).isEqualTo(numbered(10));
    assertThat(sink.all().lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
  }

  @Test
  void closingDoesNotWaitForADiskThatIsFull() throws Exception {
    sink.full = true;
    AccessLogWriter log = writer(10);
    write(log, 3);
    await().atMost(SOON).until(() -> sink.attempts.get() >= 1);
    log.close();
    assertThat(sink.closed.getCount()).isZero();
    assertThat(dropped()).isPositive();
  }

  @Test
  void standardOutputGetsWholeLines() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AccessLogWriter log =
        new AccessLogWriter(LineSink.of(new PrintStream(out)), "stdout", 1_000, registry)) {
      write(log, 300);
    }
    assertThat(targetsOf(out.toString(StandardCharsets.UTF_8))).isEqualTo(numbered(300));
  }
}
