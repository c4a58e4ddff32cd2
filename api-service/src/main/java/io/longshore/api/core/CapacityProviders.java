package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Arns;
import io.longshore.messages.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Capacity providers: what they are called, the checks of their making, and how ECS shows them. */
public record CapacityProviders(Arns arns) {
  /** Every account has these, and cannot change them. */
  public static final List<String> BUILT_IN = List.of("FARGATE", "FARGATE_SPOT");

  private static final int MOST = 20;
  private static final String GROUP = "autoScalingGroupProvider";
  private static final String INSTANCES = "managedInstancesProvider";

  /** Null for an ARN of something else. */
  public @Nullable String nameOrNull(String given) {
    String prefix = arns.capacityProvider("");
    if (given.startsWith(prefix)) {
      return given.substring(prefix.length());
    }
    return given.startsWith("arn:") ? null : given;
  }

  /** A name for a new one. */
  public static String newName(Members request) {
    String name = Rules.name("name", Rules.required(request, "name"));
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("aws") || lower.startsWith("ecs") || lower.startsWith("fargate")) {
      throw invalid("name must not begin with 'aws', 'ecs' or 'fargate', which are reserved.");
    }
    return name;
  }

  /** What CreateCapacityProvider stores. */
  public static Members document(Members request) {
    boolean group = request.has(GROUP);
    if (group == request.has(INSTANCES)) {
      throw invalid("Either %s or %s must be given.".formatted(GROUP, INSTANCES));
    }
    Members document = request.without("name", "tags");
    if (!group) {
      return document;
    }
    Members given = nested(request, GROUP);
    Rules.required(given, "autoScalingGroupArn");
    return document.with(GROUP, completed(given));
  }

  /** What UpdateCapacityProvider replaces of what is stored. */
  public static Members changes(Members request, Members before) {
    Members changes = request.without("name", "cluster");
    if (changes.isEmpty()) {
      throw invalid("Either %s or %s must be given.".formatted(GROUP, INSTANCES));
    }
    for (String kind : changes.values().keySet()) {
      if (!before.has(kind)) {
        throw invalid("The capacity provider has no %s that could be changed.".formatted(kind));
      }
      Members merged = nested(before, kind).over(nested(request, kind));
      changes = changes.with(kind, kind.equals(GROUP) ? completed(merged) : merged);
    }
    return changes;
  }

  private static Members completed(Members group) {
    Members scaling = nested(group, "managedScaling").withDefault("status", "DISABLED");
    if (scaling.text("status", "").equals("ENABLED")) {
      scaling =
          scaling
              .withDefault("targetCapacity", 100)
              .withDefault("minimumScalingStepSize", 1)
              .withDefault("maximumScalingStepSize", 10_000)
              .withDefault("instanceWarmupPeriod", 300);
    }
    Rules.range("targetCapacity", scaling.integer("targetCapacity", 100), 1, 100);
    Rules.range("minimumScalingStepSize", scaling.integer("minimumScalingStepSize", 1), 1, 10_000);
    Rules.range("maximumScalingStepSize", scaling.integer("maximumScalingStepSize", 1), 1, 10_000);
    Rules.range("instanceWarmupPeriod", scaling.integer("instanceWarmupPeriod", 0), 0, 10_000);
    return group
        .with("managedScaling", scaling)
        .withDefault("managedTerminationProtection", "DISABLED")
        .withDefault("managedDraining", "ENABLED");
  }

  /**
   * The providers and the default strategy of a cluster, by name.
   *
   * @param known of the providers the call names, those that can be used
   */
  public Members ofCluster(Members request, Set<String> known) {
    List<String> names = new ArrayList<>();
    for (String given : Rules.atMost("capacityProviders", given(request), MOST)) {
      String name = nameOrNull(given);
      if (name == null || !(BUILT_IN.contains(name) || known.contains(name))) {
        throw notFound(given);
      }
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    List<Members> strategy = request.objects("defaultCapacityProviderStrategy");
    Strategies.check("defaultCapacityProviderStrategy", strategy);
    for (Members item : strategy) {
      if (!names.contains(item.text("capacityProvider", ""))) {
        throw invalid(
            "The specified default capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.");
      }
    }
    return Members.NONE
        .with("capacityProviders", names)
        .with("defaultCapacityProviderStrategy", strategy);
  }

  /** Those a call about a cluster names that could be in the store. */
  public List<String> named(Members request) {
    List<String> names = new ArrayList<>();
    for (String given : given(request)) {
      String name = nameOrNull(given);
      if (name != null && Ids.isName(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static List<String> given(Members request) {
    return request.texts("capacityProviders");
  }

  public static EcsException notFound(String given) {
    return invalid(
        "The specified capacity provider '%s' was not found. Specify a valid name or ARN and try again."
            .formatted(Rules.shown(given)));
  }

  public Members builtIn(String name) {
    return Members.NONE
        .with("capacityProviderArn", arns.capacityProvider(name))
        .with("name", name)
        .with("status", "ACTIVE")
        .with("type", name)
        .with("tags", List.of());
  }

  public Members shape(Described.CapacityProvider provider, boolean withTags) {
    Members document = provider.document();
    boolean active = provider.status().equals("ACTIVE");
    String update = provider.version() > 1 ? "UPDATE_COMPLETE" : "CREATE_COMPLETE";
    return document
        .with("capacityProviderArn", arns.capacityProvider(provider.name()))
        .with("name", provider.name())
        .with("status", provider.status())
        .with("updateStatus", active ? update : "DELETE_COMPLETE")
        .with("type", document.has(GROUP) ? "EC2_AUTOSCALING" : "MANAGED_INSTANCES")
        .with("tags", withTags ? Tags.shown(provider.tags()) : List.of());
  }

  private static Members nested(Members members, String name) {
    Members object = members.object(name);
    return object == null ? Members.NONE : object;
  }
}
