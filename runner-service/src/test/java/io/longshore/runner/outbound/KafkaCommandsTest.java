package io.longshore.runner.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.runner.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class KafkaCommandsTest {
  private static final TopicPartition REPLIES = new TopicPartition(Topics.REPLIES, 0);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Command COMMAND =
      new Command.TellTaskProtection(Tasks.CLUSTER, Tasks.id("asks"));

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private long offset = 40;

  private KafkaCommands commands(Duration patience) {
    consumer.updateEndOffsets(Map.of(REPLIES, offset));
    return new KafkaCommands(producer, () -> consumer, patience);
  }

  private CommandEnvelope sent() {
    try {
      return Codec.decode(producer.history().getLast().value(), CommandEnvelope.class);
    } catch (UnreadableMessageException e) {
      throw new AssertionError(e);
    }
  }

  private void arrives(String to, byte[] value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Topics.REPLY_TO, to.getBytes(StandardCharsets.UTF_8));
    consumer.addRecord(
        new ConsumerRecord<>(
            Topics.REPLIES,
            0,
            offset++,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            null,
            value,
            headers,
            Optional.empty()));
  }

  @Test
  void theReplyToItsOwnCommandIsTheAnswer() {
    consumer.schedulePollTask(() -> {
      String self = sent().replyTo();
      arrives("another", Codec.encode(new Reply(self, Reply.Accepted.of("not this"))));
      arrives(self, "{".getBytes(StandardCharsets.UTF_8));
      arrives(self, Codec.encode(new Reply("another", Reply.Accepted.of("nor this"))));
    });
    consumer.schedulePollTask(() ->
        arrives(
            sent().replyTo(),
            Codec.encode(new Reply(sent().correlationId(), Reply.Accepted.of("this")))));
    assertThat(commands(PATIENCE).ask(COMMAND)).isEqualTo(Reply.Accepted.of("this"));
    var record = producer.history().getFirst();
    assertThat(record.topic()).isEqualTo(Topics.COMMANDS);
    assertThat(record.key()).isEqualTo("default".getBytes(StandardCharsets.UTF_8));
    assertThat(record.headers().lastHeader(Topics.REPLY_TO).value())
        .isEqualTo(sent().replyTo().getBytes(StandardCharsets.UTF_8));
    assertThat(sent().command()).isEqualTo(COMMAND);
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void itWaitsOnlySoLong() {
    assertThat(commands(Duration.ofMillis(300)).ask(COMMAND)).isNull();
    assertThat(producer.history()).hasSize(1);
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void whatKafkaDoesNotTakeHasNoAnswer() {
    producer.sendException = new KafkaException("no");
    assertThat(commands(PATIENCE).ask(COMMAND)).isNull();
    KafkaCommands unreachable =
        new KafkaCommands(producer, KafkaCommandsTest::noConsumer, PATIENCE);
    assertThat(unreachable.ask(COMMAND)).isNull();
  }

  private static Consumer<byte[], byte[]> noConsumer() {
    throw new KafkaException("no broker");
  }
}
