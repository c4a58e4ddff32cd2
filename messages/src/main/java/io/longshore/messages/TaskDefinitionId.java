package io.longshore.messages;

/**
 * One immutable revision of a family, written {@code family:revision}.
 *
 * @param revision counts from 1 within the family and never goes back, not even after a
 *     deregistration
 */
public record TaskDefinitionId(String family, int revision) {
  public TaskDefinitionId {
    Ids.requireName(family);
    if (revision < 1) {
      throw new IllegalArgumentException("a revision counts from 1, not " + revision);
    }
  }

  @Override
  public String toString() {
    return family + ":" + revision;
  }
}
