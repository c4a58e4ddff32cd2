package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
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
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
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
  // A start that takes longer, mostly for a pull, is asked for again: it keeps others waiting.
  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  // A node notices a deadline within seconds, and tells of an end within as many.
  private static final Duration NODE_DELAY = Duration.ofSeconds(10);
  private static final Duration DEATH_AFTER_KILL = Duration.ofSeconds(20);
  private static final Duration LOG_END_DELAY = Duration.ofSeconds(3);
  // Zero would let go of the Pod without a word from its node.
  private static final long LEAST_GRACE_SECONDS = 1;

  private final String host;
  private final KubernetesSettings settings;
  private final PodCalls calls;
  private final PodNews news;
  private final PodOutput output;
  private final PodHealth health = new PodHealth();
  private final Map<String, HealthStatus> toldHealth = new ConcurrentHashMap<>();
  private final Map<String, String> toldEnds = new ConcurrentHashMap<>();
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
    EngineInfo here = EngineInfo.ofThisMachine("kubernetes", calls.version());
    List<Node> nodes;
    try {
      nodes = calls.nodes(settings.node());
    } catch (EngineException e) {
      if (e.problem() != Problem.REFUSED) {
        throw e;
      }
      LOG.infof("What nodes have to give is not known, this machine's is taken: %s", e.words());
      return here;
    }
    BigDecimal cores = BigDecimal.ZERO;
    BigDecimal memory = BigDecimal.ZERO;
    String architecture = here.architecture();
    for (Node node : nodes) {
      if (node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
        continue;
      }
      Map<String, Quantity> allocatable = node.getStatus().getAllocatable();
      cores = cores.add(allocatable.getOrDefault("cpu", new Quantity("0")).getNumericalAmount());
      memory =
          memory.add(allocatable.getOrDefault("memory", new Quantity("0")).getNumericalAmount());
      if (node.getStatus().getNodeInfo() != null) {
        architecture = EngineInfo.architecture(node.getStatus().getNodeInfo().getArchitecture());
      }
    }
    return cores.signum() == 0 || memory.signum() == 0
        ? here
        : new EngineInfo(
            "kubernetes",
            here.version(),
            Math.max(1, cores.intValue()),
            memory.longValue(),
            "linux",
            architecture);
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
      return sighting(newest(place, pod), place, spec.name());
    }
    calls.create(PodRequests.environment(pod, place, spec));
    // Only now: a container counts as created when it has what it needs to begin.
    Pod marked = calls.annotate(place.pod(), PodMarks.created(place.container(), spec.name()));
    if (marked == null) {
      throw gone(place);
    }
    return Sighting.created(spec.name(), place.runtimeId());
  }

  private static EngineException gone(PodPlace place) {
    return EngineException.refused("there is no such Pod any more: " + place.pod());
  }

  /** The Pod of the latest run; one that is noted and was never made does not count. */
  private Pod newest(PodPlace place, Pod first) throws EngineException {
    for (int run = PodMarks.runs(first); run > 1; run--) {
      Pod pod = calls.get(place.pod(run));
      if (pod != null) {
        return pod;
      }
    }
    return first;
  }

  private @Nullable Pod newest(PodPlace place) throws EngineException {
    Pod first = calls.get(place.pod());
    return first == null || PodMarks.isRemoved(first, place.container())
        ? null
        : newest(place, first);
  }

  @Override
  public Sighting start(TaskId task, String container, String runtimeId) throws EngineException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod pod = newest(place);
    if (pod == null) {
      throw gone(place);
    }
    Sighting seen = sighting(pod, place, container);
    if (seen.phase() != Sighting.Phase.CREATED) {
      return seen;
    }
    calls.create(PodRequests.gate(pod, place));
    hurry(place);
    return started(pod.getMetadata().getName(), place, container);
  }

  /** A change of a Pod makes its node look at it at once, rather than within some ten seconds. */
  private void hurry(PodPlace place) throws EngineException {
    var unused =
        calls.annotate(place.pod(), PodMarks.started(place.container(), Instant.now().toString()));
  }

  private Sighting started(String pod, PodPlace place, String container) throws EngineException {
    String[] waitsFor = {""};
    Sighting started =
        news.await(
            pod,
            START_LIMIT,
            now -> {
              if (now == null) {
                throw gone(place);
              }
              Sighting seen = sighting(now, place, container);
              if (seen.phase() != Sighting.Phase.CREATED) {
                return seen;
              }
              EngineException trouble = PodAnswers.trouble(now, place);
              if (trouble != null) {
                throw trouble;
              }
              if (PodAnswers.waitsForItsSecrets(now, place)) {
                hurry(place);
              }
              waitsFor[0] = PodAnswers.waitsFor(now, place);
              return null;
            });
    if (started == null) {
      throw new EngineException(
          Problem.UNREACHABLE, "the container has not begun yet: " + waitsFor[0]);
    }
    return started;
  }

  /** In a Pod of its own, since a node starts nothing twice; with others in it that is refused. */
  @Override
  public Sighting restart(TaskId task, String container, String runtimeId) throws EngineException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod first = calls.get(place.pod());
    if (first == null) {
      throw gone(place);
    }
    Pod latest = newest(place, first);
    Sighting seen = sighting(latest, place, container);
    if (seen.phase() != Sighting.Phase.EXITED) {
      return start(task, container, runtimeId);
    }
    if (first.getSpec().getContainers().size() > 1) {
      throw EngineException.refused("one of several containers of a Pod is not started again");
    }
    int run = PodMarks.run(latest) + 1;
    // Noted before it is made, so that none runs that nobody knows of.
    if (calls.annotate(place.pod(), PodMarks.runs(run)) == null) {
      throw gone(place);
    }
    Pod again = calls.create(PodRequests.again(first, run, place.pod(run)));
    Sighting started = started(again.getMetadata().getName(), place, container);
    if (!kept(run).contains(run - 2)) {
      delete(place.pod(run - 2));
    }
    return started;
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod pod = newest(place);
    if (pod == null) {
      return null;
    }
    Sighting known = still(pod, place, container);
    if (known != null) {
      return known;
    }
    String name = pod.getMetadata().getName();
    if (PodAnswers.isUnscheduled(pod)) {
      calls.delete(name, null);
    } else if (!patience.isZero()) {
      calls.end(name);
      Long grace = pod.getSpec().getTerminationGracePeriodSeconds();
      boolean asLongAsThePods = grace == null || patience.toSeconds() >= grace;
      Sighting ended =
          awaitStill(
              name, place, container, asLongAsThePods ? patience.plus(NODE_DELAY) : patience);
      if (ended != null) {
        return ended;
      }
    }
    calls.delete(name, LEAST_GRACE_SECONDS);
    Sighting killed = awaitStill(name, place, container, DEATH_AFTER_KILL);
    if (killed == null) {
      throw new EngineException(Problem.UNREACHABLE, "the container does not end, even killed");
    }
    return killed;
  }

  private @Nullable Sighting awaitStill(
      String pod, PodPlace place, String container, Duration limit) throws EngineException {
    return news.await(
        pod,
        limit,
        now ->
            now == null
                ? Sighting.exited(container, place.runtimeId(), null)
                : still(now, place, container));
  }

  /** As it is, if it does not run and never will; null otherwise. */
  private @Nullable Sighting still(Pod pod, PodPlace place, String container) {
    Sighting seen = sighting(pod, place, container);
    boolean over =
        seen.phase() == Sighting.Phase.EXITED
            || PodAnswers.isOver(pod)
            || PodAnswers.neverScheduled(pod);
    return over ? seen : null;
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
    for (int run : kept(latest)) {
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
            now ->
                now == null || sighting(now, place, container).phase() != Sighting.Phase.RUNNING
                    ? true
                    : null);
    if (ended == null) {
      throw new EngineException(Problem.UNREACHABLE, "the log ended before its container");
    }
  }

  /** The Pod goes with the last of its containers: until then others' logs are read from it. */
  @Override
  public void remove(TaskId task, String container, String runtimeId) throws EngineException {
    PodPlace place = PodPlace.of(runtimeId);
    Pod first = calls.annotate(place.pod(), PodMarks.removed(place.container()));
    toldEnds.remove(runtimeId);
    toldHealth.remove(runtimeId);
    if (first == null) {
      return;
    }
    PodMarks marks = PodMarks.read(host, first);
    boolean last = marks == null || marks.containers().isEmpty();
    // The first one last: it tells how many there are.
    for (int run : kept(PodMarks.runs(first)).reversed()) {
      health.forget(place.pod(run) + "/" + place.container());
      if (last) {
        delete(place.pod(run));
      }
    }
  }

  /**
   * The runs whose Pods are there: the first one, which the Secrets belong to, the latest, and the
   * one before it, which may have output that nobody has read.
   */
  private static List<Integer> kept(int runs) {
    return IntStream.rangeClosed(1, runs)
        .filter(run -> run == 1 || run >= runs - 1)
        .boxed()
        .toList();
  }

  private void delete(String pod) throws EngineException {
    calls.delete(pod, null);
    calls.release(pod);
    news.forget(pod);
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
            Sighting seen = sighting(latest, place, name);
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

  private Sighting sighting(Pod pod, PodPlace place, String name) {
    Sighting seen = PodAnswers.sighting(pod, place, name);
    ContainerStatus status = PodAnswers.status(pod, place.container());
    Instant now = Instant.now();
    return status == null || seen.phase() != Sighting.Phase.RUNNING
        ? seen
        : seen.healthy(
            health.of(pod, status, seen.startedAt() == null ? now : seen.startedAt(), now));
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
            delete(pod.getMetadata().getName());
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
    int run = PodMarks.run(pod);
    String first = run == 1 ? name : name.substring(0, name.length() - ("-r" + run).length());
    marks
        .containers()
        .forEach((container, named) -> {
          Sighting seen = sighting(pod, new PodPlace(first, container), named);
          if (action == Watcher.Action.DELETED && seen.phase() != Sighting.Phase.EXITED) {
            to.doubt();
          } else if (isNews(name, seen)) {
            to.seen(marks.task(), seen);
          }
        });
  }

  private boolean isNews(String pod, Sighting seen) {
    String id = seen.runtimeId();
    return switch (seen.phase()) {
      case CREATED -> false;
      case RUNNING ->
          seen.health() != null
              && seen.health() != HealthStatus.UNKNOWN
              && toldHealth.put(id, seen.health()) != seen.health();
      case EXITED -> !pod.equals(toldEnds.put(id, pod));
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
