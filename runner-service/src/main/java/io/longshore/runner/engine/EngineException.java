package io.longshore.runner.engine;

import io.longshore.runner.core.Problem;

/** An engine did not do what it was asked. Its message is the engine's words, on one line. */
public final class EngineException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;

  private final Problem problem;

  public EngineException(Problem problem, String message) {
    super(bounded(message));
    this.problem = problem;
  }

  public EngineException(Problem problem, String message, Throwable cause) {
    super(bounded(message), cause);
    this.problem = problem;
  }

  public static EngineException refused(String message) {
    return new EngineException(Problem.REFUSED, message);
  }

  public Problem problem() {
    return problem;
  }

  /** Never null, unlike its parent's. */
  public String words() {
    String message = getMessage();
    return message == null ? problem.name() : message;
  }

  private static String bounded(String message) {
    String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
