package io.longshore.balancer.outbound;

import io.longshore.balancer.core.CheckResult;
import io.longshore.balancer.core.HealthBoard;
import io.longshore.balancer.core.HttpCodes;
import io.longshore.messages.Route;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Makes one health check, on the caller's thread, in bounded time. */
public final class Checks {
  private static final int LONGEST_STATUS_LINE = 1 << 10;

  private final SSLContext tls;

  public Checks() {
    try {
      tls = SSLContext.getInstance("TLS");
      tls.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the platform has no TLS", e);
    }
  }

  public CheckResult make(HealthBoard.Check check) {
    Route.HealthCheck how = check.how();
    Integer own = how.port();
    int port = own == null ? check.key().port() : own;
    long limit = System.nanoTime() + Duration.ofSeconds(how.timeoutSeconds()).toNanos();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(check.key().host(), port), left(limit));
      return switch (how.protocol()) {
        case TCP, TLS -> new CheckResult.Passed();
        case HTTP -> ask(socket, at(check.key().host(), port), how, limit);
        case HTTPS -> {
          socket.setSoTimeout(left(limit));
          try (SSLSocket secured =
              (SSLSocket)
                  tls.getSocketFactory().createSocket(socket, check.key().host(), port, true)) {
            yield ask(secured, at(check.key().host(), port), how, limit);
          }
        }
      };
    } catch (SocketTimeoutException e) {
      return new CheckResult.TimedOut();
    } catch (IOException | IllegalArgumentException e) {
      return new CheckResult.Failed(String.valueOf(e.getMessage()));
    }
  }

  private static String at(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static int left(long limit) throws SocketTimeoutException {
    long millis = (limit - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    return Math.toIntExact(Math.min(millis, Integer.MAX_VALUE));
  }

  private static CheckResult ask(Socket socket, String host, Route.HealthCheck how, long limit)
      throws IOException {
    String request =
        "GET "
            + (how.path().isEmpty() ? "/" : how.path())
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    String line = statusLine(socket, limit);
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      return new CheckResult.Failed("the answer is no HTTP");
    }
    int code = Integer.parseInt(line.substring(9, 12));
    return HttpCodes.matches(how.matcher(), code)
        ? new CheckResult.Passed()
        : new CheckResult.Mismatch(code);
  }

  private static String statusLine(Socket socket, long limit) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    while (line.size() < LONGEST_STATUS_LINE) {
      socket.setSoTimeout(left(limit));
      int next = in.read();
      if (next < 0 || next == '\r' || next == '\n') {
        break;
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
