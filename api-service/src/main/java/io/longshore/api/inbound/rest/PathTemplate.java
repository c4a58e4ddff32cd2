package io.longshore.api.inbound.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A path in which whole segments are parameters: {@code /v1/clusters/{cluster}}. */
record PathTemplate(String text) {
  private static final Pattern PARAMETER = Pattern.compile("\\{([A-Za-z]+)}");

  /** Raw segments of a path; that it begins with a slash and may end with one is left out. */
  static List<String> segments(String path) {
    String trimmed = path.replaceFirst("^/", "").replaceFirst("/$", "");
    return Arrays.asList(trimmed.split("/", -1));
  }

  /** The names of the parameters in their order. */
  List<String> parameters() {
    List<String> names = new ArrayList<>();
    for (Matcher matcher = PARAMETER.matcher(text); matcher.find(); ) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** What the parameters are in a path; null when the path is another one. */
  @Nullable Map<String, String> match(List<String> decoded) {
    List<String> own = segments(text);
    if (own.size() != decoded.size()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < own.size(); i++) {
      Matcher parameter = PARAMETER.matcher(own.get(i));
      if (parameter.matches() && !decoded.get(i).isEmpty()) {
        values.put(parameter.group(1), decoded.get(i));
      } else if (!own.get(i).equals(decoded.get(i))) {
        return null;
      }
    }
    return values;
  }

  /** The path with these parameters; null when one is missing. */
  @Nullable String path(Map<String, ?> values) {
    return filled(text, values, value -> URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  /** A text with parameters in it; null when one is missing. */
  static @Nullable String filled(String text, Map<String, ?> values) {
    return filled(text, values, value -> value);
  }

  /** A tree of texts with parameters in them; one that is missing is nothing. */
  static Object tree(Object template, Map<String, ?> values) {
    return switch (template) {
      case List<?> list -> list.stream().map(each -> tree(each, values)).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> result = new LinkedHashMap<>();
        map.forEach((name, value) -> result.put(name, tree(value, values)));
        yield result;
      }
      default -> {
        String text = filled(template.toString(), values);
        yield text == null ? "" : text;
      }
    };
  }

  private static @Nullable String filled(
      String text, Map<String, ?> values, UnaryOperator<String> written) {
    Matcher matcher = PARAMETER.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      Object value = values.get(matcher.group(1));
      if (value == null) {
        return null;
      }
      matcher.appendReplacement(
          result, Matcher.quoteReplacement(written.apply(String.valueOf(value))));
    }
    return matcher.appendTail(result).toString();
  }
}
