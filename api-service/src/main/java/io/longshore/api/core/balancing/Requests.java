package io.longshore.api.core.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.api.core.Tags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What requests about load balancing have in common. */
public final class Requests {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?");

  private Requests() {}

  public static String required(Members request, String member) {
    String value = request.text(member);
    if (value == null || value.isEmpty()) {
      throw Refusals.invalid("'%s' must be specified".formatted(member));
    }
    return value;
  }

  /** ELB's names of load balancers and of target groups. */
  public static String name(Members request) {
    String name = required(request, "Name");
    if (!NAME.matcher(name).matches()) {
      throw Refusals.invalid(
          "The name '%s' must have 1 to 32 letters, digits and hyphens, and neither begin nor end with a hyphen"
              .formatted(Rules.shown(name)));
    }
    return name;
  }

  public static int range(Members request, String member, int least, int most) {
    Integer value = request.integer(member);
    if (value == null) {
      throw Refusals.invalid("'%s' must be specified".formatted(member));
    }
    if (value < least || value > most) {
      throw Refusals.invalid(
          "%s must be between %d and %d, not %d".formatted(member, least, most, value));
    }
    return value;
  }

  /** A list that must have items. */
  public static List<String> some(Members request, String member, int most) {
    List<String> items = request.texts(member);
    if (items.isEmpty() || items.size() > most) {
      throw Refusals.invalid("%s must have 1 to %d items".formatted(member, most));
    }
    return items;
  }

  public static Map<String, String> tags(Members request) {
    List<Members> tags = new ArrayList<>();
    for (Members tag : request.objects("Tags")) {
      tags.add(Members.NONE.with("key", tag.text("Key")).with("value", tag.text("Value")));
    }
    try {
      return Tags.of(Members.NONE.with("tags", tags));
    } catch (EcsException e) {
      throw tags.size() > 50 ? EcsException.of("TooManyTags", e.text()) : e;
    }
  }

  public static List<Members> shownTags(Map<String, String> tags) {
    return pairs(tags);
  }

  /** What is to be set of attributes, checked against those there are. */
  public static Map<String, String> attributes(Members request, Map<String, String> known) {
    Map<String, String> set = new LinkedHashMap<>();
    for (Members attribute : request.objects("Attributes")) {
      String key = required(attribute, "Key");
      String value = attribute.text("Value", "");
      String standard = known.get(key);
      if (standard == null) {
        throw Refusals.invalid(
            "The attribute key '%s' is not recognized".formatted(Rules.shown(key)));
      }
      Attributes.check(key, value);
      set.put(key, value);
    }
    return set;
  }

  /** Attributes as they are: what was set, and the defaults of the others. */
  public static List<Members> shownAttributes(Map<String, String> known, Map<String, String> set) {
    Map<String, String> all = new LinkedHashMap<>(known);
    all.putAll(set);
    return pairs(all);
  }

  private static List<Members> pairs(Map<String, String> map) {
    List<Members> pairs = new ArrayList<>();
    map.forEach((key, value) -> pairs.add(Members.NONE.with("Key", key).with("Value", value)));
    return pairs;
  }
}
