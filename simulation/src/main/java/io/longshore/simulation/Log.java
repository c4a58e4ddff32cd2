package io.longshore.simulation;

import io.longshore.messages.ClusterName;
import io.longshore.messages.ClusterNotice;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Order;
import io.longshore.messages.Report;
import io.longshore.messages.RunnerId;
import io.longshore.scheduler.core.Outgoing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka is to the others: topics whose records stay in the order in which they were appended.
 * A producer's records arrive in the order it sent them; those of different producers, and of one
 * producer to different partitions, in any order.
 */
final class Log {
  private final Timeline timeline;
  private final Chance chance;
  private final Trace trace;
  private final List<CommandEnvelope> commands = new ArrayList<>();
  private final List<Report> reports = new ArrayList<>();
  private final List<Long> reportedAt = new ArrayList<>();
  private final Map<RunnerId, List<Order>> orders = new HashMap<>();
  private final List<Outgoing> news = new ArrayList<>();
  private final Map<RunnerId, BitSet> sent = new HashMap<>();
  private @Nullable RunnerId losesOrderTo;
  private final Map<ClusterName, Boolean> notices = new HashMap<>();
  private final List<Outgoing> routes = new ArrayList<>();
  private final List<Lines> output = new ArrayList<>();
  private final Map<String, Integer> arrived = new HashMap<>();
  private final Map<RunnerId, Runnable> readers = new HashMap<>();
  private boolean up = true;

  /**
   * Some of what a container has written.
   *
   * @param first the position of the first line, from 1
   * @param last the position of the last one
   */
  record Lines(String container, int first, int last) {}

  Log(Timeline timeline, Chance chance, Trace trace) {
    this.timeline = timeline;
    this.chance = chance;
    this.trace = trace;
  }

  boolean isUp() {
    return up;
  }

  void set(boolean next) {
    up = next;
    if (up) {
      readers.values().forEach(Runnable::run);
    }
  }

  /** Who is called when there are orders for a runner to be read; only one for each. */
  void reading(RunnerId runner, Runnable reader) {
    readers.put(runner, reader);
  }

  List<CommandEnvelope> commands() {
    return commands;
  }

  List<Report> reports() {
    return reports;
  }

  /** When the report at a position was appended. */
  long reportedAt(int position) {
    return reportedAt.get(position);
  }

  void append(CommandEnvelope command) {
    trace.add(
        "command",
        () ->
            "command %s: %s"
                .formatted(command.correlationId(), command.command().getClass().getSimpleName()));
    commands.add(command);
  }

  void append(Report report) {
    trace.add("report", () -> told(report));
    reports.add(report);
    reportedAt.add(timeline.nanos());
  }

  private static String told(Report report) {
    return switch (report) {
      case Report.OfRunner ofRunner -> "report of " + ofRunner.runner() + ": " + told(ofRunner);
      case Report.OfBalancer ofBalancer ->
          "%s sees in %s %s"
              .formatted(ofBalancer.balancer(), ofBalancer.key(), ofBalancer.targets());
    };
  }

  private static String told(Report.OfRunner report) {
    return switch (report) {
      case Report.TaskObserved observed ->
          "task %s is %s"
              .formatted(observed.observation().task(), observed.observation().lastStatus());
      case Report.RunnerRegistered registered ->
          "registers as %s with %d tasks"
              .formatted(registered.incarnation(), registered.inventory().size());
      case Report.RunnerBeat beat ->
          "beat of %s at %d".formatted(beat.incarnation(), beat.generation());
      case Report.RunnerLeft left -> "leaves";
    };
  }

  /** The next order to a runner is taken, and gone before the runner has read it. */
  void loseOrderTo(RunnerId runner) {
    losesOrderTo = runner;
  }

  /** How many different orders to a runner have come, also those that were lost. */
  int ordersOf(RunnerId runner) {
    BitSet generations = sent.getOrDefault(runner, new BitSet());
    // One that stands outside the count has generation 0.
    return generations.cardinality() - (generations.get(0) ? 1 : 0);
  }

  List<Order> orders(RunnerId runner) {
    return orders.computeIfAbsent(runner, id -> new ArrayList<>());
  }

  /** Whether {@link #takeNews} has any: after most steps there are none. */
  boolean hasNews() {
    return !news.isEmpty();
  }

  /** The public events and the orders that have been appended since the last call. */
  List<Outgoing> takeNews() {
    List<Outgoing> taken = List.copyOf(news);
    news.clear();
    return taken;
  }

  void append(Outgoing record) {
    news.add(record);
    if (record instanceof Outgoing.ToRunner(Order order)) {
      trace.add(
          "order", () -> "order %d to %s: %s".formatted(order.generation(), order.runner(), order));
      sent.computeIfAbsent(order.runner(), id -> new BitSet())
          .set(Math.toIntExact(order.generation()));
      if (losesOrderTo != null && losesOrderTo.equals(order.runner())) {
        losesOrderTo = null;
        return;
      }
      orders(order.runner()).add(order);
      readers.getOrDefault(order.runner(), () -> {}).run();
    }
    if (record instanceof Outgoing.Routed || record instanceof Outgoing.RouteGone) {
      trace.add("route", record::toString);
      routes.add(record);
    }
    if (record instanceof Outgoing.Notice(ClusterNotice notice)) {
      notices.put(notice.cluster(), notice.active());
    }
  }

  /** What load balancers read. */
  List<Outgoing> routes() {
    return routes;
  }

  /** Whether the last word about a cluster is that it is no more. */
  boolean isGone(ClusterName cluster) {
    return !notices.getOrDefault(cluster, true);
  }

  void append(Lines lines) {
    output.add(lines);
    arrived.merge(lines.container(), lines.last(), Math::max);
  }

  List<Lines> output() {
    return output;
  }

  /** The position of the last line of a container that has come; 0 for none. */
  int arrived(String container) {
    return arrived.getOrDefault(container, 0);
  }

  /** A producer: what is sent with it is appended in that order, each record once. */
  final class Pipe {
    private final Deque<Sending> sendings = new ArrayDeque<>();
    private boolean moving;
    private boolean cut;

    private record Sending(Runnable append, Runnable acknowledged) {}

    /** The way to the brokers is cut, or open again. */
    void cut(boolean next) {
      cut = next;
    }

    void send(Runnable append, Runnable acknowledged) {
      sendings.add(new Sending(append, acknowledged));
      move();
    }

    private void move() {
      if (!moving && !sendings.isEmpty()) {
        moving = true;
        timeline.in(chance.delayNanos(3), this::arrive);
      }
    }

    private void arrive() {
      moving = false;
      if (!up || cut) {
        timeline.in(Timeline.millis(200), this::move);
        return;
      }
      // What is sent in one go arrives in one go, as far as it goes.
      int batch = chance.between(1, 50);
      for (int i = 0; i < batch && !sendings.isEmpty(); i++) {
        Sending sending = sendings.remove();
        sending.append.run();
        timeline.in(chance.delayNanos(3), sending.acknowledged);
      }
      move();
    }

    /** Its process has ended: what is on its way may arrive or not, and nobody will know. */
    void end() {
      int arriving = sendings.isEmpty() ? 0 : chance.between(0, sendings.size());
      List<Sending> last = new ArrayList<>(sendings).subList(0, arriving);
      sendings.clear();
      if (up && !cut) {
        last.forEach(sending -> sending.append.run());
      }
    }

    /** Its process has ended: all that is on its way arrives late, and nobody will know. */
    void endLate(long delayNanos) {
      List<Sending> late = List.copyOf(sendings);
      sendings.clear();
      timeline.in(
          delayNanos,
          () -> {
            if (up) {
              late.forEach(sending -> sending.append.run());
            }
          });
    }
  }
}
