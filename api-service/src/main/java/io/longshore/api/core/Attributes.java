package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.ClusterName;
import io.longshore.messages.Command;
import io.longshore.messages.RunnerId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PutAttributes, DeleteAttributes and ListAttributes: checks, and how attributes are shown. */
public final class Attributes {
  static final int MOST_AT_ONCE = 10;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.\\\\/-]{1,128}");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.@:\\\\/ -]{0,128}");

  private Attributes() {}

  /** What the member {@code attributes} of a call names. */
  public static List<Command.InstanceAttribute> of(
      Names names, ClusterName cluster, Members request, boolean withValues) {
    List<Members> given = Rules.atMost("attributes", request.objects("attributes"), MOST_AT_ONCE);
    if (given.isEmpty()) {
      throw invalid("attributes must not be empty.");
    }
    List<Command.InstanceAttribute> attributes = new ArrayList<>();
    for (Members attribute : given) {
      requireInstances(attribute);
      String target = Rules.required(attribute, "targetId");
      RunnerId runner = names.runnerOrNull(cluster, target);
      if (runner == null) {
        throw targetNotFound(target);
      }
      attributes.add(
          new Command.InstanceAttribute(
              runner,
              name(Rules.required(attribute, "name")),
              withValues ? value(attribute.text("value")) : null));
    }
    return attributes;
  }

  /** The one kind of target that ECS has. */
  public static void requireInstances(Members members) {
    if (!members.text("targetType", "container-instance").equals("container-instance")) {
      throw invalid("targetType must be container-instance.");
    }
  }

  public static EcsException targetNotFound(String target) {
    return EcsException.of(
        "TargetNotFoundException",
        "The specified target wasn't found: %s.".formatted(Rules.shown(target)));
  }

  static String name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw invalid(
          "attributes.name must be 1 to 128 letters, digits and - _ . / \\, not '%s'."
              .formatted(Rules.shown(name)));
    }
    if (name.startsWith("ecs.") || name.startsWith("longshore.")) {
      throw invalid(
          "attributes.name must not begin with 'ecs.' or 'longshore.': the host itself says those.");
    }
    return name;
  }

  static @Nullable String value(@Nullable String value) {
    boolean spaced = value != null && !value.equals(value.strip());
    if (value != null && (spaced || !VALUE.matcher(value).matches())) {
      throw invalid(
          "attributes.value must be up to 128 letters, digits, inner spaces and - _ . @ : / \\, not '%s'."
              .formatted(Rules.shown(value)));
    }
    return value;
  }

  /** One attribute as ECS shows it. */
  public static Members shown(Described.Attribute attribute, @Nullable String targetArn) {
    Members shape = Members.NONE.with("name", attribute.name());
    if (!attribute.value().isEmpty()) {
      shape = shape.with("value", attribute.value());
    }
    return targetArn == null
        ? shape
        : shape.with("targetType", "container-instance").with("targetId", targetArn);
  }
}
