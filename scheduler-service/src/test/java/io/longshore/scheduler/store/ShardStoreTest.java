package io.longshore.scheduler.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.longshore.embedded.EmbeddedProcess;
import io.longshore.scheduler.MigratedDatabase;
import io.longshore.scheduler.core.Changes;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** What one turn writes, on a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShardStoreTest {
  @TempDir static Path data;
  private PGSimpleDataSource dataSource;
  private EmbeddedProcess embedded;
  private ShardStore store;

  @BeforeAll
  void start() throws Exception {
    embedded = EmbeddedProcess.start(data);
    dataSource = MigratedDatabase.of(embedded);
    store = new ShardStore(dataSource);
  }

  @AfterAll
  void close() throws Exception {
    embedded.close();
  }

  @Test
  void aFormerOwnerIsRefused() throws Exception {
    OwnedShard former = store.acquire(1, "cluster");
    OwnedShard present = store.acquire(1, "cluster");
    assertThat(present.epoch()).isEqualTo(former.epoch() + 1);
    assertThatThrownBy(() -> store.commit(turn(former, List.of(), 0, 0)))
        .isInstanceOf(FencedException.class);
    store.commit(turn(present, List.of(), 0, 0));
    assertThat(store.acquire(1, "cluster").commandsOffset()).isEqualTo(7);
    assertThat(store.acquire(1, "another cluster").commandsOffset()).isZero();
  }

  @Test
  void whenTheLastTurnWasDecidedIsKept() throws Exception {
    OwnedShard owned = store.acquire(4, "cluster");
    assertThat(owned.decidedAt()).isNull();
    Turn turn = turn(owned, List.of(), 0, 0);
    store.commit(turn);
    assertThat(store.acquire(4, "cluster").decidedAt()).isEqualTo(turn.now());
  }

  @Test
  void whatAFormerOwnerHasLeftUnsentIsHandedOverAndDeletedOnceSent() throws Exception {
    store.commit(turn(store.acquire(2, "cluster"), rows(1, 5), 0, 0));
    OwnedShard next = store.acquire(2, "cluster");
    assertThat(next.unsent()).extracting(OutboxRow::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
    store.commit(turn(next, List.of(), 0, 3));
    assertThat(store.acquire(2, "cluster").unsent())
        .extracting(OutboxRow::sequence)
        .containsExactly(4L, 5L);
  }

  /** Rows that are deleted stay in the table until it is vacuumed, and a storm leaves many. */
  @Test
  void aTurnDoesNotLookAtAllThatWasEverSent() throws Exception {
    run("alter table scheduler.outbox set (autovacuum_enabled = false)");
    OwnedShard owned = store.acquire(3, "cluster");
    int each = 100;
    long turns = 200;
    for (long turn = 0; turn < turns; turn++) {
      store.commit(
          turn(owned, rows(turn * each + 1, each), Math.max(0, turn - 1) * each, turn * each));
    }
    long before = blocks();
    store.commit(turn(owned, rows(turns * each + 1, each), (turns - 1) * each, turns * each));
    // A hundred rows that come and a hundred that go, each with its place in the index, are about
    // 430; with a look at all of the 20,000 that were sent it was 1,224.
    assertThat(blocks() - before).isBetween(1L, 600L);
  }

  private static List<OutboxRow> rows(long first, int count) {
    return LongStream.range(first, first + count)
        .mapToObj(sequence -> new OutboxRow(sequence, "orders", "key", new byte[700], Map.of()))
        .toList();
  }

  private static Turn turn(
      OwnedShard owned, List<OutboxRow> outbox, long deletedUpTo, long sentUpTo) {
    return new Turn(
        owned.shard(),
        owned.epoch(),
        7,
        8,
        new Changes(),
        1,
        outbox,
        0,
        deletedUpTo,
        sentUpTo,
        Map.of(),
        // The database counts microseconds.
        Instant.now().truncatedTo(ChronoUnit.MICROS));
  }

  private void run(String statement) throws SQLException {
    try (var connection = dataSource.getConnection();
        var sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  /** How many blocks of the outbox and its index have been looked at so far. */
  private long blocks() throws SQLException {
    try (var connection = dataSource.getConnection();
        var sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                """
                select heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit
                from pg_statio_all_tables where schemaname = 'scheduler' and relname = 'outbox'
                """)) {
      row.next();
      return row.getLong(1);
    }
  }
}
