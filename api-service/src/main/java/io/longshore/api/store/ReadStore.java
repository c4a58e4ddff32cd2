package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes what is there. Each method is a handful of statements, however many things it is asked
 * for. Called on virtual threads; throws a persistence exception when the database is away.
 */
@ApplicationScoped
@Transactional
public class ReadStore {
  private final EntityManager database;

  public ReadStore(@PersistenceUnit("read") EntityManager database) {
    this.database = database;
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

  public boolean isActiveCluster(ClusterName cluster) {
    return ClusterRow.count("name = ?1 and status <> 'INACTIVE'", cluster.value()) > 0;
  }

  /**
   * Whether the hosts that lend themselves to every cluster have come to this one. True where there
   * are no such hosts.
   */
  public boolean sharedHostsHaveJoined(ClusterName cluster) {
    return (boolean)
        database
            .createNativeQuery(Sql.SHARED_HOSTS_HAVE_JOINED)
            .setParameter("cluster", cluster.value())
            .getSingleResult();
  }

  /** Instances, running tasks, pending tasks and active services, by cluster. */
  private Map<String, long[]> clusterCounts(List<String> names) {
    Map<String, long[]> result = new HashMap<>();
    for (Object[] row : rows(Sql.CLUSTER_COUNTS, Map.of("names", names), names)) {
      long[] counts = result.computeIfAbsent((String) row[0], name -> new long[4]);
      counts[((Number) row[1]).intValue()] = ((Number) row[2]).longValue();
    }
    return result;
  }

  public List<String> clusterNames(@Nullable String after, int limit) {
    return texts(
        new Conditions("select name from read.cluster")
            .and("status <> 'INACTIVE'")
            .andAbove("name", after)
            .orderedBy("name"),
        limit);
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
        entities(Sql.LATEST_SERVICES, ServiceRow.class)
            .bind("cluster", cluster.value())
            .bind("names", keys)
            .list();
    List<String> uids = found.stream().map(row -> row.uid).toList();
    Map<String, Map<String, Described.Counts>> counts = deploymentCounts(uids);
    Map<String, List<Described.Event>> events = events(uids);
    Map<String, Described.Service> result = new LinkedHashMap<>();
    for (ServiceRow row : found) {
      result.put(
          row.name,
          Rows.service(
              row,
              counts.getOrDefault(row.uid, Map.of()),
              events.getOrDefault(row.uid, List.of())));
    }
    return result;
  }

  private Map<String, Map<String, Described.Counts>> deploymentCounts(List<String> uids) {
    Map<String, Map<String, Described.Counts>> result = new HashMap<>();
    for (Object[] row : rows(Sql.DEPLOYMENT_COUNTS, Map.of("uids", uids), uids)) {
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
    for (Object[] row : rows(Sql.LATEST_EVENTS, Map.of("uids", uids), uids)) {
      result
          .computeIfAbsent((String) row[0], uid -> new ArrayList<>())
          .add(new Described.Event((String) row[1], Rows.instant(row[2]), (String) row[3]));
    }
    return result;
  }

  /** Names of ACTIVE services. */
  public List<String> serviceNames(
      ClusterName cluster,
      @Nullable String launchType,
      @Nullable String schedulingStrategy,
      @Nullable String after,
      int limit) {
    return texts(
        new Conditions("select name from read.service")
            .and("status = 'ACTIVE'")
            .andEqual("cluster", cluster.value())
            .andEqual("document->>'launchType'", launchType)
            .andEqual("document->>'schedulingStrategy'", schedulingStrategy)
            .andAbove("name", after)
            .orderedBy("name"),
        limit);
  }

  public Described.@Nullable Definition definition(TaskDefinitionId id) {
    DefinitionRow row =
        DefinitionRow.find("family = ?1 and revision = ?2", id.family(), id.revision())
            .firstResult();
    return row == null ? null : Rows.definition(row);
  }

  public Described.@Nullable Definition latestActiveDefinition(String family) {
    DefinitionRow row =
        DefinitionRow.find("family = ?1 and status = 'ACTIVE' order by revision desc", family)
            .firstResult();
    return row == null ? null : Rows.definition(row);
  }

  /** Revisions of a family or of all, each as {@code family:revision}. */
  public List<String> definitionIds(
      @Nullable String family,
      String status,
      boolean descending,
      @Nullable TaskDefinitionId after,
      int limit) {
    String order = descending ? " desc" : "";
    Conditions conditions =
        new Conditions("select family || ':' || revision from read.task_definition")
            .andEqual("status", status)
            .andEqual("family", family);
    if (after != null) {
      conditions.andPair(
          "(family, revision) " + (descending ? "<" : ">"), after.family(), after.revision());
    }
    return texts(conditions.orderedBy("family" + order + ", revision" + order), limit);
  }

  /**
   * Names of families in alphabetical order.
   *
   * @param status ACTIVE: with an active revision; INACTIVE: with none; null: every family
   */
  public List<String> families(
      @Nullable String prefix, @Nullable String status, @Nullable String after, int limit) {
    Conditions conditions =
        new Conditions("select family from read.task_definition")
            .andPrefix("family", prefix)
            .andAbove("family", after);
    String having =
        status == null
            ? ""
            : " having bool_or(status = 'ACTIVE') = "
                + (status.equals("ACTIVE") ? "true" : "false");
    return texts(conditions.groupedBy("family" + having).orderedBy("family"), limit);
  }

  /** Those of the tasks that are of this cluster. */
  public Map<String, Described.Task> tasks(ClusterName cluster, Collection<TaskId> ids) {
    List<String> keys = ids.stream().map(TaskId::value).toList();
    if (keys.isEmpty()) {
      return Map.of();
    }
    List<TaskRow> found = TaskRow.list("cluster = ?1 and id in ?2", cluster.value(), keys);
    Map<TaskDefinitionId, DefinitionRow> definitions = definitionsOf(found);
    Map<String, String> architectures = architectures(found);
    Map<String, Described.Task> result = new LinkedHashMap<>();
    for (TaskRow row : found) {
      DefinitionRow definition = definitions.get(new TaskDefinitionId(row.family, row.revision));
      String document = definition == null ? "{}" : definition.document;
      result.put(row.id, Rows.task(row, document, architectures.get(row.runnerId)));
    }
    return result;
  }

  private Map<TaskDefinitionId, DefinitionRow> definitionsOf(List<TaskRow> tasks) {
    Map<TaskDefinitionId, DefinitionRow> result = new HashMap<>();
    if (tasks.isEmpty()) {
      return result;
    }
    List<String> families = tasks.stream().map(row -> row.family).distinct().toList();
    List<Integer> revisions = tasks.stream().map(row -> row.revision).distinct().toList();
    List<DefinitionRow> rows =
        DefinitionRow.list("family in ?1 and revision in ?2", families, revisions);
    rows.forEach(row -> result.put(new TaskDefinitionId(row.family, row.revision), row));
    return result;
  }

  private Map<String, String> architectures(List<TaskRow> tasks) {
    List<String> runners = tasks.stream().map(row -> row.runnerId).distinct().toList();
    Map<String, String> result = new HashMap<>();
    for (Object[] row : rows(Sql.ARCHITECTURES, Map.of("ids", runners), runners)) {
      result.put((String) row[0], (String) row[1]);
    }
    return result;
  }

  /** What ListTasks selects by; null selects all. */
  public record TaskFilter(
      String desiredStatus,
      @Nullable String family,
      @Nullable String serviceName,
      @Nullable String startedBy,
      @Nullable String runner,
      @Nullable String launchType) {}

  public List<String> taskIds(
      ClusterName cluster, TaskFilter filter, @Nullable String after, int limit) {
    return texts(
        new Conditions("select id from read.task")
            .andEqual("cluster", cluster.value())
            .andEqual("desired_status", filter.desiredStatus())
            .andEqual("family", filter.family())
            .andEqual("service_name", filter.serviceName())
            .andEqual("started_by", filter.startedBy())
            .andEqual("runner_id", filter.runner())
            .andEqual("coalesce(document->>'launchType', 'EC2')", filter.launchType())
            .andAbove("id", after)
            .orderedBy("id"),
        limit);
  }

  /** Those of the container instances that are of this cluster. */
  public Map<String, Described.Instance> instances(ClusterName cluster, Collection<RunnerId> ids) {
    List<String> keys = ids.stream().map(RunnerId::value).toList();
    List<RunnerRow> found = RunnerRow.list("cluster = ?1 and id in ?2", cluster.value(), keys);
    Map<String, Rows.Usage> usage = usage(found.stream().map(row -> row.id).toList());
    Map<String, Described.Instance> result = new LinkedHashMap<>();
    for (RunnerRow row : found) {
      result.put(row.id, Rows.instance(row, usage.getOrDefault(row.id, Rows.Usage.NONE)));
    }
    return result;
  }

  private Map<String, Rows.Usage> usage(List<String> runners) {
    Map<String, Rows.Usage> result = new HashMap<>();
    for (Object[] row : rows(Sql.USAGE, Map.of("ids", runners), runners)) {
      result.put((String) row[0], Rows.usage(row));
    }
    return result;
  }

  public List<String> instanceIds(
      ClusterName cluster, @Nullable String status, @Nullable String after, int limit) {
    Conditions conditions =
        new Conditions("select id from read.runner")
            .andEqual("cluster", cluster.value())
            .andEqual("status", status)
            .andAbove("id", after);
    return texts(
        (status == null ? conditions.and("status <> 'INACTIVE'") : conditions).orderedBy("id"),
        limit);
  }

  @SuppressWarnings("unchecked")
  private List<String> texts(Conditions conditions, int limit) {
    Query query = database.createNativeQuery(conditions.sql(), String.class);
    conditions.parameters().forEach(query::setParameter);
    return query.setMaxResults(limit).getResultList();
  }

  /**
   * @param asked nothing is asked of the database when this is empty
   */
  @SuppressWarnings("unchecked")
  private List<Object[]> rows(String sql, Map<String, ?> parameters, Collection<?> asked) {
    if (asked.isEmpty()) {
      return List.of();
    }
    Query query = database.createNativeQuery(sql, Object[].class);
    parameters.forEach(query::setParameter);
    return query.getResultList();
  }

  private <T> Entities<T> entities(String sql, Class<T> type) {
    return new Entities<>(database.createNativeQuery(sql, type));
  }

  /** A native query for whole rows. */
  private record Entities<T>(Query query) {
    Entities<T> bind(String name, Object value) {
      query.setParameter(name, value);
      return this;
    }

    @SuppressWarnings("unchecked")
    List<T> list() {
      return query.getResultList();
    }
  }
}
