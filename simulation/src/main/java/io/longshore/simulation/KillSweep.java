package io.longshore.simulation;

import io.longshore.simulation.KillHistory.Planned;
import io.longshore.simulation.KillHistory.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Kills a process before and after each of its side effects: at the first times it has it and at
 * some later ones. Then twice in one history: at one effect that is not an api's, and at another
 * one while things come right again.
 */
public final class KillSweep {
  private static final int FIRST = 5;
  private static final int LATER = 5;
  private static final int SECOND_WITHIN = 4;

  /**
   * What became of the sweep.
   *
   * @param histories how many were run
   * @param before in how many a process was killed before this effect, alone or first
   * @param after in how many after it
   * @param second in how many a process was killed there after another one had been killed
   * @param notStruck the plans of one crash that did not happen
   * @param broken the histories that broke a promise
   */
  record Result(
      int histories,
      Map<KillPoint, Integer> before,
      Map<KillPoint, Integer> after,
      Map<KillPoint, Integer> second,
      List<Planned> notStruck,
      List<Verdict> broken) {}

  private KillSweep() {}

  /** Each effect of each history without a crash is a place for one. */
  static List<Planned> once(long seed) {
    List<Planned> plans = new ArrayList<>();
    KillHistory.run(new Planned(seed, List.of()), false)
        .reached()
        .forEach((point, times) -> {
          for (int occurrence : occurrences(times)) {
            for (Crash.Side side : Crash.Side.values()) {
              plans.add(new Planned(seed, List.of(new Crash(point, side, occurrence))));
            }
          }
        });
    return plans;
  }

  private static TreeSet<Integer> occurrences(int times) {
    TreeSet<Integer> chosen = new TreeSet<>();
    for (int i = 1; i <= Math.min(FIRST, times); i++) {
      chosen.add(i);
    }
    for (int i = 1; i <= LATER; i++) {
      chosen.add(Math.max(1, times * i / LATER));
    }
    return times == 0 ? new TreeSet<>() : chosen;
  }

  /**
   * For every other two effects, but for those of apis, a history that is drawn by the seed; the
   * next seed has the others.
   */
  static List<Planned> twice(long seed) {
    Chance chance = new Chance(seed);
    Map<KillPoint, Integer> reached =
        KillHistory.run(new Planned(seed, List.of()), false).reached();
    List<Planned> plans = new ArrayList<>();
    for (KillPoint first : KillPoint.values()) {
      for (KillPoint second : KillPoint.values()) {
        boolean ofApi =
            first.process() == KillPoint.Process.API || second.process() == KillPoint.Process.API;
        if (!ofApi && (first.ordinal() + second.ordinal() + seed) % 2 == 0) {
          // In the first half, so that the second one is had again.
          int times = Math.max(1, reached.getOrDefault(first, 0) / 2);
          plans.add(
              new Planned(
                  seed,
                  List.of(
                      new Crash(first, side(chance), chance.between(1, times)),
                      new Crash(second, side(chance), chance.between(1, SECOND_WITHIN)))));
        }
      }
    }
    return plans;
  }

  private static Crash.Side side(Chance chance) {
    return chance.of(List.of(Crash.Side.values()));
  }

  /** Some history of one crash: every number stands for one. */
  public static Verdict runOnce(long number) {
    return run(Plans.ONCE, number);
  }

  /** Some history of two crashes. */
  public static Verdict runTwice(long number) {
    return run(Plans.TWICE, number);
  }

  private static Verdict run(List<Planned> plans, long number) {
    // Neighbours in the list are killed at the same effect.
    return KillHistory.run(plans.get(Math.toIntExact(number * 7919 % plans.size())), false);
  }

  /** For those who ask for one at a time, as the tests of planted mistakes do. */
  private static final class Plans {
    static final List<Planned> ONCE = once(1);
    static final List<Planned> TWICE = twice(1);
  }

  /** The plans of so many seeds from 1 on. */
  static List<Planned> plans(long seeds) {
    List<Planned> plans = new ArrayList<>();
    for (long seed = 1; seed <= seeds; seed++) {
      plans.addAll(once(seed));
      plans.addAll(twice(seed));
    }
    return plans;
  }

  static Result run(List<Planned> plans) throws InterruptedException {
    Map<KillPoint, Integer> before = new EnumMap<>(KillPoint.class);
    Map<KillPoint, Integer> after = new EnumMap<>(KillPoint.class);
    Map<KillPoint, Integer> second = new EnumMap<>(KillPoint.class);
    List<Planned> notStruck = new ArrayList<>();
    List<Verdict> broken = new ArrayList<>();
    for (Verdict verdict : verdicts(plans)) {
      List<Crash> crashes = verdict.planned().crashes();
      Crash first = crashes.getFirst();
      if (verdict.struck() > 0) {
        (first.side() == Crash.Side.BEFORE ? before : after).merge(first.point(), 1, Integer::sum);
      } else if (crashes.size() == 1) {
        notStruck.add(verdict.planned());
      }
      if (verdict.struck() > 1) {
        second.merge(crashes.getLast().point(), 1, Integer::sum);
      }
      if (!verdict.failure().isEmpty()) {
        broken.add(verdict);
      }
    }
    return new Result(plans.size(), before, after, second, notStruck, broken);
  }

  /** In the order of the plans. */
  private static List<Verdict> verdicts(List<Planned> plans) throws InterruptedException {
    Verdict[] verdicts = new Verdict[plans.size()];
    AtomicInteger next = new AtomicInteger();
    Workers.run(() -> {
      for (int each = next.getAndIncrement(); each < plans.size(); each = next.getAndIncrement()) {
        verdicts[each] = KillHistory.run(plans.get(each), false);
      }
    });
    return List.of(verdicts);
  }

  /** A history that breaks a promise, once more. */
  static String told(Planned planned) {
    Verdict verdict = KillHistory.run(planned, true);
    StringBuilder text = new StringBuilder();
    text.append("seed %d, %s%n".formatted(planned.seed(), planned.crashes()));
    text.append("  %s%n  the last of what happened:%n".formatted(verdict.failure()));
    verdict.history().forEach(line -> text.append("    ").append(line).append('\n'));
    return text.toString();
  }

  /** For each effect, how many histories killed a process there. */
  static String table(Result result) {
    StringBuilder text = new StringBuilder();
    for (KillPoint point : KillPoint.values()) {
      text.append(
          "%-10s %-22s %5d before, %5d after, %5d second%n"
              .formatted(
                  point.process(),
                  point,
                  result.before().getOrDefault(point, 0),
                  result.after().getOrDefault(point, 0),
                  result.second().getOrDefault(point, 0)));
    }
    return text.toString();
  }
}
