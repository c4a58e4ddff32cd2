package io.longshore.runner.agent;

import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All agents of this process: opens and closes them as clusters come and go, hands them what the
 * engine says, and makes time pass for them.
 *
 * <p>Three threads of its own: one lists what the engine has, every few seconds and whenever the
 * engine's watch is in doubt; one ticks; and one has leases watched, because whoever must have
 * ended before a lease does cannot wait for the next tick.
 */
public final class Fleet implements Engine.Listener, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Fleet.class);

  private static final Duration LEASES_WATCHED = Duration.ofMillis(200);

  /** Where orders come from. */
  public interface OrderSource {
    /** Calls {@link Agent#positioned} once no later order can be missed any more. */
    void follow(Agent agent);

    void unfollow(Agent agent);
  }

  /** Makes the agents of a cluster, none of them adopted or registered yet. */
  @FunctionalInterface
  public interface Recruiting {
    List<Agent> recruit(ClusterName cluster);
  }

  // An engine that was away may have lost something, and each connection that was open to it fails
  // once more before the next is tried.
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final Engine engine;
  private final Outputs outputs;
  private final OrderSource source;
  private final Recruiting recruiting;
  private final Duration beatInterval;
  private final Duration listInterval;
  private final Set<ClusterName> wanted = new HashSet<>();
  private final Map<ClusterName, List<Agent>> agents = new HashMap<>();
  private final Semaphore doubts = new Semaphore(0);
  private final List<Thread> threads = new ArrayList<>();
  private volatile List<Agent> everyone = List.of();
  private volatile boolean engineAnswers;
  private volatile Duration adoption = Duration.ZERO;
  private volatile boolean open = true;

  public Fleet(
      Engine engine,
      Outputs outputs,
      OrderSource source,
      Recruiting recruiting,
      Duration beatInterval,
      Duration listInterval) {
    this.engine = engine;
    this.outputs = outputs;
    this.source = source;
    this.recruiting = recruiting;
    this.beatInterval = beatInterval;
    this.listInterval = listInterval;
  }

  /** Subscribes to the engine first, so that nothing falls between that and the first list. */
  public void begin() {
    engine.watch(this);
    threads.add(Thread.ofVirtual().name("runner-lists").start(this::lists));
    threads.add(Thread.ofVirtual().name("runner-beats").start(this::beats));
    threads.add(Thread.ofVirtual().name("runner-leases").start(this::leases));
  }

  /**
   * Lends the host to clusters; does nothing about those it is lent to already. Waits for one list
   * of the engine's, however many they are.
   *
   * @throws InterruptedException if the thread is to end while the engine does not answer
   */
  public synchronized void join(Collection<ClusterName> clusters) throws InterruptedException {
    wanted.addAll(clusters);
    // Those that are still leaving come back once they have left.
    List<ClusterName> joining =
        clusters.stream().filter(cluster -> !agents.containsKey(cluster)).distinct().toList();
    if (joining.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    List<Found> found = patientList();
    List<Agent> recruits = new ArrayList<>();
    for (ClusterName cluster : joining) {
      List<Agent> members = recruiting.recruit(cluster);
      members.forEach(agent -> agent.adopt(of(agent.runner(), found)));
      agents.put(cluster, members);
      recruits.addAll(members);
    }
    adoption = Duration.ofNanos(System.nanoTime() - begin);
    refreshEveryone();
    recruits.forEach(source::follow);
    // What happened between the list and now was told to nobody.
    doubt();
  }

  /**
   * Takes the host out of clusters that are no more. What an earlier process has left of them,
   * because it ended before it had heard of that or before it was done, goes, too. Waits for the
   * engine's list if there may be something of that kind.
   *
   * @throws InterruptedException if the thread is to end while the engine does not answer
   */
  public synchronized void leave(Collection<ClusterName> gone) throws InterruptedException {
    wanted.removeAll(gone);
    if (!agents.keySet().containsAll(gone)) {
      takeUpRemains(gone, patientList());
    }
    gone.forEach(cluster -> agents.getOrDefault(cluster, List.of()).forEach(Agent::leave));
  }

  private void takeUpRemains(Collection<ClusterName> gone, List<Found> found) {
    for (ClusterName cluster : gone) {
      if (!agents.containsKey(cluster)) {
        List<Agent> recruits = recruiting.recruit(cluster);
        if (recruits.stream().anyMatch(agent -> !of(agent.runner(), found).isEmpty())) {
          recruits.forEach(agent -> agent.adopt(of(agent.runner(), found)));
          agents.put(cluster, recruits);
        }
      }
    }
    refreshEveryone();
    doubt();
  }

  private List<Found> patientList() throws InterruptedException {
    while (true) {
      try {
        List<Found> found = engine.list();
        engineAnswers = true;
        return found;
      } catch (EngineException e) {
        engineAnswers = false;
        LOG.warnf("The engine does not list its containers, trying again: %s", e.words());
        TimeUnit.SECONDS.sleep(1);
      }
    }
  }

  private void lists() {
    try {
      while (open) {
        Duration wait = engineAnswers ? listInterval : LOOK_AGAIN;
        doubts.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
        doubts.drainPermits();
        if (!everyone.isEmpty()) {
          // Nobody can be told before; and who joins asks for a list of its own, which a second one
          // at the same time would only make slower.
          list();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void list() {
    long askedAt = System.nanoTime();
    try {
      List<Found> found = engine.list();
      if (!engineAnswers) {
        LOG.info("The engine answers again.");
      }
      engineAnswers = true;
      for (Agent agent : everyone) {
        agent.listed(askedAt, of(agent.runner(), found));
      }
      outputs.listed(found);
    } catch (EngineException e) {
      if (engineAnswers) {
        LOG.warnf("The engine does not answer; nothing is concluded from that: %s", e.words());
      }
      engineAnswers = false;
    } catch (RuntimeException e) {
      LOG.error("What the engine lists could not be taken in.", e);
    }
  }

  private void beats() {
    try {
      while (open) {
        TimeUnit.MILLISECONDS.sleep(beatInterval.toMillis());
        everyone.forEach(Agent::tick);
        dropThoseWhoLeft();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void leases() {
    try {
      while (open) {
        TimeUnit.MILLISECONDS.sleep(LEASES_WATCHED.toMillis());
        everyone.forEach(Agent::watch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void dropThoseWhoLeft() throws InterruptedException {
    for (ClusterName cluster : List.copyOf(agents.keySet())) {
      List<Agent> members = agents.getOrDefault(cluster, List.of());
      if (members.stream().allMatch(Agent::hasLeft)) {
        members.forEach(source::unfollow);
        agents.remove(cluster);
        refreshEveryone();
        if (wanted.contains(cluster)) {
          join(List.of(cluster));
        }
      }
    }
  }

  private void refreshEveryone() {
    everyone = agents.values().stream().flatMap(List::stream).toList();
  }

  private static List<Found> of(RunnerId runner, List<Found> found) {
    return found.stream().filter(one -> one.runner().equals(runner)).toList();
  }

  @Override
  public void seen(TaskId task, Sighting sighting) {
    for (Agent agent : everyone) {
      agent.seen(task, sighting);
    }
  }

  @Override
  public void doubt() {
    doubts.release();
  }

  /** Whether every agent has its manifest and the engine answers. */
  public boolean isReady() {
    List<Agent> all = everyone;
    return engineAnswers && !all.isEmpty() && all.stream().allMatch(Agent::isReady);
  }

  public boolean engineAnswers() {
    return engineAnswers;
  }

  /** What is known of a task at the moment; null if it is on none of these runners. */
  public @Nullable TaskSnapshot snapshot(TaskId task) {
    return everyone.stream()
        .map(agent -> agent.snapshot(task))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /**
   * How long it took, when clusters were last joined, to ask the engine what is there and to take
   * it up.
   */
  public Duration adoption() {
    return adoption;
  }

  public int agentCount() {
    return everyone.size();
  }

  public int taskCount() {
    return everyone.stream().mapToInt(Agent::taskCount).sum();
  }

  /** Ends the threads. Containers are left as they are. */
  @Override
  public void close() {
    open = false;
    threads.forEach(Thread::interrupt);
    everyone.forEach(Agent::close);
  }
}
