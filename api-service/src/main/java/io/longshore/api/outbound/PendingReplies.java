package io.longshore.api.outbound;

import io.longshore.api.core.EcsException;
import io.longshore.messages.Codec;
import io.longshore.messages.Reply;
import io.longshore.messages.Topics;
import io.longshore.messages.UnreadableMessageException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Who waits for which reply. Replies come in on an event loop, which only ever hands them over;
 * those for other instances, late ones and unreadable ones are skipped.
 */
@ApplicationScoped
public class PendingReplies {
  private static final Logger LOG = Logger.getLogger(PendingReplies.class);

  private final String self = UUID.randomUUID().toString();
  private final byte[] selfBytes = self.getBytes(StandardCharsets.UTF_8);
  private final Map<String, CompletableFuture<Reply.Outcome>> waiting = new ConcurrentHashMap<>();
  private final Semaphore places;
  private final Counter unreadable;
  private final Counter late;

  PendingReplies(
      @ConfigProperty(name = "longshore.api.max-waiting") int maxWaiting, MeterRegistry registry) {
    places = new Semaphore(maxWaiting);
    unreadable = registry.counter("longshore.api.replies.unreadable");
    late = registry.counter("longshore.api.replies.late");
    registry.gauge("longshore.api.replies.awaited", waiting, Map::size);
  }

  /** The name replies to this instance carry. */
  public String self() {
    return self;
  }

  /**
   * Must come before the command is sent: the reply can be faster than the acknowledgement.
   *
   * @throws EcsException if as many wait as may wait
   */
  public CompletableFuture<Reply.Outcome> expect(String correlationId) {
    if (!places.tryAcquire()) {
      throw EcsException.of(
          "ThrottlingException", "Too many requests are waiting for an answer. Try again.");
    }
    CompletableFuture<Reply.Outcome> reply = new CompletableFuture<>();
    waiting.put(correlationId, reply);
    return reply;
  }

  /** Must follow every {@link #expect}, whatever came of it. */
  public void forget(String correlationId) {
    if (waiting.remove(correlationId) != null) {
      places.release();
    }
  }

  @Incoming("api-replies-in")
  CompletionStage<Void> take(Message<byte[]> message) {
    if (isForUs(message)) {
      hand(message.getPayload());
    }
    return message.ack();
  }

  private void hand(byte[] bytes) {
    try {
      Reply reply = Codec.decode(bytes, Reply.class);
      String id = reply.correlationId();
      CompletableFuture<Reply.Outcome> caller = id == null ? null : waiting.get(id);
      if (caller == null) {
        late.increment();
      } else {
        caller.complete(reply.outcome());
      }
    } catch (UnreadableMessageException e) {
      unreadable.increment();
      LOG.warnf("skipped a reply: %s", e.getMessage());
    }
  }

  private boolean isForUs(Message<byte[]> message) {
    var record = message.getMetadata(IncomingKafkaRecordMetadata.class);
    if (record.isEmpty()) {
      return true;
    }
    Header header = record.get().getHeaders().lastHeader(Topics.REPLY_TO);
    return header == null || Arrays.equals(header.value(), selfBytes);
  }
}
