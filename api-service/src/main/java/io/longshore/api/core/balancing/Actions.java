package io.longshore.api.core.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Members;
import io.longshore.api.core.Rules;
import io.longshore.messages.Route;
import java.util.ArrayList;
import java.util.List;

/** What is done with a request: as ELB has it, and as load balancers are told. */
public final class Actions {
  private static final int GROUPS_MAX = 5;
  private static final int WEIGHT_MAX = 999;
  private static final int STICKY_SECONDS_MAX = 604_800;
  private static final int BODY_MAX = 1024;

  private Actions() {}

  /** One action, in both forms. */
  public record Parsed(Route.Action action, List<Members> shown) {}

  /**
   * The one action of a listener or a rule.
   *
   * @param network whether it is about connections, which can only be forwarded
   */
  public static Parsed parse(List<Members> actions, boolean network) {
    if (actions.size() != 1) {
      throw refused(
          actions.isEmpty()
              ? "An action must be specified"
              : "There must be one action; others than forward, redirect and fixed-response are not supported here");
    }
    Members action = actions.getFirst();
    String type = Requests.required(action, "Type");
    if (network && !type.equals("forward")) {
      throw refused("A listener of a network load balancer can only forward");
    }
    Members shown = Members.NONE.with("Type", type).with("Order", action.integer("Order"));
    return switch (type) {
      case "forward" -> forward(action, shown);
      case "redirect" -> redirect(action, shown);
      case "fixed-response" -> fixedResponse(action, shown);
      default -> throw refused("Actions of type '%s' are not supported here".formatted(type));
    };
  }

  private static EcsException refused(String message) {
    return EcsException.of("InvalidLoadBalancerAction", message);
  }

  private static Parsed forward(Members action, Members shown) {
    Members config = action.object("ForwardConfig");
    String single = action.text("TargetGroupArn");
    List<Members> given = config == null ? List.of() : config.objects("TargetGroups");
    if (given.isEmpty() && single != null) {
      given = List.of(Members.NONE.with("TargetGroupArn", single));
    }
    if (given.isEmpty() || given.size() > GROUPS_MAX) {
      throw refused("A forward action must have 1 to %d target groups".formatted(GROUPS_MAX));
    }
    List<Route.Action.WeightedGroup> groups = new ArrayList<>();
    List<Members> shownGroups = new ArrayList<>();
    for (Members group : given) {
      String arn = ArnOf.targetGroup(Requests.required(group, "TargetGroupArn"));
      Members weighted = group.withDefault("Weight", 1);
      int weight = Requests.range(weighted, "Weight", 0, WEIGHT_MAX);
      groups.add(new Route.Action.WeightedGroup(arn, weight));
      shownGroups.add(weighted.only(List.of("TargetGroupArn", "Weight")));
    }
    if (single != null && groups.stream().noneMatch(group -> group.groupArn().equals(single))) {
      throw refused("TargetGroupArn must be one of the target groups of ForwardConfig");
    }
    Members sticky = config == null ? null : config.object("TargetGroupStickinessConfig");
    boolean enabled = sticky != null && sticky.flag("Enabled");
    Members stickiness = Members.NONE.with("Enabled", enabled);
    Integer seconds = null;
    if (sticky != null && (enabled || sticky.has("DurationSeconds"))) {
      int given1 = Requests.range(sticky, "DurationSeconds", 1, STICKY_SECONDS_MAX);
      stickiness = stickiness.with("DurationSeconds", given1);
      seconds = enabled ? given1 : null;
    }
    Members forward =
        Members.NONE
            .with("TargetGroups", shownGroups)
            .with("TargetGroupStickinessConfig", stickiness);
    return new Parsed(
        new Route.Action.Forward(List.copyOf(groups), seconds),
        List.of(
            shown
                .with("TargetGroupArn", groups.size() == 1 ? groups.getFirst().groupArn() : null)
                .with("ForwardConfig", forward)));
  }

  private static Parsed redirect(Members action, Members shown) {
    Members config = action.object("RedirectConfig");
    if (config == null) {
      throw refused("A redirect action must have a RedirectConfig");
    }
    Members whole =
        config
            .withDefault("Protocol", "#{protocol}")
            .withDefault("Host", "#{host}")
            .withDefault("Port", "#{port}")
            .withDefault("Path", "/#{path}")
            .withDefault("Query", "#{query}");
    String code = Requests.required(config, "StatusCode");
    if (!whole.text("Path", "").startsWith("/")) {
      throw Refusals.invalid("The path of a redirect must begin with '/'");
    }
    if (whole.text("Protocol", "").equals("#{protocol}")
        && whole.text("Host", "").equals("#{host}")
        && whole.text("Port", "").equals("#{port}")
        && whole.text("Path", "").equals("/#{path}")) {
      throw refused("The redirect configuration is not valid because it creates a loop");
    }
    return new Parsed(
        new Route.Action.Redirect(
            whole.text("Protocol", ""),
            whole.text("Host", ""),
            whole.text("Port", ""),
            whole.text("Path", ""),
            whole.text("Query", ""),
            code.equals("HTTP_301") ? 301 : 302),
        List.of(shown.with("RedirectConfig", whole)));
  }

  private static Parsed fixedResponse(Members action, Members shown) {
    Members config = action.object("FixedResponseConfig");
    if (config == null) {
      throw refused("A fixed-response action must have a FixedResponseConfig");
    }
    String code = Requests.required(config, "StatusCode");
    String body = config.text("MessageBody", "");
    if (!code.matches("[245][0-9][0-9]")) {
      throw Refusals.invalid("'%s' is not a valid status code".formatted(Rules.shown(code)));
    }
    if (body.length() > BODY_MAX) {
      throw Refusals.invalid("MessageBody must have at most %d characters".formatted(BODY_MAX));
    }
    return new Parsed(
        new Route.Action.FixedResponse(
            Integer.parseInt(code), config.text("ContentType", "text/plain"), body),
        List.of(shown.with("FixedResponseConfig", config)));
  }
}
