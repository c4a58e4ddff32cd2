package io.longshore.messages.query;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An expression of the cluster query language, read once and asked often. See "Create expressions
 * to define container instances" in the ECS developer guide.
 *
 * <p>Where an instance has no value of a subject, the negative operators ({@code !=}, {@code
 * not_in}, {@code !~}, {@code !exists}) are true of it and the others are not. Where it has
 * several, as of {@code task:group}, the positive ones are true if one of them fits, and the
 * negative ones if none does.
 */
public sealed interface Query {
  /** ECS's limit. */
  int LONGEST = 2000;

  /**
   * Reads an expression, in time proportional to its length.
   *
   * @throws InvalidQueryException if it is none; it names the position
   */
  static Query parse(String text) throws InvalidQueryException {
    return new QueryParser(text).parse();
  }

  boolean selects(Facts instance);

  /** Whether the answer changes with the tasks on the instance. */
  boolean isOfTasks();

  /** Every part is true. */
  record All(List<Query> parts) implements Query {
    @Override
    public boolean selects(Facts instance) {
      return parts.stream().allMatch(part -> part.selects(instance));
    }

    @Override
    public boolean isOfTasks() {
      return parts.stream().anyMatch(Query::isOfTasks);
    }
  }

  /** One part is true. */
  record Any(List<Query> parts) implements Query {
    @Override
    public boolean selects(Facts instance) {
      return parts.stream().anyMatch(part -> part.selects(instance));
    }

    @Override
    public boolean isOfTasks() {
      return parts.stream().anyMatch(Query::isOfTasks);
    }
  }

  /** The part is false. */
  record Not(Query part) implements Query {
    @Override
    public boolean selects(Facts instance) {
      return !part.selects(instance);
    }

    @Override
    public boolean isOfTasks() {
      return part.isOfTasks();
    }
  }

  /**
   * A subject, an operator and its argument.
   *
   * @param arguments none, one, or those of a list
   * @param pattern of {@code =~} and {@code !~}
   */
  record Comparison(
      Subject subject, Operator operator, List<Value> arguments, @Nullable LinearPattern pattern)
      implements Query {
    @Override
    public boolean selects(Facts instance) {
      boolean fits = instance.values(subject).stream().anyMatch(this::fits);
      return fits != operator.isNegative();
    }

    @Override
    public boolean isOfTasks() {
      return subject.isOfTasks();
    }

    /** Whether one value is what the operator, or the positive of it, asks for. */
    private boolean fits(String text) {
      return switch (operator) {
        case EXISTS, NOT_EXISTS -> true;
        case MATCHES, NOT_MATCHES -> Objects.requireNonNull(pattern).matches(text);
        case EQUALS, NOT_EQUALS, IN, NOT_IN ->
            arguments.stream().anyMatch(a -> order(text, a) == 0);
        case GREATER_THAN -> order(text, arguments.getFirst()) > 0;
        case GREATER_THAN_EQUAL -> order(text, arguments.getFirst()) >= 0;
        case LESS_THAN -> order(text, arguments.getFirst()) < 0;
        case LESS_THAN_EQUAL -> order(text, arguments.getFirst()) <= 0;
      };
    }

    private int order(String text, Value argument) {
      boolean exact = !operator.name().toLowerCase(Locale.ROOT).contains("than");
      if (exact && subject.kind() == Subject.Kind.TEXT) {
        // 1.0 and 1 are two different texts, and only as sizes the same.
        return text.compareTo(argument.text());
      }
      return Value.of(subject.kind(), text).compareTo(argument);
    }
  }
}
