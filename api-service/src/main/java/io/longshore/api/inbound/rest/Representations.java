package io.longshore.api.inbound.rest;

import io.longshore.api.inbound.Shape;
import io.longshore.api.inbound.rest.Route.Shown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a line of the table answers, as a shape. */
final class Representations {
  private static final Shape TEXT = new Shape.Text(List.of());

  private Representations() {}

  /** Null when there is no body. */
  static Shape.@Nullable Structure of(Route route, TableOperations operations) {
    if (!(route.shown() instanceof Shown.Page(var names, var key, var described, var most))) {
      return of(route.shown(), operations.response(route.operation()));
    }
    Map<String, Shape> members = new LinkedHashMap<>();
    if (described == null) {
      members.put(
          names, operations.response(route.operation()).members().getOrDefault(names, TEXT));
    } else {
      Shape.Structure each = of(described.each(), operations.response(described.operation()));
      if (each != null) {
        members.put(described.plural(), new Shape.ListOf(each));
      }
    }
    members.put("nextToken", TEXT);
    return new Shape.Structure(route.operation() + "Page", members);
  }

  private static Shape.@Nullable Structure of(Shown shown, Shape.Structure response) {
    return switch (shown) {
      case Shown.Nothing nothing -> null;
      case Shown.Whole whole -> response;
      case Shown.Page page -> response;
      case Shown.Item item ->
          response.members().get(item.list()) instanceof Shape.ListOf(Shape.Structure each)
              ? each
              : null;
      case Shown.Member member ->
          response.members().get(member.name()) instanceof Shape.Structure own
              ? beside(own, member.beside(), response)
              : null;
    };
  }

  private static Shape.Structure beside(
      Shape.Structure own, List<String> beside, Shape.Structure response) {
    if (beside.isEmpty()) {
      return own;
    }
    Map<String, Shape> members = new LinkedHashMap<>(own.members());
    response
        .members()
        .forEach((name, shape) -> {
          if (beside.contains(name)) {
            members.put(name, shape);
          }
        });
    return new Shape.Structure(own.name() + "WithTags", members);
  }
}
