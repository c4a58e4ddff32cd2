package io.longshore.api.core;

import io.longshore.messages.Codec;
import io.longshore.messages.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, of the types the ECS model gives them: String, Integer, Long,
 * BigDecimal (times, seconds), Double, Boolean, List, Map and Members' own maps nested in them.
 * Immutable; null members are absent.
 */
public record Members(Map<String, Object> values) {
  public static final Members NONE = new Members(Map.of());

  public Members {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Of a document this service stored earlier. */
  @SuppressWarnings("unchecked")
  public static Members stored(String json) {
    return new Members(Codec.decodeStored(json, Map.class));
  }

  public Json json() {
    return new Json(Codec.encodeText(values));
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  public @Nullable String text(String name) {
    return (String) values.get(name);
  }

  public String text(String name, String absent) {
    String value = text(name);
    return value == null ? absent : value;
  }

  public @Nullable Integer integer(String name) {
    return values.get(name) instanceof Number number ? number.intValue() : null;
  }

  public int integer(String name, int absent) {
    Integer value = integer(name);
    return value == null ? absent : value;
  }

  public boolean flag(String name) {
    return flag(name, false);
  }

  public boolean flag(String name, boolean absent) {
    return values.get(name) instanceof Boolean value ? value : absent;
  }

  /** An absent list is an empty one. */
  public List<String> texts(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(String.class::cast).toList()
        : List.of();
  }

  /** An absent list is an empty one. */
  public List<Integer> integers(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(item -> ((Number) item).intValue()).toList()
        : List.of();
  }

  public @Nullable Members object(String name) {
    return values.get(name) instanceof Map<?, ?> map ? of(map) : null;
  }

  /** An absent list is an empty one. */
  public List<Members> objects(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(item -> of((Map<?, ?>) item)).toList()
        : List.of();
  }

  /** An absent map is an empty one. */
  public Map<String, String> map(String name) {
    Map<String, String> result = new LinkedHashMap<>();
    if (values.get(name) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> result.put((String) key, (String) value));
    }
    return Collections.unmodifiableMap(result);
  }

  /** The same with one member set; null leaves it as it was. */
  public Members with(String name, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.put(name, plain(value));
    return new Members(copy);
  }

  public Members withDefault(String name, Object value) {
    return has(name) ? this : with(name, value);
  }

  public Members without(String... names) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    for (String name : names) {
      copy.remove(name);
    }
    return new Members(copy);
  }

  /** Only those members, in that order. */
  public Members only(List<String> names) {
    Map<String, Object> copy = new LinkedHashMap<>();
    for (String name : names) {
      Object value = values.get(name);
      if (value != null) {
        copy.put(name, value);
      }
    }
    return new Members(copy);
  }

  /** Without those of the named members that are an empty list or an empty object. */
  public Members withoutEmpty(String... names) {
    Members result = this;
    for (String name : names) {
      Object value = values.get(name);
      if ((value instanceof List<?> list && list.isEmpty())
          || (value instanceof Map<?, ?> map && map.isEmpty())) {
        result = result.without(name);
      }
    }
    return result;
  }

  /** With every member of the other one, which wins. */
  public Members over(Members other) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.putAll(other.values);
    return new Members(copy);
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Members members -> members.values;
      case List<?> list -> list.stream().map(Members::plain).toList();
      default -> value;
    };
  }

  @SuppressWarnings("unchecked")
  private static Members of(Map<?, ?> map) {
    return new Members((Map<String, Object>) map);
  }
}
