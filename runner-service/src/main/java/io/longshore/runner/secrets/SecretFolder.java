package io.longshore.runner.secrets;

import io.longshore.messages.SecretReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * Secrets as files: a parameter {@code /shop/db} is {@code ssm/shop/db}, a secret {@code shop/db}
 * is {@code secretsmanager/shop/db}, whatever region and account its ARN has. The six characters
 * that AWS puts behind the names of secrets may be left out of the file's.
 */
public final class SecretFolder implements SecretStore {
  private static final String SUFFIX_OF_AWS = "-[A-Za-z0-9]{6}$";

  private final Folder folder;

  public SecretFolder(Path folder) {
    this.folder = new Folder(folder);
  }

  @Override
  public String fetch(SecretReference reference) throws ProvisionException {
    if (reference.versioned()) {
      throw ProvisionException.lasting("files have no versions but the current one");
    }
    for (String name : names(reference)) {
      Path file = folder.find(name);
      if (file != null) {
        refuseOpen(file);
        return SecretValue.of(Folder.read(file, SecretValue.MOST_BYTES));
      }
    }
    throw ProvisionException.lasting("there is no such secret");
  }

  private static List<String> names(SecretReference reference) {
    return switch (reference.kind()) {
      case PARAMETER -> List.of("ssm/" + reference.name());
      case SECRET ->
          List.of(
              "secretsmanager/" + reference.name(),
              "secretsmanager/" + reference.name().replaceFirst(SUFFIX_OF_AWS, ""));
    };
  }

  private static void refuseOpen(Path file) throws ProvisionException {
    try {
      Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
      if (allowed.contains(PosixFilePermission.OTHERS_READ)
          || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw ProvisionException.lasting(
            "its file is open to every user of the host: take read and write from others");
      }
    } catch (IOException e) {
      throw Folder.unreadable(e);
    }
  }
}
