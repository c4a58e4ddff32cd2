package io.longshore.api.core.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.messages.Arns;
import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The rules of listeners: their conditions in both forms, and how they look. */
public final class ListenerRules {
  private static final int PRIORITY_MAX = 50_000;
  private static final int VALUES_MAX = 5;
  private static final int VALUE_LENGTH = 128;
  private static final Pattern RANGE = Pattern.compile("[0-9a-fA-F.:]{2,45}/[0-9]{1,3}");

  private ListenerRules() {}

  /** Conditions, in both forms. */
  public record Parsed(List<Route.Condition> conditions, List<Members> shown) {}

  public static int priority(Members request) {
    return Requests.range(request, "Priority", 1, PRIORITY_MAX);
  }

  public static Parsed conditions(List<Members> given) {
    if (given.isEmpty()) {
      throw Refusals.invalid("A condition must be specified");
    }
    List<Route.Condition> conditions = new ArrayList<>();
    List<Members> shown = new ArrayList<>();
    int values = 0;
    for (Members condition : given) {
      String field = Requests.required(condition, "Field");
      Parsed parsed =
          switch (field) {
            case "host-header" -> host(condition);
            case "path-pattern" -> path(condition);
            case "http-header" -> header(config(condition, "HttpHeaderConfig"));
            case "http-request-method" -> method(config(condition, "HttpRequestMethodConfig"));
            case "query-string" -> query(config(condition, "QueryStringConfig"));
            case "source-ip" -> source(config(condition, "SourceIpConfig"));
            default ->
                throw Refusals.invalid(
                    "Condition field '%s' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'"
                        .formatted(Rules.shown(field)));
          };
      conditions.addAll(parsed.conditions());
      shown.add(Members.NONE.with("Field", field).over(parsed.shown().getFirst()));
      values += count(parsed.conditions().getFirst());
    }
    if (values > VALUES_MAX) {
      throw Refusals.invalid("A rule can have at most %d condition values".formatted(VALUES_MAX));
    }
    return new Parsed(List.copyOf(conditions), shown);
  }

  private static int count(Route.Condition condition) {
    return switch (condition) {
      case Route.Condition.Host(var patterns) -> patterns.size();
      case Route.Condition.Path(var patterns) -> patterns.size();
      case Route.Condition.Header(var name, var patterns) -> patterns.size();
      case Route.Condition.Method(var methods) -> methods.size();
      case Route.Condition.Query(var pairs) -> pairs.size();
      case Route.Condition.Source(var ranges) -> ranges.size();
    };
  }

  private static Members config(Members condition, String member) {
    Members config = condition.object(member);
    if (config == null) {
      throw Refusals.invalid("'%s' must be specified".formatted(member));
    }
    return config;
  }

  private static List<String> values(List<String> values) {
    if (values.isEmpty()) {
      throw Refusals.invalid("A condition value must be specified");
    }
    for (String value : values) {
      if (value.isEmpty() || value.length() > VALUE_LENGTH) {
        throw Refusals.invalid(
            "A condition value must have 1 to %d characters".formatted(VALUE_LENGTH));
      }
    }
    return values;
  }

  /** Two conditions have values of their own, as all once had. */
  private static List<String> valuesOf(Members condition, String member) {
    Members config = condition.object(member);
    return values(config == null ? condition.texts("Values") : config.texts("Values"));
  }

  private static Parsed parsed(Route.Condition condition, Members shown) {
    return new Parsed(List.of(condition), List.of(shown));
  }

  private static Members only(String member, Members config) {
    return Members.NONE.with(member, config);
  }

  private static Parsed host(Members condition) {
    List<String> values = valuesOf(condition, "HostHeaderConfig");
    return parsed(
        new Route.Condition.Host(values),
        only("HostHeaderConfig", Members.NONE.with("Values", values)).with("Values", values));
  }

  private static Parsed path(Members condition) {
    List<String> values = valuesOf(condition, "PathPatternConfig");
    return parsed(
        new Route.Condition.Path(values),
        only("PathPatternConfig", Members.NONE.with("Values", values)).with("Values", values));
  }

  private static Parsed header(Members config) {
    String name = Requests.required(config, "HttpHeaderName");
    return parsed(
        new Route.Condition.Header(name, values(config.texts("Values"))),
        only("HttpHeaderConfig", config));
  }

  private static Parsed method(Members config) {
    return parsed(
        new Route.Condition.Method(values(config.texts("Values"))),
        only("HttpRequestMethodConfig", config));
  }

  private static Parsed query(Members config) {
    List<Route.Condition.Pair> pairs = new ArrayList<>();
    for (Members pair : config.objects("Values")) {
      pairs.add(new Route.Condition.Pair(pair.text("Key"), Requests.required(pair, "Value")));
    }
    if (pairs.isEmpty()) {
      throw Refusals.invalid("A condition value must be specified");
    }
    return parsed(new Route.Condition.Query(List.copyOf(pairs)), only("QueryStringConfig", config));
  }

  private static Parsed source(Members config) {
    List<String> ranges = values(config.texts("Values"));
    for (String range : ranges) {
      if (!RANGE.matcher(range).matches()) {
        throw Refusals.invalid("'%s' is not a valid CIDR block".formatted(Rules.shown(range)));
      }
    }
    return parsed(new Route.Condition.Source(ranges), only("SourceIpConfig", config));
  }

  public static Members shown(Balancing.Rule rule) {
    return Members.NONE
        .with("RuleArn", rule.arn())
        .with("Priority", Integer.toString(rule.priority()))
        .over(rule.document())
        .with("IsDefault", false);
  }

  /** What a listener does when no rule decides, as a rule. */
  public static Members shownDefault(Balancing.Listener listener) {
    return Members.NONE
        .with("RuleArn", Arns.defaultRule(listener.arn()))
        .with("Priority", "default")
        .with("Conditions", List.of())
        .with("Actions", listener.document().objects("DefaultActions"))
        .with("IsDefault", true);
  }
}
