package io.longshore.balancer.core;

import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The conditions of a rule in the language of Traefik's rules, version 3. */
final class TraefikRule {
  /** What every request fulfils. */
  static final String ANY = "PathPrefix(`/`)";

  private TraefikRule() {}

  /** Null when it cannot be said: with a part of its conditions it would be another rule. */
  static @Nullable String of(List<Route.Condition> conditions) {
    List<String> all = new ArrayList<>();
    for (Route.Condition condition : conditions) {
      String said = of(condition);
      if (said == null) {
        return null;
      }
      all.add(said);
    }
    return all.isEmpty() ? ANY : String.join(" && ", all);
  }

  private static @Nullable String of(Route.Condition condition) {
    return switch (condition) {
      case Route.Condition.Host host -> any(host.patterns(), TraefikRule::host);
      case Route.Condition.Path path -> any(path.patterns(), TraefikRule::path);
      case Route.Condition.Header header ->
          any(
              header.patterns(),
              one -> call("HeaderRegexp", header.name(), "(?i)" + expression(one, "")));
      case Route.Condition.Method method -> any(method.methods(), one -> call("Method", one));
      case Route.Condition.Query query -> any(query.pairs(), TraefikRule::pair);
      case Route.Condition.Source source -> any(source.ranges(), one -> call("ClientIP", one));
    };
  }

  private static <T> @Nullable String any(List<T> values, Function<T, @Nullable String> say) {
    List<String> alternatives = new ArrayList<>();
    for (T value : values) {
      String said = say.apply(value);
      if (said == null) {
        return null;
      }
      alternatives.add(said);
    }
    if (alternatives.isEmpty()) {
      return null;
    }
    return alternatives.size() == 1
        ? alternatives.getFirst()
        : "(" + String.join(" || ", alternatives) + ")";
  }

  private static @Nullable String host(String pattern) {
    // What Traefik compares a pattern with may have a port.
    return isPattern(pattern)
        ? call("HostRegexp", "(?i)" + expression(pattern, "(:[0-9]+)?"))
        : call("Host", pattern);
  }

  private static @Nullable String path(String pattern) {
    int star = pattern.indexOf('*');
    if (!isPattern(pattern)) {
      return pattern.startsWith("/") ? call("Path", pattern) : null;
    }
    boolean prefix =
        star == pattern.length() - 1 && pattern.indexOf('?') < 0 && pattern.startsWith("/");
    return prefix
        ? call("PathPrefix", pattern.substring(0, star))
        : call("PathRegexp", expression(pattern, ""));
  }

  /** Traefik looks for one key, with regard to case. */
  private static @Nullable String pair(Route.Condition.Pair pair) {
    String key = pair.key();
    return key == null || isPattern(key)
        ? null
        : call("QueryRegexp", key, "(?i)" + expression(pair.value(), ""));
  }

  private static boolean isPattern(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }

  /** The whole of a text, in Go's regular expressions. */
  private static String expression(String pattern, String end) {
    StringBuilder text = new StringBuilder("^");
    for (int i = 0; i < pattern.length(); i++) {
      char next = pattern.charAt(i);
      switch (next) {
        case '*' -> text.append(".*");
        case '?' -> text.append('.');
        case '.', '+', '(', ')', '[', ']', '{', '}', '^', '$', '|', '\\' ->
            text.append('\\').append(next);
        default -> text.append(next);
      }
    }
    return text.append(end).append('$').toString();
  }

  /** Values stand between back quotes, in which there is no escape for one. */
  private static @Nullable String call(String matcher, String... values) {
    for (String value : values) {
      if (value.indexOf('`') >= 0) {
        return null;
      }
    }
    return matcher + "(`" + String.join("`, `", values) + "`)";
  }
}
