package io.longshore.runner.engine.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.ContainerStorage.MountPoint;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskId;
import io.longshore.messages.Volume;
import io.longshore.runner.core.Commons;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Volumes of the engine. One of a task is named after it, labelled and removed with it; a shared
 * one has the name it was given and is never removed.
 */
final class DockerVolumes {
  private static final Logger LOG = Logger.getLogger(DockerVolumes.class);

  private final DockerClient calls;
  private final String host;

  DockerVolumes(DockerClient calls, String host) {
    this.calls = calls;
    this.host = host;
  }

  /** What a volume is to the engine: a folder of the host, or a volume's name. */
  static String source(TaskAssignment assignment, String name) {
    Volume volume = find(assignment, name);
    if (volume.hostPath() != null) {
      return volume.hostPath();
    }
    return Commons.isOfTheTask(volume) ? ofTheTask(assignment, name) : name;
  }

  private static Volume find(TaskAssignment assignment, String name) {
    return assignment.spec().volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        // The api refuses such a definition; what it means is a volume of the task.
        .orElseGet(() -> new Volume(name, null, null));
  }

  private static String ofTheTask(TaskAssignment assignment, String name) {
    var definition = assignment.spec().definition();
    return "ecs-%s-%d-%s-%s"
        .formatted(definition.family(), definition.revision(), name, assignment.task());
  }

  /** Makes what a container is to mount and is not there yet. */
  void prepare(TaskAssignment assignment, ContainerSpec spec) throws EngineException {
    for (MountPoint mount : spec.storage().mountPoints()) {
      Volume volume = find(assignment, mount.sourceVolume());
      if (volume.hostPath() == null) {
        prepare(assignment, volume);
      }
    }
  }

  private void prepare(TaskAssignment assignment, Volume volume) throws EngineException {
    Volume.Docker docker = volume.docker();
    try {
      if (docker != null && docker.shared()) {
        if (exists(volume.name())) {
          return;
        }
        if (!docker.autoprovision()) {
          throw EngineException.refused(
              "there is no volume %s, and autoprovision is off".formatted(volume.name()));
        }
      }
      boolean own = Commons.isOfTheTask(volume);
      Map<String, String> labels = new LinkedHashMap<>(docker == null ? Map.of() : docker.labels());
      if (own) {
        labels.putAll(DockerLabels.ofTheTask(host, assignment.task()));
      }
      var unused =
          calls
              .createVolumeCmd()
              .withName(own ? ofTheTask(assignment, volume.name()) : volume.name())
              .withDriver(docker == null ? "local" : docker.driver())
              .withDriverOpts(docker == null ? Map.of() : docker.driverOptions())
              .withLabels(labels)
              .exec();
    } catch (DockerException e) {
      throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  private boolean exists(String name) {
    try {
      return calls.inspectVolumeCmd(name).exec() != null;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Removes the volumes of a task whose containers are gone. */
  void release(TaskAssignment assignment) throws EngineException {
    for (Volume volume : assignment.spec().volumes()) {
      if (Commons.isOfTheTask(volume)) {
        remove(ofTheTask(assignment, volume.name()));
      }
    }
  }

  private void remove(String name) throws EngineException {
    try {
      calls.removeVolumeCmd(name).exec();
    } catch (NotFoundException e) {
      LOG.debugf("Volume %s was gone already, or was never made.", name);
    } catch (ConflictException e) {
      throw new EngineException(Problem.REFUSED, DockerCalls.words(e), e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }

  /**
   * Removes what a runner left that ended between the removal of a container and of its volumes.
   *
   * @param alive tasks that still have containers
   */
  void sweep(Set<TaskId> alive) throws EngineException {
    try {
      var found =
          calls
              .listVolumesCmd()
              .withFilter("label", List.of(DockerLabels.HOST + "=" + host))
              .exec()
              .getVolumes();
      for (InspectVolumeResponse volume :
          found == null ? List.<InspectVolumeResponse>of() : found) {
        TaskId task = DockerLabels.task(volume.getLabels());
        if (task != null && !alive.contains(task)) {
          LOG.infof("Volume %s was left by a task that is gone: it is removed.", volume.getName());
          remove(volume.getName());
        }
      }
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, DockerCalls.words(e), e);
    }
  }
}
