package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.api.core.Members;
import io.longshore.messages.ClusterName;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes clusters, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class ClusterStore {
  private final ReadDatabase database;

  ClusterStore(@PersistenceUnit("read") EntityManager database) {
    this.database = new ReadDatabase(database);
  }

  /** Those of the clusters that are known, INACTIVE ones too. */
  public Map<String, Described.Cluster> clusters(Collection<ClusterName> names) {
    List<String> keys = names.stream().map(ClusterName::value).toList();
    List<ClusterRow> rows = ClusterRow.list("name in ?1", keys);
    Map<String, long[]> counts = clusterCounts(rows.stream().map(row -> row.name).toList());
    Map<String, Described.Cluster> result = new LinkedHashMap<>();
    for (ClusterRow row : rows) {
      result.put(row.name, Rows.cluster(row, counts.getOrDefault(row.name, new long[4])));
    }
    return result;
  }

  /** Null when there is no such cluster, or not any more. */
  public @Nullable Members clusterDocument(ClusterName cluster) {
    ClusterRow row =
        ClusterRow.find("name = ?1 and status <> 'INACTIVE'", cluster.value()).firstResult();
    return row == null ? null : Members.stored(row.document);
  }

  /** How many commands have changed the cluster; null when there is none of that name. */
  public @Nullable Long clusterVersion(ClusterName cluster) {
    return database.number(
        "select version from read.cluster_version where name = :name",
        Map.of("name", cluster.value()));
  }

  public boolean isActiveCluster(ClusterName cluster) {
    return ClusterRow.count("name = ?1 and status <> 'INACTIVE'", cluster.value()) > 0;
  }

  /**
   * Whether the hosts that lend themselves to every cluster have come to this one. True where there
   * are no such hosts.
   */
  public boolean sharedHostsHaveJoined(ClusterName cluster) {
    return database.flag(Sql.SHARED_HOSTS_HAVE_JOINED, Map.of("cluster", cluster.value()));
  }

  /** Instances, running tasks, pending tasks and active services, by cluster. */
  private Map<String, long[]> clusterCounts(List<String> names) {
    Map<String, long[]> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.CLUSTER_COUNTS, Map.of("names", names), names)) {
      long[] counts = result.computeIfAbsent((String) row[0], name -> new long[4]);
      counts[((Number) row[1]).intValue()] = ((Number) row[2]).longValue();
    }
    return result;
  }

  public List<String> clusterNames(@Nullable String after, int limit) {
    return database.texts(
        new Conditions("select name from read.cluster")
            .and("status <> 'INACTIVE'")
            .andAbove("name", after)
            .orderedBy("name"),
        limit);
  }

  /**
   * Tasks and services of each kind, as {@code Cluster.statistics} names them in lower case.
   *
   * @return by cluster
   */
  public Map<String, Map<String, Long>> statistics(Collection<ClusterName> clusters) {
    List<String> names = clusters.stream().map(ClusterName::value).toList();
    Map<String, Map<String, Long>> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.STATISTICS, Map.of("names", names), names)) {
      result
          .computeIfAbsent((String) row[0], name -> new HashMap<>())
          .put((String) row[1], ((Number) row[2]).longValue());
    }
    return result;
  }
}
