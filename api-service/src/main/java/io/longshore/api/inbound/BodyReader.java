package io.longshore.api.inbound;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Takes in a body of at most {@link #LIMIT} bytes. Runs on the connection's event loop. Of a longer
 * body no more is kept, and what still comes is thrown away for a moment, so that a client that is
 * busy sending gets to read its answer before the connection is closed. A body that does not come
 * in time gets no answer: whoever sends it would hold the connection for as long as it likes.
 */
public final class BodyReader {
  public static final int LIMIT = 1 << 20;
  private static final int DISCARDED_AT_MOST = 8 << 20;
  private static final int DISCARDING_MILLIS = 2_000;

  /** For the longest body over a connection as slow as they come. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final Duration patience;
  private Buffer body = Buffer.buffer();
  private long discarded;
  private boolean tooLong;

  public BodyReader(Vertx vertx, HttpServerRequest request) {
    this(vertx, request, PATIENCE);
  }

  /**
   * @param patience in which the whole body has to come
   */
  BodyReader(Vertx vertx, HttpServerRequest request, Duration patience) {
    this.vertx = vertx;
    this.request = request;
    this.patience = patience;
  }

  /**
   * @param whole called once with the body
   * @param refused called at most once, as soon as the body is known to be too long; never after
   *     {@code whole}
   */
  public void read(Consumer<byte[]> whole, Runnable refused) {
    long late = vertx.setTimer(patience.toMillis(), timer -> request.connection().close());
    // A client that breaks off is nobody to answer to.
    request.exceptionHandler(failure -> {
      vertx.cancelTimer(late);
      body = Buffer.buffer();
    });
    request.handler(chunk -> {
      if (tooLong) {
        discard(chunk.length());
      } else if (body.length() + chunk.length() > LIMIT) {
        refuse(refused);
      } else {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(end -> {
      vertx.cancelTimer(late);
      if (tooLong) {
        request.connection().close();
      } else {
        whole.accept(body.getBytes());
      }
    });
    if (declaredLength() > LIMIT) {
      refuse(refused);
    } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
  }

  private void refuse(Runnable refused) {
    tooLong = true;
    body = Buffer.buffer();
    refused.run();
    vertx.setTimer(DISCARDING_MILLIS, timer -> request.connection().close());
  }

  private void discard(int length) {
    discarded += length;
    if (discarded > DISCARDED_AT_MOST) {
      request.connection().close();
    }
  }

  private long declaredLength() {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      // Vert.x has refused what is no number; what is left is too large for one.
      return Long.MAX_VALUE;
    }
  }
}
