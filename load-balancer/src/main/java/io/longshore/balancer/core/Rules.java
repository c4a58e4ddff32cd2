package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rules of one listener, made ready to be asked for every request. */
public final class Rules {
  private record Ready(List<Predicate<Asked>> conditions, Route.Action action) {
    boolean hold(Asked asked) {
      return conditions.stream().allMatch(condition -> condition.test(asked));
    }
  }

  private final List<Ready> ready;
  private final Route.Action otherwise;

  public Rules(Route.Listener listener) {
    this.ready =
        listener.rules().stream()
            .sorted(Comparator.comparingInt(Route.Rule::priority))
            .map(rule ->
                new Ready(rule.conditions().stream().map(Rules::ready).toList(), rule.action()))
            .toList();
    this.otherwise = listener.defaultAction();
  }

  /** That of the first rule whose conditions all hold. */
  public Route.Action actionFor(Asked asked) {
    for (Ready rule : ready) {
      if (rule.hold(asked)) {
        return rule.action();
      }
    }
    return otherwise;
  }

  public Route.Action defaultAction() {
    return otherwise;
  }

  private static Predicate<Asked> ready(Route.Condition condition) {
    return switch (condition) {
      case Route.Condition.Host host -> asked -> anyMatches(host.patterns(), asked.host(), true);
      case Route.Condition.Path path -> asked -> anyMatches(path.patterns(), asked.path(), false);
      case Route.Condition.Header header ->
          asked ->
              asked.fields().stream()
                  .filter(field -> field.is(header.name()))
                  .anyMatch(field -> anyMatches(header.patterns(), field.value(), true));
      case Route.Condition.Method method -> asked -> method.methods().contains(asked.method());
      case Route.Condition.Query query -> asked -> anyPair(query.pairs(), asked.query());
      case Route.Condition.Source source -> {
        List<Cidr> ranges =
            source.ranges().stream().map(Cidr::parse).filter(Objects::nonNull).toList();
        yield asked -> ranges.stream().anyMatch(range -> range.contains(asked.source()));
      }
    };
  }

  private static boolean anyMatches(List<String> patterns, String text, boolean ignoreCase) {
    for (String pattern : patterns) {
      if (Wildcard.matches(pattern, text, ignoreCase)) {
        return true;
      }
    }
    return false;
  }

  /** As they were sent: escapes are not resolved. Without regard to case, as in ELB. */
  private static boolean anyPair(List<Route.Condition.Pair> wanted, @Nullable String query) {
    if (query == null) {
      return false;
    }
    for (Parameter parameter : parameters(query)) {
      for (Route.Condition.Pair pair : wanted) {
        if ((pair.key() == null || Wildcard.matches(pair.key(), parameter.key(), true))
            && Wildcard.matches(pair.value(), parameter.value(), true)) {
          return true;
        }
      }
    }
    return false;
  }

  private record Parameter(String key, String value) {}

  private static List<Parameter> parameters(String query) {
    List<Parameter> found = new ArrayList<>();
    int from = 0;
    while (from <= query.length()) {
      int to = query.indexOf('&', from);
      String part = query.substring(from, to < 0 ? query.length() : to);
      int equals = part.indexOf('=');
      found.add(
          equals < 0
              ? new Parameter(part, "")
              : new Parameter(part.substring(0, equals), part.substring(equals + 1)));
      if (to < 0) {
        break;
      }
      from = to + 1;
    }
    return found;
  }
}
