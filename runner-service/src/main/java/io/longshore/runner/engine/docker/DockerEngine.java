package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.engine.Found;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Containers of a Docker engine. The API version is left to the engine, so that old and new ones
 * both work. Calls and streams have separate connections: a stream lasts for ever, a call must not.
 */
public final class DockerEngine implements Engine {
  private static final Logger LOG = Logger.getLogger(DockerEngine.class);
  private static final int CONNECTIONS = 200;
  // A loaded host takes seconds to start a container; one that takes longer does not answer.
  private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
  private static final Duration PULL_LIMIT = Duration.ofMinutes(30);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
  private static final Duration DEATH_AFTER_KILL = Duration.ofSeconds(10);
  private static final Duration LIST_LAG = Duration.ofSeconds(2);
  private static final int MOST_INSPECTIONS_PER_LIST = 100;
  private static final int MOST_REMEMBERED_ENDS = 10_000;

  /** When images are pulled; ECS's {@code ECS_IMAGE_PULL_BEHAVIOR} has the same words. */
  public enum PullBehavior {
    PREFER_CACHED,
    ALWAYS,
    ONCE
  }

  /** How a container ended, and when this process heard of it. */
  private record End(Sighting sighting, long heardNanos) {
    /** The engine tells an end some milliseconds before its own lists show it. */
    boolean isFresh() {
      return System.nanoTime() - heardNanos < LIST_LAG.toNanos();
    }
  }

  private final String host;
  private final PullBehavior pullBehavior;
  private final DockerClient calls;
  private final DockerClient streams;
  private final Map<String, CompletableFuture<Sighting>> stops = new ConcurrentHashMap<>();
  private final Map<String, End> ends = new ConcurrentHashMap<>();
  private final Map<String, Optional<String>> digests = new ConcurrentHashMap<>();
  private final Set<String> outOfMemory = ConcurrentHashMap.newKeySet();
  private final Set<String> portless = ConcurrentHashMap.newKeySet();
  private final Set<String> pulled = ConcurrentHashMap.newKeySet();
  private @Nullable DockerWatch watch;
  private volatile @Nullable Listener listener;

  /**
   * @param host tells this host's containers from others on the same engine
   */
  public DockerEngine(String host, PullBehavior pullBehavior) {
    this.host = host;
    this.pullBehavior = pullBehavior;
    DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    this.calls = client(config, CALL_LIMIT);
    this.streams = client(config, null);
  }

  private static DockerClient client(DockerClientConfig config, @Nullable Duration limit) {
    var transport =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(CONNECTIONS)
            .connectionTimeout(Duration.ofSeconds(5));
    if (limit != null) {
      transport.responseTimeout(limit);
    }
    return DockerClientImpl.getInstance(config, transport.build());
  }

  @Override
  public EngineInfo info() throws EngineException {
    Info info = asking(() -> calls.infoCmd().exec());
    Integer cores = info.getNCPU();
    Long memory = info.getMemTotal();
    String version = info.getServerVersion();
    String architecture = info.getArchitecture();
    EngineInfo here = EngineInfo.ofThisMachine("docker", version == null ? "unknown" : version);
    return new EngineInfo(
        "docker",
        here.version(),
        cores == null ? here.cores() : cores,
        memory == null ? here.memoryBytes() : memory,
        // Containers see the engine's system, which is Linux even where the runner's is not.
        info.getOsType() == null ? "linux" : info.getOsType(),
        architecture == null ? here.architecture() : EngineInfo.architecture(architecture));
  }

  @Override
  public boolean pullsFirst() {
    return pullBehavior != PullBehavior.PREFER_CACHED;
  }

  @Override
  public void pull(String image) throws EngineException {
    if (pullBehavior == PullBehavior.ONCE && !pulled.add(image)) {
      return;
    }
    try {
      boolean finished =
          streams
              .pullImageCmd(tagged(image))
              .exec(new PullImageResultCallback())
              .awaitCompletion(PULL_LIMIT.toMinutes(), TimeUnit.MINUTES);
      if (!finished) {
        throw EngineException.refused("the pull of " + image + " took too long");
      }
      digests.remove(image);
    } catch (DockerException | DockerClientException e) {
      pulled.remove(image);
      throw new EngineException(Problem.REFUSED, words(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
    } catch (RuntimeException e) {
      pulled.remove(image);
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** Without a tag the engine would pull every one there is. */
  static String tagged(String image) {
    String last = image.substring(image.lastIndexOf('/') + 1);
    return last.contains(":") || last.contains("@") ? image : image + ":latest";
  }

  @Override
  public Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    Map<String, String> labels = DockerLabels.write(host, runner, assignment, spec);
    try {
      String id = DockerRequests.create(calls, assignment, spec, labels).exec().getId();
      if (spec.portMappings().isEmpty() || !DockerRequests.publishes(assignment)) {
        portless.add(id);
      }
      return Sighting.created(spec.name(), id).digest(digest(spec.image()));
    } catch (NotFoundException e) {
      throw new EngineException(Problem.IMAGE_MISSING, words(e), e);
    } catch (ConflictException e) {
      Sighting earlier = earlier(assignment, spec);
      if (earlier == null) {
        throw new EngineException(Problem.REFUSED, words(e), e);
      }
      return earlier;
    } catch (DockerException e) {
      throw new EngineException(Problem.REFUSED, words(e), e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** A container by the name of ours is ours only if its labels say so. */
  private @Nullable Sighting earlier(TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    InspectContainerResponse answer = inspect(DockerRequests.name(assignment, spec));
    DockerLabels labels =
        answer == null || answer.getConfig() == null
            ? null
            : DockerLabels.read(answer.getConfig().getLabels());
    return answer == null
            || labels == null
            || !labels.host().equals(host)
            || !labels.task().equals(assignment.task())
        ? null
        : DockerAnswers.inspected(spec.name(), answer);
  }

  @Override
  public Sighting start(TaskId task, String container, String runtimeId) throws EngineException {
    try {
      calls.startContainerCmd(runtimeId).exec();
    } catch (NotModifiedException e) {
      LOG.debugf("Container %s had been started before.", runtimeId);
    } catch (DockerException e) {
      // Engines have been seen to say no to a container that runs.
      InspectContainerResponse answer = inspect(runtimeId);
      Sighting sighting = answer == null ? null : DockerAnswers.inspected(container, answer);
      if (sighting == null || sighting.phase() == Sighting.Phase.CREATED) {
        throw new EngineException(Problem.REFUSED, words(e), e);
      }
      return sighting;
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
    if (portless.remove(runtimeId)) {
      return new Sighting(
          container,
          runtimeId,
          Sighting.Phase.RUNNING,
          null,
          false,
          Instant.now(),
          null,
          null,
          List.of());
    }
    InspectContainerResponse answer = inspect(runtimeId);
    return answer == null
        ? Sighting.running(container, runtimeId)
        : DockerAnswers.inspected(container, answer);
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    CompletableFuture<Sighting> end =
        stops.computeIfAbsent(runtimeId, id -> new CompletableFuture<>());
    try {
      InspectContainerResponse answer = inspect(runtimeId);
      if (answer == null) {
        return null;
      }
      Sighting sighting = DockerAnswers.inspected(container, answer);
      if (sighting.phase() != Sighting.Phase.RUNNING) {
        return sighting;
      }
      signal(runtimeId, stopSignal(answer));
      Sighting ended = await(end, container, runtimeId, patience);
      if (ended != null) {
        return ended;
      }
      signal(runtimeId, "SIGKILL");
      ended = await(end, container, runtimeId, DEATH_AFTER_KILL);
      if (ended != null) {
        return ended;
      }
      throw new EngineException(Problem.UNREACHABLE, "the container does not end, even killed");
    } finally {
      stops.remove(runtimeId, end);
    }
  }

  private static String stopSignal(InspectContainerResponse answer) {
    var config = answer.getConfig();
    Object signal = config == null ? null : config.getRawValues().get("StopSignal");
    return signal instanceof String word && !word.isEmpty() ? word : "SIGTERM";
  }

  private void signal(String runtimeId, String signal) throws EngineException {
    try {
      calls.killContainerCmd(runtimeId).withSignal(signal).exec();
    } catch (ConflictException | NotFoundException e) {
      LOG.debugf("Container %s had ended before %s reached it.", runtimeId, signal);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** The event stream is the quick way to hear of the end, and inspection the sure one. */
  private @Nullable Sighting await(
      CompletableFuture<Sighting> end, String container, String runtimeId, Duration patience)
      throws EngineException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      try {
        return end.get(Math.min(left, LOOK_AGAIN.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        InspectContainerResponse answer = inspect(runtimeId);
        Sighting sighting =
            answer == null
                ? Sighting.exited(container, runtimeId, null)
                : DockerAnswers.inspected(container, answer);
        if (sighting.phase() == Sighting.Phase.EXITED) {
          return sighting;
        }
        if (left <= LOOK_AGAIN.toNanos()) {
          return null;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EngineException(Problem.UNREACHABLE, "interrupted", e);
      } catch (ExecutionException e) {
        throw new EngineException(Problem.UNREACHABLE, words(e), e);
      }
    }
  }

  @Override
  public void remove(TaskId task, String container, String runtimeId) throws EngineException {
    try {
      calls.removeContainerCmd(runtimeId).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      LOG.debugf("Container %s was gone already.", runtimeId);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
    ends.remove(runtimeId);
    portless.remove(runtimeId);
    outOfMemory.remove(runtimeId);
  }

  @Override
  public List<Found> list() throws EngineException {
    List<Container> containers =
        asking(() ->
            calls
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(DockerLabels.HOST, host))
                .exec());
    List<Found> found = new ArrayList<>();
    int inspections = 0;
    for (Container container : containers) {
      DockerLabels labels = DockerLabels.read(container.getLabels());
      if (labels == null || !labels.host().equals(host)) {
        continue;
      }
      Sighting sighting = DockerAnswers.listed(labels.container(), container);
      End known = ends.get(sighting.runtimeId());
      if (known != null && (sighting.phase() == Sighting.Phase.EXITED || known.isFresh())) {
        sighting = known.sighting();
      } else if (sighting.phase() == Sighting.Phase.EXITED
          && inspections++ < MOST_INSPECTIONS_PER_LIST) {
        sighting = inspectedEnd(sighting).orElse(sighting);
      }
      String digest = digest(container.getImage());
      found.add(new Found(labels.runner(), labels.task(), labels.card(), sighting.digest(digest)));
    }
    return found;
  }

  /** Empty if it cannot be known now. */
  private Optional<Sighting> inspectedEnd(Sighting listed) {
    try {
      InspectContainerResponse answer = inspect(listed.runtimeId());
      Optional<Sighting> end =
          Optional.ofNullable(answer)
              .map(found -> DockerAnswers.inspected(listed.container(), found))
              .filter(sighting -> sighting.phase() == Sighting.Phase.EXITED);
      end.ifPresent(this::remember);
      return end;
    } catch (EngineException e) {
      return Optional.empty();
    }
  }

  private void remember(Sighting end) {
    if (ends.size() < MOST_REMEMBERED_ENDS) {
      ends.put(end.runtimeId(), new End(end, System.nanoTime()));
    }
  }

  @Override
  public void watch(Listener to) {
    listener = to;
    DockerWatch begun =
        new DockerWatch(streams, DockerLabels.HOST + "=" + host, this::happened, to::doubt);
    watch = begun;
    begun.begin();
  }

  private void happened(DockerWatch.Happening happening) {
    DockerLabels labels = DockerLabels.read(happening.attributes());
    Listener to = listener;
    if (labels == null || to == null || !labels.host().equals(host)) {
      return;
    }
    if (happening.action().equals("oom")) {
      outOfMemory(to, labels, happening.id());
      return;
    }
    Instant at =
        happening.timeNanos() == 0
            ? Instant.now()
            : Instant.ofEpochSecond(0, happening.timeNanos());
    Sighting end =
        Sighting.exited(labels.container(), happening.id(), exitCode(happening.attributes()))
            .ended(at, outOfMemory.remove(happening.id()));
    if (end.exitCode() == null) {
      Thread.ofVirtual().name("docker-inspect").start(() -> tellInspected(to, labels, end));
      return;
    }
    remember(end);
    to.seen(labels.task(), end);
    CompletableFuture<Sighting> stop = stops.get(happening.id());
    if (stop != null) {
      stop.complete(end);
    }
  }

  /** Memory runs out before the container ends, but the engine may tell it afterwards. */
  private void outOfMemory(Listener to, DockerLabels labels, String id) {
    End known = ends.get(id);
    if (known == null) {
      outOfMemory.add(id);
      return;
    }
    Sighting explained = known.sighting().ended(known.sighting().finishedAt(), true);
    remember(explained);
    to.seen(labels.task(), explained);
  }

  private void tellInspected(Listener to, DockerLabels labels, Sighting end) {
    to.seen(labels.task(), inspectedEnd(end).orElse(end));
  }

  private static @Nullable Integer exitCode(Map<String, String> attributes) {
    String text = attributes.get("exitCode");
    return text != null && text.matches("-?\\d{1,9}") ? Integer.valueOf(text) : null;
  }

  private @Nullable InspectContainerResponse inspect(String idOrName) throws EngineException {
    try {
      return calls.inspectContainerCmd(idOrName).exec();
    } catch (NotFoundException e) {
      return null;
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** Asked once for each image; an image's digest is nothing a task waits for or fails by. */
  private @Nullable String digest(String image) {
    return digests
        .computeIfAbsent(
            image,
            name -> {
              try {
                List<String> found = calls.inspectImageCmd(name).exec().getRepoDigests();
                return found == null || found.isEmpty()
                    ? Optional.empty()
                    : Optional.of(found.getFirst().replaceFirst(".*@", ""));
              } catch (RuntimeException e) {
                return Optional.empty();
              }
            })
        .orElse(null);
  }

  @FunctionalInterface
  private interface Question<T> {
    T ask();
  }

  private static <T> T asking(Question<T> question) throws EngineException {
    try {
      return question.ask();
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** The engine puts its words into JSON, and its client puts {@code Status 404:} before them. */
  static String words(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    String text = message.replaceFirst("^Status \\d+: ", "").strip();
    if (text.startsWith("{\"message\":\"") && text.endsWith("\"}")) {
      String inner = text.substring("{\"message\":\"".length(), text.length() - 2);
      return inner.replace("\\\"", "\"").replace("\\n", " ");
    }
    return text;
  }

  @Override
  public void close() {
    DockerWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    try {
      streams.close();
      calls.close();
    } catch (IOException e) {
      LOG.debugf(e, "The connections to the engine did not close.");
    }
  }
}
