package io.longshore.runner.secrets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A folder out of which files are given to whoever knows their names. No name leads out of it,
 * neither by dots nor by links.
 */
record Folder(Path root) {

  /**
   * The file of that name; null if there is none.
   *
   * @param name parts separated by slashes
   */
  @Nullable Path find(String name) throws ProvisionException {
    boolean odd =
        Arrays.stream(name.split("/", -1))
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (odd || name.indexOf(0) >= 0) {
      throw ProvisionException.lasting("its name has empty parts or dots for parts");
    }
    try {
      Path real = root.toRealPath();
      Path file = real.resolve(name).toRealPath();
      if (!file.startsWith(real)) {
        throw ProvisionException.lasting("its name leads out of the folder of such files");
      }
      return Files.isRegularFile(file) ? file : null;
    } catch (NoSuchFileException e) {
      return null;
    } catch (InvalidPathException e) {
      throw ProvisionException.lasting("no file of this host can have its name");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  static byte[] read(Path file, int mostBytes) throws ProvisionException {
    try (InputStream stream = Files.newInputStream(file)) {
      return Bounded.read(stream, mostBytes);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** By its class: what it says has paths of this host in it. */
  static ProvisionException unreadable(IOException e) {
    return e instanceof AccessDeniedException
        ? ProvisionException.lasting("the runner may not read its file")
        : ProvisionException.passing(
            "its file cannot be read (%s)".formatted(e.getClass().getSimpleName()));
  }
}
