package io.longshore.messages.query;

/** An expression is none of the cluster query language. The message says where and what. */
public final class InvalidQueryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param position of the offending character, counted from 1
   */
  InvalidQueryException(int position, String problem) {
    super("character " + position + ": " + problem, null, false, false);
    this.position = position;
  }

  public int position() {
    return position;
  }

  /** Never null, unlike {@link #getMessage()}. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
