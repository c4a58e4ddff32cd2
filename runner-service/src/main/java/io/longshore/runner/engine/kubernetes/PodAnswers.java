package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.longshore.messages.NetworkBinding;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.engine.EngineException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the API tells of a Pod, as sightings of its containers. The words are the node agent's, and
 * not all of them are written down anywhere: what is not known here says nothing.
 */
final class PodAnswers {
  /** Waiting reasons of images that cannot be had. */
  private static final Set<String> NO_IMAGE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "ErrImageNeverPull",
          "InvalidImageName",
          "ImageInspectError",
          "RegistryUnavailable",
          "SignatureValidationFailed");

  /** Waiting reasons of containers that the node's engine refuses. */
  private static final Set<String> REFUSED =
      Set.of(
          "CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError");

  /** Ends of what never began. */
  private static final Set<String> NEVER_BEGAN = Set.of("StartError", "ContainerCannotRun");

  private static final String CONFIGURATION = "CreateContainerConfigError";
  // Then nobody saw the end, and the code that comes with it is made up.
  private static final String UNSEEN = "ContainerStatusUnknown";
  private static final String OUT_OF_MEMORY = "OOMKilled";
  private static final int SIGNALS = 128;

  private PodAnswers() {}

  /**
   * Health is left out: it takes more than one look.
   *
   * @param name in the task definition
   */
  static Sighting sighting(Pod pod, PodPlace place, String name) {
    ContainerStatus status = status(pod, place.container());
    ContainerState state = status == null ? null : status.getState();
    ContainerStateTerminated end = state == null ? null : state.getTerminated();
    Sighting seen = phase(pod, place, name, state, end).digest(digest(status));
    return seen.phase() == Sighting.Phase.CREATED
        ? seen
        : seen.at(address(pod)).bound(bindings(pod, place.container()));
  }

  private static Sighting phase(
      Pod pod,
      PodPlace place,
      String name,
      @Nullable ContainerState state,
      @Nullable ContainerStateTerminated end) {
    String id = place.runtimeId();
    if (end != null && !NEVER_BEGAN.contains(word(end.getReason()))) {
      return Sighting.exited(name, id, exitCode(end))
          .started(time(end.getStartedAt()))
          .ended(time(end.getFinishedAt()), OUT_OF_MEMORY.equals(end.getReason()));
    }
    if (end != null || state == null || state.getRunning() == null) {
      return Sighting.created(name, id);
    }
    Instant since = time(state.getRunning().getStartedAt());
    // A node that is lost has told nothing more of a Pod that was given up meanwhile.
    return isOver(pod)
        ? Sighting.exited(name, id, null).started(since)
        : Sighting.running(name, id).started(since);
  }

  private static @Nullable Integer exitCode(ContainerStateTerminated end) {
    if (end.getExitCode() == null || UNSEEN.equals(end.getReason())) {
      return null;
    }
    boolean signalled = end.getExitCode() == 0 && end.getSignal() != null && end.getSignal() != 0;
    return signalled ? SIGNALS + end.getSignal() : end.getExitCode();
  }

  /** Why a container whose start was asked for will not run; null as long as it may. */
  static @Nullable EngineException trouble(Pod pod, PodPlace place) {
    ContainerStatus status = status(pod, place.container());
    ContainerState state = status == null ? null : status.getState();
    if (state != null && state.getTerminated() != null) {
      ContainerStateTerminated end = state.getTerminated();
      return NEVER_BEGAN.contains(word(end.getReason()))
          ? EngineException.refused(words(end.getReason(), end.getMessage()))
          : null;
    }
    if (isOver(pod) || neverScheduled(pod)) {
      PodStatus why = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
      return EngineException.refused(words(why.getReason(), why.getMessage()));
    }
    ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
    return waiting == null ? null : trouble(waiting, place);
  }

  private static @Nullable EngineException trouble(ContainerStateWaiting waiting, PodPlace place) {
    String reason = word(waiting.getReason());
    String message = word(waiting.getMessage());
    String words = words(reason, message);
    if (NO_IMAGE.contains(reason)) {
      return new EngineException(Problem.IMAGE_MISSING, words);
    }
    boolean ours = message.contains(place.gate()) || message.contains(place.environment());
    boolean hangs = message.toLowerCase(Locale.ROOT).contains("deadline exceeded");
    boolean refused = REFUSED.contains(reason) && !hangs;
    return refused || (reason.equals(CONFIGURATION) && !ours)
        ? EngineException.refused(words)
        : null;
  }

  /** What a container that has not started waits for, for people. */
  static String waitsFor(Pod pod, PodPlace place) {
    ContainerStatus status = status(pod, place.container());
    if (status != null && status.getState() != null && status.getState().getWaiting() != null) {
      ContainerStateWaiting waiting = status.getState().getWaiting();
      return words(waiting.getReason(), waiting.getMessage());
    }
    List<PodCondition> conditions =
        pod.getStatus() == null ? null : pod.getStatus().getConditions();
    for (PodCondition condition : conditions == null ? List.<PodCondition>of() : conditions) {
      if ("PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus())) {
        return words(condition.getReason(), condition.getMessage());
      }
    }
    return "no node has said anything of it yet";
  }

  /** Whether the node waits for a Secret that is there by now; it looks again when told to. */
  static boolean waitsForItsSecrets(Pod pod, PodPlace place) {
    ContainerStatus status = status(pod, place.container());
    ContainerState state = status == null ? null : status.getState();
    return state != null
        && state.getWaiting() != null
        && CONFIGURATION.equals(state.getWaiting().getReason());
  }

  /** Whether nothing of a Pod runs or ever will. */
  static boolean isOver(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }

  /** Whether a Pod was deleted before it had a node: then it never gets one. */
  static boolean neverScheduled(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null && isUnscheduled(pod);
  }

  static boolean isUnscheduled(Pod pod) {
    String node = pod.getSpec().getNodeName();
    return node == null || node.isEmpty();
  }

  static @Nullable ContainerStatus status(Pod pod, String container) {
    List<ContainerStatus> statuses =
        pod.getStatus() == null ? null : pod.getStatus().getContainerStatuses();
    for (ContainerStatus status : statuses == null ? List.<ContainerStatus>of() : statuses) {
      if (container.equals(status.getName())) {
        return status;
      }
    }
    return null;
  }

  private static @Nullable String address(Pod pod) {
    String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    return address == null || address.isEmpty() || address.contains(":") ? null : address;
  }

  /** A Pod's ports are reached at its own address, but for those that it takes of its node. */
  private static List<NetworkBinding> bindings(Pod pod, String container) {
    List<NetworkBinding> bindings = new ArrayList<>();
    String own = address(pod);
    String node = pod.getStatus() == null ? null : pod.getStatus().getHostIP();
    for (Container one : pod.getSpec().getContainers()) {
      if (!one.getName().equals(container) || one.getPorts() == null) {
        continue;
      }
      for (ContainerPort port : one.getPorts()) {
        Integer taken = port.getHostPort();
        String at = taken == null ? own : node;
        if (at != null) {
          bindings.add(
              new NetworkBinding(
                  at,
                  port.getContainerPort(),
                  taken == null ? port.getContainerPort() : taken,
                  "UDP".equals(port.getProtocol()) ? "udp" : "tcp"));
        }
      }
    }
    return bindings;
  }

  /** Of {@code registry/name@sha256:…}; nodes that made an image themselves have none to tell. */
  private static @Nullable String digest(@Nullable ContainerStatus status) {
    String image = status == null ? null : status.getImageID();
    int at = image == null ? -1 : image.indexOf('@');
    return image == null || at < 0 ? null : image.substring(at + 1);
  }

  static @Nullable Instant time(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      Instant at = OffsetDateTime.parse(text).toInstant();
      return at.equals(Instant.EPOCH) ? null : at;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static String word(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String words(@Nullable String reason, @Nullable String message) {
    String both = word(reason) + (word(message).isEmpty() ? "" : ": " + message);
    return both.isEmpty() ? "the Pod was given up without a reason" : both;
  }
}
