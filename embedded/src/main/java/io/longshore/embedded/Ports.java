package io.longshore.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The loopback ports of one data directory. They are remembered there, so that whoever knew them
 * before a restart still finds the broker and the database, and chosen anew only when something
 * else has taken them meanwhile.
 */
record Ports(int kafka, int controller, int postgres) {
  // Below the ranges from which Linux and macOS take the ports of outgoing connections: a client
  // that keeps dialling a stopped broker on one of those may end up connected to itself.
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 1_000;

  /** Reads the ports kept in {@code file}, replaces those in use, and writes them back. */
  static Ports choose(Path file) throws IOException {
    Properties kept = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        kept.load(reader);
      }
    }
    Set<Integer> taken = new LinkedHashSet<>();
    Ports ports =
        new Ports(
            keptOrFree(kept.getProperty("kafka"), taken),
            keptOrFree(kept.getProperty("controller"), taken),
            keptOrFree(kept.getProperty("postgres"), taken));
    kept.setProperty("kafka", Integer.toString(ports.kafka));
    kept.setProperty("controller", Integer.toString(ports.controller));
    kept.setProperty("postgres", Integer.toString(ports.postgres));
    try (Writer writer = Files.newBufferedWriter(file)) {
      kept.store(writer, "Loopback ports, kept so that they stay the same over restarts.");
    }
    return ports;
  }

  private static int keptOrFree(@Nullable String kept, Set<Integer> taken) throws IOException {
    if (kept != null && kept.matches("[1-9][0-9]{3,4}")) {
      int port = Integer.parseInt(kept);
      if (isFree(port) && taken.add(port)) {
        return port;
      }
    }
    RandomGenerator random = RandomGenerator.getDefault();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = random.nextInt(LOWEST, HIGHEST);
      if (!taken.contains(port) && isFree(port)) {
        taken.add(port);
        return port;
      }
    }
    throw new IOException(
        "No free port was found between %d and %d on loopback.".formatted(LOWEST, HIGHEST));
  }

  private static boolean isFree(int port) {
    if (port > 65_535) {
      return false;
    }
    try (ServerSocket socket = new ServerSocket()) {
      // As the broker does it: connections of the last run that still linger do not matter.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
