package io.longshore.api.store;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A select whose conditions depend on what was asked; values are always bound, never pasted. */
final class Conditions {
  private final StringBuilder sql;
  private final Map<String, Object> parameters = new LinkedHashMap<>();
  private String glue = " where ";

  Conditions(String select) {
    sql = new StringBuilder(select);
  }

  Conditions and(String condition) {
    sql.append(glue).append(condition);
    glue = " and ";
    return this;
  }

  Conditions andEqual(String expression, @Nullable Object value) {
    return value == null ? this : and(expression + " = " + bound(value));
  }

  Conditions andIn(String expression, Collection<String> values) {
    return and(expression + " in (" + bound(values) + ")");
  }

  Conditions andAbove(String column, @Nullable Object value) {
    return value == null ? this : and(column + " > " + bound(value));
  }

  Conditions andBelow(String column, @Nullable Object value) {
    return value == null ? this : and(column + " < " + bound(value));
  }

  Conditions andAtLeast(String column, @Nullable Object value) {
    return value == null ? this : and(column + " >= " + bound(value));
  }

  Conditions andAtMost(String column, @Nullable Object value) {
    return value == null ? this : and(column + " <= " + bound(value));
  }

  Conditions andPrefix(String column, @Nullable String prefix) {
    return prefix == null ? this : and("starts_with(" + column + ", " + bound(prefix) + ")");
  }

  Conditions andPair(String comparison, Object first, Object second) {
    return and(comparison + " (" + bound(first) + ", " + bound(second) + ")");
  }

  Conditions groupedBy(String columns) {
    sql.append(" group by ").append(columns);
    return this;
  }

  Conditions orderedBy(String columns) {
    sql.append(" order by ").append(columns);
    return this;
  }

  String sql() {
    return sql.toString();
  }

  Map<String, Object> parameters() {
    return parameters;
  }

  private String bound(Object value) {
    String name = "p" + parameters.size();
    parameters.put(name, value);
    return ":" + name;
  }
}
