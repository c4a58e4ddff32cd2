/** ELB's API: awsQuery in, awsQuery out, on the same address as ECS. */
@NullMarked
package io.longshore.api.inbound.balancing;

import org.jspecify.annotations.NullMarked;
