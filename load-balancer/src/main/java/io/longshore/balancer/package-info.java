/** The load balancer: carries traffic to targets, as routes say. */
@NullMarked
package io.longshore.balancer;

import org.jspecify.annotations.NullMarked;
