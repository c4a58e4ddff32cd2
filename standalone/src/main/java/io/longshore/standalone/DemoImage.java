package io.longshore.standalone;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * An image with a shell for the demo: one that the engine has already, or one made on the spot of
 * this machine's static busybox, so that the demo needs no network where it can do without.
 */
record DemoImage(String name, String origin) {
  private static final List<String> PREFERRED =
      List.of("busybox:latest", "longshore-test/busybox:1", "alpine:latest");
  private static final String OWN = "longshore-demo/busybox";
  private static final List<Path> STATIC_BUSYBOX =
      List.of(
          Path.of("/bin/busybox"),
          Path.of("/usr/bin/busybox"),
          Path.of("/bin/busybox.static"),
          Path.of("/sbin/busybox"));
  private static final List<String> APPLETS = List.of("sh", "sleep", "true", "false", "echo");

  // Built, not imported: the client library sends an import without its archive.
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY bin /bin
      ENV PATH=/bin
      CMD ["/bin/sh"]
      """;

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
      Optional<Path> busybox = STATIC_BUSYBOX.stream().filter(DemoImage::isStatic).findFirst();
      if (busybox.isPresent()) {
        make(docker, busybox.get(), OWN + ":1");
        return new DemoImage(OWN + ":1", "made of " + busybox.get());
      }
      return new DemoImage("busybox:latest", "to be pulled by the runner");
    } finally {
      Docker.close(docker);
    }
  }

  /** Makes an image of nothing but a busybox. */
  static void make(DockerClient docker, Path busybox, String name) {
    docker
        .buildImageCmd(new ByteArrayInputStream(archive(busybox)))
        .withTags(Set.of(name))
        .exec(new BuildImageResultCallback())
        .awaitImageId();
  }

  private static boolean has(DockerClient docker, String name) {
    try {
      docker.inspectImageCmd(name).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Whether the file is an ELF program without an interpreter, and so runs in an empty image. */
  static boolean isStatic(Path file) {
    try {
      byte[] program = Files.readAllBytes(file);
      if (program.length < 64 || program[0] != 0x7f || program[4] != 2 || program[5] != 1) {
        return false;
      }
      java.nio.ByteBuffer elf =
          java.nio.ByteBuffer.wrap(program).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      // The program headers: where they begin, how long each is, and how many there are.
      int begin = Math.toIntExact(elf.getLong(32));
      int size = elf.getShort(54);
      int count = elf.getShort(56);
      for (int header = 0; header < count; header++) {
        int type = elf.getInt(begin + header * size);
        if (type == 3) {
          return false;
        }
      }
      return true;
    } catch (IOException | ArithmeticException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private static byte[] archive(Path busybox) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "Dockerfile", DOCKERFILE.getBytes(StandardCharsets.UTF_8));
      add(tar, "bin/busybox", Files.readAllBytes(busybox));
      for (String applet : APPLETS) {
        TarArchiveEntry link = new TarArchiveEntry("bin/" + applet, TarConstants.LF_SYMLINK);
        link.setLinkName("busybox");
        tar.putArchiveEntry(link);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry file = new TarArchiveEntry(name);
    file.setMode(0755);
    file.setSize(content.length);
    tar.putArchiveEntry(file);
    tar.write(content);
    tar.closeArchiveEntry();
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
