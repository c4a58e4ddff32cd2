package io.longshore.balancer.core;

/** The line before each chunk of a body. */
public final class ChunkLine {
  /** Extensions are allowed and nobody uses them. */
  public static final int LONGEST = 256;

  private static final int MOST_DIGITS = 15;

  private ChunkLine() {}

  /**
   * @param line without its end
   * @return how many bytes follow; 0 for the last one
   */
  public static long size(String line) throws RefusedException {
    int digits = 0;
    long size = 0;
    while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0) {
      size = size * 16 + Character.digit(line.charAt(digits), 16);
      digits++;
      if (digits > MOST_DIGITS || line.charAt(digits - 1) > 'f') {
        throw refused();
      }
    }
    if (digits == 0 || (digits < line.length() && line.charAt(digits) != ';')) {
      throw refused();
    }
    for (int i = digits; i < line.length(); i++) {
      char c = line.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F) {
        throw refused();
      }
    }
    return size;
  }

  private static RefusedException refused() {
    return new RefusedException(Refusal.malformed("a chunk has no size"));
  }
}
