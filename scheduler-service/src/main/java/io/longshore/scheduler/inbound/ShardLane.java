package io.longshore.scheduler.inbound;

import io.longshore.messages.Arns;
import io.longshore.messages.Codec;
import io.longshore.messages.CommandEnvelope;
import io.longshore.messages.Reply;
import io.longshore.messages.Report;
import io.longshore.messages.Topics;
import io.longshore.messages.Topology;
import io.longshore.messages.UnreadableMessageException;
import io.longshore.scheduler.core.Answers;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Outgoing;
import io.longshore.scheduler.core.Policy;
import io.longshore.scheduler.core.Shard;
import io.longshore.scheduler.outbound.OutboxRecords;
import io.longshore.scheduler.outbound.Relay;
import io.longshore.scheduler.store.OutboxRow;
import io.longshore.scheduler.store.OwnedShard;
import io.longshore.scheduler.store.ShardStore;
import io.longshore.scheduler.store.Turn;
import io.longshore.tracing.Spans;
import io.opentelemetry.api.trace.SpanKind;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One shard, owned: takes turns over incoming records. A turn decides them, plans the services they
 * touched, commits everything in one transaction and then lets the outcome out. Called only on the
 * consumer's thread.
 *
 * <p>After any exception the lane is worth nothing any more: whoever called it has to take the
 * shard over again.
 */
final class ShardLane {
  private static final Logger LOG = Logger.getLogger(ShardLane.class);

  /**
   * Turns that decided nothing, such as those over heartbeats, may be taken again without harm;
   * their offsets are written only this often.
   */
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

  private final OwnedShard owned;
  private final ShardStore store;
  private final Relay relay;
  private final OutboxRecords records;
  private final Topology topology;
  private final Shard shard;
  private final Set<String> poison;
  private final LaneMetrics metrics;
  private final Spans spans;
  private long commandsOffset;
  private long reportsOffset;
  private long sequence;
  private long deletedUpTo;
  private Instant nextCheckpoint;
  private boolean moved;
  private @Nullable String lastCause;

  // What the turn at hand has gathered.
  private final List<OutboxRow> outbox = new ArrayList<>();
  private final List<PendingReply> replies = new ArrayList<>();

  private record PendingReply(String replyTo, Reply reply, @Nullable String traceparent) {}

  /**
   * @param poison where records came from that have been found impossible to decide
   */
  ShardLane(
      OwnedShard owned,
      ShardStore store,
      Relay relay,
      Arns arns,
      Topology topology,
      Policy policy,
      Set<String> poison,
      LaneMetrics metrics,
      Spans spans,
      Instant now) {
    this.owned = owned;
    this.store = store;
    this.relay = relay;
    this.records = new OutboxRecords(arns);
    this.topology = topology;
    this.poison = poison;
    this.metrics = metrics;
    this.spans = spans;
    shard = new Shard(owned.state(), arns, policy, now);
    commandsOffset = owned.commandsOffset();
    reportsOffset = owned.reportsOffset();
    sequence = owned.sequence();
    nextCheckpoint = now;
  }

  int shard() {
    return owned.shard();
  }

  /** Sends what the former owner had decided and perhaps not sent. */
  void resume() {
    relay.send(owned.unsent());
  }

  /** Every runner counts as heard of just now. */
  void renewLeases(Instant now) {
    shard.renewLeases(now);
  }

  /** These services are stored no more. */
  void forget(Collection<String> services) {
    shard.forget(services);
  }

  /** Whether somebody would be taken for lost now, if nothing was heard meanwhile. */
  boolean mayLose(Instant now) {
    return shard.mayLose(now);
  }

  /** When the lane wants a turn even if nothing comes in. */
  Instant nextTurn() {
    return shard.nextTurn();
  }

  /**
   * Takes a turn.
   *
   * @param heardUpTo everything that had arrived in Kafka by then has been read, with what is
   *     incoming; null for not knowing
   */
  void turn(List<ConsumerRecord<String, byte[]>> incoming, @Nullable Instant heardUpTo, Instant now)
      throws SQLException {
    Exception relayFailure = relay.failure();
    if (relayFailure != null) {
      throw new IllegalStateException("the outbox cannot be sent", relayFailure);
    }
    List<Incoming> inputs = incoming.stream().map(this::read).toList();
    Answers answers = new Answers(store.answers(answerKeys(inputs)));
    lastCause = null;
    for (Incoming input : inputs) {
      takeIn(input, answers, now);
    }
    if (!shard.pass(heardUpTo, now)) {
      LOG.errorf("Shard %d: too many plans in one turn; the rest waits.", owned.shard());
    }
    commit(answers, lastCause, now);
  }

  private Incoming read(ConsumerRecord<String, byte[]> record) {
    if (poison.contains(Origins.of(record))) {
      return new Incoming.Unreadable(record, "it cannot be decided; the scheduler's log says why");
    }
    try {
      if (record.topic().equals(Topics.COMMANDS)) {
        CommandEnvelope envelope = Codec.decode(record.value(), CommandEnvelope.class);
        requireOurs(envelope.command().key());
        return new Incoming.Asked(record, envelope);
      }
      Report report = Codec.decode(record.value(), Report.class);
      requireOurs(report.key());
      return new Incoming.Told(record, report);
    } catch (UnreadableMessageException e) {
      return new Incoming.Unreadable(record, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      throw new PoisonRecordException(record, e);
    }
  }

  private void requireOurs(String key) throws UnreadableMessageException {
    int shard = topology.shardOf(key);
    if (shard != owned.shard()) {
      throw new UnreadableMessageException(
          "it belongs to shard %d and came on shard %d".formatted(shard, owned.shard()));
    }
  }

  private void takeIn(Incoming input, Answers answers, Instant now) {
    ConsumerRecord<String, byte[]> record = input.record();
    boolean command = record.topic().equals(Topics.COMMANDS);
    if (record.offset() < (command ? commandsOffset : reportsOffset)) {
      return;
    }
    try (Spans.Open span = spans.open(input.kind(), SpanKind.CONSUMER, input.traceparent())) {
      lastCause = span.traceparent();
      switch (input) {
        case Incoming.Asked asked -> decide(asked, answers, lastCause, now);
        case Incoming.Told told -> shard.told(told.report(), now);
        case Incoming.Unreadable unreadable -> quarantine(unreadable);
      }
      render(lastCause, now);
    } catch (RuntimeException e) {
      throw new PoisonRecordException(record, e);
    }
    if (command) {
      commandsOffset = record.offset() + 1;
    } else {
      reportsOffset = record.offset() + 1;
    }
    moved = true;
  }

  private void decide(Incoming.Asked asked, Answers answers, @Nullable String cause, Instant now) {
    CommandEnvelope envelope = asked.envelope();
    Reply.Outcome outcome = shard.asked(envelope, answers, now);
    LOG.debugf("%s: %s", envelope.command(), outcome);
    replies.add(
        new PendingReply(envelope.replyTo(), new Reply(envelope.correlationId(), outcome), cause));
  }

  /** Gives what has been decided since the last call its place in the outbox. */
  private void render(@Nullable String traceparent, Instant now) {
    List<Outgoing> fresh = shard.takeOutgoing();
    for (Outgoing outgoing : fresh) {
      outbox.add(records.record(outgoing, ++sequence, traceparent, now));
    }
  }

  private void commit(Answers answers, @Nullable String cause, Instant now) throws SQLException {
    render(cause, now);
    Changes changes = shard.takeChanges();
    long sentUpTo = relay.sentUpTo();
    boolean nothing = changes.isEmpty() && outbox.isEmpty() && replies.isEmpty();
    boolean due = (moved || sentUpTo > deletedUpTo) && !now.isBefore(nextCheckpoint);
    if (nothing && !due) {
      return;
    }
    long firstEvent = sequence + 1;
    sequence += changes.events().size() + changes.explained().size();
    store.commit(
        new Turn(
            owned.shard(),
            owned.epoch(),
            commandsOffset,
            reportsOffset,
            changes,
            firstEvent,
            List.copyOf(outbox),
            sequence,
            deletedUpTo,
            sentUpTo,
            answers.fresh(),
            now));
    metrics.committed(owned.shard(), changes.tasks().size(), outbox.size(), sequence - sentUpTo);
    Narration.tell(shard.state(), changes);
    deletedUpTo = sentUpTo;
    moved = false;
    nextCheckpoint = now.plus(CHECKPOINT_INTERVAL);
    // Somebody waits for the replies, so they go ahead of what the rest of the system is told.
    for (PendingReply pending : replies) {
      relay.reply(pending.replyTo(), pending.reply(), pending.traceparent());
    }
    relay.send(List.copyOf(outbox));
    outbox.clear();
    replies.clear();
  }

  private void quarantine(Incoming.Unreadable unreadable) {
    ConsumerRecord<String, byte[]> record = unreadable.record();
    LOG.warnf("Quarantined %s: %s", Origins.of(record), unreadable.reason());
    metrics.quarantined();
    outbox.add(
        records.quarantined(
            ++sequence, record.key(), record.value(), Origins.of(record), unreadable.reason()));
  }

  private static List<String> answerKeys(List<Incoming> inputs) {
    List<String> keys = new ArrayList<>();
    for (Incoming input : inputs) {
      if (input instanceof Incoming.Asked asked) {
        keys.addAll(Answers.keys(asked.envelope()));
      }
    }
    return keys;
  }
}
