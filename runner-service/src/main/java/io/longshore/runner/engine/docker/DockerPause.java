package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.LogConfig.LoggingType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.RestartPolicy;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.TaskInterface;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.core.Commons;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.Card;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The container behind a task whose containers share a network, processes or memory. It does
 * nothing but hold what they share, so that any of them may end and be started again. It is ours by
 * its labels and yet no container of the task: nobody is told of it, and it goes with the task.
 *
 * <p>Every task has it on the engine's own bridge. A network for each would be the clearer way, but
 * an engine has addresses for some thirty of them only.
 */
final class DockerPause {
  private static final Logger LOG = Logger.getLogger(DockerPause.class);
  private static final String IMAGE = "longshore-pause:1";
  // Containers of definitions have no dots in their names.
  private static final String CONTAINER = ".pause";
  private static final String JOINED = "container:";

  private final DockerCalls calls;
  private final String host;

  DockerPause(DockerCalls calls, String host) {
    this.calls = calls;
    this.host = host;
  }

  static String name(TaskAssignment assignment) {
    return DockerRequests.name(assignment, CONTAINER);
  }

  /** Has it run, whether or not it is there already. */
  void prepare(RunnerId runner, TaskAssignment assignment) throws EngineException {
    try {
      try {
        create(runner, assignment);
      } catch (NotFoundException e) {
        makeImage();
        create(runner, assignment);
      }
      start(assignment);
    } catch (DockerException e) {
      throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  private void makeImage() throws EngineException {
    String architecture =
        EngineInfo.architecture(calls.client().infoCmd().exec().getArchitecture());
    InputStream image = PauseProgram.image(IMAGE, architecture);
    if (image == null) {
      throw EngineException.refused(
          "awsvpc, and pidMode and ipcMode of a task, need an engine on x86_64 or arm64, not "
              + architecture);
    }
    calls.client().loadImageCmd(image).exec();
  }

  private void create(RunnerId runner, TaskAssignment assignment) {
    TaskSpec task = assignment.spec();
    boolean network = DockerSettings.isOfTheTask(task);
    HostConfig settings =
        HostConfig.newHostConfig()
            .withRestartPolicy(RestartPolicy.noRestart())
            .withNetworkMode(network ? "bridge" : "none")
            .withReadonlyRootfs(true)
            .withLogConfig(new LogConfig(LoggingType.NONE));
    if ("task".equals(task.ipcMode())) {
      settings.withIpcMode("shareable");
    }
    var command =
        calls
            .client()
            .createContainerCmd(IMAGE)
            .withName(name(assignment))
            .withCmd(PauseProgram.PATH)
            .withLabels(DockerLabels.pause(host, runner, assignment))
            .withHostConfig(settings);
    if (network) {
      List<PortBinding> ports = new ArrayList<>();
      for (ContainerSpec spec : task.containers()) {
        ports.addAll(DockerRequests.ports(spec));
        DockerSettings.names(
            settings, spec.networking().dnsServers(), spec.networking().dnsSearchDomains());
      }
      settings.withPortBindings(ports).withSysctls(DockerSettings.networkControls(task));
      command
          .withExposedPorts(ports.stream().map(PortBinding::getExposedPort).toList())
          .withMacAddress(TaskInterface.of(assignment.task()).macAddress());
    }
    try {
      var unused = command.exec();
    } catch (ConflictException e) {
      LOG.debugf("%s is there already.", name(assignment));
    }
  }

  private void start(TaskAssignment assignment) {
    try {
      calls.client().startContainerCmd(name(assignment)).exec();
    } catch (NotModifiedException e) {
      LOG.debugf("%s runs already.", name(assignment));
    }
  }

  /** Whether a container has another's network, by what the engine says of it. */
  static boolean isJoined(InspectContainerResponse answer) {
    HostConfig settings = answer.getHostConfig();
    String mode = settings == null ? null : settings.getNetworkMode();
    return mode != null && mode.startsWith(JOINED);
  }

  /** With the address and the ports of the network it joined. */
  Sighting joined(Sighting own, InspectContainerResponse answer) throws EngineException {
    HostConfig settings = answer.getHostConfig();
    String mode = settings == null ? null : settings.getNetworkMode();
    DockerLabels labels =
        answer.getConfig() == null ? null : DockerLabels.read(answer.getConfig().getLabels());
    if (mode == null || labels == null) {
      return own;
    }
    InspectContainerResponse network = calls.inspect(mode.substring(JOINED.length()));
    return network == null
        ? own
        : joined(own, DockerAnswers.inspected(CONTAINER, network), labels.card());
  }

  /**
   * @param network of the pause
   * @param card which ports of it are whose
   */
  static Sighting joined(Sighting own, Sighting network, String card) {
    try {
      return DockerAnswers.joined(own, network, Card.read(card));
    } catch (UnreadableMessageException e) {
      return own;
    }
  }

  /** Those of tasks that have a network of their own, out of a list of everything. */
  static Map<TaskId, Sighting> networks(List<Container> listed) {
    Map<TaskId, Sighting> networks = new HashMap<>();
    for (Container container : listed) {
      TaskId task = DockerLabels.task(container.getLabels());
      if (task != null && DockerLabels.isPause(container.getLabels())) {
        Sighting network = DockerAnswers.listed(CONTAINER, container);
        if (network.address() != null) {
          networks.put(task, network);
        }
      }
    }
    return networks;
  }

  void release(TaskAssignment assignment) throws EngineException {
    if (Commons.sharesNamespaces(assignment.spec())) {
      remove(name(assignment));
    }
  }

  private void remove(String idOrName) throws EngineException {
    try {
      // It has nothing to finish, and would not hear a signal.
      calls.client().removeContainerCmd(idOrName).withForce(true).exec();
    } catch (NotFoundException e) {
      LOG.debugf("%s was gone already, or was never made.", idOrName);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  /**
   * Removes what a runner left that ended before it had created, or after it had removed, the
   * containers of a task.
   *
   * @param listed everything of this host's
   * @param alive tasks that have containers
   */
  void sweep(List<Container> listed, Set<TaskId> alive) throws EngineException {
    for (Container container : listed) {
      Map<String, String> labels = container.getLabels();
      TaskId task = DockerLabels.task(labels);
      if (DockerLabels.isPause(labels) && task != null && !alive.contains(task)) {
        LOG.infof("Container %s was left by a task that is gone.", container.getId());
        remove(container.getId());
      }
    }
  }
}
