/**
 * Everything that decides. Plain Java: no clock, no randomness, no database, no Kafka, no
 * framework; the build enforces it.
 *
 * <p>A decider looks at {@link io.longshore.scheduler.core.State} and an input and returns {@link
 * io.longshore.scheduler.core.Decision}s, which are values. {@link
 * io.longshore.scheduler.core.Ledger} is the only one that changes the state; it notes what has to
 * be written and sent for it.
 */
@NullMarked
package io.longshore.scheduler.core;

import org.jspecify.annotations.NullMarked;
