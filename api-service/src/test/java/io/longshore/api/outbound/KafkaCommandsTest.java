package io.longshore.api.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.longshore.api.core.EcsException;
import io.longshore.api.testing.TestDatabase;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import io.smallrye.reactive.messaging.memory.InMemorySink;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands out and replies in, over channels in memory. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@SuppressWarnings("NullAway.Init")
class KafkaCommandsTest {
  private static final Call CALL =
      new Call(
          "DeleteCluster", "id", "fp", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  private static final Command COMMAND = new Command.DeleteCluster(new ClusterName("c"));

  @Inject KafkaCommands commands;

  @Inject
  @Identifier("api-replies-in")
  BrokerState broker;

  @Inject @Any InMemoryConnector connector;

  private InMemorySink<byte[]> sent;

  @BeforeEach
  void open() {
    broker.assumeReady();
    sent = connector.sink("api-commands-out");
    sent.clear();
  }

  private CompletableFuture<Reply.Accepted> ask() {
    return CompletableFuture.supplyAsync(() -> commands.ask(CALL, null, COMMAND));
  }

  private CommandEnvelope sentEnvelope() throws Exception {
    await().until(() -> !sent.received().isEmpty());
    return Codec.decode(sent.received().getFirst().getPayload(), CommandEnvelope.class);
  }

  private void reply(byte[] bytes) {
    connector.<byte[]>source("api-replies-in").send(bytes);
  }

  @Test
  void theReplyReachesWhoWaitsForIt() throws Exception {
    CompletableFuture<Reply.Accepted> answer = ask();
    CommandEnvelope envelope = sentEnvelope();
    Message<byte[]> message = sent.received().getFirst();
    OutgoingKafkaRecordMetadata<?> record =
        message.getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow();
    assertThat(record.getKey()).isEqualTo("c");
    assertThat(record.getHeaders().lastHeader(Topics.TRACEPARENT).value())
        .isEqualTo(CALL.traceparent().getBytes(StandardCharsets.UTF_8));
    assertThat(envelope.invocationKey()).isEqualTo(CALL.invocationKey());

    reply("poison".getBytes(StandardCharsets.UTF_8));
    reply(Codec.encode(new Reply("somebody-else", Reply.Accepted.of("x"))));
    reply(Codec.encode(new Reply(envelope.correlationId(), Reply.Accepted.of("c"))));
    assertThat(answer.get(5, TimeUnit.SECONDS).ids()).containsExactly("c");
  }

  @Test
  void aRefusalIsThrownInEcssWords() throws Exception {
    CompletableFuture<Reply.Accepted> answer = ask();
    reply(
        Codec.encode(
            new Reply(
                sentEnvelope().correlationId(),
                Reply.Rejected.of(Reply.ErrorType.CLUSTER_CONTAINS_TASKS, "no"))));
    assertThatThrownBy(() -> answer.get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            EcsException.class,
            e -> assertThat(e.type()).isEqualTo("ClusterContainsTasksException"));
  }

  @Test
  void silenceEndsInARetryableError() {
    assertThatThrownBy(() -> commands.ask(CALL, null, COMMAND))
        .isInstanceOfSatisfying(
            EcsException.class,
            e -> {
              assertThat(e.type()).isEqualTo("ServerException");
              assertThat(e.status()).isEqualTo(500);
            });
  }
}
