package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.longshore.messages.ContainerOrdering.HealthCheck;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.PortMapping;
import io.longshore.messages.RunnerId;
import io.longshore.messages.TaskAssignment;
import io.longshore.messages.TaskSpec;
import io.longshore.runner.engine.EngineException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the API is asked for, from what a task definition says: a Pod for a task, and Secrets for
 * each of its containers.
 *
 * <p>The containers of a Pod are there from its creation on, and the node starts them by itself. So
 * each is told to take its environment from two Secrets, which a node waits for: one is made when
 * the container is created, the other, an empty one, when it is to start.
 */
final class PodRequests {
  private static final int UNITS_PER_CORE = 1024;
  private static final int MILLIS_PER_CORE = 1000;
  private static final Pattern VARIABLE = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");

  private PodRequests() {}

  /**
   * @throws EngineException {@code REFUSED} for what Pods do not have and a program would miss
   */
  static Pod pod(
      KubernetesSettings settings, String host, RunnerId runner, TaskAssignment assignment)
      throws EngineException {
    refuseWhatPodsDoNotHave(assignment.spec());
    PodStorage storage = PodStorage.of(assignment.spec());
    List<Container> containers = new ArrayList<>();
    for (ContainerSpec spec : assignment.spec().containers()) {
      containers.add(container(settings, assignment, spec, storage));
    }
    PodSpec spec =
        new PodSpecBuilder()
            .withRestartPolicy("Never")
            .withContainers(containers)
            .withVolumes(storage.volumes())
            .withTerminationGracePeriodSeconds(grace(settings, assignment.spec()))
            .withServiceAccountName(settings.serviceAccount())
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withSecurityContext(PodSecurity.ofThePod(assignment.spec()))
            .build();
    PodNetwork.apply(spec, assignment.spec());
    PodNetwork.place(spec, assignment.spec(), settings.node());
    return new PodBuilder()
        .withNewMetadata()
        .withName(PodPlace.pod(assignment))
        .withNamespace(settings.namespace())
        .withLabels(PodMarks.labels(host, runner, assignment))
        .withAnnotations(PodMarks.annotations(assignment))
        .withFinalizers(PodMarks.FINALIZER)
        .endMetadata()
        .withSpec(spec)
        .build();
  }

  private static void refuseWhatPodsDoNotHave(TaskSpec task) throws EngineException {
    Set<String> ports = new HashSet<>();
    for (ContainerSpec spec : task.containers()) {
      if (task.networkMode().equals("none") || spec.networking().disabled()) {
        throw EngineException.refused("the kubernetes driver has no containers without a network");
      }
      for (PortMapping port : spec.portMappings()) {
        if (!ports.add(port.containerPort() + "/" + port.protocol())) {
          throw EngineException.refused(
              "the containers of a Pod share its ports: two of them want %d/%s"
                  .formatted(port.containerPort(), port.protocol()));
        }
      }
    }
  }

  /** One for the whole Pod: the longest that any of its containers asks for; in seconds. */
  private static long grace(KubernetesSettings settings, TaskSpec task) {
    return task.containers().stream()
        .mapToLong(spec ->
            spec.stopTimeoutSeconds() == null
                ? settings.stopTimeout().toSeconds()
                : spec.stopTimeoutSeconds())
        .map(seconds -> Math.max(1, seconds))
        .max()
        .orElse(1);
  }

  private static Container container(
      KubernetesSettings settings,
      TaskAssignment assignment,
      ContainerSpec spec,
      PodStorage storage)
      throws EngineException {
    PodPlace place = PodPlace.of(assignment, spec.name());
    return new ContainerBuilder()
        .withName(place.container())
        .withImage(spec.imageToRun())
        .withImagePullPolicy(settings.pullsAlways() ? "Always" : "IfNotPresent")
        .withCommand(plain(spec.entryPoint()))
        .withArgs(plain(spec.command()))
        .withWorkingDir(spec.workingDirectory())
        .withEnvFrom(from(place.environment()), from(place.gate()))
        .withPorts(ports(assignment.spec(), spec))
        .withResources(resources(spec))
        .withReadinessProbe(probe(spec.ordering().healthCheck()))
        .withVolumeMounts(storage.mounts(spec))
        .withSecurityContext(PodSecurity.of(spec, settings.restricted()))
        .withStdin(spec.privileges().interactive() ? true : null)
        .withTty(spec.privileges().pseudoTerminal() ? true : null)
        .build();
  }

  /** Kubernetes puts variables in the place of {@code $(NAME)}; Docker takes words as they are. */
  private static List<String> plain(List<String> words) {
    return words.stream().map(word -> word.replace("$", "$$")).toList();
  }

  private static EnvFromSource from(String secret) {
    return new EnvFromSourceBuilder().withNewSecretRef().withName(secret).endSecretRef().build();
  }

  private static List<ContainerPort> ports(TaskSpec task, ContainerSpec spec) {
    return spec.portMappings().stream().map(port -> port(task, port)).toList();
  }

  /** A Pod has an address of its own, so a port of the node is only taken where one is named. */
  private static ContainerPort port(TaskSpec task, PortMapping port) {
    boolean hosts = task.networkMode().equals("host");
    return new ContainerPortBuilder()
        .withContainerPort(port.containerPort())
        .withHostPort(hosts ? Integer.valueOf(port.containerPort()) : fixed(task, port))
        .withProtocol(port.protocol().equals("udp") ? "UDP" : "TCP")
        .build();
  }

  /** With {@code awsvpc} the port of the host is that of the container, at the task's address. */
  private static @Nullable Integer fixed(TaskSpec task, PortMapping port) {
    return port.hostPort() == 0 || task.networkMode().equals("awsvpc") ? null : port.hostPort();
  }

  /** CPU units are a share and no limit, as on ECS; memory has both. */
  private static ResourceRequirements resources(ContainerSpec spec) {
    ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder();
    if (spec.cpu() > 0) {
      int millis = (spec.cpu() * MILLIS_PER_CORE + UNITS_PER_CORE - 1) / UNITS_PER_CORE;
      resources.addToRequests("cpu", new Quantity(millis + "m"));
    }
    Integer reserved =
        spec.memoryReservationMiB() == null ? spec.memoryMiB() : spec.memoryReservationMiB();
    if (reserved != null) {
      resources.addToRequests("memory", new Quantity(reserved + "Mi"));
    }
    if (spec.memoryMiB() != null) {
      resources.addToLimits("memory", new Quantity(spec.memoryMiB() + "Mi"));
    }
    return resources.build();
  }

  /**
   * Readiness is told of a container and does nothing to it, as a health check of ECS; a liveness
   * or startup probe that fails would kill it. See {@link PodHealth} for the rest.
   */
  private static @Nullable Probe probe(@Nullable HealthCheck check) {
    if (check == null) {
      return null;
    }
    List<String> words = check.command().subList(1, check.command().size());
    List<String> command =
        check.command().getFirst().equals("CMD-SHELL")
            ? List.of("/bin/sh", "-c", String.join(" ", words))
            : words;
    return new ProbeBuilder()
        .withNewExec()
        .withCommand(plain(command))
        .endExec()
        .withPeriodSeconds(check.intervalSeconds())
        .withTimeoutSeconds(check.timeoutSeconds())
        .withFailureThreshold(check.retries())
        .withSuccessThreshold(1)
        .build();
  }

  /**
   * What a container is given, values fetched by reference among it. In no Pod, so that who may
   * read Pods does not read it.
   */
  static Secret environment(Pod pod, PodPlace place, ContainerSpec spec) throws EngineException {
    for (String name : spec.environment().keySet()) {
      if (!VARIABLE.matcher(name).matches()) {
        throw EngineException.refused(
            "Kubernetes has no variables of this name: \"%s\"".formatted(name));
      }
    }
    return secret(pod, place.environment(), spec.environment());
  }

  static Secret gate(Pod pod, PodPlace place) {
    return secret(pod, place.gate(), Map.of());
  }

  /** It goes with its Pod: the cluster removes what has no owner any more. */
  private static Secret secret(Pod pod, String name, Map<String, String> values) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(pod.getMetadata().getNamespace())
        .withLabels(Map.of(PodMarks.TASK, pod.getMetadata().getLabels().get(PodMarks.TASK)))
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .build())
        .endMetadata()
        .withType("Opaque")
        .withImmutable(true)
        .withStringData(values)
        .build();
  }

  /** The Pod of another run of the only container of a Pod. */
  static Pod again(Pod first, int run, String name) {
    Pod again =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(first.getMetadata().getNamespace())
            .withLabels(first.getMetadata().getLabels())
            .addToLabels(PodMarks.RUN, Integer.toString(run))
            .withAnnotations(first.getMetadata().getAnnotations())
            .withFinalizers(PodMarks.FINALIZER)
            .endMetadata()
            .withSpec(first.getSpec())
            .build();
    again.getSpec().setActiveDeadlineSeconds(null);
    again.getSpec().setNodeName(null);
    return again;
  }
}
