package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.LogNames;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.OutputPosition;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.events.OpenStreams;
import io.longshore.api.inbound.events.Sink;
import io.longshore.api.inbound.output.OutputFeed;
import io.longshore.api.store.TaskStore;
import io.longshore.api.store.output.KeptStream;
import io.longshore.api.store.output.Merge;
import io.longshore.api.store.output.OutputStore;
import io.longshore.api.store.output.Span;
import io.longshore.messages.ClusterName;
import io.longshore.messages.TaskId;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/clusters/{cluster}/tasks/{task}/logs}: what a task's containers wrote. */
@ApplicationScoped
class TaskOutput {
  static final PathTemplate PATH = new PathTemplate("/v1/clusters/{cluster}/tasks/{task}/logs");

  static final List<String> PARAMETERS =
      List.of("container", "since", "until", "limit", "nextToken", "follow");

  private static final int LINES = 100;
  private static final int LINES_MAX = 1000;
  private static final int PAGE_BYTES = 1 << 20;
  // What is on its way to one follower at a time.
  private static final int PIECE_BYTES = 128 << 10;

  private final OutputFeed feed;
  private final OpenStreams streams;
  private final TaskStore tasks;
  private final Names names;

  TaskOutput(OutputFeed feed, OpenStreams streams, TaskStore tasks, Names names) {
    this.feed = feed;
    this.streams = streams;
    this.tasks = tasks;
    this.names = names;
  }

  /** What a request asks for. */
  private record Wanted(
      ClusterName cluster,
      TaskId task,
      @Nullable String container,
      Span span,
      int limit,
      OutputPosition position) {

    List<KeptStream> streams(OutputStore store) {
      return store.ofTask(cluster, task).stream()
          .filter(stream -> container == null || container.equals(stream.about().container()))
          .toList();
    }

    Merge.Page read(OutputStore store, OutputPosition from, int most, int bytes) {
      try {
        return Merge.read(
            streams(store),
            stream -> span.after(from.of(stream.about().container())),
            line -> true,
            most,
            bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Whether a request is for lines as they come. */
  static boolean follows(HttpServerRequest http, Map<String, List<String>> query) {
    String accept = http.getHeader("Accept");
    return "true".equals(only(query, "follow"))
        || (accept != null && accept.startsWith("text/event-stream"));
  }

  /** A page of lines. Called on a virtual thread. */
  Members page(Map<String, String> parameters, Map<String, List<String>> query) {
    Wanted wanted = wanted(parameters, query, null);
    OutputPosition position = wanted.position();
    Merge.Page page = wanted.read(feed.store(), position, wanted.limit(), PAGE_BYTES);
    for (Merge.Entry entry : page.entries()) {
      position = after(position, entry);
    }
    return Members.NONE
        .with("lines", page.entries().stream().map(TaskOutput::shown).toList())
        .with("nextToken", page.stoppedAt() == null ? null : position.text());
  }

  /** Opens a stream of lines. Called on a virtual thread. */
  void follow(
      HttpServerRequest http, Map<String, String> parameters, Map<String, List<String>> query) {
    Wanted wanted = wanted(parameters, query, http.getHeader("Last-Event-ID"));
    OutputStore store = feed.store();
    streams.open(http, sink -> send(wanted, store, sink));
  }

  private void send(Wanted wanted, OutputStore store, Sink sink)
      throws Sink.GoneException, InterruptedException {
    OutputPosition position = wanted.position();
    long beatAt = System.nanoTime();
    while (true) {
      long version = store.version();
      List<Merge.Entry> entries = wanted.read(store, position, LINES_MAX, PIECE_BYTES).entries();
      StringBuilder text = new StringBuilder();
      for (Merge.Entry entry : entries) {
        position = after(position, entry);
        String json = new String(AwsJson.write(shown(entry)), StandardCharsets.UTF_8);
        text.append("id: ").append(position.text());
        text.append("\ndata: ").append(json).append("\n\n");
      }
      if (entries.isEmpty() && System.nanoTime() - beatAt >= 0) {
        text.append(": \n\n");
      }
      if (!text.isEmpty()) {
        sink.write(text.toString());
        beatAt = System.nanoTime() + streams.heartbeat().toNanos();
      }
      if (entries.isEmpty()) {
        store.await(version, Duration.ofNanos(Math.max(1, beatAt - System.nanoTime())));
      }
    }
  }

  private static OutputPosition after(OutputPosition position, Merge.Entry entry) {
    return position.after(entry.stream().about().container(), entry.line().position());
  }

  private static Members shown(Merge.Entry entry) {
    return Members.NONE
        .with("time", Instant.ofEpochSecond(0, entry.line().atNanos()).toString())
        .with("container", entry.stream().about().container())
        .with("source", entry.line().error() ? "stderr" : "stdout")
        .with("text", entry.line().text());
  }

  private Wanted wanted(
      Map<String, String> parameters, Map<String, List<String>> query, @Nullable String lastId) {
    query.forEach((name, values) -> {
      if (!PARAMETERS.contains(name)) {
        String shown = Rules.shown(name);
        throw EcsException.invalid(
                "There is no parameter '%s' here. There are: %s."
                    .formatted(shown, String.join(", ", new TreeSet<>(PARAMETERS))))
            .at(shown);
      }
      if (values.size() != 1) {
        throw EcsException.invalid("%s must be given once.".formatted(name)).at(name);
      }
    });
    String follow = only(query, "follow");
    if (follow != null && !follow.equals("true") && !follow.equals("false")) {
      throw AwsJson.mismatch("follow", "true or false");
    }
    ClusterName cluster = names.cluster(Members.NONE.with("cluster", parameters.get("cluster")));
    TaskId task = names.taskOrNull(cluster, parameters.getOrDefault("task", ""));
    if (task == null || !isKnown(cluster, task)) {
      throw EcsException.missing("InvalidParameterException", "The task was not found.");
    }
    String container = only(query, "container");
    long from = nanos(query, "since", 0);
    long until = nanos(query, "until", LogNames.LATEST * 1_000_000);
    String limit = only(query, "limit");
    if (limit != null && !limit.matches("[0-9]{1,9}")) {
      throw AwsJson.mismatch("limit", "a whole number of at most 9 digits");
    }
    return new Wanted(
        cluster,
        task,
        container == null ? null : Rules.name("container", container),
        new Span(0, Long.MAX_VALUE, from, until),
        Rules.range("limit", limit == null ? LINES : Integer.parseInt(limit), 1, LINES_MAX),
        lastId == null || lastId.isEmpty()
            ? position(only(query, "nextToken"), "nextToken")
            : position(lastId, "Last-Event-ID"));
  }

  /** What it wrote outlives the task's own record. */
  private boolean isKnown(ClusterName cluster, TaskId task) {
    return !feed.store().ofTask(cluster, task).isEmpty()
        || !tasks.tasks(cluster, List.of(task)).isEmpty();
  }

  private static OutputPosition position(@Nullable String text, String name) {
    if (text == null || text.isEmpty()) {
      return OutputPosition.BEGINNING;
    }
    OutputPosition position = OutputPosition.parse(text);
    if (position == null) {
      throw EcsException.invalid("%s was not issued here.".formatted(name)).at(name);
    }
    return position;
  }

  private static long nanos(Map<String, List<String>> query, String name, long absent) {
    String text = only(query, name);
    if (text == null) {
      return absent;
    }
    BigDecimal seconds = AwsJson.time(text, name);
    long millis = seconds.movePointRight(3).longValue();
    return Math.clamp(millis, 0, LogNames.LATEST) * 1_000_000;
  }

  private static @Nullable String only(Map<String, List<String>> query, String name) {
    return query.getOrDefault(name, List.of()).stream().findFirst().orElse(null);
  }
}
