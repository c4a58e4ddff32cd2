package io.longshore.messages;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topics Longshore needs. Every service checks them at its start and makes those that are
 * missing: a topic with the wrong number of partitions would send a cluster's records to a shard
 * that does not own it.
 *
 * @param shards partitions of commands and of reports, 1 or more; fixed for the life of an
 *     installation
 * @param orderPartitions partitions of orders, 1 or more; fixed for the life of an installation
 * @param replicationFactor for topics that have to be made; 3 in production
 * @param output how long the broker keeps what containers write, when that topic has to be made
 */
public record Topology(
    int shards, int orderPartitions, short replicationFactor, OutputRetention output) {
  /**
   * How many bytes a record of reports and orders may have, what a client wraps it in included. A
   * host that registers says all it has in one record, and so does a manifest: with 16 MiB that are
   * more than 10,000 tasks.
   */
  public static final int LARGEST_RECORD = 16 << 20;

  private static final String WEEK_MILLIS = "604800000";

  /**
   * Bounds of what the broker keeps of the output of containers; the older of what exceeds either
   * is dropped.
   *
   * @param bytes of each partition, compressed; 1 MiB or more
   */
  public record OutputRetention(Duration age, long bytes) {
    static final OutputRetention DEFAULT = new OutputRetention(Duration.ofDays(7), 256L << 20);
  }

  /** With the usual bounds of output. */
  public Topology(int shards, int orderPartitions, short replicationFactor) {
    this(shards, orderPartitions, replicationFactor, OutputRetention.DEFAULT);
  }

  /** The partition that a cluster's (or a family's) commands and reports are on. */
  public int shardOf(String key) {
    return Partitions.of(key, shards);
  }

  /** The partition that a runner's orders are on. */
  public int orderPartitionOf(RunnerId runner) {
    return Partitions.of(runner.value(), orderPartitions);
  }

  /**
   * @throws WrongTopologyException if a topic is there with another number of partitions
   * @throws ExecutionException if the brokers cannot be asked, or a topic is missing that this
   *     service may not make; worth another try
   */
  public void ensure(Admin admin) throws InterruptedException, ExecutionException {
    List<NewTopic> missing = new ArrayList<>();
    var existing = admin.listTopics().names().get();
    for (NewTopic topic : topics()) {
      if (!existing.contains(topic.name())) {
        missing.add(topic);
      }
    }
    for (var creation : admin.createTopics(missing).values().entrySet()) {
      try {
        creation.getValue().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicAuthorizationException) {
          throw new ExecutionException(
              "The topic %s is not there yet, and this service may not make it."
                  .formatted(creation.getKey()),
              e.getCause());
        }
        // Another service may have been a moment faster; what it made is checked below.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    check(admin);
  }

  private void check(Admin admin) throws InterruptedException, ExecutionException {
    Map<String, Integer> wanted = new LinkedHashMap<>();
    topics().forEach(topic -> wanted.put(topic.name(), topic.numPartitions()));
    for (TopicDescription topic :
        admin.describeTopics(wanted.keySet()).allTopicNames().get().values()) {
      int found = topic.partitions().size();
      int expected = wanted.getOrDefault(topic.name(), found);
      if (found != expected) {
        throw new WrongTopologyException(
            "The topic %s has %d partitions and Longshore is configured for %d: set %s to %d, or recreate the topic."
                .formatted(topic.name(), found, expected, settingFor(topic.name()), found));
      }
    }
  }

  private static String settingFor(String topic) {
    return switch (topic) {
      case Topics.COMMANDS, Topics.REPORTS, Topics.EVENTS, Topics.OUTPUT -> "LONGSHORE_SHARDS";
      case Topics.ORDERS -> "LONGSHORE_ORDER_PARTITIONS";
      default -> "its number of partitions";
    };
  }

  private List<NewTopic> topics() {
    Map<String, String> stream =
        Map.of(
            "min.insync.replicas", replicationFactor >= 3 ? "2" : "1", "retention.ms", WEEK_MILLIS);
    Map<String, String> large = new HashMap<>(stream);
    large.put("max.message.bytes", Integer.toString(LARGEST_RECORD));
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    Map<String, String> routes = new HashMap<>(compacted);
    routes.put("max.message.bytes", Integer.toString(LARGEST_RECORD));
    // The first record is the one that counts.
    Map<String, String> forGood = Map.of("cleanup.policy", "delete", "retention.ms", "-1");
    // Nobody reads a reply later than its caller waits.
    Map<String, String> brief = Map.of("retention.ms", "3600000");
    Map<String, String> bounded =
        Map.of(
            "retention.ms",
            Long.toString(output.age().toMillis()),
            "retention.bytes",
            Long.toString(output.bytes()),
            // Whole segments are dropped, and only closed ones.
            "segment.bytes",
            Long.toString(Math.clamp(output.bytes() / 8, 1L << 20, 64L << 20)));
    return List.of(
        new NewTopic(Topics.COMMANDS, shards, replicationFactor).configs(stream),
        new NewTopic(Topics.REPORTS, shards, replicationFactor).configs(large),
        new NewTopic(Topics.ORDERS, orderPartitions, replicationFactor).configs(large),
        new NewTopic(Topics.REPLIES, 1, replicationFactor).configs(brief),
        new NewTopic(Topics.CLUSTERS, 1, replicationFactor).configs(compacted),
        new NewTopic(Topics.ROUTES, 1, replicationFactor).configs(routes),
        new NewTopic(Topics.EVENTS, shards, replicationFactor).configs(stream),
        new NewTopic(Topics.OUTPUT, shards, replicationFactor).configs(bounded),
        new NewTopic(Topics.QUARANTINE, 1, replicationFactor).configs(stream),
        new NewTopic(Topics.INSTALLATION, 1, replicationFactor).configs(forGood));
  }

  /**
   * The topics that are there do not fit the configuration, or are another installation's. Its
   * message is one plain sentence for the operator.
   */
  public static final class WrongTopologyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongTopologyException(String message) {
      super(message);
    }
  }
}
