package io.longshore.scheduler.store;

import io.longshore.messages.Json;
import io.longshore.scheduler.core.AccountSetting;
import io.longshore.scheduler.core.CapacityProvider;
import io.longshore.scheduler.core.Changes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What belongs to the account as a whole: records to rows and back. */
final class AccountRows {
  private AccountRows() {}

  static List<CapacityProvider> capacityProviders(Connection connection, int shard)
      throws SQLException {
    return Rows.read(connection, SELECT_CAPACITY_PROVIDERS, shard, AccountRows::capacityProvider);
  }

  static void write(Connection connection, int shard, Changes changes) throws SQLException {
    Rows.batch(
        connection,
        UPSERT_CAPACITY_PROVIDER,
        changes.capacityProviders(),
        (statement, provider) -> bind(statement, shard, provider));
    for (AccountSetting setting : changes.accountSettings()) {
      Rows.batch(
          connection,
          setting.value() == null ? DELETE_ACCOUNT_SETTING : UPSERT_ACCOUNT_SETTING,
          List.of(setting),
          AccountRows::bind);
    }
  }

  private static final String SELECT_CAPACITY_PROVIDERS =
      """
      select name, status, document, tags, version, created_at
      from scheduler.capacity_provider where shard = ?
      """;

  private static CapacityProvider capacityProvider(Rows.Columns row) throws SQLException {
    return new CapacityProvider(
        row.text("name"),
        CapacityProvider.Status.valueOf(row.text("status")),
        new Json(row.text("document")),
        row.tags(),
        row.number("version"),
        row.time("created_at"));
  }

  private static final String UPSERT_CAPACITY_PROVIDER =
      """
      insert into scheduler.capacity_provider
          (name, shard, status, document, tags, version, created_at)
      values (?, ?, ?, ?::jsonb, ?::jsonb, ?, ?)
      on conflict (name) do update set
          status = excluded.status, document = excluded.document, tags = excluded.tags,
          version = excluded.version, created_at = excluded.created_at
      """;

  private static void bind(Rows.Binding to, int shard, CapacityProvider provider)
      throws SQLException {
    to.text(provider.name())
        .number(shard)
        .text(provider.status().name())
        .text(provider.document().text())
        .json(provider.tags())
        .number(provider.version())
        .time(provider.createdAt());
  }

  private static final String UPSERT_ACCOUNT_SETTING =
      """
      insert into scheduler.account_setting (name, principal, value) values (?, ?, ?)
      on conflict (name, principal) do update set value = excluded.value
      """;

  private static final String DELETE_ACCOUNT_SETTING =
      "delete from scheduler.account_setting where name = ? and principal = ?";

  private static void bind(Rows.Binding to, AccountSetting setting) throws SQLException {
    to.text(setting.name()).text(setting.principal());
    if (setting.value() != null) {
      to.text(setting.value());
    }
  }
}
