package io.longshore.balancer.core;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which target gets a request. */
public final class Choice {
  private Choice() {}

  /**
   * Prefers those that were not tried for this request, and among them those that could be reached
   * lately.
   *
   * @return null when the group has nobody
   */
  public static @Nullable Target pick(
      GroupView group, Collection<Target> tried, Instant now, RandomGenerator random) {
    List<Target> eligible = group.eligible();
    if (eligible.isEmpty()) {
      return null;
    }
    int turn = group.turn().getAndIncrement();
    List<Target> fresh = eligible;
    if (!tried.isEmpty() || anyRests(eligible, now)) {
      fresh = without(eligible, tried, now);
    }
    Duration slowStart = group.attributes().slowStart();
    return switch (group.attributes().algorithm()) {
      case ROUND_ROBIN -> roundRobin(fresh, turn, slowStart, now, random);
      case LEAST_OUTSTANDING_REQUESTS -> leastOutstanding(fresh, turn, slowStart, now);
      case WEIGHTED_RANDOM -> weightedRandom(fresh, slowStart, now, random);
    };
  }

  private static boolean anyRests(List<Target> targets, Instant now) {
    for (Target target : targets) {
      if (target.rests(now)) {
        return true;
      }
    }
    return false;
  }

  private static List<Target> without(
      List<Target> eligible, Collection<Target> tried, Instant now) {
    List<Target> untried = eligible.stream().filter(one -> !tried.contains(one)).toList();
    List<Target> reachable = untried.stream().filter(one -> !one.rests(now)).toList();
    if (!reachable.isEmpty()) {
      return reachable;
    }
    return untried.isEmpty() ? eligible : untried;
  }

  private static Target roundRobin(
      List<Target> targets, int turn, Duration slowStart, Instant now, RandomGenerator random) {
    int size = targets.size();
    int at = Math.floorMod(turn, size);
    if (!slowStart.isZero()) {
      double most = mostShare(targets, slowStart, now);
      // One that starts slowly lets the next one go first, the more often the younger it is.
      for (int i = 0; i < size; i++) {
        Target target = targets.get((at + i) % size);
        if (random.nextDouble() * most < target.share(slowStart, now)) {
          return target;
        }
      }
    }
    return targets.get(at);
  }

  private static double mostShare(List<Target> targets, Duration slowStart, Instant now) {
    double most = 0;
    for (Target target : targets) {
      most = Math.max(most, target.share(slowStart, now));
    }
    return most;
  }

  private static Target leastOutstanding(
      List<Target> targets, int turn, Duration slowStart, Instant now) {
    int size = targets.size();
    Target best = targets.get(Math.floorMod(turn, size));
    double least = load(best, slowStart, now);
    for (int i = 1; i < size; i++) {
      Target target = targets.get(Math.floorMod(turn + i, size));
      double load = load(target, slowStart, now);
      if (load < least) {
        best = target;
        least = load;
      }
    }
    return best;
  }

  private static double load(Target target, Duration slowStart, Instant now) {
    return (target.outstanding() + 1) / target.share(slowStart, now);
  }

  private static Target weightedRandom(
      List<Target> targets, Duration slowStart, Instant now, RandomGenerator random) {
    double total = 0;
    for (Target target : targets) {
      total += target.share(slowStart, now);
    }
    double left = random.nextDouble() * total;
    for (Target target : targets) {
      left -= target.share(slowStart, now);
      if (left < 0) {
        return target;
      }
    }
    return targets.getLast();
  }

  /**
   * The same target for the same client in every process, and for most clients also after another
   * target came or went: each ranks the targets by a digest, and takes the highest.
   *
   * @param port null when all connections of an address go together
   */
  public static @Nullable Target bySource(
      GroupView group,
      InetAddress source,
      @Nullable Integer port,
      Collection<Target> tried,
      Instant now) {
    if (group.eligible().isEmpty()) {
      return null;
    }
    String client = source.getHostAddress() + (port == null ? "" : "#" + port);
    Target best = null;
    String highest = "";
    for (Target target : without(group.eligible(), tried, now)) {
      String rank = digest(client + " " + target.key().text());
      if (best == null || rank.compareTo(highest) > 0) {
        best = target;
        highest = rank;
      }
    }
    return best;
  }

  static String digest(String text) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
