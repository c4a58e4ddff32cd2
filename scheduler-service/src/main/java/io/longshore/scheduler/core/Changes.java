package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Json;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one turn has to write, each row once in its last form. */
public final class Changes {
  /** Of a turn that has nothing to write, as most have. Nobody adds to it. */
  static final Changes NONE = new Changes();

  private final Map<ClusterName, Cluster> clusters = new LinkedHashMap<>();
  private final List<NewDefinition> newDefinitions = new ArrayList<>();
  private final Map<TaskDefinitionId, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<String, Rollout> rollouts = new LinkedHashMap<>();
  private final List<Revision> newRevisions = new ArrayList<>();
  private final Map<RunnerId, Runner> runners = new LinkedHashMap<>();
  private final Map<TaskId, Task> tasks = new LinkedHashMap<>();
  private final Map<String, CapacityProvider> capacityProviders = new LinkedHashMap<>();
  private final List<AccountSetting> accountSettings = new ArrayList<>();
  private final Map<String, Balanced> balanced = new LinkedHashMap<>();
  private final List<Balanced> droppedBalanced = new ArrayList<>();
  private final List<ServiceEvent> events = new ArrayList<>();
  private final List<Digest> digests = new ArrayList<>();
  private final Map<TaskId, Because> because = new LinkedHashMap<>();
  private final List<Explained> explained = new ArrayList<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  /** A revision with what never changes of it. */
  public record NewDefinition(Definition definition, TaskSpec spec, Json document) {}

  /** The story of a service's rollout is new or changed. */
  public record Rollout(Service service, ServiceDeploymentState story) {}

  /** A line in a service's events. */
  public record ServiceEvent(String serviceUid, String message, Instant createdAt) {}

  /** A task of a deployment has told which image a container has. */
  public record Digest(String serviceUid, String deploymentId, String container, String digest) {}

  /** Why a task was started and why it is to stop, as far as this turn decided it. */
  public record Because(@Nullable Reason start, @Nullable Reason stop) {
    public static final Because NOTHING = new Because(null, null);
  }

  /** A decision about a task of a service. */
  public record Explained(
      String serviceUid, TaskId task, boolean start, Reason why, Instant decidedAt) {}

  /** What a service waits for from now on. */
  public record Waiting(String serviceUid, List<Wait> waits, Instant since) {}

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

  public Collection<Rollout> rollouts() {
    return rollouts.values();
  }

  public List<Revision> newRevisions() {
    return newRevisions;
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

  public List<Digest> digests() {
    return digests;
  }

  void add(Digest digest) {
    digests.add(digest);
  }

  public Because because(TaskId task) {
    return because.getOrDefault(task, Because.NOTHING);
  }

  /** In the order they were decided. */
  public List<Explained> explained() {
    return explained;
  }

  public Collection<Waiting> waiting() {
    return waiting.values();
  }

  public Collection<CapacityProvider> capacityProviders() {
    return capacityProviders.values();
  }

  /** In the order they were made: the last one of a name and principal holds. */
  public List<AccountSetting> accountSettings() {
    return accountSettings;
  }

  public Collection<Balanced> balanced() {
    return balanced.values();
  }

  /** What is to be written no more, though it may have been before. */
  public List<Balanced> droppedBalanced() {
    return droppedBalanced;
  }

  public boolean isEmpty() {
    return clusters.isEmpty()
        && newDefinitions.isEmpty()
        && definitions.isEmpty()
        && services.isEmpty()
        && rollouts.isEmpty()
        && newRevisions.isEmpty()
        && runners.isEmpty()
        && tasks.isEmpty()
        && capacityProviders.isEmpty()
        && accountSettings.isEmpty()
        && balanced.isEmpty()
        && droppedBalanced.isEmpty()
        && events.isEmpty()
        && digests.isEmpty()
        && waiting.isEmpty();
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

  void put(Rollout rollout) {
    rollouts.put(rollout.story().id(), rollout);
  }

  void add(Revision revision) {
    newRevisions.add(revision);
  }

  void put(Runner runner) {
    runners.put(runner.id(), runner);
  }

  void put(Task task) {
    tasks.put(task.id(), task);
  }

  void put(CapacityProvider provider) {
    capacityProviders.put(provider.name(), provider);
  }

  void add(AccountSetting setting) {
    accountSettings.add(setting);
  }

  void put(Balanced resource) {
    balanced.put(resource.arn(), resource);
  }

  void drop(Balanced resource) {
    balanced.remove(resource.arn());
    droppedBalanced.add(resource);
  }

  void explain(Task task, boolean start, Reason why, Instant now) {
    Because before = because(task.id());
    because.put(
        task.id(), start ? new Because(why, before.stop()) : new Because(before.start(), why));
    String uid = task.serviceUid();
    if (uid != null) {
      explained.add(new Explained(uid, task.id(), start, why, now));
    }
  }

  void put(Waiting next) {
    waiting.put(next.serviceUid(), next);
  }

  void announce(String serviceUid, String message, Instant now) {
    events.add(new ServiceEvent(serviceUid, message, now));
  }
}
