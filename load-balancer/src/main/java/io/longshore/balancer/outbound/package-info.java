/** What goes out to targets: connections, health checks, and what is counted of them. */
@NullMarked
package io.longshore.balancer.outbound;

import org.jspecify.annotations.NullMarked;
