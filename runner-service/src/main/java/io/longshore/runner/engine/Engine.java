package io.longshore.runner.engine;

import io.longshore.messages.ContainerSpec;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Sighting;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that runs containers. One instance serves every runner of the host; it is safe for use
 * by any number of threads, and its calls block.
 *
 * <p>Every call may be repeated: creating, starting, stopping or removing what is created, started,
 * ended or gone already is no error. A container is told apart by its task and its name, and an
 * engine never has two for the same pair. Containers that this host did not create are never
 * touched and never listed.
 */
public interface Engine extends AutoCloseable {

  /**
   * Asks the engine about itself, which also shows whether it answers.
   *
   * @throws EngineException if it does not answer within a few seconds
   */
  EngineInfo info() throws EngineException;

  /** Whether images are pulled before every creation rather than when they are missing. */
  boolean pullsFirst();

  void pull(String image) throws EngineException;

  /**
   * Creates a container without starting it.
   *
   * @throws EngineException {@code IMAGE_MISSING} if the image has to be pulled first
   */
  Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException;

  /**
   * The sighting tells the ports. It may already have ended again.
   *
   * @throws EngineException {@code IMAGE_MISSING} if the image was to be pulled only now, and
   *     cannot be; {@code UNREACHABLE} also if it takes long: the container may run later
   */
  Sighting start(TaskId task, String container, String runtimeId) throws EngineException;

  /**
   * Starts a container again that has ended; one that runs is left running.
   *
   * @return with the engine's time of the start
   */
  Sighting restart(TaskId task, String container, String runtimeId) throws EngineException;

  /**
   * Sends the stop signal, waits, and kills whatever is left after {@code patience}.
   *
   * @return how it ended; null if there is no such container any more
   */
  @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException;

  /**
   * Tells what a container has written, from the first line after a position on. A line has the
   * same position however often it is told, also to the runner's next process, and also after the
   * container was started again. A line without an end is told once nothing more is coming. Of a
   * container that is not there nothing is told.
   *
   * @param after the position of the last line that is not wanted again; 0 for all that is kept
   * @param follow whether to wait for more as long as the container runs
   * @throws EngineException {@code UNREACHABLE} if it broke off: worth another call, from the
   *     position that was reached; {@code REFUSED} if the engine does not have this output
   */
  void output(
      TaskId task, String container, String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException;

  /** Removes a container that has ended, or was never started, with everything kept for it. */
  void remove(TaskId task, String container, String runtimeId) throws EngineException;

  /**
   * Removes what the containers of a task had in common, such as its volumes, once they are
   * removed. The assignment may be the reduced one of a {@link Card}.
   */
  void release(TaskAssignment assignment) throws EngineException;

  /** Every container of this host's runners, ended ones among them; one call, however many. */
  List<Found> list() throws EngineException;

  /**
   * Begins to tell a listener what happens. Called once, before the first list. The engine tells
   * again by itself after it was out of reach.
   */
  void watch(Listener listener);

  /** What it tells beyond what containers are run by. */
  default Insight insight() {
    return Insight.PLAIN;
  }

  /** Ends the watch and lets go of connections. Containers are left as they are. */
  @Override
  void close();

  /** Called on the engine's own threads; must not block. */
  interface Listener {
    void seen(TaskId task, Sighting sighting);

    /** Something may have been missed: list. */
    void doubt();
  }
}
