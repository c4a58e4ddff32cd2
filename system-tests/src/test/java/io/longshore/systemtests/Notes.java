package io.longshore.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** What containers write down of what they see, in folders of the host's. */
final class Notes {
  private Notes() {}

  /** Makes one that a container's user, whoever that is, may write to. */
  static Path folder(Path parent, String name) throws IOException {
    Path folder = Files.createDirectories(parent.resolve(name));
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /** Empty while there is none. */
  static String read(Path folder, String file) {
    try {
      return Files.readString(folder.resolve(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  static void awaitNote(Path folder, String file, String text) {
    Waiting.forState("'%s' in %s".formatted(text, file), 30)
        .until(() -> read(folder, file).contains(text));
  }
}
