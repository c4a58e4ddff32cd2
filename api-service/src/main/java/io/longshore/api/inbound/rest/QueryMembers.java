package io.longshore.api.inbound.rest;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;
import io.longshore.api.inbound.AwsJson;
import io.longshore.api.inbound.Shape;
import io.longshore.api.inbound.rest.Route.Shown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The query's part of a request. */
final class QueryMembers {
  private static final String LIMIT = "limit";

  private QueryMembers() {}

  static Map<String, Object> read(
      Route route, Shape.Structure shape, Map<String, List<String>> query) {
    Map<String, String> known = known(route, shape);
    Map<String, Object> members = new LinkedHashMap<>();
    query.forEach((name, values) -> {
      String member = known.get(name);
      Shape type = member == null ? null : shape.members().get(member);
      if (member == null || type == null) {
        String shown = Rules.shown(name);
        throw EcsException.invalid(
                "There is no parameter '%s' here. There are: %s."
                    .formatted(shown, String.join(", ", new TreeSet<>(known.keySet()))))
            .at(shown);
      }
      members.put(member, value(name, type, values));
      if (name.equals(LIMIT) && route.shown() instanceof Shown.Page page) {
        Rules.range(LIMIT, (int) members.get(member), 1, page.atMost());
      }
    });
    return members;
  }

  /** The members a query may have, by the names they have there. */
  static Map<String, String> known(Route route, Shape.Structure request) {
    Map<String, String> known = new LinkedHashMap<>();
    route.query().forEach(member -> known.put(member, member));
    if (route.shown() instanceof Shown.Page) {
      Paging paging = Paging.of(request);
      known.put(LIMIT, paging.limit());
      known.put("nextToken", paging.token());
    }
    return known;
  }

  /** A tree of texts, as the types of a member have it. */
  static Object tree(String name, Shape type, Object tree) {
    return switch (tree) {
      case List<?> list when type instanceof Shape.ListOf(Shape item) ->
          list.stream().map(each -> tree(name, item, each)).toList();
      case Map<?, ?> map when type instanceof Shape.Structure structure -> {
        Map<String, Object> members = new LinkedHashMap<>();
        structure
            .members()
            .forEach((member, shape) -> {
              Object value = map.get(member);
              if (value != null) {
                members.put(member, tree(member, shape, value));
              }
            });
        yield members;
      }
      default -> value(name, type, List.of(tree.toString()));
    };
  }

  static Object value(String name, Shape type, List<String> values) {
    if (type instanceof Shape.ListOf list) {
      return values.stream().map(value -> value(name, list.item(), List.of(value))).toList();
    }
    if (values.size() != 1) {
      throw EcsException.invalid("%s must be given once.".formatted(name)).at(name);
    }
    String value = values.getFirst();
    return switch (type) {
      case Shape.Text text -> AwsJson.allowed(value, text, name);
      case Shape.Whole whole -> whole(value, name);
      case Shape.Time time -> AwsJson.time(value, name);
      case Shape.Flag flag -> {
        if (!value.equals("true") && !value.equals("false")) {
          throw AwsJson.mismatch(name, "true or false");
        }
        yield value.equals("true");
      }
      case Shape.Structure structure -> throw AwsJson.mismatch(name, "in a body");
      case Shape.ListOf list -> throw AwsJson.mismatch(name, "in a body");
      case Shape.MapOf map -> throw AwsJson.mismatch(name, "in a body");
      case Shape.Fraction fraction -> throw AwsJson.mismatch(name, "in a body");
      case Shape.Anything anything -> throw AwsJson.mismatch(name, "in a body");
    };
  }

  private static int whole(String value, String name) {
    if (!value.matches("-?[0-9]{1,9}")) {
      throw AwsJson.mismatch(name, "a whole number of at most 9 digits");
    }
    return Integer.parseInt(value);
  }
}
