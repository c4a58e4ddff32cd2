package io.longshore.chaos;

import io.longshore.chaos.Member.Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a member is: what it has of its own, its ways to others, and its process of the moment. */
final class Node implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  // More than what a run writes, and soon filled.
  private static final int DISK_MEBIBYTES = 32;

  private final Path directory;
  private final @Nullable Island island;
  private final @Nullable Disk disk;
  private final int port = LoopbackPorts.next();
  private final int door = LoopbackPorts.next();
  private final InetSocketAddress kafka;
  private final Map<Backend, FaultProxy> ways = new EnumMap<>(Backend.class);
  private @Nullable Path socket;
  private @Nullable Jvm jvm;

  private Node(Path directory, @Nullable Island island, @Nullable Disk disk) {
    this.directory = directory;
    this.island = island;
    this.disk = disk;
    this.kafka = seenFromInside(LoopbackPorts.next());
  }

  /**
   * @param directory for its files, unless it has a disk
   */
  static Node make(Path directory, boolean files, Set<Means> means)
      throws IOException, InterruptedException {
    return new Node(
        directory,
        means.contains(Means.ISLANDS) ? Island.make() : null,
        files && means.contains(Means.DISKS) ? Disk.mount(directory, DISK_MEBIBYTES) : null);
  }

  /** The port of loopback at which the broker waits for this member. */
  int door() {
    return door;
  }

  /** Where the broker tells it to come back: its own proxy. */
  String advertised() {
    return kafka.getHostString() + ":" + kafka.getPort();
  }

  private InetSocketAddress seenFromInside(int port) {
    return new InetSocketAddress(island == null ? LOOPBACK : island.host(), port);
  }

  void connectKafka() throws IOException {
    ways.put(Backend.KAFKA, FaultProxy.listen(kafka, loopback(door)));
  }

  void connectDatabase(int databasePort) throws IOException {
    ways.put(
        Backend.DATABASE,
        FaultProxy.listen(seenFromInside(LoopbackPorts.next()), loopback(databasePort)));
  }

  void connectEngine(SocketAddress engine) throws IOException {
    SocketAddress at = loopback(LoopbackPorts.next());
    if (island != null) {
      // A file: whoever is cut off from the network reaches it.
      socket = Files.createTempDirectory("longshore-").resolve("engine");
      at = UnixDomainSocketAddress.of(socket);
    }
    ways.put(Backend.ENGINE, FaultProxy.listen(at, engine));
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Null if there is no such way, as to an engine that is not there. */
  @Nullable FaultProxy way(Backend backend) {
    return ways.get(backend);
  }

  /** Where it finds what it talks to over TCP, with the port. */
  String address(Backend backend) {
    if (ways.get(backend) instanceof FaultProxy way
        && way.address() instanceof InetSocketAddress at) {
      return at.getHostString() + ":" + at.getPort();
    }
    throw new IllegalStateException("There is no way to " + backend);
  }

  /** What its environment says of the engine; null if there is none. */
  @Nullable String dockerHost() {
    if (!ways.containsKey(Backend.ENGINE)) {
      return null;
    }
    return socket == null ? "tcp://" + address(Backend.ENGINE) : "unix://" + socket;
  }

  /** The address at which it listens. */
  String host() {
    return island == null ? LOOPBACK : island.inside();
  }

  int port() {
    return port;
  }

  URI uri(String path) {
    return URI.create("http://%s:%d%s".formatted(host(), port, path));
  }

  Path data() {
    return disk == null ? directory : disk.data();
  }

  /** Its network of its own. */
  Island island() {
    if (island == null) {
      throw new IllegalStateException("It has no network of its own");
    }
    return island;
  }

  /** Its disk of its own. */
  Disk disk() {
    if (disk == null) {
      throw new IllegalStateException("It has no disk of its own");
    }
    return disk;
  }

  void run(Jvm started) {
    jvm = started;
  }

  /** Where its process is to run; null for where this program does. */
  @Nullable Island place() {
    return island;
  }

  Jvm jvm() {
    if (jvm == null) {
      throw new IllegalStateException("It was not started");
    }
    return jvm;
  }

  /** Whatever a fault has done to it, its process apart. */
  void mend() throws IOException, InterruptedException {
    ways.values().forEach(FaultProxy::heal);
    if (island != null) {
      island.mend();
    }
    if (disk != null) {
      disk.empty();
    }
  }

  @Override
  public void close() throws IOException {
    if (jvm != null) {
      jvm.destroy();
    }
    for (FaultProxy way : ways.values()) {
      way.close();
    }
    if (island != null) {
      island.close();
    }
    if (disk != null) {
      disk.close();
    }
    if (socket != null) {
      Path folder = socket.getParent();
      Files.deleteIfExists(socket);
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    }
  }
}
