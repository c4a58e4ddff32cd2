package io.longshore.scheduler.inbound;

import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.State;
import io.longshore.scheduler.core.Task;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Tells in the log what a committed turn has changed, each line with the ids of what it speaks of.
 * Services speak at INFO in the words of their own events; single steps of tasks and runners are
 * DEBUG.
 */
final class Narration {
  private static final Logger LOG = Logger.getLogger("io.longshore.scheduler.narration");
  private static final String CLUSTER = "cluster";
  private static final String SERVICE = "service";
  private static final String TASK = "task";
  private static final String RUNNER = "runner";

  private Narration() {}

  static void tell(State state, Changes changes) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    for (Changes.ServiceEvent event : changes.events()) {
      Service service = state.service(event.serviceUid());
      if (service != null) {
        MDC.put(CLUSTER, service.cluster().value());
        MDC.put(SERVICE, service.name().value());
        LOG.info(event.message());
        clear();
      }
    }
    changes.tasks().forEach(Narration::tell);
    changes.runners().forEach(Narration::tell);
  }

  private static void tell(Task task) {
    if (!LOG.isDebugEnabled()) {
      return;
    }
    MDC.put(CLUSTER, task.cluster().value());
    MDC.put(TASK, task.id().value());
    Task.Membership service = task.origin().service();
    if (service != null) {
      MDC.put(SERVICE, service.name().value());
    }
    LOG.debugf("The task is %s and is to be %s.", task.status(), task.desired());
    clear();
  }

  private static void tell(Runner runner) {
    if (LOG.isDebugEnabled()) {
      MDC.put(CLUSTER, runner.cluster().value());
      MDC.put(RUNNER, runner.id().value());
      LOG.debugf(
          "The runner is %s, %s, at generation %d.",
          runner.status(), runner.connected() ? "connected" : "not connected", runner.generation());
      clear();
    }
  }

  private static void clear() {
    MDC.remove(CLUSTER);
    MDC.remove(SERVICE);
    MDC.remove(TASK);
    MDC.remove(RUNNER);
  }
}
