package io.longshore.simulation;

import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskStatus;
import io.longshore.scheduler.core.Rule;
import io.longshore.scheduler.core.Runner;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.Task;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How everything is when the trouble is over: what is stored, what runs, and what was asked for.
 */
final class Rest {
  private final Store store;
  private final Truth truth;
  private final Log log;
  private final List<Host> hosts;
  private final List<BalancerNode> balancers;

  Rest(Store store, Truth truth, Log log, List<Host> hosts, List<BalancerNode> balancers) {
    this.balancers = balancers;
    this.store = store;
    this.truth = truth;
    this.log = log;
    this.hosts = hosts;
  }

  /**
   * @param wanted what was last accepted of each service
   * @param jobs the tasks that were run directly
   * @throws Violation if it is another way
   */
  void check(Map<Integer, Client.Wanted> wanted, Set<TaskId> jobs) {
    wanted.forEach(this::serviceIs);
    jobsAreOver(jobs);
    enginesAgree();
    require(store.unsent() == 0, "A8 what is decided is told", "the outbox is not empty");
    truth.allSent(store, log);
  }

  private void serviceIs(int number, Client.Wanted wanted) {
    Service service = serviceOf(number);
    if (wanted.count() == null) {
      require(
          service == null,
          "A1 no acknowledged command is lost",
          "service %d is there and was deleted".formatted(number));
      return;
    }
    if (service == null) {
      throw new Violation(
          "A1 no acknowledged command is lost", "service %d is not there".formatted(number));
    }
    require(
        service.desiredCount() == wanted.count(),
        "A1 no acknowledged command is lost",
        "service %d wants %d and %d was acknowledged"
            .formatted(number, service.desiredCount(), wanted.count()));
    int running = 0;
    int live = 0;
    for (Task task : store.live().values()) {
      if (service.uid().equals(task.serviceUid())) {
        live++;
        running += task.status() == TaskStatus.RUNNING ? 1 : 0;
        taskIs(task, number, wanted);
      }
    }
    if (running != service.desiredCount() || live != running) {
      throw new Violation(
          "A5 it comes to rest",
          "service %d wants %d, %d run and %d have not stopped"
              .formatted(number, service.desiredCount(), running, live));
    }
    require(
        service.deployments().size() == 1,
        "A5 it comes to rest",
        "service %d has %d deployments".formatted(number, service.deployments().size()));
    // Until its last task is healthy, it may still be about to move one between zones.
    require(
        service.steady(),
        "A5 it comes to rest",
        "service %d has not reached a steady state".formatted(number));
    // A move between zones may wait for a launch.
    require(
        store.waits(service).stream().noneMatch(wait -> wait.rule() == Rule.LAUNCH_BUDGET),
        "A5 it comes to rest",
        "service %d waits for launches".formatted(number));
  }

  private void taskIs(Task task, int number, Client.Wanted wanted) {
    for (BalancerNode balancer : balancers) {
      if (!task.spec().targets().isEmpty() && !balancer.serves(task.id())) {
        throw new Violation(
            "A19 traffic reaches every task",
            "%s sends nothing to task %s".formatted(balancer.id(), task.id()));
      }
    }
    TaskDefinitionId runs = task.spec().definition();
    if (runs.revision() != wanted.revision()) {
      throw new Violation(
          "A1 no acknowledged command is lost",
          "service %d runs %s and revision %d was acknowledged"
              .formatted(number, runs, wanted.revision()));
    }
  }

  private @Nullable Service serviceOf(int number) {
    for (Service service : store.services().values()) {
      if (service.name().equals(World.service(number))
          && service.status() != Service.Status.INACTIVE) {
        return service;
      }
    }
    return null;
  }

  private void jobsAreOver(Set<TaskId> wanted) {
    Set<TaskId> jobs = new HashSet<>();
    for (Task task : store.tasks().values()) {
      if (task.serviceUid() == null) {
        jobs.add(task.id());
        if (task.status() != TaskStatus.STOPPED) {
          throw new Violation(
              "A2 every exit is reported and acted on",
              "task %s is %s".formatted(task.id(), task.status()));
        }
      }
    }
    require(
        jobs.equals(wanted),
        "A14 a call has one effect",
        "%d tasks were run directly and %d acknowledged".formatted(jobs.size(), wanted.size()));
  }

  private void enginesAgree() {
    Map<RunnerId, Set<TaskId>> found = new HashMap<>();
    for (Host host : hosts) {
      Set<TaskId> there = host.engine().tasksWithContainers();
      found.put(host.runner(), there);
      if (!host.isDead()) {
        engineAgrees(host, there);
      }
    }
    for (Task task : store.live().values()) {
      if (!found.getOrDefault(task.runner(), Set.of()).contains(task.id())) {
        throw new Violation(
            "A2 every exit is reported and acted on",
            "task %s is %s and its host does not have it".formatted(task.id(), task.status()));
      }
    }
    for (Runner runner : store.runners().values()) {
      require(
          runner.connected() == hostOf(runner.id()).isThere(),
          "A5 it comes to rest",
          "%s is %s".formatted(runner.id(), runner.connected() ? "connected" : "not connected"));
    }
  }

  private void engineAgrees(Host host, Set<TaskId> there) {
    for (TaskId task : there) {
      Task row = store.live().get(task);
      if (row == null || !row.runner().equals(host.runner())) {
        throw new Violation(
            "A5 it comes to rest",
            "%s has containers of task %s, which is over".formatted(host.runner(), task));
      }
    }
    for (TaskId task : host.engine().commons()) {
      require(
          there.contains(task),
          "A5 it comes to rest",
          "%s keeps what task %s had in common".formatted(host.runner(), task));
    }
  }

  private Host hostOf(RunnerId runner) {
    return hosts.stream().filter(h -> h.runner().equals(runner)).findFirst().orElseThrow();
  }

  private static void require(boolean holds, String promise, String otherwise) {
    if (!holds) {
      throw new Violation(promise, otherwise);
    }
  }
}
