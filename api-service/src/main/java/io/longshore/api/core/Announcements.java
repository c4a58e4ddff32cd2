package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Announcement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** RegisterContainerInstance: what it says of a host, checked. */
public final class Announcements {
  private static final int HIGHEST_PORT = 65535;

  /** ECS keeps as many ports of a host. */
  private static final int MOST_PORTS = 100;

  private Announcements() {}

  /** What the host is announced to lend, and the versions that are shown of it until it is seen. */
  public static Announcement of(Members request) {
    if (!request.objects("platformDevices").isEmpty()) {
      throw invalid("platformDevices cannot be registered: tasks are not placed by devices.");
    }
    Integer cpu = null;
    Integer memory = null;
    List<Integer> ports = null;
    Set<String> seen = new HashSet<>();
    for (Members resource : request.objects("totalResources")) {
      String name = Rules.required(resource, "name");
      if (!seen.add(name)) {
        throw invalid("totalResources has %s more than once.".formatted(Rules.shown(name)));
      }
      switch (name) {
        case "CPU" -> cpu = amount(resource, name);
        case "MEMORY" -> memory = amount(resource, name);
        case "PORTS" -> ports = ports(resource);
        case "PORTS_UDP", "GPU" -> requireNone(resource, name);
        default ->
            throw invalid(
                "totalResources.name must be CPU, MEMORY or PORTS, not '%s'."
                    .formatted(Rules.shown(name)));
      }
    }
    Members versions = request.object("versionInfo");
    return new Announcement(
        cpu,
        memory,
        ports,
        versions == null ? null : version(versions, "agentVersion"),
        versions == null ? null : version(versions, "dockerVersion"));
  }

  private static int amount(Members resource, String name) {
    String type = resource.text("type", "INTEGER");
    if (!type.equals("INTEGER") || !resource.has("integerValue")) {
      throw invalid(
          "totalResources.%s must have the type INTEGER and an integerValue.".formatted(name));
    }
    return Rules.range(
        "totalResources." + name, resource.integer("integerValue", 0), 1, Integer.MAX_VALUE);
  }

  private static List<Integer> ports(Members resource) {
    List<String> given =
        Rules.atMost("totalResources.PORTS", resource.texts("stringSetValue"), MOST_PORTS);
    return given.stream().map(Announcements::port).sorted().distinct().toList();
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_PORT) {
      throw invalid(
          "totalResources.PORTS must have ports of 0 to %d, not '%s'."
              .formatted(HIGHEST_PORT, Rules.shown(text)));
    }
    return Integer.parseInt(text);
  }

  /** AWS's agent names these always, and nearly always without anything in them. */
  private static void requireNone(Members resource, String name) {
    if (!resource.texts("stringSetValue").isEmpty()) {
      throw invalid(
          "totalResources.%s must be empty: it cannot be kept from tasks.".formatted(name));
    }
  }

  private static @Nullable String version(Members versions, String member) {
    String given = versions.text(member);
    if (given != null && given.length() > 128) {
      throw invalid("versionInfo.%s must have at most 128 characters.".formatted(member));
    }
    return given;
  }

  /** The attributes by their names; the host's own names are the runner's to say. */
  public static Map<String, String> attributes(Members request) {
    List<Members> given =
        Rules.atMost("attributes", request.objects("attributes"), Attributes.MOST_AT_ONCE);
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Members attribute : given) {
      Attributes.requireInstances(attribute);
      String value = Attributes.value(attribute.text("value"));
      attributes.put(
          Attributes.name(Rules.required(attribute, "name")), value == null ? "" : value);
    }
    return attributes;
  }
}
