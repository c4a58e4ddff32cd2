package io.longshore.runner.engine.kubernetes;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.longshore.runner.core.Problem;
import io.longshore.runner.engine.EngineException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls to the API, each of which may be repeated, and its failures in our words. */
record PodCalls(KubernetesClient client, String namespace) {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  private static final PatchContext STEPS = PatchContext.of(PatchType.JSON);
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERRORS = 500;

  @FunctionalInterface
  interface Call<T> {
    T make();
  }

  String version() throws EngineException {
    return asking(() -> client.getKubernetesVersion().getGitVersion());
  }

  /** All, or the one of this name. */
  List<Node> nodes(@Nullable String name) throws EngineException {
    if (name == null) {
      return asking(() -> client.nodes().list().getItems());
    }
    Node node = asking(() -> client.nodes().withName(name).get());
    return node == null ? List.of() : List.of(node);
  }

  /** Null if there is none. */
  @Nullable Pod get(String name) throws EngineException {
    return asking(() -> client.pods().inNamespace(namespace).withName(name).get());
  }

  /** Everything of a host's, as the API has it now and not as some cache does. */
  PodList list(String host) throws EngineException {
    return asking(() ->
        client.pods().inNamespace(namespace).withLabel(PodMarks.HOST, PodMarks.host(host)).list());
  }

  /** From a version on. */
  Watch watch(String host, String version, Watcher<Pod> watcher) throws EngineException {
    return asking(() ->
        client
            .pods()
            .inNamespace(namespace)
            .withLabel(PodMarks.HOST, PodMarks.host(host))
            .watch(new ListOptionsBuilder().withResourceVersion(version).build(), watcher));
  }

  /** The Pod as it is now, which may be one that was there before. */
  Pod create(Pod pod) throws EngineException {
    try {
      return client.pods().inNamespace(namespace).resource(pod).create();
    } catch (KubernetesClientException e) {
      Pod earlier = e.getCode() == CONFLICT ? get(pod.getMetadata().getName()) : null;
      if (earlier == null) {
        throw failure(e);
      }
      return earlier;
    }
  }

  /** One that is there before is left as it is. */
  void create(Secret secret) throws EngineException {
    try {
      client.secrets().inNamespace(namespace).resource(secret).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) {
        throw failure(e);
      }
    }
  }

  /** Null if there is no such Pod. */
  @Nullable Pod annotate(String pod, Map<String, String> annotations) throws EngineException {
    Map<String, ?> patch = Map.of("metadata", Map.of("annotations", annotations));
    return patch(pod, client.getKubernetesSerialization().asJson(patch));
  }

  /**
   * Ends a Pod that a node has, with its signal and its grace, and leaves it there: a deletion
   * would take what its containers wrote. A Pod's deadline may be set at any time (kubernetes.io,
   * "Pod update and replacement").
   */
  void end(String pod) throws EngineException {
    var unused = patch(pod, "{\"spec\":{\"activeDeadlineSeconds\":1}}");
  }

  private @Nullable Pod patch(String pod, String json) throws EngineException {
    try {
      return client.pods().inNamespace(namespace).withName(pod).patch(MERGE, json);
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) {
        return null;
      }
      throw failure(e);
    }
  }

  /**
   * @param graceSeconds null for the Pod's own
   */
  void delete(String pod, @Nullable Long graceSeconds) throws EngineException {
    try {
      var named = client.pods().inNamespace(namespace).withName(pod);
      var unused =
          graceSeconds == null ? named.delete() : named.withGracePeriod(graceSeconds).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw failure(e);
      }
    }
  }

  /**
   * Deletes a Pod and lets go of it. It is gone when everybody else who holds it has let go, too.
   */
  void remove(String name) throws EngineException {
    delete(name, null);
    Pod pod = get(name);
    int place = pod == null ? -1 : pod.getMetadata().getFinalizers().indexOf(PodMarks.FINALIZER);
    if (place >= 0) {
      letGo(name, "/metadata/finalizers/" + place);
    }
  }

  /** Others hold it and let go at any time: only if ours is still at this place (RFC 6902, 4.6). */
  private void letGo(String pod, String place) throws EngineException {
    String steps =
        "[{\"op\":\"test\",\"path\":\"%s\",\"value\":\"%s\"},{\"op\":\"remove\",\"path\":\"%s\"}]"
            .formatted(place, PodMarks.FINALIZER, place);
    try {
      var unused = client.pods().inNamespace(namespace).withName(pod).patch(STEPS, steps);
    } catch (KubernetesClientException e) {
      if (e.getCode() == UNPROCESSABLE) {
        throw new EngineException(Problem.UNREACHABLE, words(e), e);
      }
      if (e.getCode() != NOT_FOUND) {
        throw failure(e);
      }
    }
  }

  private static <T> T asking(Call<T> call) throws EngineException {
    try {
      return call.make();
    } catch (KubernetesClientException e) {
      throw failure(e);
    } catch (RuntimeException e) {
      throw new EngineException(Problem.UNREACHABLE, words(e), e);
    }
  }

  /** What the API understood and refused stays refused; everything else is asked again. */
  static EngineException failure(KubernetesClientException e) {
    int code = e.getCode();
    boolean refused =
        code >= 400 && code < SERVER_ERRORS && code != UNAUTHORIZED && code != TOO_MANY;
    return new EngineException(refused ? Problem.REFUSED : Problem.UNREACHABLE, words(e), e);
  }

  private static String words(KubernetesClientException e) {
    String said = e.getStatus() == null ? null : e.getStatus().getMessage();
    return said != null && !said.isEmpty() ? said : words((Throwable) e);
  }

  /** Those of what is at the bottom of it, by its name if it has none: a client's tell little. */
  static String words(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null || message.isEmpty() ? root.getClass().getSimpleName() : message;
  }
}
