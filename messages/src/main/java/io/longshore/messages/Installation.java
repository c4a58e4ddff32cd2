package io.longshore.messages;

import io.longshore.messages.Topology.WrongTopologyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One database, and what works on it. Topics have fixed names, so a broker can have those of one
 * installation only: of which one, the first record of {@link Topics#INSTALLATION} says for good.
 *
 * @param id drawn when the database was made
 */
public record Installation(String id) {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.INSTALLATION, 0);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Takes the broker's topics for this installation, if they are nobody's yet. Of two that try it
   * at the same time the one whose record comes first has them.
   *
   * @param connection what every client of this service needs to reach the brokers
   * @throws WrongTopologyException if they are another installation's
   * @throws ExecutionException if the brokers cannot be asked; worth another try, as is any other
   *     exception of Kafka's
   */
  public void claim(Map<String, Object> connection)
      throws InterruptedException, ExecutionException {
    String first = first(connection);
    if (first == null) {
      say(connection);
      first = first(connection);
    }
    if (!id.equals(first)) {
      throw new WrongTopologyException(
          ("The topics of these brokers belong to installation %s and this database to %s: give each"
                  + " installation brokers of its own. If the database of these topics is gone for"
                  + " good, delete every topic whose name begins with longshore.")
              .formatted(printable(String.valueOf(first)), id));
    }
  }

  private void say(Map<String, Object> connection) throws InterruptedException, ExecutionException {
    Map<String, Object> settings = new HashMap<>(connection);
    settings.put("max.block.ms", PATIENCE.toMillis());
    settings.put("request.timeout.ms", (int) PATIENCE.toMillis() / 2);
    settings.put("delivery.timeout.ms", (int) PATIENCE.toMillis());
    byte[] said = id.getBytes(StandardCharsets.US_ASCII);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(Topics.INSTALLATION, said)).get();
    }
  }

  /** Anybody may have written it. */
  private static String printable(String text) {
    String clean = text.replaceAll("[^0-9a-zA-Z-]", "?");
    return clean.substring(0, Math.min(clean.length(), 40));
  }

  /** Null if nobody has said it yet. */
  private static @Nullable String first(Map<String, Object> connection) {
    try (var consumer =
        new KafkaConsumer<>(connection, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      if (consumer.endOffsets(List.of(PARTITION), PATIENCE).getOrDefault(PARTITION, 0L)
          <= consumer.position(PARTITION, PATIENCE)) {
        return null;
      }
      long begun = System.nanoTime();
      while (System.nanoTime() - begun < PATIENCE.toNanos()) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          byte[] said = record.value();
          return said == null ? "" : new String(said, StandardCharsets.US_ASCII);
        }
      }
      throw new TimeoutException("The first record of %s did not come".formatted(PARTITION));
    }
  }
}
