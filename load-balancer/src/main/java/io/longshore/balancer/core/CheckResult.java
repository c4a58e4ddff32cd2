package io.longshore.balancer.core;

/** What a health check came to. */
public sealed interface CheckResult {
  record Passed() implements CheckResult {}

  /** Another code than those that are wanted. */
  record Mismatch(int code) implements CheckResult {}

  record TimedOut() implements CheckResult {}

  /**
   * @param words why there is no answer
   */
  record Failed(String words) implements CheckResult {}
}
