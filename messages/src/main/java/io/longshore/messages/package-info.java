/**
 * The contract between the services: what may stand on each topic, and the words the read schema of
 * the database shares with it.
 *
 * <p>One sealed vocabulary per topic: {@link io.longshore.messages.Command} and {@link
 * io.longshore.messages.Reply} between api and scheduler, {@link io.longshore.messages.Order} from
 * scheduler to runner, {@link io.longshore.messages.Report} from runner to scheduler. Commands and
 * orders are imperative, reports are in the past tense; no type is used in two directions.
 *
 * <p>Compatibility: fields may be added, never renamed or given another meaning. Readers ignore
 * what they do not know. The golden files under {@code src/test/resources/golden} hold one record
 * of each kind for good.
 */
@NullMarked
package io.longshore.messages;

import org.jspecify.annotations.NullMarked;
