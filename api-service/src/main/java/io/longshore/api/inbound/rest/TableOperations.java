package io.longshore.api.inbound.rest;

import io.longshore.api.inbound.Operations;
import io.longshore.api.inbound.Shape;
import io.longshore.api.inbound.balancing.BalancingOperations;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the lines of the table lead to: operations of ECS, of ELB, and Longshore's own. */
@ApplicationScoped
class TableOperations {
  /** Whose operation it is. */
  enum Origin {
    ECS,
    ELB,
    LONGSHORE
  }

  private final Operations operations;
  private final BalancingOperations balancing;

  TableOperations(Operations operations, BalancingOperations balancing) {
    this.operations = operations;
    this.balancing = balancing;
  }

  /** The names of all that ECS and ELB have and that are answered. No name is in both. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>(operations.names());
    names.addAll(balancing.names());
    return names;
  }

  Origin origin(String name) {
    if (balancing.names().contains(name)) {
      return Origin.ELB;
    }
    return operations.isOfEcs(name) ? Origin.ECS : Origin.LONGSHORE;
  }

  Operations.Answering find(String name) {
    return origin(name) == Origin.ELB ? balancing.find(name) : operations.findAny(name);
  }

  /** What the answer of an operation looks like. */
  Shape.Structure response(String name) {
    return origin(name) == Origin.ELB
        ? BalancingOperations.response(name)
        : Operations.response(name);
  }
}
