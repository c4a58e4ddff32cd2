package io.longshore.runner.outbound;

import io.longshore.messages.Codec;
import io.longshore.messages.Output;
import io.longshore.messages.Topics;
import io.longshore.runner.agent.OutputTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;

/** The output of containers on its way to Kafka. Each sender waits for its own record. */
public final class KafkaOutput implements OutputTopic {
  private static final Logger LOG = Logger.getLogger(KafkaOutput.class);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

  private final Producer<byte[], byte[]> producer;

  /**
   * @param producer closed by whoever made it
   */
  public KafkaOutput(Producer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  @Override
  public void send(Output output) throws InterruptedException {
    byte[] key = output.key().getBytes(StandardCharsets.UTF_8);
    var record = new ProducerRecord<>(Topics.OUTPUT, key, Codec.encode(output));
    while (!arrived(record, output)) {
      TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE.toMillis());
    }
  }

  private boolean arrived(ProducerRecord<byte[], byte[]> record, Output output)
      throws InterruptedException {
    try {
      producer.send(record).get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RecordTooLargeException) {
        // Whoever runs the broker has bounded it below what Kafka's own bound is.
        LOG.errorf(
            "%d lines of %s are lost, because the broker takes no record as large as that: %s",
            output.lines().size(), output.stream(), e.getCause().getMessage());
        return true;
      }
      LOG.debugf("Output cannot be sent yet: %s", e.getCause());
      return false;
    } catch (RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LOG.debugf("Output cannot be sent yet: %s", e.getMessage());
      return false;
    }
  }
}
