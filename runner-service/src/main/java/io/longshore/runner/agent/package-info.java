/**
 * The side effects around {@link io.longshore.runner.core}: one owner per task, one agent per
 * runner identity.
 */
@NullMarked
package io.longshore.runner.agent;

import org.jspecify.annotations.NullMarked;
