package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Placing;
import io.longshore.messages.query.InvalidQueryException;
import io.longshore.messages.query.Query;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members {@code placementConstraints} and {@code placementStrategy} of services and calls. */
public final class Placings {
  private static final int MOST_CONSTRAINTS = 10;
  private static final int MOST_STRATEGIES = 5;
  private static final Set<String> PACKED = Set.of("CPU", "MEMORY");

  private Placings() {}

  /**
   * Reads both members.
   *
   * @throws EcsException if one of them is none of ECS's; an expression is read to its end
   */
  public static Placing of(Members request) {
    List<Members> constraints =
        Rules.atMost(
            "placementConstraints", request.objects("placementConstraints"), MOST_CONSTRAINTS);
    List<Members> strategies =
        Rules.atMost("placementStrategy", request.objects("placementStrategy"), MOST_STRATEGIES);
    return new Placing(
        constraints.stream().map(Placings::constraint).toList(),
        strategies.stream().map(Placings::strategy).toList());
  }

  private static Placing.Constraint constraint(Members given) {
    String expression = given.text("expression");
    return switch (Rules.required(given, "type")) {
      case "distinctInstance" -> {
        if (expression != null && !expression.isEmpty()) {
          throw invalid(
              "placementConstraints.expression must not be given with the type distinctInstance.");
        }
        yield new Placing.Constraint(Placing.ConstraintType.DISTINCT_INSTANCE, null);
      }
      case "memberOf" -> {
        query("placementConstraints.expression", expression);
        yield new Placing.Constraint(Placing.ConstraintType.MEMBER_OF, expression);
      }
      default -> throw invalid("placementConstraints.type must be distinctInstance or memberOf.");
    };
  }

  /**
   * Reads an expression of the cluster query language.
   *
   * @param member which the error names
   */
  public static Query query(String member, @Nullable String expression) {
    if (expression == null || expression.isBlank()) {
      throw invalid(member + " must not be null or empty.");
    }
    try {
      return Query.parse(expression);
    } catch (InvalidQueryException e) {
      throw invalid(
          "Invalid expression: %s '%s' is no cluster query at %s."
              .formatted(member, Rules.shown(expression), e.text()));
    }
  }

  private static Placing.Strategy strategy(Members given) {
    String field = given.text("field", "");
    return switch (Rules.required(given, "type")) {
      case "random" -> {
        if (!field.isEmpty()) {
          throw invalid("placementStrategy.field must not be given with the type random.");
        }
        yield new Placing.Strategy(Placing.StrategyType.RANDOM, null);
      }
      case "spread" ->
          new Placing.Strategy(Placing.StrategyType.SPREAD, field.isEmpty() ? "instanceId" : field);
      case "binpack" -> {
        String resource = field.toUpperCase(Locale.ROOT);
        if (!PACKED.contains(resource)) {
          throw invalid("placementStrategy.field must be CPU or MEMORY with the type binpack.");
        }
        yield new Placing.Strategy(Placing.StrategyType.BINPACK, resource);
      }
      default -> throw invalid("placementStrategy.type must be random, spread or binpack.");
    };
  }
}
