package io.longshore.runner.secrets;

import io.longshore.messages.EnvironmentFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files with {@code NAME=value} lines, as the ECS developer guide has them. */
public final class EnvironmentFiles {
  /** More would not fit into what an operating system gives a process. */
  static final int MOST_BYTES = 256 * 1024;

  private final Folder buckets;
  private final List<Path> folders;

  /**
   * @param buckets has a folder for each bucket, and in it its objects
   * @param folders below which files of the host may be named
   */
  public EnvironmentFiles(Path buckets, List<Path> folders) {
    this.buckets = new Folder(buckets);
    this.folders = folders.stream().map(path -> path.toAbsolutePath().normalize()).toList();
  }

  /**
   * The variables of a file, the last value of each.
   *
   * @throws ProvisionException if it is not there, may not be named, or cannot be read
   */
  Map<String, String> read(EnvironmentFile reference) throws ProvisionException {
    String bucket = reference.bucket();
    Path file =
        bucket == null
            ? onTheHost(reference.path())
            : buckets.find(bucket + "/" + reference.path());
    if (file == null) {
      throw ProvisionException.lasting("there is no such file");
    }
    return parse(Bounded.text(Folder.read(file, MOST_BYTES), MOST_BYTES));
  }

  private @Nullable Path onTheHost(String path) throws ProvisionException {
    for (Path folder : folders) {
      String prefix = folder.endsWith("/") ? "/" : folder + "/";
      if (path.startsWith(prefix)) {
        return new Folder(folder).find(path.substring(prefix.length()));
      }
    }
    throw ProvisionException.lasting("it is below none of the folders that may be named");
  }

  /** Blanks and quotation marks belong to the value. Lines without a name or a value are none. */
  static Map<String, String> parse(String text) {
    Map<String, String> variables = new LinkedHashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int equals = line.indexOf('=');
          if (equals > 0 && equals < line.length() - 1) {
            variables.put(line.substring(0, equals), line.substring(equals + 1));
          }
        });
    return variables;
  }
}
