package io.longshore.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a checker found. A promise about which nothing was seen has not been kept either. */
final class Verdict {
  private static final int CONTEXT_LINES = 40;

  /**
   * A promise that was broken.
   *
   * @param context what is known of the thing it is about, in order
   */
  record Violation(Promise promise, String what, List<String> context) {
    Violation {
      context = List.copyOf(context);
    }
  }

  private final Map<Promise, Integer> checked = new EnumMap<>(Promise.class);
  private final Map<Promise, String> remarks = new EnumMap<>(Promise.class);
  private final List<Violation> violations = new ArrayList<>();
  private final boolean engine;

  /**
   * @param engine whether there was one that told its history
   */
  Verdict(boolean engine) {
    this.engine = engine;
  }

  void checked(Promise promise, int more) {
    checked.merge(promise, more, Integer::sum);
  }

  void remark(Promise promise, String remark) {
    remarks.merge(promise, remark, (one, other) -> one + "; " + other);
  }

  void broken(Promise promise, String what, List<String> context) {
    violations.add(
        new Violation(
            promise,
            what,
            context.subList(Math.max(0, context.size() - CONTEXT_LINES), context.size())));
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }

  List<Violation> violations(Promise promise) {
    return violations.stream().filter(violation -> violation.promise() == promise).toList();
  }

  /** Those about which there was nothing to check. */
  List<Promise> unseen() {
    return List.of(Promise.values()).stream()
        .filter(promise -> engine || !promise.needsEngine())
        .filter(promise -> checked.getOrDefault(promise, 0) == 0)
        .toList();
  }

  boolean isKept() {
    return violations.isEmpty() && unseen().isEmpty();
  }

  /** For people: each promise in a line, then each violation with its context. */
  String told() {
    StringBuilder text = new StringBuilder();
    for (Promise promise : Promise.values()) {
      String found =
          !engine && promise.needsEngine()
              ? "not checked: there was no engine to ask"
              : "%d checked, %d violations%s"
                  .formatted(
                      checked.getOrDefault(promise, 0),
                      violations(promise).size(),
                      unseen().contains(promise) ? "; NOTHING WAS SEEN, which is a failure" : "");
      String remark = remarks.get(promise);
      text.append(
          "  %-70s %s%s%n".formatted(promise, found, remark == null ? "" : " (" + remark + ")"));
    }
    for (Violation violation : violations) {
      text.append("%nVIOLATION of %s%n  %s%n".formatted(violation.promise(), violation.what()));
      violation.context().forEach(line -> text.append("    ").append(line).append('\n'));
    }
    return text.toString();
  }
}
