package io.longshore.runner.secrets;

/** Something a container is to be given cannot be had. Its words never have a value in them. */
public final class ProvisionException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 500;

  private final boolean passing;

  private ProvisionException(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** Asking again would not help. */
  static ProvisionException lasting(String message) {
    return new ProvisionException(message, false);
  }

  /** The next time it may be different. */
  static ProvisionException passing(String message) {
    return new ProvisionException(message, true);
  }

  boolean isPassing() {
    return passing;
  }

  /** On one line and bounded. */
  public String words() {
    String line = String.valueOf(getMessage()).replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
