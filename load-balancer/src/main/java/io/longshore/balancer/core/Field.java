package io.longshore.balancer.core;

import java.util.List;
import java.util.Locale;

/** A line of a head. Names are compared without regard to case. */
public record Field(String name, String value) {

  public boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }

  static List<String> values(List<Field> fields, String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
  }

  String lowerName() {
    return name.toLowerCase(Locale.ROOT);
  }
}
