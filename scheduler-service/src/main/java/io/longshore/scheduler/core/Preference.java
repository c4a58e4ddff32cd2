package io.longshore.scheduler.core;

import io.longshore.messages.HostResources;
import io.longshore.messages.Placing;
import io.longshore.messages.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** One link of a chain of placement strategies: which of two hosts is the better one. */
sealed interface Preference {
  String REGION_ATTRIBUTE = "longshore.region";

  /** The short names that ECS and Longshore take for attributes. */
  Map<String, String> SHORT =
      Map.of("zone", HostResources.ZONE_ATTRIBUTE, "region", REGION_ATTRIBUTE);

  /** Less than 0 when {@code one} is the better place for the task. */
  int compare(Candidate one, Candidate other, TaskId task);

  /** Names the link, and what it saw in the host it chose. */
  void explain(StringBuilder text, Candidate best);

  /** The value of an attribute with the fewest tasks of the group. */
  record Spread(int field, String attribute) implements Preference {
    @Override
    public int compare(Candidate one, Candidate other, TaskId task) {
      return Integer.compare(one.spread(field), other.spread(field));
    }

    @Override
    public void explain(StringBuilder text, Candidate best) {
      text.append("spread over ")
          .append(attribute)
          .append(" (here ")
          .append(best.spread(field))
          .append(')');
    }
  }

  /** The host with the fewest tasks of the group. */
  record SpreadHosts() implements Preference {
    @Override
    public int compare(Candidate one, Candidate other, TaskId task) {
      return Integer.compare(one.ofGroup(), other.ofGroup());
    }

    @Override
    public void explain(StringBuilder text, Candidate best) {
      text.append("spread over hosts (here ").append(best.ofGroup()).append(')');
    }
  }

  /** The host with the least CPU left. */
  record PackCpu() implements Preference {
    @Override
    public int compare(Candidate one, Candidate other, TaskId task) {
      return Integer.compare(one.remainingCpu(), other.remainingCpu());
    }

    @Override
    public void explain(StringBuilder text, Candidate best) {
      text.append("binpack by CPU (").append(best.remainingCpu()).append(" left)");
    }
  }

  /** The host with the least memory left. */
  record PackMemory() implements Preference {
    @Override
    public int compare(Candidate one, Candidate other, TaskId task) {
      return Integer.compare(one.remainingMemoryMiB(), other.remainingMemoryMiB());
    }

    @Override
    public void explain(StringBuilder text, Candidate best) {
      text.append("binpack by memory (").append(best.remainingMemoryMiB()).append(" MiB left)");
    }
  }

  /** Any, but for one task always the same. */
  record Lot() implements Preference {
    @Override
    public int compare(Candidate one, Candidate other, TaskId task) {
      return Integer.compare(lot(one, task), lot(other, task));
    }

    @Override
    public void explain(StringBuilder text, Candidate best) {
      text.append("lot");
    }

    private static int lot(Candidate candidate, TaskId task) {
      int mixed = task.value().hashCode() * 31 + candidate.runner().id().value().hashCode();
      mixed = (mixed ^ (mixed >>> 16)) * 0x45d9f3b;
      return mixed ^ (mixed >>> 16);
    }
  }

  /** What an even spread over zones, and over the hosts in them, comes to. */
  List<Placing.Strategy> DEFAULT =
      List.of(
          new Placing.Strategy(Placing.StrategyType.SPREAD, HostResources.ZONE_ATTRIBUTE),
          new Placing.Strategy(Placing.StrategyType.SPREAD, "instanceId"));

  /**
   * A chain, the first link deciding first.
   *
   * @param fields takes the attributes that links spread over
   */
  static List<Preference> chain(List<Placing.Strategy> strategies, List<String> fields) {
    List<Preference> chain = new ArrayList<>();
    for (Placing.Strategy strategy : strategies.isEmpty() ? DEFAULT : strategies) {
      String field = Objects.requireNonNullElse(strategy.field(), "");
      chain.add(
          switch (strategy.type()) {
            case SPREAD -> spread(attribute(field), fields);
            case BINPACK ->
                field.toUpperCase(Locale.ROOT).equals("CPU") ? new PackCpu() : new PackMemory();
            case RANDOM -> new Lot();
          });
    }
    return chain;
  }

  private static Preference spread(String attribute, List<String> fields) {
    if (attribute.equals("instanceId") || attribute.equals("host")) {
      return new SpreadHosts();
    }
    fields.add(attribute);
    return new Spread(fields.size() - 1, attribute);
  }

  private static String attribute(String field) {
    String name = field.startsWith("attribute:") ? field.substring("attribute:".length()) : field;
    return SHORT.getOrDefault(name, name);
  }

  /** Whether what is asked for first is an even spread over zones. */
  static boolean spreadsZonesFirst(Placing placing) {
    if (placing.strategy().isEmpty()) {
      return true;
    }
    Placing.Strategy first = placing.strategy().getFirst();
    return first.type() == Placing.StrategyType.SPREAD
        && attribute(Objects.requireNonNullElse(first.field(), ""))
            .equals(HostResources.ZONE_ATTRIBUTE);
  }
}
