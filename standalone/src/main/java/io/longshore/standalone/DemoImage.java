package io.longshore.standalone;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An image with a shell for the demo: one that the engine has already, or one made on the spot of
 * this machine's static busybox, so that the demo needs no network where it can do without.
 */
record DemoImage(String name, String origin) {
  private static final List<String> PREFERRED =
      List.of("busybox:latest", "longshore-test/busybox:1", "alpine:latest");
  private static final String OWN = "longshore-demo/busybox";
  private static final List<String> APPLETS = List.of("sh", "sleep", "true", "false", "echo");

  /** For drivers that look at no image. */
  static DemoImage none() {
    return new DemoImage("none", "no image is needed");
  }

  static DemoImage find() {
    DockerClient docker = Docker.connect();
    try {
      for (String name : PREFERRED) {
        if (has(docker, name)) {
          return new DemoImage(name, "from the engine's cache");
        }
      }
      if (has(docker, OWN + ":1")) {
        return new DemoImage(OWN + ":1", "made of this machine's busybox earlier");
      }
      Optional<Path> busybox = BusyboxImage.busybox();
      if (busybox.isPresent()) {
        BusyboxImage.make(docker, busybox.get(), OWN + ":1", APPLETS);
        return new DemoImage(OWN + ":1", "made of " + busybox.get());
      }
      return new DemoImage("busybox:latest", "to be pulled by the runner");
    } finally {
      Docker.close(docker);
    }
  }

  private static boolean has(DockerClient docker, String name) {
    try {
      docker.inspectImageCmd(name).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** The engine that the environment names, or the one of this machine. */
  static final class Docker {
    private Docker() {}

    static DockerClient connect() {
      DefaultDockerClientConfig config =
          DefaultDockerClientConfig.createDefaultConfigBuilder().build();
      return DockerClientImpl.getInstance(
          config,
          new ZerodepDockerHttpClient.Builder()
              .dockerHost(config.getDockerHost())
              .sslConfig(config.getSSLConfig())
              .build());
    }

    static void close(DockerClient docker) {
      try {
        docker.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
