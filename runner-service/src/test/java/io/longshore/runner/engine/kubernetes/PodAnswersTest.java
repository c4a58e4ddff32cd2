package io.longshore.runner.engine.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.longshore.messages.HealthStatus;
import io.longshore.runner.core.Problem;
import io.longshore.runner.core.Sighting;
import io.longshore.runner.core.Sighting.Phase;
import io.longshore.runner.engine.EngineException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodAnswersTest {
  private static final PodPlace PLACE = new PodPlace("web-1-x", "web");
  private static final Instant BEGIN = Instant.parse("2026-11-29T10:00:00Z");

  private static Pod pod(String phase, @Nullable ContainerState state) {
    return pod(phase, state, false);
  }

  private static Pod pod(String phase, @Nullable ContainerState state, boolean ready) {
    ContainerStatus status =
        new ContainerStatusBuilder()
            .withName("web")
            .withImageID("docker.io/library/nginx@sha256:abc")
            .withReady(ready)
            .withState(state)
            .build();
    return new PodBuilder()
        .withNewMetadata()
        .withName("web-1-x")
        .addToAnnotations("health-patience.longshore.io/web", "30")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web")
        .withNewReadinessProbe()
        .endReadinessProbe()
        .addNewPort()
        .withContainerPort(80)
        .withProtocol("TCP")
        .endPort()
        .addNewPort()
        .withContainerPort(81)
        .withHostPort(8081)
        .withProtocol("UDP")
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .withReason("Evicted")
        .withMessage("the node was low on memory")
        .withPodIP("10.1.2.3")
        .withHostIP("10.0.0.1")
        .withContainerStatuses(status)
        .endStatus()
        .build();
  }

  private static ContainerState running() {
    return new ContainerStateBuilder()
        .withNewRunning()
        .withStartedAt("2026-11-29T10:00:00Z")
        .endRunning()
        .build();
  }

  private static ContainerState ended(int code, String reason, @Nullable Integer signal) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(code)
        .withReason(reason)
        .withSignal(signal)
        .withMessage("words")
        .withStartedAt("2026-11-29T10:00:00Z")
        .withFinishedAt("2026-11-29T10:00:05Z")
        .endTerminated()
        .build();
  }

  private static ContainerState waiting(String reason, String message) {
    return new ContainerStateBuilder()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .build();
  }

  private static Sighting sighting(Pod pod) {
    return PodAnswers.sighting(pod, PLACE, "Web");
  }

  @Test
  void aContainerThatRunsIsToldWithItsAddressAndPorts() {
    Sighting seen = sighting(pod("Running", running()));
    assertThat(seen.phase()).isEqualTo(Phase.RUNNING);
    assertThat(seen.container()).isEqualTo("Web");
    assertThat(seen.runtimeId()).isEqualTo("web-1-x/web");
    assertThat(seen.startedAt()).isEqualTo(BEGIN);
    assertThat(seen.imageDigest()).isEqualTo("sha256:abc");
    assertThat(seen.address()).isEqualTo("10.1.2.3");
    assertThat(seen.networkBindings())
        .extracting(
            b -> b.bindIp() + ":" + b.hostPort() + ">" + b.containerPort() + "/" + b.protocol())
        .containsExactly("10.1.2.3:80>80/tcp", "10.0.0.1:8081>81/udp");
  }

  @Test
  void anEndIsToldWithItsCodeAndTimes() {
    Sighting seen = sighting(pod("Failed", ended(3, "Error", null)));
    assertThat(seen.phase()).isEqualTo(Phase.EXITED);
    assertThat(seen.exitCode()).isEqualTo(3);
    assertThat(seen.startedAt()).isEqualTo(BEGIN);
    assertThat(seen.finishedAt()).isEqualTo(BEGIN.plusSeconds(5));
    assertThat(seen.outOfMemory()).isFalse();
  }

  @Test
  void lackOfMemoryASignalAndAnEndNobodySawAreToldApart() {
    assertThat(sighting(pod("Failed", ended(137, "OOMKilled", null))).outOfMemory()).isTrue();
    assertThat(sighting(pod("Failed", ended(0, "Error", 15))).exitCode()).isEqualTo(143);
    Sighting unseen = sighting(pod("Failed", ended(137, "ContainerStatusUnknown", null)));
    assertThat(unseen.phase()).isEqualTo(Phase.EXITED);
    assertThat(unseen.exitCode()).isNull();
  }

  @Test
  void aPodThatWasGivenUpRunsNoMore() {
    Sighting seen = sighting(pod("Failed", running()));
    assertThat(seen.phase()).isEqualTo(Phase.EXITED);
    assertThat(seen.exitCode()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "ErrImagePull, IMAGE_MISSING",
    "ImagePullBackOff, IMAGE_MISSING",
    "InvalidImageName, IMAGE_MISSING",
    "ErrImageNeverPull, IMAGE_MISSING",
    "CreateContainerError, REFUSED",
    "RunContainerError, REFUSED",
    "CreateContainerConfigError, REFUSED",
    "ContainerCreating, ",
    "PodInitializing, ",
    "SomethingNew, ",
  })
  void whatWillNotRunIsToldFromWhatMay(String reason, @Nullable Problem problem) {
    Pod pod = pod("Pending", waiting(reason, "these words"));
    assertThat(sighting(pod).phase()).isEqualTo(Phase.CREATED);
    EngineException trouble = PodAnswers.trouble(pod, PLACE);
    assertThat(trouble == null ? null : trouble.problem()).isEqualTo(problem);
    if (trouble != null) {
      assertThat(trouble.words()).isEqualTo(reason + ": these words");
    }
  }

  @Test
  void whoWaitsForASecretOfOursOrForABusyNodeMayRun() {
    String message = "secret \"web-1-x-web-start\" not found";
    Pod gated = pod("Pending", waiting("CreateContainerConfigError", message));
    assertThat(PodAnswers.trouble(gated, PLACE)).isNull();
    assertThat(PodAnswers.waitsForItsSecrets(gated, PLACE)).isTrue();
    Pod slow = pod("Pending", waiting("CreateContainerError", "context deadline exceeded"));
    assertThat(PodAnswers.trouble(slow, PLACE)).isNull();
    assertThat(PodAnswers.waitsForItsSecrets(slow, PLACE)).isFalse();
  }

  @Test
  void whatNeverBeganIsNoEnd() {
    Pod pod = pod("Failed", ended(128, "StartError", null));
    assertThat(sighting(pod).phase()).isEqualTo(Phase.CREATED);
    EngineException trouble = PodAnswers.trouble(pod, PLACE);
    assertThat(trouble).isNotNull();
    assertThat(trouble.problem()).isEqualTo(Problem.REFUSED);
    assertThat(trouble.words()).isEqualTo("StartError: words");
  }

  @Test
  void aPodThatANodeDoesNotTakeIsRefusedInItsWords() {
    EngineException trouble = PodAnswers.trouble(pod("Failed", null), PLACE);
    assertThat(trouble).isNotNull();
    assertThat(trouble.words()).isEqualTo("Evicted: the node was low on memory");
  }

  @Test
  void readinessIsHealthAndItsLackMayBeTooEarlyToSay() {
    PodHealth health = new PodHealth();
    assertThat(health(health, false, 10)).isEqualTo(HealthStatus.UNKNOWN);
    assertThat(health(health, false, 31)).isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(health(health, true, 32)).isEqualTo(HealthStatus.HEALTHY);
    PodHealth other = new PodHealth();
    assertThat(health(other, true, 5)).isEqualTo(HealthStatus.HEALTHY);
    assertThat(health(other, false, 10)).isEqualTo(HealthStatus.UNHEALTHY);
    other.forget("web-1-x/web");
    assertThat(health(other, false, 11)).isEqualTo(HealthStatus.UNKNOWN);
  }

  private static @Nullable HealthStatus health(PodHealth health, boolean ready, long seconds) {
    Pod pod = pod("Running", running(), ready);
    ContainerStatus status = pod.getStatus().getContainerStatuses().getFirst();
    return health.of(pod, status, BEGIN, BEGIN.plusSeconds(seconds));
  }
}
