package io.longshore.scheduler.core;

import io.longshore.messages.ContainerObservation;
import io.longshore.messages.ContainerSpec;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.ImageVersion;
import io.longshore.messages.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which images the containers of a deployment run. The first task that knows says it for all that
 * start after it, so that a tag that is moved meanwhile takes effect with the next deployment (ECS:
 * container image resolution). What was told first stays.
 */
final class Digests {
  private Digests() {}

  /** What a task knows of its deployment's images, by the names of containers. */
  static Map<String, String> news(Service service, Task task) {
    for (DeploymentState deployment : service.deployments()) {
      if (task.isOf(new Task.DeploymentId(deployment.id()))) {
        return news(deployment, task.seen().containers());
      }
    }
    return Map.of();
  }

  private static Map<String, String> news(
      DeploymentState deployment, List<ContainerObservation> containers) {
    Map<String, String> news = new LinkedHashMap<>();
    for (ContainerObservation seen : containers) {
      String digest = seen.imageDigest();
      if (digest != null && !deployment.images().containsKey(seen.name())) {
        news.put(seen.name(), digest);
      }
    }
    return news;
  }

  /** The service with what has been told of one of its deployments. */
  static Service told(Service service, Task.DeploymentId id, Map<String, String> news) {
    DeploymentState completed = service.rollouts().completed();
    return service
        .withDeployments(service.deployments().stream().map(each -> told(each, id, news)).toList())
        .withRollouts(
            new Service.Rollouts(
                service.rollouts().latest(), completed == null ? null : told(completed, id, news)));
  }

  private static DeploymentState told(
      DeploymentState deployment, Task.DeploymentId id, Map<String, String> news) {
    if (!deployment.id().equals(id.value())) {
      return deployment;
    }
    Map<String, String> images = new LinkedHashMap<>(news);
    images.putAll(deployment.images());
    return deployment.withImages(Map.copyOf(images));
  }

  /** The recipe for a further task of a deployment. */
  static TaskSpec pinned(DeploymentState deployment) {
    TaskSpec spec = deployment.spec();
    if (deployment.images().isEmpty()) {
      return spec;
    }
    return spec.with(
        spec.cpu(),
        spec.memoryMiB(),
        spec.containers().stream()
            .map(container -> pinned(container, deployment.images().get(container.name())))
            .toList());
  }

  private static ContainerSpec pinned(ContainerSpec container, @Nullable String digest) {
    return digest == null || !container.version().consistent()
        ? container
        : container.withVersion(new ImageVersion(true, digest));
  }
}
