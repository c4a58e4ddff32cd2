package io.longshore.scheduler.store;

import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Wait;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Why services have the tasks they have, and what they wait for. A service's decisions have the
 * ordinals of its events; what it waits for now is at ordinal 0, so that one statement writes both.
 */
final class ExplanationRows {
  private static final String WAITING = "WAIT";

  private ExplanationRows() {}

  /** What services wait for, by their uids. */
  static Map<String, List<Wait>> waits(Connection connection, int shard) throws SQLException {
    Map<String, List<Wait>> waits = new HashMap<>();
    Rows.read(
            connection,
            SELECT_WAITS,
            shard,
            row -> Map.entry(row.text("service_uid"), List.of(row.json("reason", Wait[].class))))
        .forEach(entry -> waits.put(entry.getKey(), entry.getValue()));
    return waits;
  }

  private static final String SELECT_WAITS =
      "select service_uid, reason from scheduler.service_decision where shard = ? and ordinal = 0";

  /** What is written under one ordinal. */
  private record Line(String serviceUid, long ordinal, Rows.Binder<Line> rest) {}

  /**
   * @param firstOrdinal of the first of the decisions; the others follow
   */
  static void write(Connection connection, int shard, Changes changes, long firstOrdinal)
      throws SQLException {
    List<Line> lines = new ArrayList<>();
    long ordinal = firstOrdinal;
    for (Changes.Explained explained : changes.explained()) {
      lines.add(
          new Line(
              explained.serviceUid(),
              ordinal++,
              (to, line) ->
                  to.text(explained.start() ? "START" : "STOP")
                      .text(explained.task().value())
                      .json(explained.why())
                      .time(explained.decidedAt())));
    }
    for (Changes.Waiting waiting : changes.waiting()) {
      lines.add(
          new Line(
              waiting.serviceUid(),
              0,
              (to, line) ->
                  to.text(WAITING).text(null).json(waiting.waits()).time(waiting.since())));
    }
    Rows.batch(
        connection,
        UPSERT_DECISION,
        lines,
        (to, line) -> {
          to.text(line.serviceUid()).number(line.ordinal()).number(shard);
          line.rest().bind(to, line);
        });
  }

  private static final String UPSERT_DECISION =
      """
      insert into scheduler.service_decision (service_uid, ordinal, shard, decision, task_id,
          reason, decided_at)
      values (?, ?, ?, ?, ?, ?::jsonb, ?)
      on conflict (service_uid, ordinal) do update set
          reason = excluded.reason, decided_at = excluded.decided_at
      """;
}
