package io.longshore.api.testing;

import io.longshore.messages.Codec;
import io.longshore.messages.LoadBalancingCommand;
import io.longshore.messages.Reply;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Load balancers without anything being decided: what is asked for is what there is. */
final class FakeBalancing {
  private FakeBalancing() {}

  static Reply.Accepted decide(Connection sql, LoadBalancingCommand asked) throws SQLException {
    return switch (asked) {
      case LoadBalancingCommand.CreateLoadBalancer command ->
          insert(sql, command.arn(), "LoadBalancer", command);
      case LoadBalancingCommand.CreateTargetGroup command ->
          insert(sql, command.arn(), "TargetGroup", command);
      case LoadBalancingCommand.CreateListener command ->
          insert(sql, command.arn(), "Listener", command);
      case LoadBalancingCommand.CreateRule command -> insert(sql, command.arn(), "Rule", command);
      case LoadBalancingCommand.UpdateLoadBalancer command -> {
        merge(sql, command.arn(), "attributes", command.attributes());
        yield merge(sql, command.arn(), "document", command.document());
      }
      case LoadBalancingCommand.UpdateTargetGroup command -> {
        merge(sql, command.arn(), "attributes", command.attributes());
        yield merge(sql, command.arn(), "document", command.document());
      }
      case LoadBalancingCommand.UpdateListener command -> {
        merge(sql, command.arn(), "attributes", command.attributes());
        yield merge(sql, command.arn(), "document", command.document());
      }
      case LoadBalancingCommand.UpdateRule command ->
          merge(sql, command.arn(), "document", command.document());
      case LoadBalancingCommand.SetRulePriorities command -> {
        for (Map.Entry<String, Integer> priority : command.priorities().entrySet()) {
          set(sql, priority.getKey(), Map.of("priority", priority.getValue()));
        }
        yield new Reply.Accepted(List.copyOf(command.priorities().keySet()), List.of());
      }
      case LoadBalancingCommand.AddListenerCertificates command ->
          set(sql, command.arn(), Map.of("certificates", command.certificates()));
      case LoadBalancingCommand.RemoveListenerCertificates command ->
          Reply.Accepted.of(command.arn());
      case LoadBalancingCommand.RegisterTargets command ->
          set(sql, command.targetGroupArn(), Map.of("targets", command.targets()));
      case LoadBalancingCommand.DeregisterTargets command ->
          set(sql, command.targetGroupArn(), Map.of("targets", List.of()));
      case LoadBalancingCommand.AddTags command ->
          merge(sql, command.arns().getFirst(), "tags", command.tags());
      case LoadBalancingCommand.RemoveTags command ->
          set(sql, command.arns().getFirst(), Map.of("tags", Map.of()));
      case LoadBalancingCommand.DeleteLoadBalancer command -> delete(sql, command.arn());
      case LoadBalancingCommand.DeleteTargetGroup command -> delete(sql, command.arn());
      case LoadBalancingCommand.DeleteListener command -> delete(sql, command.arn());
      case LoadBalancingCommand.DeleteRule command -> delete(sql, command.arn());
    };
  }

  /** The members of a command are those of what it makes. */
  private static Reply.Accepted insert(
      Connection sql, String arn, String kind, LoadBalancingCommand command) throws SQLException {
    FakeScheduler.run(
        sql,
        "insert into scheduler.load_balancing values (?, 0, ?, '{\"attributes\":{},\"targets\":[]}'::jsonb || ?::jsonb, now())",
        arn,
        kind,
        Codec.encodeText(command));
    return Reply.Accepted.of(arn);
  }

  private static Reply.Accepted merge(Connection sql, String arn, String member, Object more)
      throws SQLException {
    FakeScheduler.run(
        sql,
        "update scheduler.load_balancing set content = content || jsonb_build_object(?::text, content->?::text || ?::jsonb) where arn = ?",
        member,
        member,
        Codec.encodeText(more),
        arn);
    return Reply.Accepted.of(arn);
  }

  private static Reply.Accepted set(Connection sql, String arn, Map<String, ?> members)
      throws SQLException {
    FakeScheduler.run(
        sql,
        "update scheduler.load_balancing set content = content || ?::jsonb where arn = ?",
        Codec.encodeText(members),
        arn);
    return Reply.Accepted.of(arn);
  }

  private static Reply.Accepted delete(Connection sql, String arn) throws SQLException {
    FakeScheduler.run(sql, "delete from scheduler.load_balancing where arn = ?", arn);
    return Reply.Accepted.of(arn);
  }
}
