/** What comes in: routes from Kafka, connections and requests from clients. */
@NullMarked
package io.longshore.balancer.inbound;

import org.jspecify.annotations.NullMarked;
