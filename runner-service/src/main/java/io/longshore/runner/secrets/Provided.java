package io.longshore.runner.secrets;

import io.longshore.messages.ContainerSpec;
import java.util.Set;

/**
 * A container definition with everything in it that its container is given. It goes to the engine
 * and nowhere else, and its text says nothing.
 */
public final class Provided {
  // Engines shorten and quote what they complain of.
  private static final int TELLING = 8;
  // Shorter ones are nobody's secret, and are in any sentence.
  private static final int SHORTEST = 4;

  private final ContainerSpec spec;
  private final Set<String> values;

  Provided(ContainerSpec spec, Set<String> values) {
    this.spec = spec;
    this.values = Set.copyOf(values);
  }

  public ContainerSpec spec() {
    return spec;
  }

  /** Whether it has anything in it that its definition has not. */
  public boolean isSecret() {
    return !values.isEmpty();
  }

  /** An engine's words, unless a value is in them. */
  public String withoutValues(String words) {
    boolean tells =
        values.stream()
            .filter(value -> value.length() >= SHORTEST)
            .map(value -> value.substring(0, Math.min(TELLING, value.length())))
            .anyMatch(words::contains);
    return tells ? "the engine's words are withheld, because they have a secret in them" : words;
  }
}
