package io.longshore.runner;

import io.longshore.runner.engine.Engine;
import io.longshore.runner.engine.EngineException;
import io.longshore.runner.engine.EngineInfo;
import io.longshore.runner.engine.docker.DockerEngine;
import io.longshore.runner.engine.kubernetes.KubernetesEngine;
import io.longshore.runner.engine.kubernetes.KubernetesSettings;
import io.longshore.runner.engine.process.ProcessEngine;
import io.longshore.runner.engine.simulated.SimulatedEngine;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Which driver runs the containers of this process, and why. */
final class EngineChoice {
  private static final Logger LOG = Logger.getLogger(EngineChoice.class);
  // Without an engine the answer is a no at once; this is for one that hangs. A busy host needs two
  // seconds just to load the client, and taking processes instead of its containers would be worse.
  private static final int PROBE_SECONDS = 5;

  private EngineChoice() {}

  static Engine choose(RunnerSettings settings, HostDirectory host) throws RefusedToStartException {
    return switch (settings.driver()) {
      case DOCKER -> said("docker", new DockerEngine(host.hostId(), settings.imagePullBehavior()));
      case PROCESS -> said("process", processes(host));
      case KUBERNETES -> said("kubernetes", pods(settings, host));
      case SIMULATED -> said("simulated", new SimulatedEngine());
      case AUTO -> probe(settings, host);
    };
  }

  private static Engine said(String driver, Engine engine) {
    LOG.infof("Containers are run by the %s driver, as configured.", driver);
    return engine;
  }

  private static Engine pods(RunnerSettings settings, HostDirectory host) {
    return KubernetesEngine.open(
        host.hostId(),
        new KubernetesSettings(
            settings.kubernetesNamespace().orElse(null),
            settings.kubernetesNode().orElse(null),
            settings.kubernetesServiceAccount().orElse(null),
            settings.kubernetesRestricted(),
            settings.imagePullBehavior() == DockerEngine.PullBehavior.ALWAYS,
            settings.stopTimeout()));
  }

  private static Engine probe(RunnerSettings settings, HostDirectory host)
      throws RefusedToStartException {
    String why;
    DockerEngine docker = null;
    try {
      docker = new DockerEngine(host.hostId(), settings.imagePullBehavior());
      EngineInfo info = answer(docker);
      LOG.infof("Containers are run by the docker driver: engine %s answers.", info.version());
      return docker;
    } catch (EngineException e) {
      why = e.words();
    } catch (RuntimeException e) {
      // The client refuses some settings outright, such as a DOCKER_HOST it cannot parse.
      why = String.valueOf(e.getMessage());
    }
    if (docker != null) {
      docker.close();
    }
    LOG.infof("Containers are run as plain processes, because no Docker engine answers (%s).", why);
    return processes(host);
  }

  private static EngineInfo answer(Engine engine) throws EngineException {
    CompletableFuture<EngineInfo> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("engine-probe")
        .start(() -> {
          try {
            answer.complete(engine.info());
          } catch (EngineException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.get(PROBE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw EngineException.refused(
          cause == null ? "no answer" : String.valueOf(cause.getMessage()));
    } catch (TimeoutException e) {
      throw EngineException.refused("none did within " + PROBE_SECONDS + " seconds");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineException.refused("interrupted");
    }
  }

  private static ProcessEngine processes(HostDirectory host) throws RefusedToStartException {
    try {
      return new ProcessEngine(host.hostId(), host.directory());
    } catch (IOException e) {
      throw new RefusedToStartException(
          "The runner cannot use its directory %s: %s.".formatted(host.directory(), e));
    }
  }
}
