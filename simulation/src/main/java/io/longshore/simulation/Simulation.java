package io.longshore.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One history. For a while everything goes wrong that can, and after every step the promises of
 * safety hold; then nothing goes wrong any more, and within a bound everything is as it was asked
 * for, and stays so.
 */
public final class Simulation {
  private static final long TROUBLE_FROM = Timeline.seconds(15);
  private static final long TROUBLE_TO = Timeline.seconds(105);
  private static final long CALM_AT = Timeline.seconds(140);
  private static final long CONVERGED_BY = Timeline.seconds(260);
  private static final long REST = Timeline.seconds(60);
  private static final int LEAST_FAULTS = 30;
  private static final int MOST_FAULTS = 45;
  // So many that their tasks are kept.
  private static final int MOST_HOSTS = 13;
  // The others have room for what they ran.
  private static final int DEAD_HOSTS_MAX = 4;

  private final Timeline timeline = new Timeline();
  private final Conditions conditions;
  private final Chance chance;
  private final Trace trace;
  private final Truth truth;
  private final Store store;
  private final Log log;
  private final Client client;
  private final List<SchedulerNode> schedulers = new ArrayList<>();
  private final Group group;
  private final List<Host> hosts = new ArrayList<>();
  private final List<BalancerNode> balancers = new ArrayList<>();
  private final List<Fault> faults;
  private final Rest rest;
  private long steps;

  /**
   * How a history went.
   *
   * @param conditions under which it went
   * @param promise the one that was broken; empty for none
   * @param failure how, and when
   * @param history the last of what happened, if it was asked for
   * @param steps how much happened
   * @param launches how many tasks were made
   * @param digest of everything that happened
   */
  public record Verdict(
      long seed,
      Conditions conditions,
      String promise,
      String failure,
      List<Fault> faults,
      List<String> history,
      long steps,
      int launches,
      long digest) {
    public boolean isBroken() {
      return !promise.isEmpty();
    }
  }

  private Simulation(long seed, Conditions conditions, List<Fault> faults, boolean readable) {
    this.faults = faults;
    this.conditions = conditions;
    trace = new Trace(timeline, readable);
    chance = new Chance(seed);
    log = new Log(timeline, chance.fork(), trace);
    truth = new Truth(trace, log, conditions.policy());
    store = new Store(truth::written);
    client = new Client(timeline, chance.fork(), log, store, conditions);
    Crashes crashes = new Crashes(List.of());
    for (int i = 0; i < World.SCHEDULERS; i++) {
      schedulers.add(
          new SchedulerNode(
              timeline, chance.fork(), log, store, conditions.policy(), client::replied, crashes));
    }
    group = new Group(timeline, chance.fork(), log, schedulers, Timeline.seconds(6));
    Cards cards = new Cards();
    for (int i = 0; i < World.HOSTS; i++) {
      Host.Place place = new Host.Place(i, World.CLUSTER, World.host(i), false, cards);
      hosts.add(new Host(timeline, chance.fork(), log, truth, crashes, place));
    }
    for (int i = 0; conditions.balanced() && i < World.BALANCERS; i++) {
      balancers.add(new BalancerNode(timeline, chance.fork(), log, crashes, i));
    }
    truth.balancers(balancers);
    rest = new Rest(store, truth, log, hosts, balancers);
  }

  /** The faults a seed stands for under certain conditions, in the order of their times. */
  private static List<Fault> faultsOf(long seed, Conditions conditions) {
    Chance chance = new Chance(~seed);
    List<Fault> faults =
        new ArrayList<>(
            Fault.plan(
                chance, chance.between(LEAST_FAULTS, MOST_FAULTS), TROUBLE_FROM, TROUBLE_TO));
    Chance own = Conditions.source(~seed);
    faults.addAll(Fault.storms(own, conditions.storms(), TROUBLE_FROM, TROUBLE_TO));
    if (conditions.balanced()) {
      faults.addAll(Fault.ofBalancers(own, own.between(3, 8), TROUBLE_FROM, TROUBLE_TO));
    }
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return faults;
  }

  /** Runs the history of a seed. */
  public static Verdict run(long seed) {
    return run(seed, Conditions.of(seed));
  }

  /** Runs it once more with services behind load balancers. */
  public static Verdict behindLoadBalancers(long seed) {
    return run(seed, Conditions.of(seed).balancing());
  }

  /** Runs the history of a seed under other conditions than its own. */
  static Verdict run(long seed, Conditions conditions) {
    return run(seed, conditions, faultsOf(seed, conditions), false);
  }

  /**
   * Runs the history of a seed with other faults than its own.
   *
   * @param readable whether it is to be told, too
   */
  static Verdict run(long seed, Conditions conditions, List<Fault> faults, boolean readable) {
    Simulation simulation = new Simulation(seed, conditions, faults, readable);
    try {
      simulation.run();
      return simulation.verdict(seed, "", "");
    } catch (Violation e) {
      return simulation.verdict(seed, e.promise(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return simulation.verdict(
          seed, "nothing fails by itself", e + " at " + List.of(e.getStackTrace()).getFirst());
    }
  }

  private Verdict verdict(long seed, String promise, String failure) {
    String when = promise.isEmpty() ? "" : "%.3f s: ".formatted(timeline.nanos() / 1e9);
    return new Verdict(
        seed,
        conditions,
        promise,
        when + failure,
        faults,
        trace.lines(),
        steps,
        truth.launches(),
        trace.digest());
  }

  private void run() {
    faults.forEach(fault -> timeline.at(fault.atNanos(), () -> strike(fault)));
    client.begin();
    timeline.in(Timeline.seconds(1), this::countCopies);
    until(CALM_AT);
    client.comeToRest();
    converge();
    int launches = truth.launches();
    until(timeline.nanos() + REST);
    if (truth.launches() != launches) {
      throw new Violation(
          "A5 at rest nothing flaps",
          "%d tasks were launched after everything was as it should be"
              .formatted(truth.launches() - launches));
    }
    asItShouldBe();
  }

  private void countCopies() {
    truth.countCopies();
    timeline.in(Timeline.seconds(1), this::countCopies);
  }

  private void until(long nanos) {
    while (timeline.step(nanos)) {
      steps++;
      if (log.hasNews()) {
        log.takeNews().forEach(truth::sent);
      }
    }
  }

  private void converge() {
    Violation last = null;
    while (timeline.nanos() < CONVERGED_BY) {
      until(timeline.nanos() + Timeline.seconds(5));
      try {
        asItShouldBe();
        return;
      } catch (Violation e) {
        last = e;
      }
    }
    throw last == null ? new Violation("A5 it comes to rest", "it does not") : last;
  }

  private void asItShouldBe() {
    if (!client.isDone()) {
      throw new Violation("A1 every call is answered", "some are not");
    }
    rest.check(client.wanted(), client.jobs());
  }

  // --- what goes wrong

  private void strike(Fault fault) {
    trace.add(fault.kind().name(), fault::toString);
    SchedulerNode owner = group.owner();
    Host host = hosts.get(fault.target());
    int amount = fault.amount();
    Duration jump = Duration.ofSeconds((long) amount * (amount % 2 == 0 ? 60 : -60));
    switch (fault.kind()) {
      case SCHEDULER_KILLED -> owner.kill();
      case SCHEDULER_KILLED_BEFORE_COMMIT -> owner.killAt(SchedulerNode.Fuse.BEFORE_COMMIT);
      case SCHEDULER_KILLED_BEFORE_COMMIT_OF_A_COMMAND ->
          owner.killAt(SchedulerNode.Fuse.BEFORE_COMMIT_OF_A_COMMAND);
      case SCHEDULER_KILLED_AFTER_COMMIT -> owner.killAt(SchedulerNode.Fuse.AFTER_COMMIT);
      case SCHEDULER_KILLED_AFTER_SEND -> owner.killAt(SchedulerNode.Fuse.AFTER_SEND);
      case COMMIT_OUTCOME_UNKNOWN -> owner.killAt(SchedulerNode.Fuse.OUTCOME_UNKNOWN);
      case SCHEDULER_PAUSED -> during(fault, owner::pause, owner::resume);
      case SCHEDULER_PAUSED_BEFORE_COMMIT -> during(fault, owner::pauseBeforeCommit, owner::resume);
      case SCHEDULER_CLOCK_JUMPS -> owner.jump(jump);
      case REBALANCE -> group.rebalance();
      case BROKERS_DOWN -> during(fault, () -> log.set(false), () -> log.set(true));
      case STORE_DOWN -> during(fault, () -> store.set(false), () -> store.set(true));
      case RUNNER_KILLED -> host.kill();
      case RUNNER_PAUSED -> during(fault, host::pause, host::resume);
      case HOST_CUT_OFF ->
          during(fault, () -> host.cutOff(true, true), () -> host.cutOff(false, false));
      case HOST_NOT_HEARD ->
          during(fault, () -> host.cutOff(false, true), () -> host.cutOff(false, false));
      case HOST_HEARS_NOTHING ->
          during(fault, () -> host.cutOff(true, false), () -> host.cutOff(false, false));
      case HOST_FADES -> {
        host.late(Timeline.millis(3_000 + 20L * amount));
        timeline.in(Timeline.seconds(2), () -> host.cutOff(false, true));
        timeline.in(
            Timeline.seconds(22),
            () -> {
              host.late(0);
              host.cutOff(false, false);
            });
      }
      case HOST_REBOOTS -> host.reboot();
      case HOST_LOSES_CONTAINERS -> host.loseContainers();
      case HOST_DIES -> {
        if (hosts.stream().filter(Host::isDead).count() < DEAD_HOSTS_MAX) {
          host.die();
        }
      }
      case HOST_CLOCK_JUMPS -> host.jump(jump);
      case HALF_THE_HOSTS_CUT_OFF -> {
        List<Host> half = hosts.subList(0, World.HOSTS / 2);
        during(
            fault,
            () -> half.forEach(one -> one.cutOff(true, true)),
            () -> half.forEach(one -> one.cutOff(false, false)));
      }
      case HALF_THE_HOSTS_REBOOT ->
          hosts.subList(World.HOSTS / 2, World.HOSTS).forEach(Host::reboot);
      case MOST_HOSTS_CUT_OFF -> {
        List<Host> most = hosts.subList(0, MOST_HOSTS);
        during(
            fault,
            () -> most.forEach(one -> one.cutOff(true, true)),
            () -> most.forEach(one -> one.cutOff(false, false)));
      }
      case BALANCER_KILLED -> balancer(fault).kill();
      case BALANCER_PAUSED ->
          during(fault, () -> balancer(fault).pause(), () -> balancer(fault).resume());
      case BALANCER_CUT_OFF ->
          during(fault, () -> balancer(fault).cutOff(true), () -> balancer(fault).cutOff(false));
      case BALANCER_REACHES_NOTHING ->
          during(fault, () -> balancer(fault).blind(true), () -> balancer(fault).blind(false));
      case RUNNER_KILLED_WITH_REPORTS_HELD_UP -> {
        // The next process is to have registered before they arrive, at least mostly.
        long late = Timeline.seconds(5) + Timeline.millis(200L * amount);
        host.holdUp();
        timeline.in(fault.lastsNanos() / 4, () -> host.killHeldUp(late));
      }
      case SERVICE_CRASHES -> {
        String family = World.family(fault.target() % World.SERVICES);
        during(
            fault,
            () -> hosts.forEach(each -> each.engine().crash(family, true)),
            () -> hosts.forEach(each -> each.engine().crash(family, false)));
      }
      case ENGINE_HANGS -> during(fault, () -> host.hang(true), () -> host.hang(false));
      case ENGINE_LOSES_EVENTS ->
          during(fault, () -> host.engine().lose(amount, 0), () -> host.engine().lose(0, 0));
      case ENGINE_LOSES_ANSWERS ->
          during(fault, () -> host.engine().lose(0, amount / 2), () -> host.engine().lose(0, 0));
      case CONTAINER_DIES -> host.engine().accident(chance);
      case CONTAINERS_DIE -> {
        for (Host each : hosts) {
          each.engine().accident(chance);
        }
      }
      // Nobody can know of what was removed before its runner could say that it ran: it is started
      // again. So only what is known to run is removed.
      case CONTAINER_REMOVED -> host.engine().removal(chance, truth::isRecordedRunning);
    }
  }

  private BalancerNode balancer(Fault fault) {
    return balancers.get(fault.target() % balancers.size());
  }

  private void during(Fault fault, Runnable begin, Runnable end) {
    begin.run();
    timeline.in(fault.lastsNanos(), end);
  }
}
