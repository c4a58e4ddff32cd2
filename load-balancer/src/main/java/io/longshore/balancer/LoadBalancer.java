package io.longshore.balancer;

import io.longshore.balancer.core.CheckResult;
import io.longshore.balancer.core.Draining;
import io.longshore.balancer.core.HealthBoard;
import io.longshore.balancer.core.Picture;
import io.longshore.balancer.core.ReportAgenda;
import io.longshore.balancer.core.RoutingTable;
import io.longshore.balancer.core.SeenTargets;
import io.longshore.balancer.core.TargetHealth;
import io.longshore.balancer.core.TargetKey;
import io.longshore.balancer.core.Traffic;
import io.longshore.balancer.inbound.Limits;
import io.longshore.balancer.inbound.Listeners;
import io.longshore.balancer.inbound.Shared;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.Checks;
import io.longshore.balancer.outbound.Meters;
import io.longshore.balancer.outbound.Reports;
import io.longshore.balancer.outbound.TargetConnections;
import io.longshore.messages.Report;
import io.longshore.messages.Route;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The load balancer without what surrounds it. Is told routes, and tells how targets are.
 *
 * <p>One thread decides: it takes in routes and results of health checks, opens and closes
 * listeners, and publishes the picture that requests are carried by. Event loops carry them, and
 * ask that thread for nothing. Checks are made on virtual threads.
 */
public final class LoadBalancer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LoadBalancer.class);

  /** How soon changed certificates are seen, and a port that was taken is tried again. */
  private static final Duration LOOK_AROUND = Duration.ofSeconds(1);

  /**
   * What an operator can say.
   *
   * @param address to listen at
   * @param certificates a folder; null when there is none
   * @param threads that carry traffic
   * @param connectLimit how long connecting to a target may take
   * @param listens whether listeners are opened
   * @param alone whether nobody else carries traffic to the targets; otherwise what is under way
   *     with one is not known, and it is drained when its time is over
   */
  public record Options(
      String address,
      @Nullable Path certificates,
      int threads,
      Duration connectLimit,
      Limits limits,
      boolean listens,
      boolean alone) {}

  private final String id;
  private final InstantSource clock;
  private final Reports reports;
  private final Checks checks = new Checks();
  private final HealthBoard board = new HealthBoard();
  private final Draining draining = new Draining();
  private final ReportAgenda agenda = new ReportAgenda();
  private final Traffic traffic = new Traffic();
  private final TargetConnections targets;
  private final Meters meters;
  private final Listeners listeners;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup workers;
  private final Options options;
  private final Runnable redrawn;
  private final LinkedBlockingQueue<Runnable> notes = new LinkedBlockingQueue<>();
  private final Thread thread;
  private RoutingTable table = RoutingTable.EMPTY;
  // Whether requests see something that is not so any more.
  private boolean dirty;
  private final List<HealthBoard.Change> changes = new ArrayList<>();
  private volatile @Nullable Picture picture;
  private volatile boolean open = true;

  /**
   * @param id another one for each process that is started
   * @param redrawn called after each change of the picture, by the thread that decides
   */
  public LoadBalancer(
      String id,
      Options options,
      MeterRegistry registry,
      AccessLog log,
      Reports reports,
      Runnable redrawn,
      InstantSource clock) {
    this.id = id;
    this.clock = clock;
    this.reports = reports;
    this.options = options;
    this.redrawn = redrawn;
    this.meters = new Meters(registry, traffic);
    this.targets = new TargetConnections(options.connectLimit());
    this.acceptors = new NioEventLoopGroup(1, new DefaultThreadFactory("balancer-accept", true));
    this.workers =
        new NioEventLoopGroup(options.threads(), new DefaultThreadFactory("balancer", true));
    this.listeners =
        new Listeners(
            new Shared(traffic, targets, meters, log, options.limits(), clock),
            options.address(),
            acceptors,
            workers,
            options.certificates());
    this.thread = Thread.ofPlatform().daemon().name("balancer-decide").unstarted(this::run);
  }

  public void begin() {
    thread.start();
  }

  /** All routes there are. May be called by any thread, and does not wait. */
  public void take(Collection<Route> routes) {
    List<Route> all = List.copyOf(routes);
    notes.add(() -> takeIn(all));
  }

  /** How each listener is, by ARN. */
  public Map<String, Listeners.State> listeners() {
    return listeners.states();
  }

  /** What other proxies are told by; null before there were routes. */
  public @Nullable Picture picture() {
    return picture;
  }

  private void run() {
    Instant lookAround = clock.instant().plus(LOOK_AROUND);
    while (open) {
      try {
        readNotes(lookAround);
        Instant now = clock.instant();
        boolean changed = dirty;
        dirty = false;
        if (changed) {
          traffic.publish(table, board);
          meters.keep(table.targets().keySet());
          draining.published(table.draining());
          agenda.changed(now);
          picture = Picture.of(table, board, traffic);
          redrawn.run();
        }
        follow();
        board.due(now).forEach(this::check);
        board.drained(now).forEach(this::cutOff);
        lookWhatDrains(now);
        report(now);
        if (changed || !now.isBefore(lookAround)) {
          listeners.take(options.listens() ? table.listeners() : List.of());
          lookAround = now.plus(LOOK_AROUND);
        }
      } catch (InterruptedException e) {
        open = false;
      } catch (RuntimeException e) {
        LOG.error("A change could not be taken in: this is a defect.", e);
      }
    }
  }

  /** Waits for a note, or until there is something to do without one. */
  private void readNotes(Instant lookAround) throws InterruptedException {
    Instant next = board.next();
    Instant now = clock.instant();
    Instant until = earlier(agenda.next(), next == null ? lookAround : earlier(next, lookAround));
    if (draining.waits()) {
      until = earlier(until, now.plus(Draining.LOOK));
    }
    long wait = Math.max(0, Duration.between(now, until).toMillis() + 1);
    Runnable note = notes.poll(wait, TimeUnit.MILLISECONDS);
    while (note != null) {
      note.run();
      note = notes.poll();
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private void takeIn(List<Route> routes) {
    table = RoutingTable.of(routes);
    dirty = true;
    note(board.take(table, clock.instant()));
  }

  private void check(HealthBoard.Check check) {
    Thread.ofVirtual()
        .name("check")
        .start(() -> {
          CheckResult result = checks.make(check);
          notes.add(() -> note(board.checked(check.key(), result, clock.instant())));
        });
  }

  private void note(List<HealthBoard.Change> next) {
    dirty |= !next.isEmpty();
    changes.addAll(next);
  }

  private void follow() {
    for (HealthBoard.Change change : changes) {
      TargetHealth after = change.after();
      String address = change.key().address();
      if (after == null) {
        LOG.infof("The target %s is gone.", address);
      } else {
        LOG.infof("The target %s is %s. %s", address, after.state(), after.description());
      }
      if (after == null || after.state() == TargetHealth.State.DRAINING) {
        targets.retire(change.key());
      }
    }
    changes.clear();
  }

  private void cutOff(TargetKey key) {
    traffic.cutOff(key);
    targets.end(key);
    draining.over(key);
  }

  private void lookWhatDrains(Instant now) {
    long pass = draining.pass();
    if (pass > 0) {
      AtomicInteger left = new AtomicInteger(options.threads());
      for (EventExecutor loop : workers) {
        loop.execute(() -> {
          if (left.decrementAndGet() == 0) {
            notes.add(() -> draining.passed(pass));
          }
        });
      }
    }
    if (draining.look(key -> options.alone() ? traffic.outstanding(key) : 1)) {
      agenda.changed(now);
    }
  }

  /** When requests follow it already: who hears of a target may count on it. */
  private void report(Instant now) {
    if (!agenda.next().isAfter(now)) {
      SortedMap<String, Report.OfBalancer> seen = SeenTargets.of(id, table, board, draining);
      reports.tell(agenda.due(seen, now), seen.keySet());
    }
  }

  @Override
  public void close() {
    open = false;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    listeners.close();
    acceptors.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
