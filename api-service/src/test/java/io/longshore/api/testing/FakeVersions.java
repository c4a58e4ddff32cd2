package io.longshore.api.testing;

import io.longshore.api.core.EcsException;
import io.longshore.messages.Command;
import io.longshore.messages.ServiceName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What the real scheduler makes of an expected version. */
final class FakeVersions {
  private FakeVersions() {}

  /** Refuses a command that expects another version than there is. */
  static void require(Connection sql, @Nullable Long expected, Command command)
      throws SQLException {
    String of =
        switch (command) {
          case Command.UpdateService update -> service(update.key(), update.service());
          case Command.DeleteService delete -> service(delete.key(), delete.service());
          case Command.UpdateCluster update -> cluster(update.key());
          case Command.PutClusterCapacityProviders put -> cluster(put.key());
          case Command.DeleteCluster delete -> cluster(delete.key());
          case Command.UpdateCapacityProvider update -> provider(update.name());
          case Command.DeleteCapacityProvider delete -> provider(delete.name());
          default -> null;
        };
    if (expected == null || of == null) {
      return;
    }
    try (PreparedStatement statement = sql.prepareStatement(of)) {
      ResultSet result = statement.executeQuery();
      if (result.next() && result.getLong(1) != expected) {
        throw EcsException.of("PreconditionFailedException", "It has changed.");
      }
    }
  }

  private static String service(String cluster, ServiceName name) {
    return "select intent from scheduler.service where cluster = '%s' and name = '%s'"
        .formatted(cluster, name);
  }

  private static String cluster(String name) {
    return "select version from scheduler.cluster where name = '%s'".formatted(name);
  }

  private static String provider(String name) {
    return "select version from scheduler.capacity_provider where name = '%s'".formatted(name);
  }
}
