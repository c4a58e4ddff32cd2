package io.longshore.balancer.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
  @TempDir private Path folder;

  private static void write(LineFile file, String line) throws IOException {
    file.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void linesComeAfterThoseThatAreThere() throws Exception {
    Path path = folder.resolve("access.log");
    Files.writeString(path, "before\n");
    try (LineFile file = new LineFile(path, 0)) {
      write(file, "one");
      write(file, "two");
    }
    assertThat(path).hasContent("before\none\ntwo\n");
  }

  @Test
  void whoeverRotatesItHasToTellNobody() throws Exception {
    Path path = folder.resolve("access.log");
    Path renamed = folder.resolve("access.log.old");
    try (LineFile file = new LineFile(path, 0)) {
      write(file, "one");
      Files.move(path, renamed);
      write(file, "two");
      assertThat(renamed).hasContent("one\n");
      assertThat(path).hasContent("two\n");
      // As logrotate does with copytruncate.
      Files.writeString(path, "");
      write(file, "three");
      assertThat(path).hasContent("three\n");
      Files.delete(path);
      write(file, "four");
      assertThat(path).hasContent("four\n");
      Files.delete(path);
      Files.writeString(path, "made by another\n");
      write(file, "five");
      assertThat(path).hasContent("made by another\nfive\n");
    }
  }

  @Test
  void aLimitKeepsItAndTheOneBefore() throws Exception {
    Path path = folder.resolve("access.log");
    try (LineFile file = new LineFile(path, 8)) {
      for (String line : new String[] {"one", "two", "three", "four", "five", "six"}) {
        write(file, line);
      }
    }
    assertThat(folder.resolve("access.log.1")).hasContent("three\nfour\n");
    assertThat(path).hasContent("five\nsix\n");
    assertThat(folder).isDirectoryNotContaining("glob:**.2");
  }

  @Test
  void aFolderThatIsMissingIsAFailureUntilItIsThere() throws Exception {
    Path path = folder.resolve("later").resolve("access.log");
    try (LineFile file = new LineFile(path, 0)) {
      assertThatThrownBy(() -> write(file, "one")).isInstanceOf(NoSuchFileException.class);
      Files.createDirectory(path.getParent());
      write(file, "two");
    }
    assertThat(path).hasContent("two\n");
  }
}
