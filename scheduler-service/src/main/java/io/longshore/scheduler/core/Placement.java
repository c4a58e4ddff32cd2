package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Placing;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses runners for new tasks of one group (a service, or one call of RunTask). What it has
 * chosen already counts, so one instance serves one plan.
 *
 * <p>The policy:
 *
 * <ol>
 *   <li>Only runners that are connected and ACTIVE, are of the platform, meet every constraint and
 *       have the CPU, the memory and the host ports free.
 *   <li>Of these, what the chain of strategies prefers; without one, the zone with the fewest tasks
 *       of the group, and in it the runner with the fewest.
 *   <li>Then the runner with the fewest tasks of the group, then with the largest share of its
 *       memory and CPU free; then the smallest id, so that the same state always gives the same
 *       choice.
 * </ol>
 *
 * <p>Tasks that are to stop take room, but they are no tasks of their group any more: ECS looks at
 * the desired status, and so an even spread is one of the tasks that will stay.
 */
final class Placement {
  private final Usage asked;
  private final Requirements requirements;
  private final List<Preference> chain;
  private final boolean byLot;
  private final boolean oncePerHost;
  private final int asksAbout;
  private int sortedOut;
  private boolean placed;
  private final List<Candidate> candidates = new ArrayList<>();
  private final List<Candidate> eligible = new ArrayList<>();
  private final Map<List<Candidate.Tally>, PriorityQueue<Candidate>> queues = new LinkedHashMap<>();

  /**
   * What tasks are asked for.
   *
   * @param group of which tasks are spread, and kept apart
   * @param where leaves out hosts that are not asked about
   * @param oncePerHost whether one placement puts no second task on a host
   */
  record Ask(
      ClusterName cluster,
      String group,
      TaskSpec spec,
      Placing placing,
      Predicate<Runner> where,
      boolean oncePerHost) {
    Ask(
        ClusterName cluster,
        String group,
        TaskSpec spec,
        Placing placing,
        Predicate<Runner> where) {
      this(cluster, group, spec, placing, where, false);
    }

    static Ask of(Service service) {
      return new Ask(
          service.cluster(),
          service.group(),
          service.primary().spec(),
          service.settings().placing(),
          anywhere -> true);
    }

    Ask within(Predicate<Runner> hosts) {
      return new Ask(cluster, group, spec, placing, hosts, oncePerHost);
    }

    Ask onEachOnce() {
      return new Ask(cluster, group, spec, placing, where, true);
    }
  }

  Placement(State state, Ask ask) {
    asked = Usage.of(ask.spec());
    oncePerHost = ask.oncePerHost();
    requirements = new Requirements(ask.spec(), ask.placing());
    List<String> fields = new ArrayList<>();
    chain = Preference.chain(ask.placing().strategy(), fields);
    byLot = chain.stream().anyMatch(Preference.Lot.class::isInstance);
    List<Map<String, Candidate.Tally>> tallies = new ArrayList<>();
    fields.forEach(field -> tallies.add(new HashMap<>()));
    int hosts = 0;
    Map<RunnerId, Integer> ofGroup = state.group(ask.cluster(), ask.group());
    for (Runner runner : state.runnersOf(ask.cluster())) {
      if (runner.status() == Runner.Status.ACTIVE && ask.where().test(runner)) {
        hosts++;
        Candidate.Tally[] spreads = new Candidate.Tally[fields.size()];
        for (int i = 0; i < spreads.length; i++) {
          String value = runner.attribute(fields.get(i));
          spreads[i] =
              tallies
                  .get(i)
                  .computeIfAbsent(value == null ? "" : value, v -> new Candidate.Tally());
        }
        add(
            new Candidate(
                state,
                runner,
                ask.group(),
                ofGroup.getOrDefault(runner.id(), 0),
                requirements,
                spreads));
      }
    }
    asksAbout = hosts;
  }

  /**
   * A place that was taken.
   *
   * @param why it is the best one, for people
   */
  record Choice(Runner runner, String why) {}

  private void add(Candidate candidate) {
    candidates.add(candidate);
    if (candidate.fixed() == null) {
      eligible.add(candidate);
    } else {
      sortedOut++;
    }
  }

  /** Takes a place for one more task; empty when there is none. */
  Optional<Choice> place(TaskId task) {
    // The first is found quickest by a look at each, and lots fall anew for each task.
    boolean lookAtAll = !placed || byLot;
    placed = true;
    return lookAtAll ? placeByLookingAtAll(task) : placeByQueues(task);
  }

  /** As {@link #place}; takes time in proportion to the hosts. */
  Optional<Choice> placeByLookingAtAll(TaskId task) {
    Candidate best = null;
    for (Candidate candidate : eligible) {
      // Whether it is better is the cheaper question.
      if ((best == null || compare(candidate, best, task) < 0) && obstacle(candidate) == null) {
        best = candidate;
      }
    }
    return best == null ? Optional.empty() : Optional.of(take(best));
  }

  /**
   * As {@link #place}; takes time in proportion to the values that tasks are spread over, and to
   * the logarithm of the hosts. Hosts that share these values compare by what is on each of them
   * alone, and that only changes on the one that is taken: so they can wait in a queue.
   */
  private Optional<Choice> placeByQueues(TaskId task) {
    PriorityQueue<Candidate> bestQueue = null;
    Candidate best = null;
    for (PriorityQueue<Candidate> queue : queues(task)) {
      Candidate first = queue.peek();
      while (first != null && obstacle(first) != null) {
        // It gets no room while this placement lasts.
        queue.remove();
        first = queue.peek();
      }
      if (first != null && (best == null || compare(first, best, task) < 0)) {
        best = first;
        bestQueue = queue;
      }
    }
    if (best == null || bestQueue == null) {
      return Optional.empty();
    }
    bestQueue.remove();
    Choice choice = take(best);
    if (!oncePerHost) {
      bestQueue.add(best);
    }
    return Optional.of(choice);
  }

  private Collection<PriorityQueue<Candidate>> queues(TaskId any) {
    if (queues.isEmpty()) {
      for (Candidate candidate : eligible) {
        queues
            .computeIfAbsent(
                candidate.spreads(),
                values -> new PriorityQueue<>((one, other) -> compare(one, other, any)))
            .add(candidate);
      }
    }
    return queues.values();
  }

  private Choice take(Candidate best) {
    Choice choice = new Choice(best.runner(), why(best));
    best.take(asked);
    if (oncePerHost) {
      eligible.remove(best);
      candidates.remove(best);
    }
    return choice;
  }

  /** As things were when it was chosen. */
  private String why(Candidate best) {
    StringBuilder why = new StringBuilder("Of ");
    why.append(asksAbout)
        .append(" hosts ")
        .append(suitableCount())
        .append(" meet what is asked for");
    if (requirements.isDistinct()) {
      why.append(", each for one task of the group");
    }
    why.append("; chosen by ");
    for (Preference link : chain) {
      link.explain(why, best);
      why.append(", ");
    }
    return why.append("then by room.").toString();
  }

  private int suitableCount() {
    return asksAbout - sortedOut;
  }

  private int compare(Candidate one, Candidate other, TaskId task) {
    for (int i = 0; i < chain.size(); i++) {
      int order = chain.get(i).compare(one, other, task);
      if (order != 0) {
        return order;
      }
    }
    int group = Integer.compare(one.ofGroup(), other.ofGroup());
    if (group != 0) {
      return group;
    }
    int load = Double.compare(one.taken(), other.taken());
    return load != 0 ? load : one.runner().id().value().compareTo(other.runner().id().value());
  }

  boolean hasRunners() {
    return !candidates.isEmpty();
  }

  /** Those that meet all that does not change with the tasks on them, full ones too. */
  List<Runner> suitable() {
    return eligible.stream().map(Candidate::runner).toList();
  }

  /** Why one more task has no place, with the runner that came closest. */
  Refusal refusal() {
    return closest(findings());
  }

  /** Of those without a place the one where the least was missing. */
  static Refusal closest(List<Refusal> findings) {
    return findings.stream()
        .max(Comparator.comparing(refusal -> refusal.obstacle().kind()))
        .orElse(new Refusal(null, new Obstacle(Obstacle.Kind.AGENT, "there is no host")));
  }

  /** How many runners have each obstacle, by ECS's word for it. */
  static Map<String, Integer> counts(List<Refusal> findings) {
    return findings.stream()
        .collect(
            Collectors.toMap(
                refusal -> refusal.obstacle().kind().reason(),
                refusal -> 1,
                Integer::sum,
                TreeMap::new));
  }

  /** Every runner that has no place for one more task. */
  List<Refusal> findings() {
    List<Refusal> findings = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Obstacle obstacle = obstacle(candidate);
      if (obstacle != null) {
        findings.add(new Refusal(candidate.runner().id(), obstacle));
      }
    }
    return findings;
  }

  /** A place that is not to be had. */
  record Refusal(@Nullable RunnerId closest, Obstacle obstacle) {}

  private @Nullable Obstacle obstacle(Candidate candidate) {
    if (candidate.fixed() != null) {
      return candidate.fixed();
    }
    Obstacle passing = requirements.passing(candidate);
    return passing != null ? passing : candidate.lack(asked);
  }
}
