package io.longshore.balancer.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Which of the draining targets have nothing under way any more. One thread calls it.
 *
 * <p>A loop may have chosen a target by the picture before the one in which it drains, and not have
 * counted it yet. So what is under way is looked at only after every loop has passed: has come to
 * the end of whatever it was at when the picture was published.
 */
public final class Draining {
  /** How often is looked; what waits for a target's end waits for this, too. */
  public static final Duration LOOK = Duration.ofMillis(50);

  /**
   * @param pass after which it is looked at
   * @param over whether what it had begun was ended, and is not looked at any more
   */
  private record Wait(long pass, boolean over) {}

  private final Map<TargetKey, Wait> waits = new HashMap<>();
  private final Set<TargetKey> drained = new HashSet<>();
  private boolean wanted;
  private long asked;
  private long passed;

  /**
   * @param draining all that get nothing new since the picture that was published last
   */
  public void published(Set<TargetKey> draining) {
    waits.keySet().retainAll(draining);
    drained.retainAll(draining);
    for (TargetKey key : draining) {
      if (!drained.contains(key) && !waits.containsKey(key)) {
        await(key, false);
      }
    }
  }

  /** Its time is over, and the loops were told to end what it has begun. */
  public void over(TargetKey key) {
    if (waits.containsKey(key)) {
      await(key, true);
    }
  }

  private void await(TargetKey key, boolean over) {
    waits.put(key, new Wait(asked + 1, over));
    wanted = true;
  }

  /** The pass that every loop is to be asked for now; 0 when none is needed. */
  public long pass() {
    if (!wanted) {
      return 0;
    }
    wanted = false;
    return ++asked;
  }

  public void passed(long pass) {
    passed = Math.max(passed, pass);
  }

  /** Whether there is something to look for. */
  public boolean waits() {
    return !waits.isEmpty();
  }

  /**
   * @param underWay how many requests and connections a target has
   * @return whether a target is drained that was not
   */
  public boolean look(ToIntFunction<TargetKey> underWay) {
    return waits
        .entrySet()
        .removeIf(entry -> {
          TargetKey key = entry.getKey();
          Wait wait = entry.getValue();
          boolean done = wait.pass() <= passed && (wait.over() || underWay.applyAsInt(key) == 0);
          if (done) {
            drained.add(key);
          }
          return done;
        });
  }

  public boolean isDrained(TargetKey key) {
    return drained.contains(key);
  }
}
