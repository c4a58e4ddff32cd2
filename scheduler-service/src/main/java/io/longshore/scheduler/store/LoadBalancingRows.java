package io.longshore.scheduler.store;

import io.longshore.scheduler.core.Balanced;
import io.longshore.scheduler.core.Changes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Load balancers, what belongs to them, and target groups: records to rows and back. */
final class LoadBalancingRows {
  private LoadBalancingRows() {}

  static List<Balanced> all(Connection connection, int shard) throws SQLException {
    return Rows.read(
        connection,
        """
        select kind, content from scheduler.load_balancing where shard = ? order by created_at, arn
        """,
        shard,
        LoadBalancingRows::resource);
  }

  private static Balanced resource(Rows.Columns row) throws SQLException {
    String kind = row.text("kind");
    return switch (kind) {
      case "LoadBalancer" -> row.json("content", Balanced.LoadBalancer.class);
      case "Listener" -> row.json("content", Balanced.Listener.class);
      case "Rule" -> row.json("content", Balanced.Rule.class);
      case "TargetGroup" -> row.json("content", Balanced.TargetGroup.class);
      default -> throw new IllegalStateException("the database has an unknown " + kind);
    };
  }

  static void write(Connection connection, int shard, Changes changes) throws SQLException {
    Rows.batch(
        connection,
        """
        insert into scheduler.load_balancing (arn, shard, kind, content, created_at)
        values (?, ?, ?, ?::jsonb, ?)
        on conflict (arn) do update set content = excluded.content
        """,
        changes.balanced(),
        (statement, resource) ->
            statement
                .text(resource.arn())
                .number(shard)
                .text(resource.getClass().getSimpleName())
                .json(resource)
                .time(resource.createdAt()));
    Rows.batch(
        connection,
        "delete from scheduler.load_balancing where arn = ?",
        changes.droppedBalanced(),
        (statement, resource) -> statement.text(resource.arn()));
  }
}
