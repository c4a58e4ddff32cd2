package io.longshore.api.store.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Ids;
import io.longshore.messages.Output;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputStoreTest {
  private static final ClusterName CLUSTER = new ClusterName("default");
  private static final long NOW = 1_767_323_045_000L;
  private static final Duration AGE = Duration.ofDays(7);
  private static final int MUCH = 100 << 20;

  @TempDir private Path folder;

  private OutputStore open() throws IOException {
    return OutputStore.open(folder, AGE, MUCH);
  }

  private static TaskId task(String what) {
    return new TaskId(Ids.derive("task", what));
  }

  private static OutputLine line(long position, String text) {
    return new OutputLine(position, NOW * 1_000_000 + position, false, text);
  }

  private static Output output(String stream, List<OutputLine> lines) {
    return new Output(CLUSTER, task(stream), "web", "/ecs/web", stream, lines);
  }

  private static Output output(String stream, long from, long to) {
    return output(stream, LongStream.range(from, to).mapToObj(i -> line(i, "line " + i)).toList());
  }

  private static KeptStream find(OutputStore store, String stream) {
    return Objects.requireNonNull(store.find("/ecs/web", stream), stream);
  }

  private static List<Long> positions(List<KeptLine> lines) {
    return lines.stream().map(KeptLine::position).toList();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private static List<KeptLine> all(KeptStream stream) throws IOException {
    return stream.forward(Span.ALL, Integer.MAX_VALUE, MUCH);
  }

  @Test
  void whatComesAgainIsKeptOnce() throws Exception {
    try (OutputStore store = open()) {
      store.add(output("a", 1, 11), NOW);
      store.add(output("a", 5, 15), NOW);
      store.add(output("b", 3, 4), NOW);
      assertThat(positions(all(find(store, "a")))).isEqualTo(numbers(1, 15));
      store.savePosition("topic.1.2");
    }
    // What a sudden end left half-written is not there, and comes again.
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        Files.writeString(file, "15 17673230450000000", StandardOpenOption.APPEND);
      }
    }
    try (OutputStore store = open()) {
      assertThat(store.position()).isEqualTo("topic.1.2");
      store.add(output("a", 1, 20), NOW);
      assertThat(positions(all(find(store, "a")))).isEqualTo(numbers(1, 20));
      assertThat(all(find(store, "a"))).allMatch(l -> l.text().equals("line " + l.position()));
      assertThat(store.ofTask(CLUSTER, task("b"))).hasSize(1);
      assertThat(store.ofTask(new ClusterName("other"), task("b"))).isEmpty();
      assertThat(store.ofGroup("/ecs/web")).hasSize(2);
      assertThat(store.ofGroup("/ecs/we")).isEmpty();
    }
  }

  @Test
  void aFolderIsOneProcessOnly() throws Exception {
    try (OutputStore store = open()) {
      assertThat(store.all()).isEmpty();
      assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("used");
    }
  }

  @Test
  void textIsKeptAsItIs() throws Exception {
    List<String> texts =
        List.of("", " ", "a\\nb", "a\nb", "\\", "\r", "\u001b[1m…😀", "x".repeat(262_144), "end");
    List<OutputLine> lines = new ArrayList<>();
    texts.forEach(text -> lines.add(line(lines.size() + 1, text)));
    try (OutputStore store = open()) {
      store.add(output("a", lines), NOW);
    }
    try (OutputStore store = open()) {
      KeptStream stream = find(store, "a");
      assertThat(all(stream)).extracting(KeptLine::text).containsExactlyElementsOf(texts);
      assertThat(stream.backward(Span.ALL, 100, MUCH))
          .extracting(KeptLine::text)
          .containsExactlyElementsOf(texts);
      assertThat(stream.lastPosition()).isEqualTo(texts.size());
    }
  }

  @Test
  void everyPageInEitherDirectionIsWithoutGaps() throws Exception {
    Random random = new Random(7);
    try (OutputStore store = OutputStore.open(folder, AGE, 1 << 20)) {
      // Several files: each has a sixteenth of the whole.
      long position = 1;
      while (position < 3000) {
        List<OutputLine> lines = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
          lines.add(
              line(position++, "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 3000 : 90))));
        }
        store.add(output("a", lines), NOW);
      }
      KeptStream stream = find(store, "a");
      assertThat(stream.segments()).hasSizeGreaterThan(3);
      for (int most : new int[] {1, 7, 1000, 10_000}) {
        for (int bytes : new int[] {1, 5_000, 1 << 20}) {
          if (most * (long) bytes < 1000) {
            continue;
          }
          List<Long> forward = new ArrayList<>();
          Span span = Span.ALL;
          for (var page = stream.forward(span, most, bytes);
              !page.isEmpty();
              page = stream.forward(span, most, bytes)) {
            forward.addAll(positions(page));
            span = span.after(page.getLast().position());
          }
          assertThat(forward).as("%d %d", most, bytes).isEqualTo(numbers(1, position));
          List<Long> backward = new ArrayList<>();
          span = Span.ALL;
          for (var page = stream.backward(span, most, bytes);
              !page.isEmpty();
              page = stream.backward(span, most, bytes)) {
            backward.addAll(0, positions(page));
            span = span.before(page.getFirst().position());
          }
          assertThat(backward).as("%d %d", most, bytes).isEqualTo(numbers(1, position));
        }
      }
      for (int i = 0; i < 200; i++) {
        long from = random.nextLong(1, position);
        long to = random.nextLong(from, position + 1);
        Span byTime = new Span(0, Long.MAX_VALUE, NOW * 1_000_000 + from, NOW * 1_000_000 + to);
        assertThat(positions(stream.forward(byTime, 10_000, MUCH))).isEqualTo(numbers(from, to));
        assertThat(positions(stream.backward(byTime, 10_000, MUCH))).isEqualTo(numbers(from, to));
      }
    }
  }

  @Test
  void theOldestGivesWay() throws Exception {
    try (OutputStore store = OutputStore.open(folder, AGE, 400_000)) {
      String text = "x".repeat(1000);
      for (int i = 1; i <= 1000; i++) {
        store.add(output("s" + i % 3, List.of(line(i, text))), NOW + i);
        store.sweep(NOW + i);
      }
      List<Long> kept = new ArrayList<>();
      for (KeptStream stream : store.all()) {
        kept.addAll(positions(all(stream)));
      }
      kept.sort(null);
      // The newest are there, and nothing is missing among what is younger than the oldest file.
      assertThat(kept).hasSizeBetween(200, 400).contains(998L, 999L, 1000L);
      assertThat(size()).isLessThan(450_000);
      // What gave way does not come back as something new.
      store.add(output("s1", List.of(line(1, text))), NOW + 1001);
      assertThat(all(find(store, "s1"))).noneMatch(line -> line.position() == 1);
      store.sweep(NOW + AGE.toMillis() + 10_000);
      assertThat(store.all()).isEmpty();
      assertThat(store.ofTask(CLUSTER, task("s1"))).isEmpty();
      assertThat(size()).isZero();
      store.add(output("s1", List.of(line(1, text))), NOW + AGE.toMillis() + 10_000);
      assertThat(all(find(store, "s1"))).isEmpty();
    }
  }

  private long size() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long size = 0;
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }

  @Test
  void severalStreamsAreReadInTheOrderOfTime() throws Exception {
    Random random = new Random(3);
    try (OutputStore store = open()) {
      int count = 40;
      for (int i = 1; i <= 4000; i++) {
        store.add(output("s" + random.nextInt(count), List.of(line(i, "line " + i))), NOW);
      }
      List<Long> read = new ArrayList<>();
      java.util.Map<KeptStream, Long> after = new java.util.HashMap<>();
      while (true) {
        Merge.Page page =
            Merge.read(
                store.all(),
                stream -> Span.ALL.after(after.getOrDefault(stream, 0L)),
                line -> line.position() % 2 == 0,
                70,
                MUCH);
        page.entries().forEach(entry -> read.add(entry.line().position()));
        page.entries().forEach(entry -> after.put(entry.stream(), entry.line().position()));
        if (page.stoppedAt() == null) {
          break;
        }
      }
      assertThat(read).isEqualTo(numbers(1, 2001).stream().map(i -> 2 * i).toList());
    }
  }
}
