package io.longshore.scheduler.store;

import io.longshore.scheduler.core.State;
import java.util.List;

/**
 * A shard as its new owner finds it.
 *
 * @param epoch of this ownership; every later write names it
 * @param commandsOffset the first command that is not yet decided
 * @param reportsOffset the first report that is not yet taken in
 * @param sequence the last one given to an outbox record or a service event
 * @param unsent outbox records not known to have reached Kafka, in order
 */
public record OwnedShard(
    int shard,
    long epoch,
    long commandsOffset,
    long reportsOffset,
    long sequence,
    State state,
    List<OutboxRow> unsent) {}
