package io.longshore.runner.agent;

import io.longshore.messages.TaskAssignment;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.LogStream;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.Found;
import io.longshore.runner.store.OutputPositions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that what the containers of this host write arrives on the topic. While it does not,
 * reading pauses, and what is written stays with the engine. May be called from any thread.
 */
public final class Outputs implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Outputs.class);

  /** Bytes on their way from all containers together. */
  private static final int ROOM = 4 << 20;

  // Engines end the stream with the container; one was seen that forgot to.
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** A container is not kept for longer than that for the sake of what it wrote. */
  private static final Duration DRAINING = Duration.ofSeconds(30);

  private final Engine engine;
  private final OutputTopic topic;
  private final OutputPositions positions;
  // Fair, so that a long line is not passed over by short ones for ever.
  private final Semaphore room = new Semaphore(ROOM, true);
  private final Map<String, OutputFollower> followers = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param positions closed by whoever made it
   */
  public Outputs(Engine engine, OutputTopic topic, OutputPositions positions) {
    this.engine = engine;
    this.topic = topic;
    this.positions = positions;
  }

  /** A container has been started, or is seen to run. */
  void running(TaskAssignment assignment, String container, String runtimeId) {
    OutputFollower follower = follower(assignment, container, runtimeId);
    if (follower != null) {
      follower.read();
    }
  }

  /** Null if its output is not ours to keep. */
  private @Nullable OutputFollower follower(
      TaskAssignment assignment, String container, String runtimeId) {
    LogStream stream = LogStream.of(assignment, container);
    return stream == null || closed
        ? null
        : followers.computeIfAbsent(
            runtimeId,
            id ->
                new OutputFollower(
                    engine, topic, positions, room, assignment, container, id, stream));
  }

  /**
   * Takes up what was started before this process, and whatever else was missed.
   *
   * @param found every container of this host
   */
  void listed(List<Found> found) {
    Set<String> there =
        found.stream().map(one -> one.sighting().runtimeId()).collect(Collectors.toSet());
    followers
        .entrySet()
        .removeIf(known -> !there.contains(known.getKey()) && known.getValue().isIdle());
    positions.forgetAllBut(id -> there.contains(id) || followers.containsKey(id));
    for (Found one : found) {
      Sighting sighting = one.sighting();
      OutputFollower known = followers.get(sighting.runtimeId());
      if (known != null && known.isIdle() && sighting.phase() == Sighting.Phase.RUNNING) {
        known.read();
      } else if (known == null && sighting.phase() != Sighting.Phase.CREATED) {
        try {
          running(Card.read(one.card()), sighting.container(), sighting.runtimeId());
        } catch (UnreadableMessageException e) {
          LOG.debugf("The output of %s is nobody's: %s", sighting.runtimeId(), e.getMessage());
        }
      }
    }
  }

  /**
   * Waits, within bounds, until all that a container wrote has arrived. After that it may be
   * removed.
   */
  void drain(TaskAssignment assignment, String container, String runtimeId) {
    OutputFollower follower = follower(assignment, container, runtimeId);
    if (follower == null) {
      return;
    }
    try {
      if (!follower.drain(GRACE, DRAINING)) {
        LOG.warnf(
            "Container %s of task %s is removed, though not all of its output has arrived.",
            container, assignment.task());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A container has been removed. */
  void removed(String runtimeId) {
    OutputFollower follower = followers.remove(runtimeId);
    if (follower != null) {
      follower.close();
    }
    positions.forget(runtimeId);
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    followers.values().forEach(OutputFollower::close);
  }

  /** Bytes of lines that have been read and have not arrived. */
  public int underWay() {
    return ROOM - room.availablePermits();
  }
}
