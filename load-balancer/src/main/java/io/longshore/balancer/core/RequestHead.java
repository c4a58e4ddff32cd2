package io.longshore.balancer.core;

import java.util.List;

/**
 * The head of a request that may be passed on.
 *
 * @param target in origin form, or {@code *}
 * @param authority whom the client asked for; empty with HTTP/1.0 without Host
 * @param minorVersion of HTTP/1; 1 for what came by HTTP/2
 * @param fields as they came
 */
public record RequestHead(
    String method,
    String target,
    String authority,
    int minorVersion,
    List<Field> fields,
    Framing framing) {

  /** Whether the client may send another request on the connection. */
  public boolean keepAlive() {
    boolean close = Connection.has(fields, "close");
    return minorVersion == 1 ? !close : !close && Connection.has(fields, "keep-alive");
  }

  public boolean asksForWebSocket() {
    return minorVersion == 1
        && method.equals("GET")
        && framing instanceof Framing.None
        && Connection.has(fields, "upgrade")
        && Field.values(fields, "upgrade").stream().anyMatch("websocket"::equalsIgnoreCase);
  }

  public boolean expectsContinue() {
    return Field.values(fields, "expect").stream().anyMatch("100-continue"::equalsIgnoreCase);
  }
}
