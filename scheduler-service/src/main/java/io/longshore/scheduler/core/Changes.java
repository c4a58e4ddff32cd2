package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one turn has to write, each row once in its last form. */
public final class Changes {
  private final Map<ClusterName, Cluster> clusters = new LinkedHashMap<>();
  private final List<NewDefinition> newDefinitions = new ArrayList<>();
  private final Map<TaskDefinitionId, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<RunnerId, Runner> runners = new LinkedHashMap<>();
  private final Map<TaskId, Task> tasks = new LinkedHashMap<>();
  private final List<ServiceEvent> events = new ArrayList<>();

  /** A revision with what never changes of it. */
  public record NewDefinition(Definition definition, TaskSpec spec, Json document) {}

  /** A line in a service's events. */
  public record ServiceEvent(String serviceUid, String message, Instant createdAt) {}

  public Collection<Cluster> clusters() {
    return clusters.values();
  }

  public List<NewDefinition> newDefinitions() {
    return newDefinitions;
  }

  public Collection<Definition> definitions() {
    return definitions.values();
  }

  public Collection<Service> services() {
    return services.values();
  }

  public Collection<Runner> runners() {
    return runners.values();
  }

  public Collection<Task> tasks() {
    return tasks.values();
  }

  public List<ServiceEvent> events() {
    return events;
  }

  public boolean isEmpty() {
    return clusters.isEmpty()
        && newDefinitions.isEmpty()
        && definitions.isEmpty()
        && services.isEmpty()
        && runners.isEmpty()
        && tasks.isEmpty()
        && events.isEmpty();
  }

  void put(Cluster cluster) {
    clusters.put(cluster.name(), cluster);
  }

  void add(NewDefinition definition) {
    newDefinitions.add(definition);
  }

  void put(Definition definition) {
    definitions.put(definition.id(), definition);
  }

  void put(Service service) {
    services.put(service.uid(), service);
  }

  void put(Runner runner) {
    runners.put(runner.id(), runner);
  }

  void put(Task task) {
    tasks.put(task.id(), task);
  }

  void announce(String serviceUid, String message, Instant now) {
    events.add(new ServiceEvent(serviceUid, message, now));
  }
}
