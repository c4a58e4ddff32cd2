package io.longshore.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
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
  // Built, not imported: the client library sends an import without its archive.
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY bin /bin
      ENV PATH=/bin
      CMD ["/bin/sh"]
      """;

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
      docker
          .buildImageCmd(new ByteArrayInputStream(archive(busybox)))
          .withTags(Set.of(NAME))
          .exec(new BuildImageResultCallback())
          .awaitImageId();
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
}
