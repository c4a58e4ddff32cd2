package io.longshore.chaos;

import io.longshore.chaos.Disturbance.BlackHole;
import io.longshore.chaos.Disturbance.CutAfter;
import io.longshore.chaos.Disturbance.Delay;
import io.longshore.chaos.Disturbance.Direction;
import io.longshore.chaos.Disturbance.Reset;
import io.longshore.chaos.Member.Backend;
import io.longshore.chaos.Member.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which faults come when: the same for the same seed, length and fleet. Kinds are dealt like cards,
 * so that every kind has come once before any comes again.
 */
record Schedule(List<Fault> faults) {
  /**
   * How many processes there are.
   *
   * @param means what of the machine faults may use
   */
  record Fleet(int schedulers, int apis, int runners, Set<Means> means) {
    Fleet {
      means = Set.copyOf(means);
    }

    int of(Part part) {
      return switch (part) {
        case SCHEDULER -> schedulers;
        case API -> apis;
        case RUNNER -> runners;
      };
    }

    List<Member> members() {
      List<Member> members = new ArrayList<>();
      for (Part part : Part.values()) {
        for (int number = 1; number <= of(part); number++) {
          members.add(new Member(part, number));
        }
      }
      return members;
    }
  }

  private enum Kind {
    KILL_SCHEDULER(1_000, 6_000),
    KILL_API(1_000, 6_000),
    KILL_RUNNER(1_000, 6_000),
    // Longer than the lease: the tasks are given to others, and then it comes back.
    LOSE_RUNNER(12_000, 16_000),
    KILL_BROKER(1_000, 5_000),
    CRASH_DATABASE(1_000, 5_000),
    // Longer than the session of four seconds, so that another owns the shards meanwhile.
    PAUSE_SCHEDULER(13_000, 18_000),
    // Longer than the lease of ten seconds.
    PAUSE_RUNNER(12_000, 16_000),
    DISTURB_KAFKA(3_000, 15_000),
    DISTURB_DATABASE(3_000, 15_000),
    DISTURB_ENGINE(3_000, 15_000, Means.ENGINE),
    DISTURB_ALL(2_000, 14_000),
    KILL_CONTAINERS(0, 1, Means.ENGINE),
    // Now and then longer than lease and session.
    ISOLATE(3_000, 16_000, Means.ISLANDS),
    FILL_DISK(3_000, 12_000, Means.DISKS);

    private final int shortest;
    private final int longest;
    private final Set<Means> needs;

    Kind(int shortestMillis, int longestMillis, Means... needs) {
      this.shortest = shortestMillis;
      this.longest = longestMillis;
      this.needs = Set.of(needs);
    }
  }

  private static final double OVERLAP = 0.35;
  private static final int REST_MIN_MILLIS = 500;
  private static final int REST_MAX_MILLIS = 4_000;

  Schedule {
    faults = List.copyOf(faults);
  }

  static Schedule draw(long seed, Duration length, Fleet fleet) {
    return new Schedule(new Dealer(new Random(seed), length.toMillis(), fleet).deal());
  }

  /** Holds the cards. */
  private static final class Dealer {
    private final Random random;
    private final long length;
    private final Fleet fleet;
    private final List<Kind> cards = new ArrayList<>();
    private final Map<String, Long> busyUntil = new TreeMap<>();

    Dealer(Random random, long length, Fleet fleet) {
      this.random = random;
      this.length = length;
      this.fleet = fleet;
    }

    List<Fault> deal() {
      List<Fault> faults = new ArrayList<>();
      long from = between(REST_MIN_MILLIS, REST_MAX_MILLIS);
      while (from < length) {
        Kind kind = card();
        Trouble trouble = trouble(kind);
        boolean alone = trouble instanceof Trouble.DisturbAll;
        long begin = Math.max(from, alone ? busyUntil() : busyUntil(trouble.subject()));
        long until = begin + between(kind.shortest, kind.longest);
        if (until <= length) {
          busyUntil.put(trouble.subject(), until + REST_MIN_MILLIS);
          faults.add(
              new Fault(
                  faults.size() + 1, Duration.ofMillis(begin), Duration.ofMillis(until), trouble));
          from =
              !alone && random.nextDouble() < OVERLAP && until - begin > 1
                  ? begin + random.nextLong(until - begin)
                  : until + between(REST_MIN_MILLIS, REST_MAX_MILLIS);
        } else {
          // Too long for what is left: a shorter one may still fit.
          from += between(REST_MIN_MILLIS, REST_MAX_MILLIS);
        }
      }
      return faults;
    }

    private long busyUntil(String subject) {
      return busyUntil.getOrDefault(subject, 0L);
    }

    private long busyUntil() {
      return busyUntil.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private Kind card() {
      if (cards.isEmpty()) {
        for (Kind kind : Kind.values()) {
          if (fleet.means().containsAll(kind.needs)) {
            cards.add(kind);
          }
        }
        Collections.shuffle(cards, random);
      }
      return cards.removeLast();
    }

    private Trouble trouble(Kind kind) {
      return switch (kind) {
        case KILL_SCHEDULER -> new Trouble.Kill(one(Part.SCHEDULER));
        case KILL_API -> new Trouble.Kill(one(Part.API));
        case KILL_RUNNER, LOSE_RUNNER -> new Trouble.Kill(one(Part.RUNNER));
        case KILL_BROKER -> new Trouble.KillBroker();
        case CRASH_DATABASE -> new Trouble.CrashDatabase();
        case PAUSE_SCHEDULER -> new Trouble.Pause(one(Part.SCHEDULER));
        case PAUSE_RUNNER -> new Trouble.Pause(one(Part.RUNNER));
        case DISTURB_KAFKA -> disturb(anyPart(), Backend.KAFKA);
        case DISTURB_DATABASE ->
            disturb(random.nextInt(3) == 0 ? Part.API : Part.SCHEDULER, Backend.DATABASE);
        case DISTURB_ENGINE -> disturb(Part.RUNNER, Backend.ENGINE);
        case DISTURB_ALL ->
            new Trouble.DisturbAll(
                random.nextBoolean() ? Backend.KAFKA : Backend.DATABASE, disturbance());
        case KILL_CONTAINERS ->
            new Trouble.KillContainers(1 + random.nextInt(4), random.nextLong());
        case ISOLATE -> new Trouble.Isolate(one(anyPart()), directions());
        case FILL_DISK ->
            new Trouble.FillDisk(
                one(random.nextInt(3) == 0 ? Part.API : Part.RUNNER), random.nextInt(3) == 0);
      };
    }

    private Trouble disturb(Part part, Backend backend) {
      return new Trouble.Disturb(one(part), backend, disturbance());
    }

    private Set<Direction> directions() {
      return switch (random.nextInt(3)) {
        case 0 -> Set.of(Direction.TO_SERVER);
        case 1 -> Set.of(Direction.TO_CLIENT);
        default -> Disturbance.BOTH_WAYS;
      };
    }

    private Disturbance disturbance() {
      Set<Direction> in = directions();
      return switch (random.nextInt(4)) {
        case 0 -> new Delay(Duration.ofMillis(between(50, 2_000)), in);
        case 1 -> new Reset();
        case 2 -> new CutAfter(between(1, 20_000), in);
        default -> new BlackHole(in);
      };
    }

    private Part anyPart() {
      return switch (random.nextInt(3)) {
        case 0 -> Part.SCHEDULER;
        case 1 -> Part.API;
        default -> Part.RUNNER;
      };
    }

    private Member one(Part part) {
      return new Member(part, 1 + random.nextInt(fleet.of(part)));
    }

    private int between(int least, int below) {
      return least + random.nextInt(below - least);
    }
  }
}
