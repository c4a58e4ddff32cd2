package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.ClusterName;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Describes what belongs to the account as a whole, in the manner that {@link ReadDatabase} says.
 */
@ApplicationScoped
@Transactional
public class AccountStore {
  private final EntityManager database;

  AccountStore(@PersistenceUnit("read") EntityManager database) {
    this.database = database;
  }

  /** Those of the capacity providers that are stored, INACTIVE ones too, by name. */
  public Map<String, Described.CapacityProvider> capacityProviders(Collection<String> names) {
    if (names.isEmpty()) {
      return Map.of();
    }
    List<CapacityProviderRow> rows = CapacityProviderRow.list("name in ?1", names);
    return rows.stream().collect(Collectors.toMap(row -> row.name, Rows::capacityProvider));
  }

  /** How many commands have changed a capacity provider; null when none of that name is stored. */
  public @Nullable Long capacityProviderVersion(String name) {
    return new ReadDatabase(database)
        .number(
            "select version from read.capacity_provider where name = :name", Map.of("name", name));
  }

  /** The names of all that are ACTIVE, in alphabetical order. */
  @SuppressWarnings("unchecked")
  public List<String> capacityProviderNames() {
    return database
        .createNativeQuery(
            "select name from read.capacity_provider where status = 'ACTIVE' order by name",
            String.class)
        .getResultList();
  }

  /** A cluster that has the capacity provider; empty when none has. */
  @SuppressWarnings("unchecked")
  public List<ClusterName> clustersWith(String capacityProvider) {
    List<String> names =
        database
            .createNativeQuery(
                """
                select name from read.cluster where status <> 'INACTIVE'
                and document->'capacityProviders' @> to_jsonb(cast(:provider as text)) limit 1
                """,
                String.class)
            .setParameter("provider", capacityProvider)
            .getResultList();
    return names.stream().map(ClusterName::new).toList();
  }

  /** What is set for any of the principals. */
  public List<Described.AccountSetting> settings(Collection<String> principals) {
    List<AccountSettingRow> rows = AccountSettingRow.list("principal in ?1", principals);
    return rows.stream()
        .map(row -> new Described.AccountSetting(row.name, row.principal, row.value))
        .toList();
  }
}
