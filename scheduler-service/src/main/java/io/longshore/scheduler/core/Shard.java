package io.longshore.scheduler.core;

import io.longshore.messages.Arns;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The thinking of whoever owns a shard, without anything around it: what is asked and told goes in,
 * time passes, and what is to be written and sent comes out. The simulation runs this very class.
 *
 * <p>A turn is any number of {@link #asked} and {@link #told}, then {@link #pass}, then {@link
 * #takeOutgoing} and {@link #takeChanges}. If what comes out cannot be committed, the shard is
 * worth nothing any more and has to be made anew from what is stored. It belongs to one thread.
 */
public final class Shard {
  /** How often every service is compared with its tasks, whatever the events say. */
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

  /** Leases are seconds long; looking more often than this gains nothing. */
  private static final Duration LEASE_CHECK_INTERVAL = Duration.ofSeconds(1);

  /**
   * A plan that makes another plan necessary is normal; a longer chain is a fault and must not hang
   * the shard.
   */
  private static final int PLANS_PER_TURN_MAX = 10_000;

  private final Ledger ledger;
  private final Leases leases;
  private final BalancerViews balancers;
  private final Reconciler reconciler;
  private final CommandDecider commandDecider = new CommandDecider();
  private final ReportDecider reportDecider = new ReportDecider();
  private Instant nextSweep;
  private Instant nextLeaseCheck;

  /**
   * @param state as it is stored; the shard changes it
   * @param now when the shard was taken over: every runner has a fresh lease from then on
   */
  public Shard(State state, Arns arns, Policy policy, Instant now) {
    ledger = new Ledger(state, arns, policy);
    leases = new Leases(policy, now);
    balancers = new BalancerViews(now);
    reconciler = new Reconciler(policy);
    nextSweep = now;
    nextLeaseCheck = now.plus(policy.runnerLease());
    // The topic may be a new one; what is told twice changes nothing.
    ledger.tellRoutes();
  }

  public State state() {
    return ledger.state();
  }

  /** Every runner counts as heard of just now. */
  public void renewLeases(Instant now) {
    leases.renew(now);
    balancers.renew(now);
  }

  /** Deleted services that were kept long enough, by their uids: they are stored no more. */
  public void forget(Collection<String> services) {
    services.forEach(ledger.state()::forget);
  }

  /** Whether somebody would be taken for lost now, if nothing was heard meanwhile. */
  public boolean mayLose(Instant now) {
    return !now.isBefore(nextLeaseCheck) && leases.anySilent(ledger.state(), now);
  }

  /** When a turn is wanted even if nothing comes in. */
  public Instant nextTurn() {
    Instant next = nextSweep.isBefore(nextLeaseCheck) ? nextSweep : nextLeaseCheck;
    Instant wake = ledger.nextWake();
    return wake != null && wake.isBefore(next) ? wake : next;
  }

  /** Decides a command, or gives the answer it had before. */
  public Reply.Outcome asked(CommandEnvelope envelope, Answers answers, Instant now) {
    Reply.Outcome before = answers.before(envelope);
    if (before != null) {
      return before;
    }
    CommandDecider.Decided decided = commandDecider.decide(ledger.state(), envelope, now);
    ledger.apply(decided.decisions(), now);
    answers.remember(envelope, decided.outcome());
    return decided.outcome();
  }

  /** Takes a report in. */
  public void told(Report report, Instant now) {
    switch (report) {
      case Report.OfRunner ofRunner -> {
        leases.heard(ofRunner, now);
        ledger.apply(reportDecider.decide(ledger.state(), ofRunner, now), now);
      }
      case Report.OfBalancer ofBalancer ->
          ledger.apply(balancers.heard(ledger.state(), ofBalancer, now), now);
    }
  }

  /**
   * Time passes: whoever was silent for too long is lost, and every service that something happened
   * to, or whose time has come, is planned.
   *
   * @param heardUpTo everything that had arrived by then has been taken in: silence can only be
   *     judged as of a moment until which everything was heard. Null for not knowing one
   * @return whether all planning is done; if not, the rest waits for the next turn
   */
  public boolean pass(@Nullable Instant heardUpTo, Instant now) {
    if (heardUpTo != null && !now.isBefore(nextLeaseCheck)) {
      nextLeaseCheck = now.plus(LEASE_CHECK_INTERVAL);
      ledger.apply(leases.expire(ledger.state(), heardUpTo), now);
      ledger.apply(leases.findStuck(ledger.state(), now), now);
      ledger.apply(balancers.expire(ledger.state(), now), now);
    }
    if (!now.isBefore(nextSweep)) {
      nextSweep = now.plus(SWEEP_INTERVAL);
      ledger.markAll();
    }
    ledger.markDue(now);
    boolean done = plan(now);
    ledger.tellTargets();
    return done;
  }

  private boolean plan(Instant now) {
    int plans = 0;
    Service service = ledger.nextDirty();
    while (service != null) {
      boolean waiting = ledger.awaitsCapacity(service);
      ledger.placed(service);
      ledger.apply(Targets.followed(ledger.state(), service), now);
      ledger.apply(reconciler.plan(ledger.state(), service, waiting, now), now);
      if (++plans == PLANS_PER_TURN_MAX) {
        return false;
      }
      service = ledger.nextDirty();
    }
    return true;
  }

  /** Hands over what is to be sent, in the order it was decided. */
  public List<Outgoing> takeOutgoing() {
    return ledger.takeOutgoing();
  }

  /** Hands over what is to be written. */
  public Changes takeChanges() {
    return ledger.takeChanges();
  }
}
