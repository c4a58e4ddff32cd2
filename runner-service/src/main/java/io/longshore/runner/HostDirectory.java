package io.longshore.runner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The runner's own directory, for as long as this process has it to itself: two processes that
 * think they are the same host would each stop what the other starts.
 */
final class HostDirectory implements AutoCloseable {
  private final Path directory;
  private final String hostId;
  private final FileChannel channel;
  private final FileLock lock;

  private HostDirectory(Path directory, String hostId, FileChannel channel, FileLock lock) {
    this.directory = directory;
    this.hostId = hostId;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * @param configuredHostId takes the place of the kept one
   * @throws RefusedToStartException if another process has the directory, or nobody can write it
   */
  static HostDirectory open(Path data, Optional<String> configuredHostId)
      throws RefusedToStartException {
    Path directory = data.toAbsolutePath().normalize();
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new RefusedToStartException(
            "Another runner is using %s: stop it, or give this one a directory of its own with LONGSHORE_RUNNER_DATA."
                .formatted(directory));
      }
      try {
        String hostId = configuredHostId.isPresent() ? configuredHostId.get() : kept(directory);
        return new HostDirectory(directory, hostId, channel, lock);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new RefusedToStartException(
          "The runner cannot use its directory %s: %s.".formatted(directory, e));
    }
  }

  @SuppressWarnings("NullAway") // tryLock says by null that another process has the lock.
  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String kept(Path directory) throws IOException {
    return kept(directory.resolve("host-id"), () -> UUID.randomUUID().toString().replace("-", ""));
  }

  private static String kept(Path file, Supplier<String> drawn) throws IOException {
    String known = read(file);
    if (!known.isEmpty()) {
      return known;
    }
    String fresh = drawn.get();
    write(file, fresh);
    return fresh;
  }

  /** Empty if there is none. */
  private static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : "";
  }

  /** Whole or not at all, and for nobody else's eyes. */
  private static void write(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(draft, text + "\n");
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Drawn at the first start: 256 bits of chance, in hexadecimal digits. */
  String metadataSecret() throws IOException {
    return kept(
        directory.resolve("metadata-secret"),
        () -> {
          byte[] chance = new byte[32];
          new SecureRandom().nextBytes(chance);
          return HexFormat.of().formatHex(chance);
        });
  }

  /** The port containers were told last; 0 for none. */
  int metadataPort() throws IOException {
    String text = read(directory.resolve("metadata-port"));
    return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
  }

  void keepMetadataPort(int port) throws IOException {
    write(directory.resolve("metadata-port"), Integer.toString(port));
  }

  Path directory() {
    return directory;
  }

  String hostId() {
    return hostId;
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
