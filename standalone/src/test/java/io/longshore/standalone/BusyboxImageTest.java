package io.longshore.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.HostConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An engine that has no image and can pull none still runs the demo. */
class BusyboxImageTest {
  private static final String NAME = "longshore-test/made-for-the-demo:1";

  private static boolean answers(DockerClient docker) {
    try {
      docker.pingCmd().exec();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Test
  void anImageOfThisMachinesBusyboxRunsAShell() {
    Path busybox = BusyboxImage.busybox().orElse(null);
    boolean required = "true".equals(System.getenv("LONGSHORE_REQUIRE_ENGINE"));
    assumeTrue(required || busybox != null, "a static busybox");
    assertThat(busybox).isNotNull();
    DockerClient docker = DemoImage.Docker.connect();
    try {
      assumeTrue(required || answers(docker), "a Docker engine");
      BusyboxImage.make(docker, busybox, NAME, List.of("sh", "sleep"));
      String id =
          docker
              .createContainerCmd(NAME)
              .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
              .withCmd("sh", "-c", "sleep 0 && exit 3")
              .exec()
              .getId();
      docker.startContainerCmd(id).exec();
      assertThat(
              docker.waitContainerCmd(id).exec(new WaitContainerResultCallback()).awaitStatusCode())
          .isEqualTo(3);
      docker.removeContainerCmd(id).exec();
      docker.removeImageCmd(NAME).exec();
    } finally {
      DemoImage.Docker.close(docker);
    }
  }
}
