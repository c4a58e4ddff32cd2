package io.longshore.api.core;

import static io.longshore.api.core.EcsException.invalid;

import io.longshore.messages.Arns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Account settings: what each can be, and what holds for whom. Of all of them only
 * containerInsights takes effect, as what a new cluster begins with.
 */
public record AccountSettings(Arns arns) {
  private static final List<String> SWITCH = List.of("enabled", "disabled");
  private static final List<String> ON_OFF = List.of("on", "off");

  /** By name, ECS's own value first. */
  private static final Map<String, List<String>> VALUES =
      new TreeMap<>(
          Map.ofEntries(
              // The short formats are gone.
              Map.entry("serviceLongArnFormat", List.of("enabled")),
              Map.entry("taskLongArnFormat", List.of("enabled")),
              Map.entry("containerInstanceLongArnFormat", List.of("enabled")),
              Map.entry("awsvpcTrunking", SWITCH.reversed()),
              Map.entry("containerInsights", List.of("disabled", "enabled", "enhanced")),
              Map.entry("fargateFIPSMode", SWITCH.reversed()),
              Map.entry("tagResourceAuthorization", ON_OFF),
              Map.entry("fargateTaskRetirementWaitPeriod", List.of("7", "0", "14")),
              Map.entry("guardDutyActivate", ON_OFF),
              Map.entry("defaultLogDriverMode", List.of("non-blocking", "blocking")),
              Map.entry("fargateEventWindows", SWITCH.reversed())));

  private static final int LONGEST_PRINCIPAL = 2048;

  /** Whom a call without credentials that are checked is from. */
  public String root() {
    return "arn:aws:iam::" + arns.account() + ":root";
  }

  /** Whom a call is about. */
  public String principal(Members request) {
    String given = request.text("principalArn", "");
    if (given.isEmpty()) {
      return root();
    }
    Rules.longest("principalArn", given, LONGEST_PRINCIPAL);
    String ours = ":" + arns.account() + ":";
    if (!given.startsWith("arn:aws:iam:" + ours) && !given.startsWith("arn:aws:sts:" + ours)) {
      throw invalid(
          "principalArn must be the ARN of a user or a role of this account, not '%s'."
              .formatted(Rules.shown(given)));
    }
    return given;
  }

  /** The name and value a call sets. */
  public Described.AccountSetting given(Members request, String principal) {
    String name = name(request);
    String value = Rules.required(request, "value");
    List<String> allowed = VALUES.getOrDefault(name, List.of());
    if (!allowed.contains(value)) {
      throw invalid(
          "value of %s must be one of %s, not '%s'."
              .formatted(name, String.join(", ", allowed), Rules.shown(value)));
    }
    return new Described.AccountSetting(name, principal, value);
  }

  public static String name(Members request) {
    return Rules.required(request, "name");
  }

  /**
   * What a list shows, by name.
   *
   * @param stored what is set for the principal and for the account
   */
  public List<Described.AccountSetting> listed(
      Members request, List<Described.AccountSetting> stored) {
    String principal = principal(request);
    String name = request.text("name");
    String value = request.text("value");
    if (value != null && name == null) {
      throw invalid("value must not be given without name.");
    }
    List<Described.AccountSetting> listed = new ArrayList<>();
    for (String each : VALUES.keySet()) {
      boolean set = isSet(each, principal, stored);
      Described.AccountSetting setting = effective(each, principal, stored);
      if ((set || request.flag("effectiveSettings"))
          && (name == null || name.equals(each))
          && (value == null || value.equals(setting.value()))) {
        listed.add(setting);
      }
    }
    return listed;
  }

  private static boolean isSet(
      String name, String principal, List<Described.AccountSetting> stored) {
    return stored.stream()
        .anyMatch(setting -> setting.name().equals(name) && setting.principal().equals(principal));
  }

  /** The principal's own, else the account's, else ECS's. */
  public Described.AccountSetting effective(
      String name, String principal, List<Described.AccountSetting> stored) {
    String value = VALUES.getOrDefault(name, List.of("")).getFirst();
    for (String of : List.of(root(), principal)) {
      for (Described.AccountSetting setting : stored) {
        if (setting.name().equals(name) && setting.principal().equals(of)) {
          value = setting.value();
        }
      }
    }
    return new Described.AccountSetting(name, principal, value);
  }

  public static Members shape(Described.AccountSetting setting) {
    return Members.NONE
        .with("name", setting.name())
        .with("value", setting.value())
        .with("principalArn", setting.principal())
        .with("type", "user");
  }
}
