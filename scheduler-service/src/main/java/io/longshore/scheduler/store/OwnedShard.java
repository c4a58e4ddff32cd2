package io.longshore.scheduler.store;

import io.longshore.scheduler.core.State;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard as its new owner finds it.
 *
 * @param epoch of this ownership; every later write names it
 * @param commandsOffset the first command that is not yet decided
 * @param reportsOffset the first report that is not yet taken in
 * @param sequence the last one given to an outbox record or a service event
 * @param decidedAt when the last turn was decided, by its owner's clock; null for not known
 * @param unsent outbox records not known to have reached Kafka, in order
 */
public record OwnedShard(
    int shard,
    long epoch,
    long commandsOffset,
    long reportsOffset,
    long sequence,
    @Nullable Instant decidedAt,
    State state,
    List<OutboxRow> unsent) {}
