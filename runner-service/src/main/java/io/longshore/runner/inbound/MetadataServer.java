package io.longshore.runner.inbound;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.longshore.messages.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Where containers ask about themselves: HTTP on one port of some addresses of this host, and on no
 * others. Each request has a virtual thread. Between {@link #bind} and {@link #serve} callers wait.
 */
public final class MetadataServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MetadataServer.class);
  private static final int BACKLOG = 64;
  private static final int ATTEMPTS = 10;
  private static final int LARGEST_BODY = 4096;
  // Each may be a question to the engine, which has more important ones to answer.
  private static final int AT_ONCE = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  static {
    // The JDK's server takes its limits from nowhere else. Nobody else in this process uses it.
    limit("jdk.httpserver.maxConnections", 256);
    limit("sun.net.httpserver.maxReqHeaders", 50);
    limit("sun.net.httpserver.maxReqHeaderSize", 16 * 1024);
    limit("sun.net.httpserver.maxReqTime", 10);
    limit("sun.net.httpserver.maxRspTime", 30);
  }

  private static void limit(String name, int value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, Integer.toString(value));
    }
  }

  private final List<HttpServer> servers;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("metadata-", 0).factory());
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  private MetadataServer(List<HttpServer> servers) {
    this.servers = servers;
  }

  /**
   * Takes a port, the same on every address. An address that is none of this host's is left out
   * with a line in the log, and so is everything when no port is to be had.
   *
   * @param ports tried in turn, 0 for any free one; then any free one
   */
  public static MetadataServer bind(List<String> addresses, List<Integer> ports) {
    List<InetAddress> here = new ArrayList<>();
    for (String address : addresses) {
      InetAddress found = ofThisHost(address);
      if (found != null) {
        here.add(found);
      }
    }
    List<Integer> candidates = new ArrayList<>(ports);
    candidates.addAll(Collections.nCopies(ATTEMPTS, 0));
    for (int port : candidates) {
      try {
        return new MetadataServer(bound(here, port));
      } catch (IOException e) {
        LOG.debugf("Port %d of %s is not free: %s", port, here, e.getMessage());
      }
    }
    LOG.warnf("Containers cannot ask about themselves: no port of %s could be had.", here);
    return new MetadataServer(List.of());
  }

  private static @Nullable InetAddress ofThisHost(String address) {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      if (NetworkInterface.getByInetAddress(parsed) != null) {
        return parsed;
      }
      LOG.warnf(
          "Containers that would ask about themselves at %s cannot: no such address here.",
          address);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warnf("Containers that would ask about themselves at %s cannot: %s", address, e);
    }
    return null;
  }

  private static List<HttpServer> bound(List<InetAddress> addresses, int port) throws IOException {
    List<HttpServer> servers = new ArrayList<>();
    int chosen = port;
    try {
      for (InetAddress address : addresses) {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, chosen), BACKLOG);
        servers.add(server);
        chosen = server.getAddress().getPort();
      }
      return servers;
    } catch (IOException e) {
      // One that was never started does not let go of its port.
      servers.forEach(HttpServer::start);
      servers.forEach(server -> server.stop(0));
      throw e;
    }
  }

  /** The port it has; 0 for none. */
  public int port() {
    return servers.isEmpty() ? 0 : servers.getFirst().getAddress().getPort();
  }

  /** {@code address:port} if it listens on that address; null if it does not. */
  public @Nullable String at(@Nullable String address) {
    return servers.stream()
        .filter(server -> server.getAddress().getAddress().getHostAddress().equals(address))
        .map(server -> address + ":" + server.getAddress().getPort())
        .findFirst()
        .orElse(null);
  }

  /** Begins to answer. */
  public void serve(MetadataAnswers answers) {
    for (HttpServer server : servers) {
      server.createContext("/", exchange -> handle(exchange, answers));
      server.setExecutor(threads);
      server.start();
      LOG.infof("Containers ask about themselves at %s.", server.getAddress());
    }
  }

  private void handle(HttpExchange exchange, MetadataAnswers answers) throws IOException {
    try (exchange) {
      MetadataAnswers.Answer answer = answer(exchange, answers);
      byte[] body = Codec.encode(answer.body());
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private MetadataAnswers.Answer answer(HttpExchange exchange, MetadataAnswers answers)
      throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
    if (body.length > LARGEST_BODY) {
      return new MetadataAnswers.Answer(413, "The body is too large.");
    }
    try {
      if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return new MetadataAnswers.Answer(429, "Too many are asking. Try again.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new MetadataAnswers.Answer(503, "The runner is stopping. Try again.");
    }
    try {
      return answers.answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath(), body);
    } catch (RuntimeException e) {
      LOG.error("A question of a container could not be answered: this is a defect.", e);
      return new MetadataAnswers.Answer(500, "internal error");
    } finally {
      places.release();
    }
  }

  /** Lets go of the ports. Whoever is being answered is cut off. */
  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }
}
