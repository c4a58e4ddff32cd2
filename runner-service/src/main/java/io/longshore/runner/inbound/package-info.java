/** What comes in from Kafka. */
@NullMarked
package io.longshore.runner.inbound;

import org.jspecify.annotations.NullMarked;
