package io.longshore.balancer.outbound;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** Who waits for a response. All calls come on the event loop of the connection. */
public interface Answers {
  /** A response before the response, such as 100. */
  void informed(HttpResponse response);

  void head(HttpResponse response);

  /** The last one ends the response. The receiver releases it. */
  void content(HttpContent content);

  /** All that was read has been told. */
  void readComplete();

  /** What is sent goes out again. */
  void writable();

  /** The connection ended before the response did. */
  void lost(String words);
}
