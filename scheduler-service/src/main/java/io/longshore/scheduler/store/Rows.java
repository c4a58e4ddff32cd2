package io.longshore.scheduler.store;

import io.longshore.messages.Codec;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.TaskSpec;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Service;
import io.longshore.scheduler.core.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A shard's state to rows and back. Each kind of row has a class of its own; here is what they have
 * in common.
 */
final class Rows {
  private Rows() {}

  static State readState(Connection connection, int shard) throws SQLException {
    List<Service> services = ServiceRows.services(connection, shard);
    Map<String, TaskSpec> specs = new HashMap<>();
    for (Service service : services) {
      for (DeploymentState deployment : service.deployments()) {
        specs.put(deployment.id(), deployment.spec());
      }
    }
    return State.of(
            ClusterRows.clusters(connection, shard),
            DefinitionRows.definitions(connection, shard),
            services,
            ClusterRows.runners(connection, shard),
            TaskRows.live(connection, shard, specs),
            AccountRows.capacityProviders(connection, shard),
            ExplanationRows.waits(connection, shard))
        .balancing(LoadBalancingRows.all(connection, shard));
  }

  static void write(Connection connection, Turn turn) throws SQLException {
    Changes changes = turn.changes();
    int shard = turn.shard();
    ClusterRows.write(connection, shard, changes);
    DefinitionRows.write(connection, shard, changes);
    ServiceRows.write(connection, shard, changes, turn.firstEvent());
    TaskRows.write(connection, shard, changes);
    AccountRows.write(connection, shard, changes);
    LoadBalancingRows.write(connection, shard, changes);
    ExplanationRows.write(connection, shard, changes, turn.firstEvent() + changes.events().size());
  }

  interface RowReader<T> {
    T read(Columns row) throws SQLException;
  }

  interface Binder<T> {
    void bind(Binding statement, T value) throws SQLException;
  }

  static <T> List<T> read(Connection connection, String sql, int shard, RowReader<T> reader)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, shard);
      select.setFetchSize(1000);
      List<T> values = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        Columns columns = new Columns(row);
        while (row.next()) {
          values.add(reader.read(columns));
        }
      }
      return values;
    }
  }

  static <T> void batch(Connection connection, String sql, Collection<T> values, Binder<T> binder)
      throws SQLException {
    if (values.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (T value : values) {
        binder.bind(new Binding(statement), value);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** A row's columns by name. */
  record Columns(ResultSet row) {
    String text(String column) throws SQLException {
      return row.getString(column);
    }

    @Nullable String textOrNull(String column) throws SQLException {
      return row.getString(column);
    }

    long number(String column) throws SQLException {
      return row.getLong(column);
    }

    boolean flag(String column) throws SQLException {
      return row.getBoolean(column);
    }

    Instant time(String column) throws SQLException {
      return row.getTimestamp(column).toInstant();
    }

    @Nullable Instant timeOrNull(String column) throws SQLException {
      Timestamp time = row.getTimestamp(column);
      return time == null ? null : time.toInstant();
    }

    <T> T json(String column, Class<T> type) throws SQLException {
      return Codec.decodeStored(row.getString(column), type);
    }

    <T> @Nullable T jsonOrNull(String column, Class<T> type) throws SQLException {
      String json = row.getString(column);
      return json == null ? null : Codec.decodeStored(json, type);
    }

    @SuppressWarnings("unchecked")
    Map<String, String> texts(String column) throws SQLException {
      return Map.copyOf((Map<String, String>) json(column, Map.class));
    }

    Map<String, String> tags() throws SQLException {
      return texts("tags");
    }
  }

  /** Binds parameters in the order they are named. */
  static final class Binding {
    private final PreparedStatement statement;
    private int index;

    Binding(PreparedStatement statement) {
      this.statement = statement;
    }

    Binding text(@Nullable String value) throws SQLException {
      statement.setString(++index, value);
      return this;
    }

    Binding number(long value) throws SQLException {
      statement.setLong(++index, value);
      return this;
    }

    Binding flag(boolean value) throws SQLException {
      statement.setBoolean(++index, value);
      return this;
    }

    Binding time(@Nullable Instant value) throws SQLException {
      statement.setTimestamp(++index, value == null ? null : Timestamp.from(value));
      return this;
    }

    Binding jsonOrNull(@Nullable Object value) throws SQLException {
      return text(value == null ? null : Codec.encodeText(value));
    }

    Binding json(Object value) throws SQLException {
      statement.setString(++index, Codec.encodeText(value));
      return this;
    }
  }
}
