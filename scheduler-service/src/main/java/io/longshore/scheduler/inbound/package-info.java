/**
 * Records coming in from Kafka: the consumer, and one lane for each shard that takes turns over
 * them.
 */
@NullMarked
package io.longshore.scheduler.inbound;

import org.jspecify.annotations.NullMarked;
