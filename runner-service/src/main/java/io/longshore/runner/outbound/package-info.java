/** What goes out to Kafka. */
@NullMarked
package io.longshore.runner.outbound;

import org.jspecify.annotations.NullMarked;
