package io.longshore.messages;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where tasks may and should go.
 *
 * @param constraints every one has to be met
 * @param strategy the earlier ones first; empty for Longshore's default, an even spread over zones
 */
public record Placing(List<Constraint> constraints, List<Strategy> strategy) {
  public static final Placing ANYWHERE = new Placing(List.of(), List.of());

  /**
   * ECS {@code PlacementConstraint}.
   *
   * @param expression in the cluster query language; null for {@code DISTINCT_INSTANCE}
   */
  public record Constraint(ConstraintType type, @Nullable String expression) {}

  /** What a constraint demands. */
  public enum ConstraintType {
    /** No two tasks of a group on one host. */
    DISTINCT_INSTANCE,
    /** A host that the expression selects. */
    MEMBER_OF
  }

  /**
   * ECS {@code PlacementStrategy}.
   *
   * @param field of a spread, {@code instanceId} or an attribute; of a binpack, {@code CPU} or
   *     {@code MEMORY}; null for a random choice
   */
  public record Strategy(StrategyType type, @Nullable String field) {}

  /** What a strategy prefers. */
  public enum StrategyType {
    /** Hosts whose value of the field has the fewest tasks of the group. */
    SPREAD,
    /** Hosts with the least of the field left. */
    BINPACK,
    /** Any. */
    RANDOM
  }
}
