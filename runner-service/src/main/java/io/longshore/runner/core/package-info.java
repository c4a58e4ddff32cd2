/**
 * What one host does with one task, as values: {@link io.longshore.runner.core.TaskState} is what
 * is known, {@link io.longshore.runner.core.Lifecycle} says the next steps, {@link
 * io.longshore.runner.core.Observations} says what to tell the scheduler, and {@link
 * io.longshore.runner.core.Orders} says which orders count. Nothing here waits, calls or reads a
 * clock.
 */
@NullMarked
package io.longshore.runner.core;

import org.jspecify.annotations.NullMarked;
