package io.longshore.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A command line of pairs: {@code --name value}. */
record Arguments(Map<String, String> values) {

  /**
   * @param known the names there are, without their dashes
   * @throws IllegalArgumentException for anything else, in words for the user
   */
  static Arguments parse(List<String> words, Set<String> known) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < words.size(); i += 2) {
      String name = words.get(i).startsWith("--") ? words.get(i).substring(2) : "";
      if (!known.contains(name) || i + 1 == words.size()) {
        throw new IllegalArgumentException(
            "\"%s\" is not understood; there are --%s, each with a value."
                .formatted(words.get(i), String.join(", --", new TreeSet<>(known))));
      }
      values.put(name, words.get(i + 1));
    }
    return new Arguments(Map.copyOf(values));
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise) {
    String value = values.get(name);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + name + " has to be a whole number.", e);
    }
  }
}
