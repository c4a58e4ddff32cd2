package io.longshore.api.core;

import static io.longshore.api.core.EcsException.client;

import io.longshore.messages.ContainerSecrets;
import io.longshore.messages.ContainerSecrets.Reference;
import io.longshore.messages.EnvironmentFile;
import io.longshore.messages.SecretReference;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a container is given by reference. Only the references are ever here. */
final class SecretRules {
  /** ECS's limit for a whole task definition. */
  private static final int MOST_FILES = 10;

  private SecretRules() {}

  static void check(Members container, String name) {
    Set<String> taken = new HashSet<>();
    container.objects("environment").forEach(pair -> taken.add(pair.text("name", "")));
    for (Reference secret : references(container, "secrets", name)) {
      if (!taken.add(secret.name())) {
        throw shared(secret.name());
      }
    }
    references(logConfiguration(container), "secretOptions", name);
    files(container, name);
  }

  /**
   * @param environment names of variables that a call adds to a container with secrets
   */
  static void checkOverride(Collection<String> environment, ContainerSecrets secrets) {
    for (Reference secret : secrets.environment()) {
      if (environment.contains(secret.name())) {
        throw shared(secret.name());
      }
    }
  }

  private static EcsException shared(String name) {
    return client(
        "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'."
            .formatted(Rules.shown(name)));
  }

  static void checkTogether(List<Members> containers) {
    int files = containers.stream().mapToInt(c -> c.objects("environmentFiles").size()).sum();
    if (files > MOST_FILES) {
      throw client(
          "A task definition must have at most %d environmentFiles, not %d."
              .formatted(MOST_FILES, files));
    }
  }

  static ContainerSecrets spec(Members container) {
    String name = container.text("name", "");
    return new ContainerSecrets(
        files(container, name),
        references(container, "secrets", name),
        references(logConfiguration(container), "secretOptions", name));
  }

  private static Members logConfiguration(Members container) {
    Members log = container.object("logConfiguration");
    return log == null ? Members.NONE : log;
  }

  /** Also of overrides, whose files take the place of the definition's. */
  static List<String> files(Members container, String name) {
    List<Members> given = container.objects("environmentFiles");
    for (Members file : given) {
      if (!file.text("type", "").equals("s3")) {
        throw client(
            "environmentFiles.type of container '%s' must be s3, not '%s'."
                .formatted(name, Rules.shown(file.text("type", ""))));
      }
      try {
        EnvironmentFile.parse(file.text("value", ""));
      } catch (IllegalArgumentException e) {
        throw invalid("environmentFiles.value", name, file.text("value", ""), e);
      }
    }
    return given.stream().map(file -> file.text("value", "")).toList();
  }

  private static List<Reference> references(Members from, String member, String name) {
    List<Reference> references =
        from.objects(member).stream()
            .map(given -> new Reference(given.text("name", ""), given.text("valueFrom", "")))
            .toList();
    for (Reference each : references) {
      if (each.name().isEmpty() || each.name().contains("=") || each.name().indexOf(0) >= 0) {
        throw client(
            "%s of container '%s' has the invalid name '%s'."
                .formatted(member, name, Rules.shown(each.name())));
      }
      try {
        SecretReference.parse(each.valueFrom());
      } catch (IllegalArgumentException e) {
        throw invalid(member + ".valueFrom", name, each.valueFrom(), e);
      }
    }
    return references;
  }

  private static EcsException invalid(
      String member, String name, String value, IllegalArgumentException why) {
    return client(
        "%s of container '%s' is %s: '%s'."
            .formatted(member, name, why.getMessage(), Rules.shown(value)));
  }
}
