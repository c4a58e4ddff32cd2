package io.longshore.scheduler.store;

import io.longshore.scheduler.core.Answers;
import io.longshore.scheduler.core.Changes;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything one turn of a shard writes, in one transaction.
 *
 * @param firstEvent the sequence of the first of the changes' service events; the others follow,
 *     and then the explained decisions
 * @param sequence the last one in use after this turn
 * @param deletedUpTo outbox records up to here have been deleted by an earlier turn of this owner;
 *     0 when it has deleted none
 * @param sentUpTo outbox records up to here have reached Kafka and can be deleted
 */
public record Turn(
    int shard,
    long epoch,
    long commandsOffset,
    long reportsOffset,
    Changes changes,
    long firstEvent,
    List<OutboxRow> outbox,
    long sequence,
    long deletedUpTo,
    long sentUpTo,
    Map<String, Answers.Answer> answers,
    Instant now) {}
