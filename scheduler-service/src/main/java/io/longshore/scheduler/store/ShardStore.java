package io.longshore.scheduler.store;

import io.longshore.messages.Codec;
import io.longshore.messages.Installation;
import io.longshore.messages.Reply.Accepted;
import io.longshore.scheduler.core.Answers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Takes shards over and commits their turns.
 *
 * <p>Ownership is a number: taking a shard over raises its epoch, and a turn is committed only if
 * the epoch is still the owner's. The row is locked for that, so a former owner that was paused
 * between two statements waits, looks and is refused.
 *
 * <p>Any {@link SQLException} leaves the caller not knowing whether its turn was committed. It must
 * then take the shard over again and begin from what it finds.
 */
public final class ShardStore {
  // No lock is held for long, and no transaction is large.
  private static final int PRUNE_BATCH = 5_000;

  private final DataSource dataSource;

  public ShardStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Which installation this database is of. */
  public Installation installation() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement select =
            connection.prepareStatement("select id from scheduler.installation");
        ResultSet rows = select.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("scheduler.installation is empty");
      }
      return new Installation(rows.getString(1));
    }
  }

  /**
   * Takes a shard over and reads it.
   *
   * @param kafkaCluster the id of the Kafka cluster the records come from; when it is another one
   *     than before, its topics begin anew and so do the offsets
   */
  public OwnedShard acquire(int shard, String kafkaCluster) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        OwnedShard owned = acquire(connection, shard, kafkaCluster);
        connection.commit();
        return owned;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private static OwnedShard acquire(Connection connection, int shard, String kafkaCluster)
      throws SQLException {
    try (var insert =
        connection.prepareStatement(
            "insert into scheduler.shard (shard) values (?) on conflict do nothing")) {
      insert.setInt(1, shard);
      insert.executeUpdate();
    }
    try (var update =
        connection.prepareStatement(
            """
            update scheduler.shard
            set epoch = epoch + 1,
                commands_offset = case when kafka_cluster = ? then commands_offset else 0 end,
                reports_offset = case when kafka_cluster = ? then reports_offset else 0 end,
                kafka_cluster = ?
            where shard = ?
            returning epoch, commands_offset, reports_offset, outbox_sequence, decided_at
            """)) {
      update.setString(1, kafkaCluster);
      update.setString(2, kafkaCluster);
      update.setString(3, kafkaCluster);
      update.setInt(4, shard);
      try (ResultSet row = update.executeQuery()) {
        row.next();
        Timestamp decidedAt = row.getTimestamp(5);
        return new OwnedShard(
            shard,
            row.getLong(1),
            row.getLong(2),
            row.getLong(3),
            row.getLong(4),
            decidedAt == null ? null : decidedAt.toInstant(),
            Rows.readState(connection, shard),
            unsent(connection, shard));
      }
    }
  }

  private static List<OutboxRow> unsent(Connection connection, int shard) throws SQLException {
    List<OutboxRow> rows = new ArrayList<>();
    try (var select =
        connection.prepareStatement(
            """
            select sequence, topic, key, value, headers from scheduler.outbox
            where shard = ? order by sequence
            """)) {
      select.setInt(1, shard);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(
              new OutboxRow(
                  row.getLong(1),
                  row.getString(2),
                  row.getString(3),
                  row.getBytes(4),
                  headers((String[]) row.getArray(5).getArray())));
        }
      }
    }
    return rows;
  }

  /**
   * Commits a turn.
   *
   * @throws FencedException if the shard has another owner; nothing is written
   */
  public void commit(Turn turn) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        advance(connection, turn);
        Rows.write(connection, turn);
        writeAnswers(connection, turn);
        writeOutbox(connection, turn);
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  /** First of all, so that a former owner touches nothing else. */
  private static void advance(Connection connection, Turn turn) throws SQLException {
    try (var update =
        connection.prepareStatement(
            """
            update scheduler.shard
            set commands_offset = ?, reports_offset = ?, outbox_sequence = ?, decided_at = ?
            where shard = ? and epoch = ?
            """)) {
      update.setLong(1, turn.commandsOffset());
      update.setLong(2, turn.reportsOffset());
      update.setLong(3, turn.sequence());
      update.setTimestamp(4, Timestamp.from(turn.now()));
      update.setInt(5, turn.shard());
      update.setLong(6, turn.epoch());
      if (update.executeUpdate() == 0) {
        throw new FencedException(turn.shard(), turn.epoch());
      }
    }
  }

  private static void writeOutbox(Connection connection, Turn turn) throws SQLException {
    if (turn.sentUpTo() > turn.deletedUpTo()) {
      deleteSent(connection, turn);
    }
    if (turn.outbox().isEmpty()) {
      return;
    }
    try (var insert =
        connection.prepareStatement(
            """
            insert into scheduler.outbox (shard, sequence, topic, key, value, headers)
            values (?, ?, ?, ?, ?, ?)
            """)) {
      for (OutboxRow row : turn.outbox()) {
        insert.setInt(1, turn.shard());
        insert.setLong(2, row.sequence());
        insert.setString(3, row.topic());
        insert.setString(4, row.key());
        insert.setBytes(5, row.value());
        insert.setArray(6, connection.createArrayOf("text", alternating(row.headers())));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /**
   * The lower bound keeps this from looking at every row that was ever deleted and has not been
   * vacuumed yet: tens of thousands after a storm of launches.
   */
  private static void deleteSent(Connection connection, Turn turn) throws SQLException {
    try (var delete =
        connection.prepareStatement(
            "delete from scheduler.outbox where shard = ? and sequence > ? and sequence <= ?")) {
      delete.setInt(1, turn.shard());
      delete.setLong(2, turn.deletedUpTo());
      delete.setLong(3, turn.sentUpTo());
      delete.executeUpdate();
    }
  }

  private static void writeAnswers(Connection connection, Turn turn) throws SQLException {
    if (turn.answers().isEmpty()) {
      return;
    }
    try (var insert =
        connection.prepareStatement(
            """
            insert into scheduler.answer (key, shard, fingerprint, outcome, answered_at)
            values (?, ?, ?, ?::jsonb, ?) on conflict do nothing
            """)) {
      for (var entry : turn.answers().entrySet()) {
        insert.setString(1, entry.getKey());
        insert.setInt(2, turn.shard());
        insert.setString(3, entry.getValue().fingerprint());
        insert.setString(4, Codec.encodeText(entry.getValue().outcome()));
        insert.setTimestamp(5, Timestamp.from(turn.now()));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** The answers stored under any of the keys. */
  public Map<String, Answers.Answer> answers(Collection<String> keys) throws SQLException {
    if (keys.isEmpty()) {
      return Map.of();
    }
    Map<String, Answers.Answer> found = new HashMap<>();
    try (Connection connection = dataSource.getConnection();
        var select =
            connection.prepareStatement(
                "select key, fingerprint, outcome from scheduler.answer where key = any (?)")) {
      select.setArray(1, connection.createArrayOf("text", keys.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(
              row.getString(1),
              new Answers.Answer(
                  row.getString(2), Codec.decodeStored(row.getString(3), Accepted.class)));
        }
      }
    }
    return found;
  }

  /**
   * What went.
   *
   * @param rows of tasks and answers, and of what is told of services
   * @param services deleted ones, by their uids
   */
  public record Pruned(int rows, List<String> services) {}

  /**
   * Deletes what has been kept long enough, a bounded number of rows at a time until none is left,
   * and definitions that were waiting for their last use to end.
   *
   * @return how much went
   */
  public Pruned prune(int shard, Instant tasksBefore, Instant answersBefore) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        var tasks =
            connection.prepareStatement(
                """
                delete from scheduler.task where id in (
                    select id from scheduler.task
                    where shard = ? and last_status = 'STOPPED' and stopped_at < ? limit %d)
                """
                    .formatted(PRUNE_BATCH));
        var answers =
            connection.prepareStatement(
                """
                delete from scheduler.answer where key in (
                    select key from scheduler.answer
                    where shard = ? and answered_at < ? limit %d)
                """
                    .formatted(PRUNE_BATCH));
        var definitions =
            connection.prepareStatement(
                """
                update scheduler.task_definition d set status = 'DELETED'
                where d.shard = ? and d.status = 'DELETE_IN_PROGRESS'
                    and not exists (select from scheduler.task t
                        where t.family = d.family and t.revision = d.revision
                            and t.last_status <> 'STOPPED')
                    and not exists (select from scheduler.service s
                        where s.status <> 'INACTIVE' and s.deployments @> jsonb_build_array(
                            jsonb_build_object('spec', jsonb_build_object('definition',
                                jsonb_build_object('family', d.family, 'revision', d.revision)))))
                """);
        var events =
            connection.prepareStatement(
                """
                delete from scheduler.service_event e using scheduler.service s
                where e.service_uid = s.uid and s.shard = ? and e.ordinal < (
                    select min(ordinal) from (
                        select ordinal from scheduler.service_event
                        where service_uid = s.uid order by ordinal desc limit 200) newest)
                """);
        var services = connection.prepareStatement(PRUNE_SERVICES);
        var decisions = connection.prepareStatement(PRUNE_SERVICE_DECISIONS);
        var deployments = connection.prepareStatement(PRUNE_SERVICE_DEPLOYMENTS);
        var revisions = connection.prepareStatement(PRUNE_SERVICE_REVISIONS)) {
      events.setInt(1, shard);
      decisions.setInt(1, shard);
      definitions.setInt(1, shard);
      deployments.setInt(1, shard);
      revisions.setInt(1, shard);
      int rows =
          prune(tasks, shard, tasksBefore)
              + prune(answers, shard, answersBefore)
              + definitions.executeUpdate()
              + events.executeUpdate()
              + decisions.executeUpdate()
              + deployments.executeUpdate()
              + revisions.executeUpdate();
      return new Pruned(rows, pruneServices(services, shard, tasksBefore));
    }
  }

  /** Deleted services go with the last of their tasks, and what is told of them with them. */
  private static final String PRUNE_SERVICES =
      """
      with gone as (
          delete from scheduler.service s
          where s.shard = ? and s.status = 'INACTIVE' and s.created_at < ?
              and not exists (select from scheduler.task t where t.service_uid = s.uid)
              and not exists (select from scheduler.service_event e
                  where e.service_uid = s.uid and e.created_at >= ?)
          returning s.uid),
      events as (
          delete from scheduler.service_event where service_uid in (select uid from gone)),
      decisions as (
          delete from scheduler.service_decision where service_uid in (select uid from gone)),
      deployments as (
          delete from scheduler.service_deployment where service_uid in (select uid from gone)),
      revisions as (
          delete from scheduler.service_revision where service_uid in (select uid from gone))
      select uid from gone
      """;

  /** Of each service, the newest 100 stay, and at ordinal 0 what it waits for. */
  private static final String PRUNE_SERVICE_DECISIONS =
      """
      delete from scheduler.service_decision d using scheduler.service s
      where d.service_uid = s.uid and s.shard = ? and d.ordinal > 0 and d.ordinal < (
          select min(ordinal) from (
              select ordinal from scheduler.service_decision
              where service_uid = s.uid and ordinal > 0
              order by ordinal desc limit 100) newest)
      """;

  /** Of each service, the newest 100 stay. */
  private static final String PRUNE_SERVICE_DEPLOYMENTS =
      """
      delete from scheduler.service_deployment where id in (
          select id from (
              select id, row_number() over (
                  partition by service_uid order by ordinal desc) as place
              from scheduler.service_deployment where shard = ?) placed
          where place > 100 limit 5000)
      """;

  /** Those stay that a service, or a story that stays, still names. */
  private static final String PRUNE_SERVICE_REVISIONS =
      """
      delete from scheduler.service_revision r using scheduler.service s
      where r.shard = ? and s.uid = r.service_uid
        and r.deployment_id is distinct from s.completed->>'id'
        and not exists (
            select from jsonb_array_elements(s.deployments) d where d->>'id' = r.deployment_id)
        and not exists (
            select from scheduler.service_deployment d
            where d.service_uid = r.service_uid
              and (d.story->>'deploymentId' = r.deployment_id
                or d.story->'rollback'->>'deploymentId' = r.deployment_id
                or jsonb_exists(d.story->'sources', r.deployment_id)))
      """;

  private static int prune(PreparedStatement delete, int shard, Instant before)
      throws SQLException {
    delete.setInt(1, shard);
    delete.setTimestamp(2, Timestamp.from(before));
    int all = 0;
    int gone;
    do {
      gone = delete.executeUpdate();
      all += gone;
    } while (gone == PRUNE_BATCH);
    return all;
  }

  private static List<String> pruneServices(PreparedStatement delete, int shard, Instant before)
      throws SQLException {
    delete.setInt(1, shard);
    delete.setTimestamp(2, Timestamp.from(before));
    delete.setTimestamp(3, Timestamp.from(before));
    List<String> uids = new ArrayList<>();
    try (ResultSet gone = delete.executeQuery()) {
      while (gone.next()) {
        uids.add(gone.getString(1));
      }
    }
    return uids;
  }

  private static String[] alternating(Map<String, String> headers) {
    List<String> flat = new ArrayList<>();
    headers.forEach((name, value) -> {
      flat.add(name);
      flat.add(value);
    });
    return flat.toArray(String[]::new);
  }

  private static Map<String, String> headers(String[] alternating) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i + 1 < alternating.length; i += 2) {
      headers.put(alternating[i], alternating[i + 1]);
    }
    return headers;
  }
}
