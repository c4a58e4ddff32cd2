package io.longshore.api.inbound;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.FilterPattern;
import io.longshore.api.core.LogNames;
import io.longshore.api.core.LogTokens;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.output.OutputFeed;
import io.longshore.api.outbound.Call;
import io.longshore.api.store.output.KeptLine;
import io.longshore.api.store.output.KeptStream;
import io.longshore.api.store.output.Merge;
import io.longshore.api.store.output.OutputStore;
import io.longshore.api.store.output.Span;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Those operations of CloudWatch Logs by which clients read what containers wrote. */
@ApplicationScoped
class LogOperations {
  private static final int EVENTS_MAX = 10_000;
  private static final int PAGE_BYTES = 1 << 20;
  private static final int PAGE_MAX = 50;
  private static final int STREAMS_MAX = 100;
  private static final Shape TEXT = new Shape.Text(List.of());
  private static final Shape NUMBER = new Shape.Whole(true);
  private static final Shape FLAG = new Shape.Flag();

  private final OutputFeed feed;
  private final Names names;
  private final Map<String, Operations.Answering> answered = new LinkedHashMap<>();

  LogOperations(OutputFeed feed, Names names) {
    this.feed = feed;
    this.names = names;
    add(
        "DescribeLogGroups",
        this::groups,
        Map.of("logGroupNamePrefix", TEXT, "logGroupNamePattern", TEXT));
    add(
        "DescribeLogStreams",
        this::streams,
        Map.of(
            "logStreamNamePrefix",
            TEXT,
            "orderBy",
            new Shape.Text(List.of("LogStreamName", "LastEventTime")),
            "descending",
            FLAG));
    add(
        "GetLogEvents",
        this::events,
        Map.of(
            "logStreamName", TEXT, "startTime", NUMBER, "endTime", NUMBER, "startFromHead", FLAG));
    add(
        "FilterLogEvents",
        this::filter,
        Map.of(
            "logStreamNames",
            new Shape.ListOf(TEXT),
            "logStreamNamePrefix",
            TEXT,
            "startTime",
            NUMBER,
            "endTime",
            NUMBER,
            "filterPattern",
            TEXT));
  }

  private void add(String name, Operation operation, Map<String, Shape> own) {
    Map<String, Shape> members = new LinkedHashMap<>(own);
    members.put("logGroupName", TEXT);
    members.put("logGroupIdentifier", TEXT);
    members.put("nextToken", TEXT);
    members.put("limit", new Shape.Whole(false));
    answered.put(
        name, new Operations.Answering(new Shape.Structure(name + "Request", members), operation));
  }

  /** The names of all that are answered. */
  Set<String> names() {
    return answered.keySet();
  }

  /**
   * Finds an operation by its name on the wire.
   *
   * @throws EcsException if it is not here
   */
  Operations.Answering find(String name) {
    Operations.Answering found = answered.get(name);
    if (found == null) {
      throw EcsException.of(
          "UnknownOperationException",
          "Of CloudWatch Logs there are here: %s.".formatted(String.join(", ", answered.keySet())));
    }
    return found;
  }

  private static <T> T reading(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private Members groups(Call call, Members request) {
    String prefix = request.text("logGroupNamePrefix", "");
    String part = request.text("logGroupNamePattern", "").toLowerCase(Locale.ROOT);
    if (!prefix.isEmpty() && !part.isEmpty()) {
      throw invalid("logGroupNamePrefix and logGroupNamePattern cannot be given together.");
    }
    int limit = Rules.range("limit", request.integer("limit", PAGE_MAX), 1, PAGE_MAX);
    String after = LogTokens.name(request.text("nextToken"));
    Map<String, List<KeptStream>> groups = new TreeMap<>();
    for (KeptStream stream : feed.store().all()) {
      String group = stream.about().group();
      if (group.startsWith(prefix)
          && group.toLowerCase(Locale.ROOT).contains(part)
          && (after == null || group.compareTo(after) > 0)) {
        groups.computeIfAbsent(group, name -> new ArrayList<>()).add(stream);
      }
    }
    List<Members> shown =
        groups.entrySet().stream()
            .limit(limit)
            .map(entry -> group(entry.getKey(), entry.getValue()))
            .toList();
    return Members.NONE
        .with("logGroups", shown)
        .with(
            "nextToken",
            groups.size() > limit
                ? LogTokens.ofName(shown.getLast().text("logGroupName", ""))
                : null);
  }

  private Members group(String name, List<KeptStream> streams) {
    String arn = LogNames.arn(names.arns(), name);
    return Members.NONE
        .with("logGroupName", name)
        .with(
            "creationTime",
            streams.stream().mapToLong(s -> s.about().createdMillis()).min().orElse(0))
        .with("metricFilterCount", 0)
        .with("arn", arn + ":*")
        .with("logGroupArn", arn)
        .with("logGroupClass", "STANDARD")
        .with("storedBytes", streams.stream().mapToLong(KeptStream::bytes).sum());
  }

  private List<KeptStream> ofGroup(Members request) {
    List<KeptStream> streams = feed.store().ofGroup(LogNames.group(request));
    if (streams.isEmpty()) {
      throw missing("group");
    }
    return streams;
  }

  private static EcsException missing(String what) {
    return EcsException.of(
        "ResourceNotFoundException", "The specified log %s does not exist.".formatted(what));
  }

  private Members streams(Call call, Members request) {
    String prefix = request.text("logStreamNamePrefix", "");
    boolean byTime = request.text("orderBy", "LogStreamName").equals("LastEventTime");
    if (byTime && !prefix.isEmpty()) {
      throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    int limit = Rules.range("limit", request.integer("limit", PAGE_MAX), 1, PAGE_MAX);
    Comparator<KeptStream> byName = Comparator.comparing(stream -> stream.about().name());
    Comparator<KeptStream> order =
        byTime ? Comparator.comparingLong(KeptStream::lastMillis).thenComparing(byName) : byName;
    String after = LogTokens.name(request.text("nextToken"));
    List<KeptStream> found =
        ofGroup(request).stream()
            .filter(stream -> stream.about().name().startsWith(prefix))
            .sorted(request.flag("descending") ? order.reversed() : order)
            .toList();
    long from = after == null ? 0 : passed(found, after, byTime, request.flag("descending"));
    List<KeptStream> page = found.stream().skip(from).limit(limit).toList();
    return Members.NONE
        .with("logStreams", page.stream().map(this::stream).toList())
        .with(
            "nextToken",
            found.size() > from + page.size()
                ? LogTokens.ofName(page.getLast().about().name())
                : null);
  }

  /** How many a reader has seen who was told this name last. */
  private static long passed(
      List<KeptStream> found, String after, boolean byTime, boolean descending) {
    List<String> names = found.stream().map(stream -> stream.about().name()).toList();
    return byTime
        ? names.indexOf(after) + 1L
        : names.stream()
            .filter(name -> descending ? name.compareTo(after) >= 0 : name.compareTo(after) <= 0)
            .count();
  }

  private Members stream(KeptStream stream) {
    String arn = LogNames.arn(names.arns(), stream.about().group());
    return Members.NONE
        .with("logStreamName", stream.about().name())
        .with("creationTime", stream.about().createdMillis())
        .with("firstEventTimestamp", stream.firstMillis())
        .with("lastEventTimestamp", stream.lastMillis())
        .with("lastIngestionTime", stream.lastTakenInMillis())
        .with("uploadSequenceToken", Long.toString(stream.lastPosition()))
        .with("arn", arn + ":log-stream:" + stream.about().name())
        .with("storedBytes", 0L);
  }

  private Members events(Call call, Members request) {
    String group = LogNames.group(request);
    OutputStore store = feed.store();
    KeptStream stream = store.find(group, LogNames.stream(request));
    if (stream == null) {
      throw missing(store.ofGroup(group).isEmpty() ? "group" : "stream");
    }
    int limit = Rules.range("limit", request.integer("limit", EVENTS_MAX), 1, EVENTS_MAX);
    Span span = span(request, 0);
    LogTokens.Way way = LogTokens.way(request.text("nextToken"));
    boolean forward = way == null ? request.flag("startFromHead") : way.forward();
    Span wanted =
        way == null ? span : forward ? span.after(way.position()) : span.before(way.position());
    List<KeptLine> lines =
        reading(() ->
            forward
                ? stream.forward(wanted, limit, PAGE_BYTES)
                : stream.backward(wanted, limit, PAGE_BYTES));
    // Where there is nothing, the same token comes back: that is how a reader knows.
    long last = lines.isEmpty() ? wanted.after() : lines.getLast().position();
    long first = lines.isEmpty() ? wanted.before() : lines.getFirst().position();
    if (lines.isEmpty() && way != null) {
      last = forward ? last : Math.max(0, first - 1);
      first = forward ? last + 1 : first;
    }
    return Members.NONE
        .with("events", lines.stream().map(LogOperations::event).toList())
        .with("nextForwardToken", new LogTokens.Way(true, last).text())
        .with("nextBackwardToken", new LogTokens.Way(false, first).text());
  }

  private static Members event(KeptLine line) {
    return Members.NONE
        .with("timestamp", line.atMillis())
        .with("message", line.text())
        .with("ingestionTime", line.takenInMillis());
  }

  /**
   * @param inclusive milliseconds that the end of the time is part of it: 1 or 0
   */
  private static Span span(Members request, int inclusive) {
    long from = LogNames.millis(request, "startTime", 0);
    long until = LogNames.millis(request, "endTime", LogNames.LATEST - 1) + inclusive;
    return new Span(0, Long.MAX_VALUE, from * 1_000_000, until * 1_000_000);
  }

  private Members filter(Call call, Members request) {
    List<String> chosen =
        Rules.atMost("logStreamNames", request.texts("logStreamNames"), STREAMS_MAX);
    String prefix = request.text("logStreamNamePrefix", "");
    if (!chosen.isEmpty() && !prefix.isEmpty()) {
      throw invalid("logStreamNames and logStreamNamePrefix cannot be given together.");
    }
    int limit = Rules.range("limit", request.integer("limit", EVENTS_MAX), 1, EVENTS_MAX);
    FilterPattern pattern = FilterPattern.parse(request.text("filterPattern", ""));
    Span span = span(request, 1);
    LogTokens.Place place = LogTokens.place(request.text("nextToken"));
    List<KeptStream> group = ofGroup(request);
    for (String name : chosen) {
      if (group.stream().noneMatch(stream -> stream.about().name().equals(name))) {
        throw missing("stream");
      }
    }
    List<KeptStream> streams =
        group.stream()
            .filter(stream -> chosen.isEmpty() || chosen.contains(stream.about().name()))
            .filter(stream -> stream.about().name().startsWith(prefix))
            .toList();
    Merge.Page page =
        reading(() ->
            Merge.read(
                streams,
                stream -> from(stream, span, place),
                line -> pattern.matches(line.text()),
                limit,
                PAGE_BYTES));
    Merge.Entry stopped = page.stoppedAt();
    return Members.NONE
        .with("events", page.entries().stream().map(LogOperations::filtered).toList())
        .with("searchedLogStreams", List.of())
        .with(
            "nextToken",
            stopped == null
                ? null
                : new LogTokens.Place(
                        stopped.line().atNanos(),
                        stopped.line().position(),
                        stopped.stream().about().name())
                    .text());
  }

  /** What of a stream comes after a place in the order of all of them. */
  private static Span from(KeptStream stream, Span span, LogTokens.@Nullable Place place) {
    if (place == null) {
      return span;
    }
    int order = stream.about().name().compareTo(place.stream());
    if (order == 0) {
      return span.after(place.position());
    }
    long from = Math.max(span.fromNanos(), order < 0 ? place.atNanos() + 1 : place.atNanos());
    return new Span(span.after(), span.before(), from, span.untilNanos());
  }

  private static Members filtered(Merge.Entry entry) {
    return event(entry.line())
        .with("logStreamName", entry.stream().about().name())
        .with("eventId", Long.toString(entry.line().position()));
  }
}
