package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.HealthStatus;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.engine.Found;
import io.longshore.runner.engine.Insight;
import io.longshore.runner.engine.Lines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Pods of a Kubernetes cluster. A task is one Pod with all of its containers, made when the first
 * of them is created; which of them were created, started and removed is written on it. A container
 * is started by making a Secret that it cannot begin without, and a Pod is ended by a deadline,
 * which leaves its exit codes and its logs where they are. {@code docs/adr/0033} says why.
 *
 * <p>What Pods cannot do is refused where a program would miss it: to start one of several
 * containers again, to have no network, volumes that outlive the task, devices, users by name. The
 * containers of a Pod are stopped together.
 */
public final class KubernetesEngine implements Engine {
  private static final Logger LOG = Logger.getLogger(KubernetesEngine.class);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(15);
  private static final Duration LOG_END_DELAY = Duration.ofSeconds(3);

  private final String host;
  private final KubernetesSettings settings;
  private final PodCalls calls;
  private final PodNews news;
  private final PodHealth health = new PodHealth();
  private final PodSights sights;
  private final PodStarts starts;
  private final PodStops stops;
  private final PodOutput output;
  private final Map<String, HealthStatus> toldHealth = new ConcurrentHashMap<>();
  private final Set<String> toldEnds = ConcurrentHashMap.newKeySet();
  private @Nullable PodWatch watch;
  private volatile @Nullable Listener listener;

  /**
   * @param host tells this host's Pods from others in the same namespace
   * @param client closed with the engine
   */
  public KubernetesEngine(String host, KubernetesSettings settings, KubernetesClient client) {
    this.host = host;
    this.settings = settings;
    String own = client.getNamespace() == null ? "default" : client.getNamespace();
    this.calls = new PodCalls(client, settings.namespace() == null ? own : settings.namespace());
    this.news = new PodNews(calls);
    this.sights = new PodSights(calls, health);
    this.starts = new PodStarts(calls, sights, news);
    this.stops = new PodStops(calls, sights, news);
    this.output = new PodOutput(calls);
  }

  /**
   * Of the cluster that the environment names: that of the runner's own Pod, or of a kubeconfig.
   */
  public static KubernetesEngine open(String host, KubernetesSettings settings) {
    Config config =
        new ConfigBuilder(Config.autoConfigure(null))
            .withRequestTimeout((int) CALL_LIMIT.toMillis())
            .withConnectionTimeout((int) CALL_LIMIT.toMillis())
            // Who calls tries again by itself.
            .withRequestRetryBackoffLimit(0)
            // Of HTTP/2 a connection has so many streams and no more; each log is one.
            .withHttp2Disable(true)
            .build();
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build();
    return new KubernetesEngine(host, settings, client);
  }

  /** What its nodes have to give, where the runner may ask for nodes; else this machine's. */
  @Override
  public EngineInfo info() throws EngineException {
    return PodCapacity.of(calls, settings.node());
  }

  /** Nodes pull by themselves, by the Pod's policy. */
  @Override
  public boolean pullsFirst() {
    return false;
  }

  @Override
  public void pull(String image) {
    LOG.debugf("Images are pulled by nodes: %s", image);
  }

  @Override
  public Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    PodPlace place = PodPlace.of(assignment, spec.name());
    Pod pod = calls.create(PodRequests.pod(settings, host, runner, assignment));
    PodMarks marks = PodMarks.read(host, pod);
    if (marks == null || !marks.task().equals(assignment.task())) {
      throw EngineException.refused("there is another Pod of this name: " + place.pod());
    }
    if (PodMarks.isCreated(pod, place.container())) {
      return sights.sighting(sights.newest(place, pod), place, spec.name());
    }
    calls.create(PodRequests.environment(pod, place, spec));
    // Only now: a container counts as created when it has what it needs to begin.
    Pod marked = calls.annotate(place.pod(), PodMarks.created(place.container(), spec.name()));
    if (marked == null) {
      throw PodSights.gone(place);
    }
    return Sighting.created(spec.name(), place.runtimeId());
  }

  @Override
  public Sighting start(TaskId task, String container, String runtimeId) throws EngineException {
    return starts.start(PodPlace.of(runtimeId), container);
  }

  @Override
  public Sighting restart(TaskId task, String container, String runtimeId) throws EngineException {
    return starts.restart(PodPlace.of(runtimeId), container);
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    return stops.stop(PodPlace.of(runtimeId), container, patience);
  }

  @Override
  public void output(
      TaskId task, String container, String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod first = calls.get(place.pod());
    if (first == null || PodMarks.isRemoved(first, place.container())) {
      return;
    }
    PodLines told = new PodLines(after, lines);
    int latest = PodMarks.runs(first);
    for (int run : PodPlace.kept(latest)) {
      output.read(place.pod(run), place.container(), after, follow && run == latest, told);
    }
    if (follow) {
      requireEnd(place.pod(latest), place, container);
    }
  }

  /** The end of a log may have been its breaking. */
  private void requireEnd(String pod, PodPlace place, String container) throws EngineException {
    Boolean ended =
        news.await(
            pod,
            LOG_END_DELAY,
            now -> {
              boolean runs =
                  now != null
                      && sights.sighting(now, place, container).phase() == Sighting.Phase.RUNNING;
              return runs ? null : true;
            });
    if (ended == null) {
      throw new EngineException(Problem.UNREACHABLE, "the log ended before its container");
    }
  }

  /** The Pod goes with the last of its containers: until then others' logs are read from it. */
  @Override
  public void remove(TaskId task, String container, String runtimeId) throws EngineException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod first = calls.annotate(place.pod(), PodMarks.removed(place.container()));
    PodMarks marks = first == null ? null : PodMarks.read(host, first);
    if (first == null || marks == null || !marks.containers().isEmpty()) {
      return;
    }
    // The first one last: it tells how many there are.
    for (int run : PodPlace.kept(PodMarks.runs(first)).reversed()) {
      calls.remove(place.pod(run));
    }
  }

  /** What the containers of a Pod have in common ends with it. */
  @Override
  public void release(TaskAssignment assignment) {
    LOG.debugf("Task %s had nothing but its Pod.", assignment.task());
  }

  @Override
  public List<Found> list() throws EngineException {
    List<Found> found = new ArrayList<>();
    for (Map<Integer, Pod> runs : byTask().values()) {
      Pod first = runs.get(1);
      PodMarks marks = first == null ? null : PodMarks.read(host, first);
      if (first == null || marks == null) {
        continue;
      }
      Pod latest = runs.getOrDefault(latest(runs), first);
      marks
          .containers()
          .forEach((container, name) -> {
            PodPlace place = new PodPlace(first.getMetadata().getName(), container);
            Sighting seen = sights.sighting(latest, place, name);
            found.add(new Found(marks.runner(), marks.task(), marks.card(), seen));
          });
    }
    return found;
  }

  private static int latest(Map<Integer, Pod> runs) {
    return runs.keySet().stream().mapToInt(Integer::intValue).max().orElse(1);
  }

  private Map<TaskId, Map<Integer, Pod>> byTask() throws EngineException {
    Map<TaskId, Map<Integer, Pod>> tasks = new LinkedHashMap<>();
    for (Pod pod : calls.list(host).getItems()) {
      PodMarks marks = PodMarks.read(host, pod);
      if (marks != null) {
        tasks.computeIfAbsent(marks.task(), any -> new TreeMap<>()).put(PodMarks.run(pod), pod);
      }
    }
    return tasks;
  }

  @Override
  public void watch(Listener to) {
    listener = to;
    sweep();
    PodWatch begun = new PodWatch(calls, host, this::happened, to::doubt);
    watch = begun;
    begun.begin();
  }

  /** Nothing is being made yet, so a Pod without a container of ours is what was left over. */
  private void sweep() {
    try {
      for (Map<Integer, Pod> runs : byTask().values()) {
        Pod first = runs.get(1);
        PodMarks marks = first == null ? null : PodMarks.read(host, first);
        if (marks == null || marks.containers().isEmpty()) {
          for (Pod pod : List.copyOf(runs.values()).reversed()) {
            calls.remove(pod.getMetadata().getName());
          }
        }
      }
    } catch (EngineException e) {
      LOG.infof("What earlier tasks may have left is not looked for: %s", e.words());
    }
  }

  /** Ends and health are told; whoever starts a container waits for its beginning himself. */
  private void happened(Watcher.Action action, Pod pod) {
    news.heard(pod);
    PodMarks marks = PodMarks.read(host, pod);
    Listener to = listener;
    if (marks == null || to == null) {
      return;
    }
    String name = pod.getMetadata().getName();
    marks
        .containers()
        .forEach((container, named) -> {
          PodPlace place = new PodPlace(PodPlace.first(name, PodMarks.run(pod)), container);
          Sighting seen = sights.sighting(pod, place, named);
          if (isNews(PodHealth.key(name, container), seen)) {
            to.seen(marks.task(), seen);
          } else if (action == Watcher.Action.DELETED && seen.phase() != Sighting.Phase.EXITED) {
            to.doubt();
          }
        });
    if (action == Watcher.Action.DELETED) {
      forget(pod);
    }
  }

  private void forget(Pod pod) {
    for (Container container : pod.getSpec().getContainers()) {
      String run = PodHealth.key(pod.getMetadata().getName(), container.getName());
      health.forget(run);
      toldHealth.remove(run);
      toldEnds.remove(run);
    }
    news.forget(pod.getMetadata().getName());
  }

  private boolean isNews(String run, Sighting seen) {
    HealthStatus found = seen.health();
    return switch (seen.phase()) {
      case CREATED -> false;
      case RUNNING ->
          found != null && found != HealthStatus.UNKNOWN && toldHealth.put(run, found) != found;
      case EXITED -> toldEnds.add(run);
    };
  }

  /** Pods have no bridge to this machine, and nobody measures them here. */
  @Override
  public Insight insight() {
    return PodInsight.NONE;
  }

  @Override
  public void close() {
    PodWatch begun = watch;
    if (begun != null) {
      begun.close();
    }
    listener = null;
    calls.client().close();
  }
}
