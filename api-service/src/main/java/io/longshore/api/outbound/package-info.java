/** Commands out to Kafka, and the replies to them. */
@NullMarked
package io.longshore.api.outbound;

import org.jspecify.annotations.NullMarked;
