package io.longshore.messages;

/**
 * A record that is none of ours, or of a future we cannot read. It belongs into {@link
 * Topics#QUARANTINE}.
 */
public final class UnreadableMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnreadableMessageException(String message) {
    super(message);
  }
}
