package io.longshore.runner.agent;

import io.longshore.messages.Output;
import io.longshore.messages.OutputLine;
import io.longshore.messages.TaskAssignment;
import io.longshore.runner.core.LogStream;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.store.OutputPositions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the output of one container from its engine to the topic. One virtual thread reads as long
 * as the container runs, and once more after that; another one sends, as long as there is something
 * to send, one record at a time: so the order holds, and what comes meanwhile is the next record.
 */
final class OutputFollower {
  private static final Logger LOG = Logger.getLogger(OutputFollower.class);
  // A record well below the broker's bound, which is 1 MiB, with the longest line in it.
  private static final int BATCH = 512 << 10;
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  private final Engine engine;
  private final OutputTopic topic;
  private final OutputPositions positions;
  private final Semaphore room;
  private final TaskAssignment assignment;
  private final String container;
  private final String runtimeId;
  private final LogStream stream;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All guarded by the lock.
  private final Deque<OutputLine> pending = new ArrayDeque<>();
  private @Nullable Thread reader;
  private @Nullable Thread sender;
  private boolean again;
  private boolean ended;
  private boolean refused;
  private boolean closed;

  // Only the reader's.
  private long reached;

  /**
   * @param room bytes that may be on their way, shared by all
   */
  OutputFollower(
      Engine engine,
      OutputTopic topic,
      OutputPositions positions,
      Semaphore room,
      TaskAssignment assignment,
      String container,
      String runtimeId,
      LogStream stream) {
    this.engine = engine;
    this.topic = topic;
    this.positions = positions;
    this.room = room;
    this.assignment = assignment;
    this.container = container;
    this.runtimeId = runtimeId;
    this.stream = stream;
    this.reached = positions.of(runtimeId);
  }

  /** The container runs, or may have something that has not been read. */
  void read() {
    lock.lock();
    try {
      again = true;
      if (reader == null && !closed && !refused) {
        ended = false;
        reader = Thread.ofVirtual().name("output-" + container).start(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The container has ended: waits until all it wrote has arrived.
   *
   * @param grace how long the engine may take to notice by itself that nothing more comes
   * @return whether it has
   */
  boolean drain(Duration grace, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      boolean notices = awaitIdle(grace.toNanos());
      ended = true;
      again = true;
      if (!notices && reader != null) {
        reader.interrupt();
      } else if (reader == null && !closed) {
        reader = Thread.ofVirtual().name("output-" + container).start(this::run);
      }
      return awaitIdle(limit.toNanos());
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitIdle(long nanos) throws InterruptedException {
    long left = nanos;
    while ((reader != null || sender != null) && !closed && left > 0) {
      left = changed.awaitNanos(left);
    }
    return reader == null && sender == null;
  }

  /** Whether nothing is being read or sent. */
  boolean isIdle() {
    lock.lock();
    try {
      return reader == null && sender == null;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    long pause = FIRST_RETRY.toMillis();
    while (goesOn()) {
      try {
        readOnce();
        pause = FIRST_RETRY.toMillis();
      } catch (EngineException e) {
        if (e.problem() == Problem.REFUSED) {
          LOG.infof("The output of container %s is not kept: %s", container, e.words());
          refuse();
          continue;
        }
        LOG.debugf("The output of container %s broke off: %s", container, e.words());
        read();
        pause = rest(pause);
      } catch (InterruptedException e) {
        // Either the end of everything, or the container has ended and the engine does not say so.
        read();
      }
    }
  }

  /** Whether there is something to read; otherwise the thread has to end. */
  private boolean goesOn() {
    lock.lock();
    try {
      if (again && !closed) {
        again = false;
        return true;
      }
      reader = null;
      changed.signalAll();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** The engine has nothing to read, now or later. */
  private void refuse() {
    lock.lock();
    try {
      refused = true;
      again = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  private void readOnce() throws EngineException, InterruptedException {
    if (!hasEnded()) {
      engine.output(assignment.task(), container, runtimeId, reached, true, this::line);
    }
    // The end of a stream may have been its breaking; what there is now is read for certain.
    engine.output(assignment.task(), container, runtimeId, reached, false, this::line);
  }

  private long rest(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      LOG.debug("A retry begins at once.");
    }
    return Math.min(millis * 2, LONGEST_RETRY.toMillis());
  }

  private void line(OutputLine line) throws InterruptedException {
    if (line.position() <= reached) {
      return;
    }
    room.acquire(line.cost());
    reached = line.position();
    lock.lock();
    try {
      if (closed) {
        room.release(line.cost());
        throw new InterruptedException();
      }
      pending.add(line);
      if (sender == null) {
        sender = Thread.ofVirtual().name("output-sender-" + container).start(this::send);
      }
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    List<OutputLine> batch = next();
    while (!batch.isEmpty()) {
      try {
        topic.send(
            new Output(
                assignment.cluster(),
                assignment.task(),
                container,
                stream.group(),
                stream.name(),
                batch));
        positions.reached(runtimeId, batch.getLast().position());
      } catch (InterruptedException e) {
        LOG.debugf("Output of container %s is left to the next process.", container);
      } finally {
        room.release(batch.stream().mapToInt(OutputLine::cost).sum());
      }
      batch = next();
    }
  }

  /** Empty when there is nothing to send any more; then the thread has to end. */
  private List<OutputLine> next() {
    lock.lock();
    try {
      List<OutputLine> batch = new ArrayList<>();
      int cost = 0;
      while (!pending.isEmpty() && !closed) {
        cost += pending.element().cost();
        if (cost > BATCH && !batch.isEmpty()) {
          break;
        }
        batch.add(pending.remove());
      }
      if (batch.isEmpty()) {
        sender = null;
        changed.signalAll();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the threads. What has not arrived is read again by the next process. */
  void close() {
    lock.lock();
    try {
      closed = true;
      if (reader != null) {
        reader.interrupt();
      }
      if (sender != null) {
        sender.interrupt();
      }
      room.release(pending.stream().mapToInt(OutputLine::cost).sum());
      pending.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
