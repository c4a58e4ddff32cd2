/** Kafka in, server-sent events out: {@code longshore.events} for who does not speak Kafka. */
@NullMarked
package io.longshore.api.inbound.events;

import org.jspecify.annotations.NullMarked;
