package io.longshore.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code Probe PORT PATH} asks the service where it listens, as the HEALTHCHECK of an image, and
 * ends with 0 if it answers 200, otherwise with 1. The environment variables {@code
 * QUARKUS_HTTP_HOST} and {@code QUARKUS_HTTP_PORT} say where that is, as they do to the service.
 *
 * <p>It writes one line for {@code docker inspect}. It stands on a plain socket: java.net.http
 * would take three times as long to load, and this starts every few seconds.
 */
public final class Probe {
  private static final int PATIENCE_MILLIS = 3_000;

  private Probe() {}

  public static void main(String[] arguments) {
    String told = System.getenv("QUARKUS_HTTP_PORT");
    int port = Integer.parseInt(told == null ? arguments[0] : told);
    String answer = answer(host(System.getenv("QUARKUS_HTTP_HOST")), port, arguments[1]);
    System.out.println(answer);
    System.exit(isWell(answer) ? 0 : 1);
  }

  /**
   * Where to ask a service that was told to listen at an address; loopback, where it was told
   * nothing, or every address.
   */
  static String host(@Nullable String told) {
    return told == null || told.isEmpty() || told.equals("0.0.0.0") || told.equals("::")
        ? "127.0.0.1"
        : told;
  }

  static boolean isWell(String answer) {
    return answer.startsWith("HTTP/1.1 200 ") || answer.startsWith("HTTP/1.0 200 ");
  }

  /** The status line; a sentence if there is none. */
  static String answer(String host, int port, String path) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request =
          "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(path);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] head = socket.getInputStream().readNBytes(64);
      return new String(head, StandardCharsets.US_ASCII)
          .lines()
          .findFirst()
          .orElse("Nothing was answered.");
    } catch (IOException e) {
      return "Port %d does not answer: %s".formatted(port, e.getMessage());
    }
  }
}
