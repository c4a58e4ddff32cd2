package io.longshore.runner.secrets;

import io.longshore.messages.SecretReference;

/**
 * Where the values of secrets are. Safe for use by any number of threads; its calls block, and each
 * has a bound.
 */
@FunctionalInterface
public interface SecretStore {
  /**
   * The whole value, whatever member of it is meant.
   *
   * @throws ProvisionException if there is none, or it cannot be had now
   */
  String fetch(SecretReference reference) throws ProvisionException;
}
