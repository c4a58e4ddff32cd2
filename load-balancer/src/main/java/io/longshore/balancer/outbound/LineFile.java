package io.longshore.balancer.outbound;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to. Before each write it is looked whether the path still leads to
 * it: who rotates it may rename, remove or empty it, and has to tell nobody.
 */
public final class LineFile implements LineSink {
  private static final Logger LOG = Logger.getLogger(LineFile.class);

  private final Path path;
  private final long limit;
  private @Nullable FileChannel channel;
  private @Nullable Object key;

  /**
   * @param limit bytes after which it becomes {@code path.1} in the place of the one before, and
   *     begins anew; 0 for any number
   */
  public LineFile(Path path, long limit) {
    this.path = path;
    this.limit = limit;
  }

  @Override
  public void write(ByteBuffer lines) throws IOException {
    try {
      FileChannel to = open();
      while (lines.hasRemaining()) {
        to.write(lines);
      }
    } catch (IOException e) {
      // Another one may be had when this one cannot be used again.
      close();
      throw e;
    }
  }

  private FileChannel open() throws IOException {
    FileChannel now = channel;
    if (now != null && Objects.equals(key, keyOf(path))) {
      if (limit == 0 || now.size() < limit) {
        return now;
      }
      Path before = path.resolveSibling(path.getFileName() + ".1");
      Files.move(path, before, StandardCopyOption.REPLACE_EXISTING);
    }
    close();
    FileChannel next = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    channel = next;
    key = keyOf(path);
    return next;
  }

  /** What tells a file from another one with its name; null when there is none. */
  private static @Nullable Object keyOf(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void close() {
    FileChannel now = channel;
    channel = null;
    if (now != null) {
      try {
        now.close();
      } catch (IOException e) {
        LOG.debugf("%s could not be closed: %s", path, e);
      }
    }
  }
}
