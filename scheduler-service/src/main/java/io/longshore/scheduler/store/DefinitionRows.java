package io.longshore.scheduler.store;

import io.longshore.messages.TaskDefinitionId;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Definition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Task definitions: records to rows and back. */
final class DefinitionRows {
  private DefinitionRows() {}

  static List<Definition> definitions(Connection connection, int shard) throws SQLException {
    return Rows.read(connection, SELECT_DEFINITIONS, shard, DefinitionRows::definition);
  }

  static void write(Connection connection, int shard, Changes changes) throws SQLException {
    Rows.batch(
        connection, INSERT_DEFINITION, changes.newDefinitions(), (s, d) -> bind(s, shard, d));
    Rows.batch(connection, UPDATE_DEFINITION, changes.definitions(), DefinitionRows::bind);
  }

  private static final String SELECT_DEFINITIONS =
      """
      select family, revision, status, tags, registered_at, deregistered_at, delete_requested_at
      from scheduler.task_definition where shard = ?
      """;

  private static Definition definition(Rows.Columns row) throws SQLException {
    return new Definition(
        new TaskDefinitionId(row.text("family"), (int) row.number("revision")),
        Definition.Status.valueOf(row.text("status")),
        row.tags(),
        row.time("registered_at"),
        row.timeOrNull("deregistered_at"),
        row.timeOrNull("delete_requested_at"));
  }

  private static final String INSERT_DEFINITION =
      """
      insert into scheduler.task_definition
          (family, revision, shard, status, spec, document, tags, registered_at)
      values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?)
      """;

  private static void bind(Rows.Binding to, int shard, Changes.NewDefinition added)
      throws SQLException {
    Definition definition = added.definition();
    to.text(definition.id().family())
        .number(definition.id().revision())
        .number(shard)
        .text(definition.status().name())
        .json(added.spec())
        .text(added.document().text())
        .json(definition.tags())
        .time(definition.registeredAt());
  }

  private static final String UPDATE_DEFINITION =
      """
      update scheduler.task_definition
      set status = ?, tags = ?::jsonb, deregistered_at = ?, delete_requested_at = ?
      where family = ? and revision = ?
      """;

  private static void bind(Rows.Binding to, Definition definition) throws SQLException {
    to.text(definition.status().name())
        .json(definition.tags())
        .time(definition.deregisteredAt())
        .time(definition.deleteRequestedAt())
        .text(definition.id().family())
        .number(definition.id().revision());
  }
}
