package io.longshore.api.inbound.balancing;

import io.longshore.api.core.Members;
import io.longshore.api.core.balancing.Actions;
import io.longshore.api.core.balancing.ArnOf;
import io.longshore.api.core.balancing.Balancing;
import io.longshore.api.core.balancing.ListenerRules;
import io.longshore.api.core.balancing.Refusals;
import io.longshore.api.core.balancing.Requests;
import io.longshore.api.outbound.Call;
import io.longshore.api.outbound.Commands;
import io.longshore.api.store.LoadBalancingStore;
import io.longshore.messages.Arns;
import io.longshore.messages.LoadBalancingCommand;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rules of listeners. */
@ApplicationScoped
class ListenerRuleOperations {
  private static final String ARN = "RuleArn";

  private final Commands commands;
  private final LoadBalancingStore store;
  private final Markers markers;

  ListenerRuleOperations(Commands commands, LoadBalancingStore store, Markers markers) {
    this.commands = commands;
    this.store = store;
    this.markers = markers;
  }

  Members create(Call call, Members request) {
    String listener = ArnOf.listener(Requests.required(request, "ListenerArn"));
    int priority = ListenerRules.priority(request);
    ListenerRules.Parsed conditions = ListenerRules.conditions(request.objects("Conditions"));
    Actions.Parsed action = Actions.parse(request.objects("Actions"), ArnOf.isNetwork(listener));
    String arn =
        commands
            .ask(
                call,
                null,
                new LoadBalancingCommand.CreateRule(
                    Arns.rule(listener, NewIds.next()),
                    listener,
                    priority,
                    conditions.conditions(),
                    action.action(),
                    Members.NONE
                        .with("Conditions", conditions.shown())
                        .with("Actions", action.shown())
                        .json(),
                    Requests.tags(request)))
            .ids()
            .getFirst();
    return shown(List.of(arn));
  }

  private Members shown(List<String> arns) {
    return Members.NONE.with(
        "Rules", store.rules(arns).stream().map(ListenerRules::shown).toList());
  }

  /**
   * A rule as it is shown, and where it stands: the default one is the last of its listener.
   *
   * @param place rises with the priority
   */
  private record Listed(String place, Members shown) {}

  Members describe(Call call, Members request) {
    String listener = request.text("ListenerArn", "");
    List<String> wanted = request.texts("RuleArns");
    if (listener.isEmpty() == wanted.isEmpty()) {
      throw Refusals.invalid("Either ListenerArn or RuleArns must be specified");
    }
    return markers.page(
        request,
        "Rules",
        listener.isEmpty() ? chosen(wanted) : ofListener(ArnOf.listener(listener)),
        Listed::place,
        Listed::shown,
        "DescribeRules",
        listener,
        wanted.toString());
  }

  private List<Listed> ofListener(String arn) {
    Balancing.Listener listener =
        store.listeners(List.of(arn)).stream().findFirst().orElseThrow(Refusals::noListener);
    List<Listed> listed = new ArrayList<>();
    for (Balancing.Rule rule : store.rulesOf(arn)) {
      listed.add(listed(rule));
    }
    listed.add(listedDefault(listener));
    return listed;
  }

  private static Listed listed(Balancing.Rule rule) {
    return new Listed("%06d %s".formatted(rule.priority(), rule.arn()), ListenerRules.shown(rule));
  }

  private static Listed listedDefault(Balancing.Listener listener) {
    return new Listed("default " + listener.arn(), ListenerRules.shownDefault(listener));
  }

  private List<Listed> chosen(List<String> wanted) {
    List<Listed> listed = new ArrayList<>();
    store.rules(wanted).forEach(rule -> listed.add(listed(rule)));
    List<String> listeners = wanted.stream().map(ArnOf::rule).map(Arns::listenerOf).toList();
    for (Balancing.Listener listener : store.listeners(listeners)) {
      if (wanted.contains(Arns.defaultRule(listener.arn()))) {
        listed.add(listedDefault(listener));
      }
    }
    if (listed.size() < wanted.stream().distinct().count()) {
      throw Refusals.noRule();
    }
    return listed.stream().sorted(Comparator.comparing(Listed::place)).toList();
  }

  Members modify(Call call, Members request) {
    String arn = ArnOf.rule(Requests.required(request, ARN));
    List<Members> given = request.objects("Conditions");
    ListenerRules.Parsed conditions = given.isEmpty() ? null : ListenerRules.conditions(given);
    List<Members> actions = request.objects("Actions");
    Actions.Parsed action = actions.isEmpty() ? null : Actions.parse(actions, ArnOf.isNetwork(arn));
    commands.ask(
        call,
        null,
        new LoadBalancingCommand.UpdateRule(
            arn,
            conditions == null ? null : conditions.conditions(),
            action == null ? null : action.action(),
            Members.NONE
                .with("Conditions", conditions == null ? null : conditions.shown())
                .with("Actions", action == null ? null : action.shown())
                .json()));
    return shown(List.of(arn));
  }

  Members delete(Call call, Members request) {
    String arn = ArnOf.rule(Requests.required(request, ARN));
    commands.ask(call, null, new LoadBalancingCommand.DeleteRule(arn));
    return Members.NONE;
  }

  Members setPriorities(Call call, Members request) {
    Map<String, Integer> priorities = new LinkedHashMap<>();
    for (Members pair : request.objects("RulePriorities")) {
      priorities.put(ArnOf.rule(Requests.required(pair, ARN)), ListenerRules.priority(pair));
    }
    if (priorities.isEmpty()) {
      throw Refusals.invalid("'RulePriorities' must be specified");
    }
    commands.ask(call, null, new LoadBalancingCommand.SetRulePriorities(priorities));
    return shown(List.copyOf(priorities.keySet()));
  }
}
