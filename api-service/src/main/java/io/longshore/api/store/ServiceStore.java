package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.ClusterName;
import io.longshore.messages.ServiceName;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes services, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class ServiceStore {
  private final ReadDatabase database;

  ServiceStore(@PersistenceUnit("read") EntityManager database) {
    this.database = new ReadDatabase(database);
  }

  /**
   * The latest service of each name: the living one before deleted ones, then the newest.
   *
   * @return by name
   */
  public Map<String, Described.Service> services(
      ClusterName cluster, Collection<ServiceName> names) {
    List<String> keys = names.stream().map(ServiceName::value).toList();
    if (keys.isEmpty()) {
      return Map.of();
    }
    List<ServiceRow> found =
        database.entities(
            Sql.LATEST_SERVICES,
            ServiceRow.class,
            Map.of("cluster", cluster.value(), "names", keys));
    List<String> uids = found.stream().map(row -> row.uid).toList();
    Map<String, Map<String, Described.Counts>> counts = deploymentCounts(uids);
    Map<String, List<Described.Event>> events = events(uids);
    Map<String, String> rollouts = latestRollouts(uids);
    Map<String, Described.Service> result = new LinkedHashMap<>();
    for (ServiceRow row : found) {
      result.put(
          row.name,
          Rows.service(
              row,
              counts.getOrDefault(row.uid, Map.of()),
              events.getOrDefault(row.uid, List.of()),
              rollouts.get(row.uid)));
    }
    return result;
  }

  private Map<String, String> latestRollouts(List<String> uids) {
    Map<String, String> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.LATEST_ROLLOUTS, Map.of("uids", uids), uids)) {
      result.put((String) row[0], (String) row[1]);
    }
    return result;
  }

  /** Tasks by service and deployment. */
  public Map<String, Map<String, Described.Counts>> deploymentCounts(Collection<String> uids) {
    Map<String, Map<String, Described.Counts>> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.DEPLOYMENT_COUNTS, Map.of("uids", uids), uids)) {
      Described.Counts counts =
          new Described.Counts(((Number) row[2]).longValue(), ((Number) row[3]).longValue());
      result
          .computeIfAbsent((String) row[0], uid -> new HashMap<>())
          .merge(row[1] == null ? "" : (String) row[1], counts, Described.Counts::plus);
    }
    return result;
  }

  private Map<String, List<Described.Event>> events(List<String> uids) {
    Map<String, List<Described.Event>> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.LATEST_EVENTS, Map.of("uids", uids), uids)) {
      result
          .computeIfAbsent((String) row[0], uid -> new ArrayList<>())
          .add(new Described.Event((String) row[1], Rows.instant(row[2]), (String) row[3]));
    }
    return result;
  }

  /** How many commands have changed the latest service of that name; null when there is none. */
  public @Nullable Long serviceVersion(ClusterName cluster, ServiceName name) {
    return database.number(
        Sql.SERVICE_VERSION, Map.of("cluster", cluster.value(), "name", name.value()));
  }

  /** Names of ACTIVE services. */
  public List<String> serviceNames(
      ClusterName cluster,
      @Nullable String launchType,
      @Nullable String schedulingStrategy,
      @Nullable String after,
      int limit) {
    return database.texts(
        new Conditions("select name from read.service")
            .and("status = 'ACTIVE'")
            .andEqual("cluster", cluster.value())
            .andEqual("document->>'launchType'", launchType)
            .andEqual("document->>'schedulingStrategy'", schedulingStrategy)
            .andAbove("name", after)
            .orderedBy("name"),
        limit);
  }

  /**
   * The services that are in a namespace of their own account, by cluster and name.
   *
   * @param namespaces what it may be called
   * @param after {@code cluster/name}
   */
  public List<String> servicesIn(Collection<String> namespaces, @Nullable String after, int limit) {
    return database.texts(
        new Conditions("select s.cluster || '/' || s.name from read.service s")
            .and("s.status <> 'INACTIVE'")
            .andIn("s.document->'serviceConnectConfiguration'->>'namespace'", namespaces)
            .andAbove("s.cluster || '/' || s.name", after)
            .orderedBy("1"),
        limit);
  }

  /** Whether a service or a cluster's default has ever named the namespace. */
  public boolean knowsNamespace(Collection<String> namespaces) {
    return database.flag(Sql.KNOWS_NAMESPACE, Map.of("names", namespaces));
  }
}
