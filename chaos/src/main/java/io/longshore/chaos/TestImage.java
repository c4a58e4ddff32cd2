package io.longshore.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** The image of the tests, made of this machine's static busybox where it is missing. */
public final class TestImage {
  public static final String NAME = "longshore-test/busybox:1";

  private static final List<Path> BUSYBOX =
      List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"), Path.of("/bin/busybox.static"));
  private static final List<String> APPLETS =
      List.of("sh", "sleep", "true", "false", "echo", "cat", "env", "httpd", "kill", "mkdir");

  private TestImage() {}

  public static void ensure(DockerClient docker) {
    try {
      docker.inspectImageCmd(NAME).exec();
    } catch (NotFoundException e) {
      Path busybox =
          BUSYBOX.stream()
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow(() ->
                  new AssertionError(
                      "The engine has no image "
                          + NAME
                          + " and this machine no busybox to make it of."));
      String[] name = NAME.split(":", 2);
      docker
          .createImageCmd(name[0], new ByteArrayInputStream(archive(busybox)))
          .withTag(name[1])
          .exec();
    }
  }

  private static byte[] archive(Path busybox) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] program = Files.readAllBytes(busybox);
      TarArchiveEntry file = new TarArchiveEntry("bin/busybox");
      file.setMode(0755);
      file.setSize(program.length);
      tar.putArchiveEntry(file);
      tar.write(program);
      tar.closeArchiveEntry();
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
}
