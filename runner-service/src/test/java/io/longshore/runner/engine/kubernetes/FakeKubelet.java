package io.longshore.runner.engine.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.longshore.runner.inbound.MetadataServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one node: the mock server has the API, and this is the agent of the node, with
 * containers that are entries in memory. What a container does its first argument says:
 *
 * <ul>
 *   <li>{@code runs}, until it is stopped;
 *   <li>{@code exits CODE}, {@code eats} (all memory, and is killed for it);
 *   <li>{@code stubborn}: heeds no signal; {@code ails}: its check passes, and then does not;
 *   <li>{@code writes N}, and ends; {@code writes N holds}: and runs on;
 *   <li>{@code missing}: there is no such program; {@code nowhere}: there is no such image.
 * </ul>
 *
 * All of it happens on one thread, as it is told to or as its time comes.
 */
public final class FakeKubelet implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(FakeKubelet.class);
  private static final int SOON_MILLIS = 20;
  private static final int LATER_MILLIS = 150;
  private static final String ADDRESS = "10.1.0.7";

  private final FakeApi api = new FakeApi();
  private final HttpServer logServer;
  private final ExecutorService logThreads = Executors.newVirtualThreadPerTaskExecutor();
  private final KubernetesClient client;
  private final Watch watch;
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(
          work -> Thread.ofPlatform().name("fake-kubelet").daemon().unstarted(work));
  private final Map<String, Begun> processes = new HashMap<>();
  private volatile boolean schedules = true;

  /** A container that was begun. */
  private static final class Begun {
    final String[] words;
    final Instant started = Instant.now();
    final List<String> log = new ArrayList<>();
    boolean ready;
    boolean signalled;
    @Nullable Integer exit;
    @Nullable String reason;
    @Nullable Instant finished;

    Begun(List<String> words) {
      this.words = words.toArray(String[]::new);
    }
  }

  public FakeKubelet() throws IOException {
    takeTheLimitsOfTheMetadataServer();
    logServer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    logServer.setExecutor(logThreads);
    logServer.createContext("/", this::serveLog);
    logServer.start();
    client = api.client(FakeApi.AS_NODE);
    watch = client.pods().inAnyNamespace().watch(new Reader());
  }

  /** See the fake of Docker's: the JDK's HTTP server reads its limits once in a process. */
  private static void takeTheLimitsOfTheMetadataServer() {
    try {
      Class.forName(MetadataServer.class.getName());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  public FakeApi api() {
    return api;
  }

  /** Behind the driver's back. */
  public KubernetesClient client() {
    return client;
  }

  /** For a driver; logs come from the node. */
  public KubernetesClient driversClient() {
    return api.client(
        new Interceptor() {
          @Override
          public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            URI uri = request.uri();
            if (uri.getPath().endsWith("/log")) {
              builder.uri(
                  URI.create(
                      "http://127.0.0.1:%d%s?%s"
                          .formatted(
                              logServer.getAddress().getPort(), uri.getPath(), uri.getQuery())));
            }
          }
        });
  }

  /** Whether Pods get a node from now on. */
  public void schedules(boolean next) {
    schedules = next;
  }

  private final class Reader implements Watcher<Pod> {
    @Override
    public void eventReceived(Action action, Pod pod) {
      if (action == Action.ADDED || action == Action.MODIFIED) {
        look(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), 0);
      }
    }

    @Override
    public void onClose(WatcherException cause) {}
  }

  private void look(String namespace, String name, long millis) {
    var unused =
        loop.schedule(
            () -> {
              try {
                sync(namespace, name);
              } catch (KubernetesClientException e) {
                // It has changed meanwhile, or is gone: the watch says so next.
                LOG.debugf("Pod %s is looked at again: %s", name, e.getMessage());
              } catch (RuntimeException e) {
                LOG.errorf(e, "The fake node does not understand Pod %s.", name);
              }
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  private void sync(String namespace, String name) {
    Pod pod = client.pods().inNamespace(namespace).withName(name).get();
    if (pod == null) {
      return;
    }
    if (PodAnswers.isUnscheduled(pod)) {
      if (schedules && pod.getMetadata().getDeletionTimestamp() == null) {
        String bind = "{\"spec\":{\"nodeName\":\"node-1\"}}";
        client
            .pods()
            .inNamespace(namespace)
            .withName(name)
            .patch(PatchContext.of(PatchType.JSON_MERGE), bind);
      }
      return;
    }
    boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
    boolean ending = deleted || pod.getSpec().getActiveDeadlineSeconds() != null;
    List<ContainerStatus> statuses = new ArrayList<>();
    for (Container container : pod.getSpec().getContainers()) {
      String key = key(pod, container.getName());
      ContainerState waiting = null;
      if (!processes.containsKey(key) && !PodAnswers.isOver(pod)) {
        waiting = ending ? waiting("ContainerCreating", "") : begin(pod, container, key);
      }
      Begun process = processes.get(key);
      if (process != null && ending) {
        end(pod, process, deleted);
      }
      statuses.add(status(container, process, waiting));
    }
    tell(pod, statuses, ending);
  }

  private static String key(Pod pod, String container) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName() + "/" + container;
  }

  /** Null if it could be begun. */
  private @Nullable ContainerState begin(Pod pod, Container container, String key) {
    if (container.getArgs().getFirst().equals("nowhere")) {
      return waiting("ErrImagePull", "manifest for " + container.getImage() + " not found");
    }
    for (EnvFromSource source : container.getEnvFrom()) {
      String secret = source.getSecretRef().getName();
      String namespace = pod.getMetadata().getNamespace();
      if (client.secrets().inNamespace(namespace).withName(secret).get() == null) {
        return waiting("CreateContainerConfigError", "secret \"%s\" not found".formatted(secret));
      }
    }
    Begun process = new Begun(container.getArgs());
    processes.put(key, process);
    switch (process.words[0]) {
      case "runs" -> {
        // It has nothing to do.
      }
      case "exits" -> exit(pod, process, Integer.parseInt(process.words[1]), "Error", SOON_MILLIS);
      case "eats" -> exit(pod, process, 137, "OOMKilled", SOON_MILLIS);
      case "stubborn" -> ready(pod, process, true, SOON_MILLIS);
      case "ails" -> {
        ready(pod, process, true, SOON_MILLIS);
        ready(pod, process, false, LATER_MILLIS);
      }
      case "writes" -> {
        for (int i = 1; i <= Integer.parseInt(process.words[1]); i++) {
          process.log.add(Instant.now().plusNanos(i) + " line " + i + "\n");
        }
        if (process.words.length == 2) {
          exit(pod, process, 0, "Completed", SOON_MILLIS);
        }
      }
      case "missing" -> {
        process.exit = 128;
        process.reason = "StartError";
      }
      default -> throw new AssertionError("no such program: " + process.words[0]);
    }
    return null;
  }

  private void exit(Pod pod, Begun process, int code, String reason, long millis) {
    after(
        pod,
        millis,
        () -> {
          if (process.exit == null) {
            process.exit = code;
            process.reason = code == 0 ? "Completed" : reason;
            process.finished = Instant.now();
          }
        });
  }

  private void ready(Pod pod, Begun process, boolean ready, long millis) {
    after(pod, millis, () -> process.ready = ready);
  }

  private void after(Pod pod, long millis, Runnable change) {
    var unused =
        loop.schedule(
            () -> {
              change.run();
              look(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), 0);
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  private void end(Pod pod, Begun process, boolean deleted) {
    boolean heeds = !process.words[0].equals("stubborn");
    long grace = deleted ? 1 : pod.getSpec().getTerminationGracePeriodSeconds();
    if (heeds && !process.signalled) {
      exit(pod, process, 143, "Error", SOON_MILLIS);
    } else if (!heeds && (!process.signalled || deleted)) {
      exit(pod, process, 137, "Error", TimeUnit.SECONDS.toMillis(grace));
    }
    process.signalled = true;
  }

  private static ContainerState waiting(String reason, String message) {
    return new ContainerStateBuilder()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .build();
  }

  private static ContainerStatus status(
      Container container, @Nullable Begun process, @Nullable ContainerState waiting) {
    ContainerStatusBuilder status =
        new ContainerStatusBuilder()
            .withName(container.getName())
            .withImage(container.getImage())
            .withImageID("docker.io/library/test@sha256:" + "0".repeat(64))
            .withReady(false)
            .withRestartCount(0);
    if (process == null) {
      return status.withState(waiting == null ? waiting("ContainerCreating", "") : waiting).build();
    }
    if (process.exit == null) {
      boolean checked = container.getReadinessProbe() != null;
      return status
          .withReady(!checked || process.ready)
          .withNewState()
          .withNewRunning(process.started.toString())
          .endState()
          .build();
    }
    return status
        .withNewState()
        .withNewTerminated()
        .withExitCode(process.exit)
        .withReason(process.reason)
        .withMessage(
            "StartError".equals(process.reason) ? "exec: \"missing\": not found in $PATH" : null)
        .withStartedAt(process.started.toString())
        .withFinishedAt(String.valueOf(process.finished))
        .endTerminated()
        .endState()
        .build();
  }

  private void tell(Pod pod, List<ContainerStatus> statuses, boolean ending) {
    boolean running = statuses.stream().anyMatch(s -> s.getState().getRunning() != null);
    boolean waits = statuses.stream().anyMatch(s -> s.getState().getWaiting() != null);
    boolean well =
        statuses.stream()
            .allMatch(s ->
                s.getState().getTerminated() != null
                    && s.getState().getTerminated().getExitCode() == 0);
    String phase =
        running
            ? "Running"
            : waits && !ending ? "Pending" : well && !ending ? "Succeeded" : "Failed";
    PodStatus status =
        new PodStatusBuilder()
            .withPhase(phase)
            .withReason(ending && !running ? "DeadlineExceeded" : null)
            .withPodIP(ADDRESS)
            .withHostIP("10.0.0.1")
            .withContainerStatuses(statuses)
            .build();
    if (!status.equals(pod.getStatus())) {
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .editStatus(now -> new PodBuilder(now).withStatus(status).build());
    }
  }

  private void serveLog(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    String query = exchange.getRequestURI().getQuery();
    String container = query.replaceFirst(".*container=([^&]*).*", "$1");
    boolean follow = query.contains("follow=true");
    String key = path[4] + "/" + path[6] + "/" + container;
    Begun process = onLoop(() -> processes.get(key));
    if (process == null) {
      exchange.sendResponseHeaders(400, -1);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      int told = 0;
      boolean more = true;
      while (more) {
        // The end is looked at before the log, so that nothing is written after the last look.
        boolean ended = onLoop(() -> process.exit != null);
        for (String line :
            onLoop(() -> List.copyOf(process.log)).subList(told, process.log.size())) {
          body.write(line.getBytes(StandardCharsets.UTF_8));
          told++;
        }
        body.flush();
        more = follow && !ended;
        if (more) {
          onLoopLater();
        }
      }
    }
  }

  private <T> T onLoop(Callable<T> question) throws IOException {
    try {
      return loop.submit(question).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    }
  }

  /** Returns a moment later. */
  private void onLoopLater() throws IOException {
    try {
      loop.schedule(() -> {}, SOON_MILLIS, TimeUnit.MILLISECONDS).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    watch.close();
    loop.shutdownNow();
    client.close();
    logServer.stop(0);
    logThreads.shutdownNow();
    api.close();
  }
}
