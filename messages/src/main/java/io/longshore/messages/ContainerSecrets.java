package io.longshore.messages;

import java.util.List;

/**
 * What a container is given that is in no message: the runner fetches it when it creates the
 * container.
 *
 * @param environmentFiles where files with {@code NAME=value} lines are, earlier ones first in
 *     rank; the definition's own environment comes before all of them
 * @param environment variables whose values are in the secret store
 * @param logOptions options of the log driver whose values are in the secret store
 */
public record ContainerSecrets(
    List<String> environmentFiles, List<Reference> environment, List<Reference> logOptions) {
  public static final ContainerSecrets NONE = new ContainerSecrets(List.of(), List.of(), List.of());

  /**
   * @param name of the variable or option
   * @param valueFrom the name or ARN of the secret (ECS {@code Secret})
   */
  public record Reference(String name, String valueFrom) {}
}
