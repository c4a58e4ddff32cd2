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

  /** The sighting tells the ports. It may already have ended again. */
  Sighting start(TaskId task, String container, String runtimeId) throws EngineException;

  /**
   * Sends the stop signal, waits, and kills whatever is left after {@code patience}.
   *
   * @return how it ended; null if there is no such container any more
   */
  @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException;

  /** Removes a container that has ended, or was never started, with everything kept for it. */
  void remove(TaskId task, String container, String runtimeId) throws EngineException;

  /** Every container of this host's runners, ended ones among them; one call, however many. */
  List<Found> list() throws EngineException;

  /**
   * Begins to tell a listener what happens. Called once, before the first list. The engine tells
   * again by itself after it was out of reach.
   */
  void watch(Listener listener);

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
