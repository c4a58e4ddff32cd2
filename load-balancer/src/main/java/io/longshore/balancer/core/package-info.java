/** What the load balancer decides: values in, values out, no clock and no sockets. */
@NullMarked
package io.longshore.balancer.core;

import org.jspecify.annotations.NullMarked;
