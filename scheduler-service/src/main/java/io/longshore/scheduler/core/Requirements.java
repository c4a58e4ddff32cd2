package io.longshore.scheduler.core;

import io.longshore.messages.Placing;
import io.longshore.messages.TaskSpec;
import io.longshore.messages.query.Facts;
import io.longshore.messages.query.InvalidQueryException;
import io.longshore.messages.query.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a host has to be for a task, apart from having room: the platform and the expressions of the
 * task's definition, and the constraints of the service or the call.
 */
final class Requirements {
  private final List<Expression> lasting = new ArrayList<>();
  private final List<Expression> ofTasks = new ArrayList<>();
  private final @Nullable String architecture;
  private final @Nullable String osFamily;
  private final boolean distinct;

  /**
   * @param query null where the text is none; no host meets it then
   */
  private record Expression(String text, @Nullable Query query) {
    boolean isUnmetBy(Facts host) {
      return query == null || !query.selects(host);
    }
  }

  Requirements(TaskSpec spec, Placing placing) {
    architecture = spec.cpuArchitecture();
    osFamily = spec.osFamily();
    spec.constraints().forEach(this::add);
    placing.constraints().stream()
        .filter(constraint -> constraint.type() == Placing.ConstraintType.MEMBER_OF)
        .forEach(constraint -> add(Objects.requireNonNullElse(constraint.expression(), "")));
    distinct =
        placing.constraints().stream()
            .anyMatch(constraint -> constraint.type() == Placing.ConstraintType.DISTINCT_INSTANCE);
  }

  /** Whether no two tasks of the group may be on one host. */
  boolean isDistinct() {
    return distinct;
  }

  private void add(String text) {
    try {
      Query query = Query.parse(text);
      (query.isOfTasks() ? ofTasks : lasting).add(new Expression(text, query));
    } catch (InvalidQueryException e) {
      // The api refuses these; what is older than its check must not stop the shard.
      lasting.add(new Expression(text, null));
    }
  }

  /** What is in the way for as long as the host stays as it is; null for nothing. */
  @Nullable Obstacle lasting(Runner runner, Facts facts) {
    if (!runner.takesTasks()) {
      String why =
          runner.status() == Runner.Status.ACTIVE ? "the host is silent" : "the host is draining";
      return new Obstacle(Obstacle.Kind.AGENT, why);
    }
    if (architecture != null && !has(runner, "ecs.cpu-architecture", architecture)) {
      return new Obstacle(Obstacle.Kind.ATTRIBUTE, "ecs.cpu-architecture is not " + architecture);
    }
    if (osFamily != null && !has(runner, "ecs.os-type", osType(osFamily))) {
      return new Obstacle(Obstacle.Kind.ATTRIBUTE, "ecs.os-type is not " + osType(osFamily));
    }
    return unmet(lasting, facts);
  }

  /** What is in the way because of the tasks that are on the host; null for nothing. */
  @Nullable Obstacle passing(Candidate candidate) {
    if (distinct && candidate.ofGroup() > 0) {
      return new Obstacle(
          Obstacle.Kind.DISTINCT_INSTANCE, "a task of the group is on the host already");
    }
    return ofTasks.isEmpty() ? null : unmet(ofTasks, candidate);
  }

  private static @Nullable Obstacle unmet(List<Expression> expressions, Facts facts) {
    for (Expression expression : expressions) {
      if (expression.isUnmetBy(facts)) {
        return new Obstacle(Obstacle.Kind.MEMBER_OF, "not selected by: " + expression.text());
      }
    }
    return null;
  }

  private static boolean has(Runner runner, String attribute, String value) {
    return value.equalsIgnoreCase(runner.attribute(attribute));
  }

  /** All of ECS's families but {@code LINUX} are versions of Windows. */
  private static String osType(String family) {
    return family.toLowerCase(Locale.ROOT).startsWith("windows")
        ? "windows"
        : family.toLowerCase(Locale.ROOT);
  }
}
