package io.longshore.standalone;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
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
 * An image of nothing but this machine's static busybox, for engines that have none and can pull
 * none.
 */
public final class BusyboxImage {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/bin/busybox"),
          Path.of("/usr/bin/busybox"),
          Path.of("/bin/busybox.static"),
          Path.of("/sbin/busybox"));

  // Built, not imported: the client library sends an import without its archive.
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY bin /bin
      ENV PATH=/bin
      CMD ["/bin/sh"]
      """;

  private BusyboxImage() {}

  /** This machine's busybox, if it has one that runs in an empty image. */
  public static Optional<Path> busybox() {
    return PLACES.stream().filter(BusyboxImage::isStatic).findFirst();
  }

  /**
   * Makes the image.
   *
   * @param applets the names under which programs find it, such as {@code sh}
   */
  public static void make(DockerClient docker, Path busybox, String name, List<String> applets) {
    docker
        .buildImageCmd(new ByteArrayInputStream(archive(busybox, applets)))
        .withTags(Set.of(name))
        .exec(new BuildImageResultCallback())
        .awaitImageId();
  }

  /** Whether the file is an ELF program without an interpreter, and so runs in an empty image. */
  private static boolean isStatic(Path file) {
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

  private static byte[] archive(Path busybox, List<String> applets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "Dockerfile", DOCKERFILE.getBytes(StandardCharsets.UTF_8));
      add(tar, "bin/busybox", Files.readAllBytes(busybox));
      for (String applet : applets) {
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
}
