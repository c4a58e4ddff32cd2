package io.longshore.api.inbound.events;

/** Where a stream's text goes. */
public interface Sink {
  /**
   * Waits until the text is on its way, within bounds.
   *
   * @throws GoneException if the reader has gone, or is too slow
   */
  void write(String text) throws GoneException, InterruptedException;

  /** Nobody reads any more. */
  final class GoneException extends Exception {
    private static final long serialVersionUID = 1L;

    public GoneException(String message) {
      super(message, null, false, false);
    }
  }
}
