package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
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
import io.longshore.runner.core.Commons;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.engine.Found;
import io.longshore.runner.engine.Insight;
import io.longshore.runner.engine.Lines;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final int MOST_INSPECTIONS_PER_LIST = 100;
  private static final String HEALTH = "health_status:";

  /** When images are pulled; ECS's {@code ECS_IMAGE_PULL_BEHAVIOR} has the same words. */
  public enum PullBehavior {
    PREFER_CACHED,
    ALWAYS,
    ONCE
  }

  private final String host;
  private final DockerClient calls;
  private final DockerClient streams;
  private final DockerCalls questions;
  private final DockerImages images;
  private final DockerVolumes volumes;
  private final DockerPause pause;
  private final DockerStops stops;
  private final DockerOutput output;
  private final DockerInsight insight;
  private final DockerEnds ends = new DockerEnds();
  private final Set<String> unreached = ConcurrentHashMap.newKeySet();
  private @Nullable DockerWatch watch;
  private volatile @Nullable Listener listener;

  /**
   * @param host tells this host's containers from others on the same engine
   */
  public DockerEngine(String host, PullBehavior pullBehavior) {
    this(
        host,
        pullBehavior,
        DefaultDockerClientConfig.createDefaultConfigBuilder().build(),
        CALL_LIMIT);
  }

  /**
   * @param config where the engine is
   * @param callLimit after which a call is taken for unanswered
   */
  DockerEngine(
      String host, PullBehavior pullBehavior, DockerClientConfig config, Duration callLimit) {
    this.host = host;
    this.calls = client(config, callLimit);
    this.streams = client(config, null);
    this.questions = new DockerCalls(calls);
    this.images = new DockerImages(calls, streams, pullBehavior);
    this.volumes = new DockerVolumes(calls, host);
    this.pause = new DockerPause(questions, host);
    this.stops = new DockerStops(questions);
    this.output = new DockerOutput(config);
    this.insight = new DockerInsight(questions, pause);
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
    Info info = DockerCalls.asking(() -> calls.infoCmd().exec());
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
    return images.pullsFirst();
  }

  @Override
  public void pull(String image) throws EngineException {
    images.pull(image);
  }

  @Override
  public Sighting create(RunnerId runner, TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    Map<String, String> labels = DockerLabels.write(host, runner, assignment, spec);
    if (Commons.sharesNamespaces(assignment.spec())) {
      pause.prepare(runner, assignment);
    }
    volumes.prepare(assignment, spec);
    try {
      String id = DockerRequests.create(calls, assignment, spec, labels).exec().getId();
      if (id == null) {
        throw DockerCalls.nothing();
      }
      if (!DockerSettings.isReached(assignment, spec)) {
        unreached.add(id);
      }
      return Sighting.created(spec.name(), id).digest(images.digest(spec.imageToRun()));
    } catch (NotFoundException e) {
      throw new EngineException(missing(e), DockerCalls.words(e), e);
    } catch (ConflictException e) {
      Sighting earlier = earlier(assignment, spec);
      if (earlier == null) {
        throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
      }
      return earlier;
    } catch (DockerException e) {
      throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  /** It may also be a container whose volumes or network this one was to have. */
  private static Problem missing(NotFoundException e) {
    return DockerCalls.words(e).toLowerCase(Locale.ROOT).contains("no such container")
        ? Problem.REFUSED
        : Problem.IMAGE_MISSING;
  }

  /** A container by the name of ours is ours only if its labels say so. */
  private @Nullable Sighting earlier(TaskAssignment assignment, ContainerSpec spec)
      throws EngineException {
    InspectContainerResponse answer =
        questions.inspect(DockerRequests.name(assignment, spec.name()));
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
      InspectContainerResponse answer = questions.inspect(runtimeId);
      Sighting sighting = answer == null ? null : DockerAnswers.inspected(container, answer);
      if (sighting == null || sighting.phase() == Sighting.Phase.CREATED) {
        throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
      }
      return sighting;
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
    if (unreached.remove(runtimeId)) {
      return Sighting.running(container, runtimeId).started(Instant.now());
    }
    InspectContainerResponse answer = questions.inspect(runtimeId);
    if (answer == null) {
      return Sighting.running(container, runtimeId);
    }
    Sighting sighting = DockerAnswers.inspected(container, answer);
    return DockerPause.isJoined(answer) ? pause.joined(sighting, answer) : sighting;
  }

  @Override
  public Sighting restart(TaskId task, String container, String runtimeId) throws EngineException {
    // Its end is history now; and it is asked for its times, by which a late word of it is known.
    ends.startsAgain(runtimeId);
    unreached.remove(runtimeId);
    Sighting sighting = start(task, container, runtimeId);
    ends.startedAgain(runtimeId, sighting.startedAt());
    return sighting;
  }

  @Override
  public @Nullable Sighting stop(TaskId task, String container, String runtimeId, Duration patience)
      throws EngineException {
    return stops.stop(container, runtimeId, patience);
  }

  @Override
  public void output(
      TaskId task, String container, String runtimeId, long after, boolean follow, Lines lines)
      throws EngineException, InterruptedException {
    output.read(runtimeId, after, follow, lines);
  }

  @Override
  public void remove(TaskId task, String container, String runtimeId) throws EngineException {
    try {
      calls.removeContainerCmd(runtimeId).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      LOG.debugf("Container %s was gone already.", runtimeId);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
    ends.forget(runtimeId);
    unreached.remove(runtimeId);
  }

  @Override
  public void release(TaskAssignment assignment) throws EngineException {
    pause.release(assignment);
    volumes.release(assignment);
  }

  @Override
  public List<Found> list() throws EngineException {
    List<Container> containers = questions.list(host);
    Map<TaskId, Sighting> networks = DockerPause.networks(containers);
    List<Found> found = new ArrayList<>();
    int inspections = 0;
    for (Container container : containers) {
      DockerLabels labels = DockerLabels.read(container.getLabels());
      if (labels == null || !labels.host().equals(host)) {
        continue;
      }
      Sighting sighting = DockerAnswers.listed(labels.container(), container);
      Sighting end = ends.of(sighting);
      if (end != null) {
        sighting = end;
      } else if (sighting.phase() == Sighting.Phase.EXITED
          && inspections++ < MOST_INSPECTIONS_PER_LIST) {
        sighting = inspectedEnd(sighting).orElse(sighting);
      }
      Sighting network = networks.get(labels.task());
      if (network != null) {
        sighting = DockerPause.joined(sighting, network, labels.card());
      }
      String digest = images.digest(container.getImage(), container.getImageId());
      found.add(new Found(labels.runner(), labels.task(), labels.card(), sighting.digest(digest)));
    }
    return found;
  }

  /** Empty if it cannot be known now. */
  private Optional<Sighting> inspectedEnd(Sighting listed) {
    try {
      InspectContainerResponse answer = questions.inspect(listed.runtimeId());
      Optional<Sighting> end =
          Optional.ofNullable(answer)
              .map(found -> DockerAnswers.inspected(listed.container(), found))
              .filter(sighting -> sighting.phase() == Sighting.Phase.EXITED);
      end.ifPresent(ends::remember);
      return end;
    } catch (EngineException e) {
      return Optional.empty();
    }
  }

  @Override
  public void watch(Listener to) {
    listener = to;
    sweep();
    DockerWatch begun =
        new DockerWatch(streams, DockerLabels.HOST + "=" + host, this::happened, to::doubt);
    watch = begun;
    begun.begin();
  }

  /** Nothing is being made yet, so whatever belongs to no container belongs to nobody. */
  private void sweep() {
    try {
      List<Container> listed = questions.list(host);
      Set<TaskId> alive = new HashSet<>();
      for (Container container : listed) {
        DockerLabels labels = DockerLabels.read(container.getLabels());
        if (labels != null) {
          alive.add(labels.task());
        }
      }
      pause.sweep(listed, alive);
      volumes.sweep(alive);
    } catch (EngineException e) {
      LOG.infof("What earlier tasks may have left is not looked for: %s", e.words());
    }
  }

  private void happened(DockerWatch.Happening happening) {
    DockerLabels labels = DockerLabels.read(happening.attributes());
    Listener to = listener;
    if (labels == null || to == null || !labels.host().equals(host)) {
      return;
    }
    if (happening.action().equals("oom")) {
      Sighting explained = ends.ranOutOfMemory(happening.id());
      if (explained != null) {
        to.seen(labels.task(), explained);
      }
      return;
    }
    if (happening.action().startsWith(HEALTH)) {
      String word = happening.action().substring(HEALTH.length()).strip();
      to.seen(
          labels.task(),
          Sighting.running(labels.container(), happening.id()).healthy(DockerAnswers.health(word)));
      return;
    }
    Instant at =
        happening.timeNanos() == 0
            ? Instant.now()
            : Instant.ofEpochSecond(0, happening.timeNanos());
    if (ends.isHistory(happening.id(), at)) {
      LOG.debugf("Container %s runs again; this was the end of an earlier run.", happening.id());
      return;
    }
    Sighting end =
        Sighting.exited(labels.container(), happening.id(), exitCode(happening.attributes()))
            .ended(at, ends.wasForWantOfMemory(happening.id()));
    if (end.exitCode() == null) {
      Thread.ofVirtual().name("docker-inspect").start(() -> tellInspected(to, labels, end));
      return;
    }
    ends.remember(end);
    to.seen(labels.task(), end);
    stops.heard(end);
  }

  private void tellInspected(Listener to, DockerLabels labels, Sighting end) {
    to.seen(labels.task(), inspectedEnd(end).orElse(end));
  }

  private static @Nullable Integer exitCode(Map<String, String> attributes) {
    String text = attributes.get("exitCode");
    return text != null && text.matches("-?\\d{1,9}") ? Integer.valueOf(text) : null;
  }

  @Override
  public Insight insight() {
    return insight;
  }

  @Override
  public void close() {
    DockerWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    try {
      output.close();
      streams.close();
      calls.close();
    } catch (IOException e) {
      LOG.debugf(e, "The connections to the engine did not close.");
    }
  }
}
