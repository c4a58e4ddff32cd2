package io.longshore.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file whose lock a child holds for as long as it lives, so that no two of them share a data
 * directory. The operating system gives the lock back when its holder dies.
 */
final class DataLock {
  private DataLock() {}

  /** The file to lock, made when it is missing. */
  static FileChannel open(Path data) throws IOException {
    return FileChannel.open(
        data.resolve("embedded.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
