package io.longshore.scheduler.core;

import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything one shard knows, in memory: a copy of its rows in the database, which it may trust
 * because nobody else writes them. Tasks that have stopped are not in it. Deciders read it; only
 * {@link Ledger} changes it. It belongs to one thread.
 */
public final class State {
  private final Map<ClusterName, Cluster> clusters = new HashMap<>();
  private final Map<TaskDefinitionId, Definition> definitions = new HashMap<>();
  private final Map<String, Integer> latestRevisions = new HashMap<>();
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<ServiceKey, String> serviceUids = new HashMap<>();
  private final Map<RunnerId, Runner> runners = new LinkedHashMap<>();
  private final Map<String, CapacityProvider> capacityProviders = new HashMap<>();
  private final Map<RunnerId, Usage> usage = new HashMap<>();
  private final Map<TaskId, Task> tasks = new HashMap<>();

  // With the tasks themselves: to look each up among all that run was a third of a scheduler's work
  // with 100,000 of them.
  private final Map<String, Map<TaskId, Task>> tasksByService = new HashMap<>();
  private final Map<RunnerId, Map<TaskId, Task>> tasksByRunner = new HashMap<>();

  private final Map<ClusterName, Set<RunnerId>> runnersByCluster = new HashMap<>();
  private final Set<RunnerId> drainingRunners = new HashSet<>();
  private final Map<TaskId, Task> draining = new LinkedHashMap<>();

  private final Map<String, List<Wait>> waits = new HashMap<>();
  private final Vacancies vacancies = new Vacancies();
  private final LaunchBudget launchBudget = new LaunchBudget();
  private final LoadBalancing loadBalancing = new LoadBalancing();

  /** How many wanted tasks each runner has of a group. */
  private final Map<GroupKey, Map<RunnerId, Integer>> groups = new HashMap<>();

  private record ServiceKey(ClusterName cluster, ServiceName name) {}

  private record GroupKey(ClusterName cluster, String group) {
    static GroupKey of(Task task) {
      return new GroupKey(task.cluster(), task.origin().group());
    }
  }

  /**
   * A state from stored rows; of services with the same name, the ones created later come later.
   */
  public static State of(
      Collection<Cluster> clusters,
      Collection<Definition> definitions,
      Collection<Service> services,
      Collection<Runner> runners,
      Collection<Task> liveTasks) {
    return of(clusters, definitions, services, runners, liveTasks, List.of(), Map.of());
  }

  /**
   * The same with what belongs to the account as a whole, for the shard that has it.
   *
   * @param waits what services wait for, by their uids
   */
  public static State of(
      Collection<Cluster> clusters,
      Collection<Definition> definitions,
      Collection<Service> services,
      Collection<Runner> runners,
      Collection<Task> liveTasks,
      Collection<CapacityProvider> capacityProviders,
      Map<String, List<Wait>> waits) {
    State state = new State();
    state.waits.putAll(waits);
    capacityProviders.forEach(state::put);
    clusters.forEach(state::put);
    definitions.forEach(state::put);
    services.forEach(state::put);
    runners.forEach(state::put);
    liveTasks.forEach(state::put);
    return state;
  }

  /** The same with load balancers and target groups, for the shard that has them. */
  public State balancing(Collection<Balanced> resources) {
    resources.forEach(loadBalancing::put);
    return this;
  }

  public @Nullable Cluster cluster(ClusterName name) {
    return clusters.get(name);
  }

  /** Whether the cluster exists and is not deleted. */
  public boolean hasActive(ClusterName name) {
    Cluster cluster = clusters.get(name);
    return cluster != null && cluster.isActive();
  }

  public @Nullable Definition definition(TaskDefinitionId id) {
    return definitions.get(id);
  }

  /** INACTIVE ones too. */
  public @Nullable CapacityProvider capacityProvider(String name) {
    return capacityProviders.get(name);
  }

  /** The highest revision a family ever had; 0 for none. */
  public int latestRevision(String family) {
    return latestRevisions.getOrDefault(family, 0);
  }

  public Collection<Service> services() {
    return services.values();
  }

  public @Nullable Service service(String uid) {
    return services.get(uid);
  }

  /** The service last created under this name, whatever has become of it. */
  public @Nullable Service service(ClusterName cluster, ServiceName name) {
    String uid = serviceUids.get(new ServiceKey(cluster, name));
    return uid == null ? null : services.get(uid);
  }

  public Collection<Runner> runners() {
    return runners.values();
  }

  public @Nullable Runner runner(RunnerId id) {
    return runners.get(id);
  }

  public List<Runner> runnersOf(ClusterName cluster) {
    List<Runner> found = new ArrayList<>();
    for (RunnerId id : runnersByCluster.getOrDefault(cluster, Set.of())) {
      Runner runner = runners.get(id);
      if (runner != null && runner.status() != Runner.Status.INACTIVE) {
        found.add(runner);
      }
    }
    return found;
  }

  /** Whether what is on a runner has to leave it; every plan asks that of every task. */
  boolean isDraining(RunnerId id) {
    return drainingRunners.contains(id);
  }

  /** A task that has not stopped. */
  public @Nullable Task task(TaskId id) {
    return tasks.get(id);
  }

  public Collection<Task> tasks() {
    return tasks.values();
  }

  /** Tasks of a service that have not stopped, the ones launched earlier first. */
  public List<Task> tasksOf(String serviceUid) {
    return List.copyOf(tasksByService.getOrDefault(serviceUid, Map.of()).values());
  }

  /** Tasks on a runner that have not stopped. */
  public List<Task> tasksOn(RunnerId runner) {
    return List.copyOf(tasksByRunner.getOrDefault(runner, Map.of()).values());
  }

  /** Tasks whose stop waits for load balancers. */
  List<Task> draining() {
    return List.copyOf(draining.values());
  }

  public boolean anyTask(Predicate<Task> matching) {
    return tasks.values().stream().anyMatch(matching);
  }

  /** What the tasks on a runner have reserved. */
  Usage usageOf(RunnerId runner) {
    return usage.getOrDefault(runner, Usage.NONE);
  }

  /** How many tasks on a runner have not stopped. */
  int taskCount(RunnerId runner) {
    return tasksByRunner.getOrDefault(runner, Map.of()).size();
  }

  /** How many wanted tasks of a group each runner has; runners without one are not in it. */
  Map<RunnerId, Integer> group(ClusterName cluster, String group) {
    return groups.getOrDefault(new GroupKey(cluster, group), Map.of());
  }

  /** The groups of the wanted tasks on a runner. */
  Set<String> groupsOn(RunnerId runner) {
    return tasksOn(runner).stream()
        .filter(Task::isWanted)
        .map(task -> task.origin().group())
        .collect(Collectors.toSet());
  }

  /** What a service waits for, as it was last told; none when it is what it should be. */
  List<Wait> waits(String serviceUid) {
    return waits.getOrDefault(serviceUid, List.of());
  }

  LoadBalancing loadBalancing() {
    return loadBalancing;
  }

  LaunchBudget launchBudget() {
    return launchBudget;
  }

  Vacancies vacancies() {
    return vacancies;
  }

  void putWaits(String serviceUid, List<Wait> next) {
    if (next.isEmpty()) {
      waits.remove(serviceUid);
    } else {
      waits.put(serviceUid, next);
    }
  }

  void put(Cluster cluster) {
    clusters.put(cluster.name(), cluster);
  }

  void put(CapacityProvider provider) {
    capacityProviders.put(provider.name(), provider);
  }

  void put(Definition definition) {
    definitions.put(definition.id(), definition);
    latestRevisions.merge(definition.id().family(), definition.id().revision(), Math::max);
  }

  void put(Service service) {
    services.put(service.uid(), service);
    serviceUids.put(new ServiceKey(service.cluster(), service.name()), service.uid());
  }

  /** Leaves a service out that is INACTIVE and no longer stored. */
  void forget(String serviceUid) {
    Service service = services.get(serviceUid);
    if (service != null && service.status() == Service.Status.INACTIVE) {
      services.remove(serviceUid);
      waits.remove(serviceUid);
      // A later one may have taken the name.
      serviceUids.remove(new ServiceKey(service.cluster(), service.name()), serviceUid);
    }
  }

  void put(Runner runner) {
    runners.put(runner.id(), runner);
    if (runner.status() == Runner.Status.DRAINING) {
      drainingRunners.add(runner.id());
    } else {
      drainingRunners.remove(runner.id());
    }
    runnersByCluster
        .computeIfAbsent(runner.cluster(), name -> new LinkedHashSet<>())
        .add(runner.id());
  }

  void put(Task task) {
    Task before = task.isStopped() ? tasks.remove(task.id()) : tasks.put(task.id(), task);
    if (task.isDraining() && !task.isStopped()) {
      draining.put(task.id(), task);
    } else {
      draining.remove(task.id());
    }
    countInGroup(task, (isOfGroup(task) ? 1 : 0) - (isOfGroup(before) ? 1 : 0));
    if (task.isStopped()) {
      if (before != null) {
        unindex(task);
      }
    } else {
      if (before == null) {
        usage.merge(task.runner(), Usage.of(task.spec()), Usage::plus);
      }
      index(task);
    }
  }

  private static boolean isOfGroup(@Nullable Task task) {
    return task != null && task.isWanted() && !task.isStopped();
  }

  private void countInGroup(Task task, int change) {
    if (change == 0) {
      return;
    }
    GroupKey key = GroupKey.of(task);
    Map<RunnerId, Integer> counts = groups.computeIfAbsent(key, group -> new HashMap<>());
    counts.merge(task.runner(), change, (count, more) -> count + more == 0 ? null : count + more);
    if (counts.isEmpty()) {
      groups.remove(key);
    }
  }

  private void index(Task task) {
    tasksByRunner.computeIfAbsent(task.runner(), id -> new LinkedHashMap<>()).put(task.id(), task);
    String uid = task.serviceUid();
    if (uid != null) {
      tasksByService.computeIfAbsent(uid, id -> new LinkedHashMap<>()).put(task.id(), task);
    }
  }

  private void unindex(Task task) {
    vacancies.ended(task.id());
    usage.computeIfPresent(task.runner(), (id, used) -> used.minus(Usage.of(task.spec())));
    remove(tasksByRunner, task.runner(), task.id());
    String uid = task.serviceUid();
    if (uid != null) {
      remove(tasksByService, uid, task.id());
    }
  }

  private static <K> void remove(Map<K, Map<TaskId, Task>> index, K key, TaskId task) {
    Map<TaskId, Task> found = index.get(key);
    if (found != null && found.remove(task) != null && found.isEmpty()) {
      index.remove(key);
    }
  }
}
