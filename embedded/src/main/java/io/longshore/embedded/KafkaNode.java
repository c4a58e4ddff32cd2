package io.longshore.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka broker of one data directory: broker and controller in one node. Its methods are called
 * by one thread at a time.
 */
final class KafkaNode {
  private static final int NODE = 1;

  private final Path directory;
  private final int port;
  private final int controllerPort;
  private final Doors doors;
  private @Nullable KafkaRaftServer running;

  KafkaNode(Path directory, int port, int controllerPort, Doors doors) {
    this.directory = directory;
    this.port = port;
    this.controllerPort = controllerPort;
    this.doors = doors;
  }

  /** Returns once the broker takes requests; does nothing when it runs already. */
  void start() throws IOException {
    if (running != null) {
      return;
    }
    Files.createDirectories(directory);
    if (!Files.exists(directory.resolve("meta.properties"))) {
      format();
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings(), false), Time.SYSTEM);
    server.startup();
    running = server;
  }

  /** Returns once the broker has ended; does nothing when it does not run. */
  void stop() {
    KafkaRaftServer server = running;
    running = null;
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
    }
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  private void format() throws IOException {
    try {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(NODE)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(directory.toString())
          .setDirectories(List.of(directory.toString()))
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setIgnoreFormatted(true)
          .run();
    } catch (Exception e) {
      throw new IOException("Kafka's data directory could not be made in " + directory, e);
    }
  }

  private Properties settings() {
    Properties settings = new Properties();
    settings.setProperty("process.roles", "broker,controller");
    settings.setProperty("node.id", Integer.toString(NODE));
    settings.setProperty(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort)
            + doors.listeners());
    settings.setProperty(
        "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port + doors.advertised());
    settings.setProperty("controller.listener.names", "CONTROLLER");
    settings.setProperty(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT" + doors.protocols());
    settings.setProperty(
        "controller.quorum.voters", "%d@127.0.0.1:%d".formatted(NODE, controllerPort));
    settings.setProperty("log.dirs", directory.toString());
    settings.setProperty("auto.create.topics.enable", "false");
    settings.setProperty("num.partitions", "4");
    settings.setProperty("offsets.topic.replication.factor", "1");
    // The default of 50 costs start time and files, and only a handful of groups exist.
    settings.setProperty("offsets.topic.num.partitions", "4");
    settings.setProperty("transaction.state.log.replication.factor", "1");
    settings.setProperty("transaction.state.log.min.isr", "1");
    settings.setProperty("transaction.state.log.num.partitions", "4");
    settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
    settings.setProperty("share.coordinator.state.topic.min.isr", "1");
    settings.setProperty("share.coordinator.state.topic.num.partitions", "1");
    // Nobody else will join while a group waits its default three seconds.
    settings.setProperty("group.initial.rebalance.delay.ms", "0");
    // A scheduler that died is noticed sooner than Kafka's default would have it.
    settings.setProperty("group.min.session.timeout.ms", "1000");
    // After a kill the node is refused as its own duplicate until its session has timed out. The
    // heartbeat has to be well below, or the broker is fenced between two of them.
    settings.setProperty("broker.session.timeout.ms", "3000");
    settings.setProperty("broker.heartbeat.interval.ms", "500");
    settings.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    settings.setProperty("log.index.size.max.bytes", Integer.toString(1 << 20));
    settings.setProperty("log.segment.bytes", Integer.toString(64 << 20));
    return settings;
  }
}
