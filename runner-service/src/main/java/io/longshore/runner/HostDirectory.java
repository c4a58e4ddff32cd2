package io.longshore.runner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

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
      String hostId = configuredHostId.isPresent() ? configuredHostId.get() : kept(directory);
      return new HostDirectory(directory, hostId, channel, lock);
    } catch (IOException e) {
      throw new RefusedToStartException(
          "The runner cannot use its directory %s: %s.".formatted(directory, e.getMessage()));
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
    Path file = directory.resolve("host-id");
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      if (!text.isEmpty()) {
        return text;
      }
    }
    String drawn = UUID.randomUUID().toString().replace("-", "");
    Path draft = directory.resolve("host-id.new");
    Files.writeString(draft, drawn + "\n");
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return drawn;
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
