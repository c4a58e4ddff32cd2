/** Spans of traces that go through Kafka. */
@NullMarked
package io.longshore.tracing;

import org.jspecify.annotations.NullMarked;
