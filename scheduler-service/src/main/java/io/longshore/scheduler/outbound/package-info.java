/**
 * Records on their way to Kafka: how decisions look on the wire, and the relay that sees them off.
 */
@NullMarked
package io.longshore.scheduler.outbound;

import org.jspecify.annotations.NullMarked;
