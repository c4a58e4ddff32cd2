package io.longshore.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A small disk of its own, in memory, that can be filled to the last byte. */
final class Disk implements AutoCloseable {
  // A page: whatever is left when one finds no room is none that a file could grow into.
  private static final int PIECE_BYTES = 4 << 10;

  private final Path at;
  private final Undo mounted;

  private Disk(Path at, Undo mounted) {
    this.at = at;
    this.mounted = mounted;
  }

  /**
   * @param at made when it is missing
   * @throws IOException if nobody may mount one here
   */
  static Disk mount(Path at, int mebibytes) throws IOException, InterruptedException {
    Files.createDirectories(at);
    SystemCommand.run(
        "mount", "-t", "tmpfs", "-o", "size=%dm".formatted(mebibytes), "tmpfs", at.toString());
    // A process that is on its way out may still have a file of it open.
    return new Disk(at, Undo.later("umount", "-l", at.toString()));
  }

  /** Where others have their files. */
  Path data() {
    return at.resolve("data");
  }

  private Path filler() {
    return at.resolve("filler");
  }

  /** Nobody else finds room any more; what is there stays and can be written over. */
  void fill() throws IOException {
    try (OutputStream out =
        Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writeUntilRefused(out);
    }
  }

  private static void writeUntilRefused(OutputStream out) {
    byte[] piece = new byte[PIECE_BYTES];
    try {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      // There is no room left.
    }
  }

  void empty() throws IOException {
    Files.deleteIfExists(filler());
  }

  @Override
  public void close() {
    mounted.close();
  }
}
