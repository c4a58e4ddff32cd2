package io.longshore.balancer.inbound;

import io.longshore.balancer.core.Traffic;
import io.longshore.balancer.outbound.AccessLog;
import io.longshore.balancer.outbound.Meters;
import io.longshore.balancer.outbound.TargetConnections;
import java.time.InstantSource;

/** What all clients' connections have in common. */
public record Shared(
    Traffic traffic,
    TargetConnections targets,
    Meters meters,
    AccessLog log,
    Limits limits,
    InstantSource clock) {}
