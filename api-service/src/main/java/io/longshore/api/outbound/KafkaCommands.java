package io.longshore.api.outbound;

import io.longshore.api.core.EcsException;
import io.longshore.messages.Codec;
import io.longshore.messages.Command;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a command and waits for the reply with its correlation id. A caller that is told to try
 * again may do so without harm: the scheduler knows the call by its invocation key or client token.
 */
@ApplicationScoped
public class KafkaCommands implements Commands {
  private static final Logger LOG = Logger.getLogger(KafkaCommands.class);

  /** More than may wait for a reply, so that this buffer is never what refuses a call. */
  private static final int BUFFER = 65_536;

  private final Emitter<byte[]> commands;
  private final PendingReplies replies;
  private final BrokerState broker;
  private final Duration publishTimeout;
  private final Duration replyTimeout;

  KafkaCommands(
      @Channel("api-commands-out")
          @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = BUFFER)
          Emitter<byte[]> commands,
      PendingReplies replies,
      @Identifier("api-replies-in") BrokerState broker,
      @ConfigProperty(name = "longshore.api.publish-timeout") Duration publishTimeout,
      @ConfigProperty(name = "longshore.api.reply-timeout") Duration replyTimeout) {
    this.commands = commands;
    this.replies = replies;
    this.broker = broker;
    this.publishTimeout = publishTimeout;
    this.replyTimeout = replyTimeout;
  }

  @Override
  public Reply.Accepted ask(Call call, @Nullable String clientToken, Command command) {
    if (!broker.ready()) {
      throw EcsException.server("Kafka cannot be reached yet; nothing was changed. Try again.");
    }
    String correlationId = UUID.randomUUID().toString();
    CompletableFuture<Reply.Outcome> reply = replies.expect(correlationId);
    try {
      CommandEnvelope envelope =
          new CommandEnvelope(
              correlationId,
              replies.self(),
              call.invocationKey(),
              clientToken,
              call.fingerprint(),
              command,
              call.expectedVersion());
      publish(envelope, call.traceparent());
      return accepted(await(reply));
    } finally {
      replies.forget(correlationId);
    }
  }

  private void publish(CommandEnvelope envelope, String traceparent) {
    CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    RecordHeaders headers = new RecordHeaders();
    headers.add(Topics.TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
    headers.add(Topics.REPLY_TO, envelope.replyTo().getBytes(StandardCharsets.UTF_8));
    Message<byte[]> message =
        Message.of(Codec.encode(envelope))
            .addMetadata(
                OutgoingKafkaRecordMetadata.<String>builder()
                    .withKey(envelope.command().key())
                    .withHeaders(headers)
                    .build())
            .withAck(() -> {
              acknowledged.complete(null);
              return CompletableFuture.completedFuture(null);
            })
            .withNack(reason -> {
              acknowledged.completeExceptionally(reason);
              return CompletableFuture.completedFuture(null);
            });
    try {
      commands.send(message);
      acknowledged.get(publishTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      LOG.warnf("a command was not acknowledged by Kafka: %s", e.toString());
      throw EcsException.server("Kafka did not acknowledge the command in time. Try again.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EcsException.server("The API is stopping. Try again.");
    }
  }

  private Reply.Outcome await(CompletableFuture<Reply.Outcome> reply) {
    try {
      return reply.get(replyTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw EcsException.server(
          "The scheduler did not answer within %d ms. Repeating the call is safe: it takes effect once."
              .formatted(replyTimeout.toMillis()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("a reply is never completed with a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EcsException.server("The API is stopping. Try again.");
    }
  }

  private static Reply.Accepted accepted(Reply.Outcome outcome) {
    return switch (outcome) {
      case Reply.Accepted accepted -> accepted;
      case Reply.Rejected rejected ->
          throw new EcsException(
              rejected.error().wireName(),
              rejected.error() == Reply.ErrorType.SERVER ? 500 : 400,
              rejected.message(),
              rejected.resourceIds());
    };
  }
}
