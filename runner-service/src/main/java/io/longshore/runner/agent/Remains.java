package io.longshore.runner.agent;

import io.longshore.messages.TaskAssignment;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.Found;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What an earlier process has left running that must have no second copy. Nobody knows for how long
 * this host was not heard of, so it is killed before anything else, whether or not anybody can be
 * reached; what is to be told of it is for whoever takes the tasks up afterwards. Everything else
 * goes on.
 */
public final class Remains {
  private static final Logger LOG = Logger.getLogger(Remains.class);

  private Remains() {}

  /** Kills them, side by side, and returns when that is done or was refused. */
  public static void end(Engine engine) throws InterruptedException {
    List<Thread> kills = new ArrayList<>();
    try {
      for (Found found : engine.list()) {
        if (found.sighting().phase() == Sighting.Phase.RUNNING && isStrict(found)) {
          LOG.warnf(
              "A container of task %s was left running and its service allows no second copy: it is"
                  + " killed.",
              found.task());
          kills.add(Thread.ofVirtual().start(() -> kill(engine, found)));
        }
      }
    } catch (EngineException e) {
      LOG.warnf("What was left running is looked at later: %s", e.words());
    }
    for (Thread kill : kills) {
      kill.join();
    }
  }

  private static boolean isStrict(Found found) {
    try {
      TaskAssignment assignment = Card.read(found.card());
      return assignment.strict();
    } catch (UnreadableMessageException e) {
      return false;
    }
  }

  private static void kill(Engine engine, Found found) {
    Sighting seen = found.sighting();
    try {
      engine.stop(found.task(), seen.container(), seen.runtimeId(), Duration.ZERO);
    } catch (EngineException e) {
      LOG.warnf("A container of task %s was not killed yet: %s", found.task(), e.words());
    }
  }
}
