package io.longshore.balancer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server that a test has in its hands: it counts, and can be killed. Speaks HTTP/1.1. */
public final class Backend implements AutoCloseable {
  /** A request as it came. */
  public record Request(String method, String target, Map<String, String> fields, byte[] body) {
    public String field(String name) {
      return fields.getOrDefault(name, "");
    }
  }

  /** Answers a request on the connection itself, as it likes. */
  @FunctionalInterface
  public interface Handler {
    void answer(Request request, InputStream in, OutputStream out) throws Exception;
  }

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private final Handler handler;
  private final Thread acceptor;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger checks = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  public volatile int health = 200;

  public Backend(Handler handler) throws IOException {
    this(0, handler);
  }

  public Backend(int port, Handler handler) throws IOException {
    this(new ServerSocket(port, 1024, InetAddress.getLoopbackAddress()), handler);
  }

  public Backend(ServerSocket server, Handler handler) {
    this.server = server;
    this.handler = handler;
    acceptor = Thread.ofVirtual().start(this::accept);
  }

  /** Answers its own port. */
  public static Backend plain() throws IOException {
    return new Backend((request, in, out) -> ok(out, ""));
  }

  public static void ok(OutputStream out, String body) throws IOException {
    respond(out, "200 OK", "", body);
  }

  /** In one write, so that it is one packet. */
  public static void respond(OutputStream out, String status, String fields, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head = "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + bytes.length;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    all.writeBytes(bytes);
    out.write(all.toByteArray());
    out.flush();
  }

  public int port() {
    return server.getLocalPort();
  }

  public int requests() {
    return requests.get();
  }

  public int checks() {
    return checks.get();
  }

  public int connections() {
    return connections.get();
  }

  private static void reset(Socket socket) throws IOException {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // It is closed already.
      return;
    }
    socket.close();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      boolean counted = false;
      for (Request request = read(in, socket); request != null; request = read(in, socket)) {
        if (request.target().equals("/health")) {
          checks.incrementAndGet();
          respond(socket.getOutputStream(), health + " As-Told", "Connection: close\r\n", "");
          return;
        }
        if (!counted) {
          counted = true;
          connections.incrementAndGet();
        }
        requests.incrementAndGet();
        handler.answer(request, in, socket.getOutputStream());
      }
    } catch (Exception e) {
      // The other side has left, or this one was told to.
      return;
    } finally {
      open.remove(socket);
    }
  }

  private static @Nullable Request read(InputStream in, Socket socket) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      return null;
    }
    Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      fields.merge(
          line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + "|" + b);
    }
    if (fields.containsKey("Expect")) {
      socket.getOutputStream().write(CONTINUE);
    }
    String[] parts = first.split(" ");
    return new Request(parts[0], parts[1], fields, body(in, fields));
  }

  private static byte[] body(InputStream in, Map<String, String> fields) throws IOException {
    if (fields.containsKey("Transfer-Encoding")) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int size = Integer.parseInt(line(in), 16);
          size > 0;
          size = Integer.parseInt(line(in), 16)) {
        all.write(in.readNBytes(size));
        line(in);
      }
      line(in);
      return all.toByteArray();
    }
    if (fields.containsKey("X-Unread")) {
      return new byte[0];
    }
    return in.readNBytes(Integer.parseInt(fields.getOrDefault("Content-Length", "0")));
  }

  public static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** As a killed process: nothing listens, and what is open is reset. */
  @Override
  public void close() throws IOException {
    server.close();
    // Until the thread that accepts has let go of it, the kernel takes connections in, and resets
    // them.
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Socket socket : open) {
      reset(socket);
    }
  }
}
