package io.longshore.runner;

/** The runner must not run like this. Its message is one plain sentence for the operator. */
final class RefusedToStartException extends Exception {
  private static final long serialVersionUID = 1L;

  RefusedToStartException(String sentence) {
    super(sentence);
  }
}
