package io.longshore.balancer.core;

import java.time.Duration;
import java.util.Map;

/** Attributes by ELB's names. What is not there, or is no value of its kind, has the default. */
record Attributes(Map<String, String> told) {

  boolean on(String name, boolean otherwise) {
    String value = told.get(name);
    return value == null ? otherwise : Boolean.parseBoolean(value);
  }

  String text(String name, String otherwise) {
    return told.getOrDefault(name, otherwise);
  }

  Duration seconds(String name, long otherwise) {
    String value = told.get(name);
    try {
      return Duration.ofSeconds(value == null ? otherwise : Math.max(0, Integer.parseInt(value)));
    } catch (NumberFormatException e) {
      return Duration.ofSeconds(otherwise);
    }
  }
}
