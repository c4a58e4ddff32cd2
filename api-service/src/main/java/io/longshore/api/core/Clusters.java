package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import java.util.List;
import java.util.Set;

/** CreateCluster and its updates: checks, and what is stored. */
public final class Clusters {
  private static final Set<String> INSIGHTS = Set.of("enabled", "disabled", "enhanced");

  private Clusters() {}

  /** What can be refused without knowing the cluster. */
  public static void check(Members request) {
    for (Members setting : Rules.atMost("settings", request.objects("settings"), 10)) {
      Rules.required(setting, "name");
      String value = Rules.required(setting, "value");
      if (!INSIGHTS.contains(value)) {
        throw invalid(
            "The value of the setting containerInsights must be enabled, disabled or enhanced, not '%s'."
                .formatted(Rules.shown(value)));
      }
    }
  }

  /**
   * What CreateCluster stores, but for capacity providers.
   *
   * @param insights what containerInsights is where the call says nothing
   */
  public static Members document(Members request, String insights) {
    return request
        .without("clusterName", "tags")
        .withoutEmpty("configuration", "serviceConnectDefaults", "settings")
        .withDefault(
            "settings",
            List.of(Members.NONE.with("name", "containerInsights").with("value", insights)));
  }
}
