package io.longshore.chaos;

import io.longshore.chaos.History.Container;
import io.longshore.chaos.History.End;
import io.longshore.chaos.History.Service;
import io.longshore.chaos.History.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Looks whether everything is as it was asked for.
 *
 * @param hosts the host ids of the runners
 * @param names of all services there ever were
 */
record Observer(Client client, @Nullable Engine engine, Set<String> hosts, List<String> names) {
  private static final int TOLD_MAX = 30;
  private static final Duration DELETION_PATIENCE = Duration.ofMinutes(1);

  /** What is not as it should be, each in a sentence; empty if all is. */
  List<String> unsettled() {
    List<String> found = new ArrayList<>();
    try {
      for (Service service : client.services(names)) {
        boolean whole =
            service.status().equals("ACTIVE")
                ? service.running() == service.desired()
                    && service.pending() == 0
                    && service.deployments() == 1
                : service.status().equals("INACTIVE");
        if (!whole) {
          found.add(service.toString());
        }
      }
      List<Task> tasks = client.tasks();
      tasks.stream().filter(task -> !task.isAtRest()).forEach(task -> found.add(task.toString()));
      containers(tasks, found);
    } catch (SdkException e) {
      found.add("The api did not answer: " + e.getMessage());
    }
    return found.subList(0, Math.min(TOLD_MAX, found.size()));
  }

  private void containers(List<Task> tasks, List<String> found) {
    if (engine == null) {
      return;
    }
    Set<String> running =
        tasks.stream()
            .filter(task -> task.lastStatus().equals("RUNNING"))
            .map(task -> Checker.id(task.arn()))
            .collect(Collectors.toSet());
    Set<String> without = new HashSet<>(running);
    for (Container container : engine.containers(hosts)) {
      without.remove(container.task());
      if (!running.contains(container.task())) {
        found.add(container + " is there, and its task does not run");
      } else if (!container.state().equals("running")) {
        found.add(container + " does not run, and its task does");
      }
    }
    without.forEach(task -> found.add("task " + task + " runs and has no container"));
  }

  /** Sees what there is; deletes all of it, and sees what is left. */
  End end(List<String> unsettled) throws InterruptedException {
    List<Service> services = client.services(names);
    Set<String> definitions = Set.copyOf(client.definitions());
    List<Task> tasks = client.tasks();
    List<Container> containers = containers();
    services.stream()
        .filter(service -> service.status().equals("ACTIVE"))
        .forEach(service -> client.delete(service.name()));
    Installation.await(
        DELETION_PATIENCE,
        () ->
            containers().isEmpty()
                && client.tasks().stream().allMatch(task -> task.lastStatus().equals("STOPPED")));
    return new End(
        services,
        definitions,
        tasks,
        containers,
        containers(),
        engine == null ? List.of() : engine.runningDecoys(),
        unsettled);
  }

  private List<Container> containers() {
    return engine == null ? List.of() : engine.containers(hosts);
  }
}
