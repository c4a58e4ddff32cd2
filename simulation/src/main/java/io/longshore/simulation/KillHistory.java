package io.longshore.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One history of the sweep: a fixed and compact one, in which a process is killed at a side effect,
 * and started again shortly after. After every step the promises of safety hold, and in the end
 * everything is as it was asked for.
 */
public final class KillHistory {
  private static final int HOSTS = 3;
  private static final int APIS = 2;
  private static final int BALANCERS = 2;
  private static final long ANSWERED_BY = Timeline.seconds(200);
  private static final long CONVERGES_IN = Timeline.seconds(120);
  // No process is down for longer than that.
  private static final long EVERYTHING_IS_UP = Timeline.seconds(16);
  private static final long REST = Timeline.seconds(20);

  private final Timeline timeline = new Timeline();
  private final Crashes crashes;
  private final Trace trace;
  private final Truth truth;
  private final Store store;
  private final Log log;
  private final List<Api> apis = new ArrayList<>();
  private final List<Host> hosts = new ArrayList<>();
  private final List<BalancerNode> balancers = new ArrayList<>();
  private final Script script;
  private final Rest rest;

  /** Which history it is. */
  public record Planned(long seed, List<Crash> crashes) {}

  /**
   * How a history went.
   *
   * @param struck how many of the planned crashes happened
   * @param failure which promise was broken, when and how; empty for none
   * @param history the last of what happened, if it was asked for
   * @param reached how often each effect was had, in the order of the effects: plans are numbered
   *     by it, and have to have the same numbers in every process
   */
  public record Verdict(
      Planned planned,
      int struck,
      String failure,
      List<String> history,
      Map<KillPoint, Integer> reached) {}

  private KillHistory(Planned planned, boolean readable) {
    crashes = new Crashes(planned.crashes());
    trace = new Trace(timeline, readable);
    Chance chance = new Chance(planned.seed());
    log = new Log(timeline, chance.fork(), trace);
    truth = new Truth(trace, log, World.POLICY);
    store = new Store(truth::written);
    for (int i = 0; i < APIS; i++) {
      apis.add(new Api("api-" + i, timeline, chance.fork(), log, crashes));
    }
    List<SchedulerNode> schedulers = new ArrayList<>();
    for (int i = 0; i < World.SCHEDULERS; i++) {
      schedulers.add(
          new SchedulerNode(
              timeline,
              chance.fork(),
              log,
              store,
              World.POLICY,
              reply -> apis.forEach(api -> api.replied(reply)),
              crashes));
    }
    Group group = new Group(timeline, chance.fork(), log, schedulers, Timeline.seconds(6));
    Cards cards = new Cards();
    for (int i = 0; i <= HOSTS; i++) {
      Host.Place place =
          i < HOSTS
              ? new Host.Place(i, World.CLUSTER, World.host(i), true, cards)
              : new Host.Place(i, Script.PASSING, World.sharedHost(i), true, cards);
      hosts.add(new Host(timeline, chance.fork(), log, truth, crashes, place));
    }
    for (int i = 0; i < BALANCERS; i++) {
      balancers.add(new BalancerNode(timeline, chance.fork(), log, crashes, i));
    }
    truth.balancers(balancers);
    script = new Script(timeline, chance.fork(), log, store, apis, group, hosts);
    rest = new Rest(store, truth, log, hosts, balancers);
  }

  static Verdict run(Planned planned, boolean readable) {
    KillHistory history = new KillHistory(planned, readable);
    String failure = "";
    try {
      history.run();
    } catch (Violation e) {
      failure = history.told(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      failure = history.told(e + " at " + List.of(e.getStackTrace()).getFirst());
    }
    Map<KillPoint, Integer> reached = new EnumMap<>(KillPoint.class);
    for (KillPoint point : KillPoint.values()) {
      reached.put(point, history.crashes.reached(point));
    }
    return new Verdict(
        planned,
        history.crashes.struck(),
        failure,
        history.trace.lines(),
        Collections.unmodifiableMap(reached));
  }

  private String told(String failure) {
    return "%.3f s: %s".formatted(timeline.nanos() / 1e9, failure);
  }

  private void run() {
    script.begin();
    while (!script.isDone()) {
      if (timeline.nanos() > ANSWERED_BY) {
        throw new Violation("A1 every call is answered", "some are not");
      }
      until(timeline.nanos() + Timeline.seconds(1));
    }
    int launches;
    int struck;
    do {
      // A crash may be the last thing that happens.
      struck = crashes.struck();
      until(timeline.nanos() + EVERYTHING_IS_UP);
      converge(timeline.nanos() + CONVERGES_IN);
      launches = truth.launches();
      until(timeline.nanos() + REST);
    } while (struck != crashes.struck());
    if (truth.launches() != launches) {
      throw new Violation(
          "A5 at rest nothing flaps",
          "%d tasks were launched after everything was as it should be"
              .formatted(truth.launches() - launches));
    }
    asItShouldBe();
  }

  private void until(long nanos) {
    while (timeline.step(nanos)) {
      if (log.hasNews()) {
        log.takeNews().forEach(truth::sent);
      }
    }
  }

  private void converge(long by) {
    Violation last = new Violation("A5 it comes to rest", "it does not");
    while (timeline.nanos() < by) {
      until(timeline.nanos() + Timeline.seconds(2));
      try {
        asItShouldBe();
        return;
      } catch (Violation e) {
        last = e;
      }
    }
    throw last;
  }

  private void asItShouldBe() {
    rest.check(script.wanted(), script.jobs());
    for (Host host : hosts) {
      host.engine().written().forEach(this::isKept);
    }
  }

  private void isKept(String container, int lines) {
    for (Api api : apis) {
      int kept = api.kept().getOrDefault(container, 0);
      if (kept != lines) {
        throw new Violation(
            "A2 output is kept",
            "of %d lines of container %s, an api has %d".formatted(lines, container, kept));
      }
    }
  }
}
