package io.longshore.standalone;

/**
 * Something that the user can put right. Its message is one sentence and is all they get to see.
 */
final class Complaint extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Complaint(String message) {
    super(message);
  }

  Complaint(String message, Throwable cause) {
    super(message, cause);
  }
}
