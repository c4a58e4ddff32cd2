package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ECS tags: a list on the wire, a map everywhere else. */
public final class Tags {
  private static final int MOST = 50;
  private static final int KEY_LENGTH = 128;
  private static final int VALUE_LENGTH = 256;

  private Tags() {}

  public static Map<String, String> of(Members request) {
    List<Members> list = Rules.atMost("tags", request.objects("tags"), MOST);
    Map<String, String> tags = new LinkedHashMap<>();
    for (Members tag : list) {
      String key = key(Rules.required(tag, "key"));
      String value = tag.text("value", "");
      Rules.longest("tags.value", value, VALUE_LENGTH);
      if (tags.put(key, value) != null) {
        throw invalid("tags has the key '%s' twice.".formatted(Rules.shown(key)));
      }
    }
    return tags;
  }

  public static List<String> keys(Members request) {
    List<String> keys = Rules.atMost("tagKeys", request.texts("tagKeys"), MOST);
    if (keys.isEmpty()) {
      throw invalid("tagKeys must not be empty.");
    }
    keys.forEach(Tags::key);
    return keys;
  }

  public static List<Members> shown(Map<String, String> tags) {
    List<Members> list = new ArrayList<>();
    tags.forEach((key, value) -> list.add(Members.NONE.with("key", key).with("value", value)));
    return list;
  }

  private static String key(String key) {
    if (key.isEmpty() || key.length() > KEY_LENGTH) {
      throw invalid("tags.key must have 1 to %d characters.".formatted(KEY_LENGTH));
    }
    if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
      throw invalid("tags.key must not begin with 'aws:', which is reserved.");
    }
    return key;
  }
}
