package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.ClusterName;
import io.longshore.messages.TaskDefinitionId;
import io.longshore.messages.TaskId;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes tasks, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class TaskStore {
  private final ReadDatabase database;

  TaskStore(@PersistenceUnit("read") EntityManager database) {
    this.database = new ReadDatabase(database);
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
    Map<String, String> services = serviceDocuments(found);
    Map<String, Described.Task> result = new LinkedHashMap<>();
    for (TaskRow row : found) {
      DefinitionRow definition = definitions.get(new TaskDefinitionId(row.family, row.revision));
      String document = definition == null ? "{}" : definition.document;
      String service = row.serviceUid == null ? "{}" : services.getOrDefault(row.serviceUid, "{}");
      result.put(row.id, Rows.task(row, document, service, architectures.get(row.runnerId)));
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

  private Map<String, String> serviceDocuments(List<TaskRow> tasks) {
    List<String> uids =
        tasks.stream().map(row -> row.serviceUid).filter(Objects::nonNull).distinct().toList();
    Map<String, String> result = new HashMap<>();
    if (!uids.isEmpty()) {
      List<ServiceRow> rows = ServiceRow.list("uid in ?1", uids);
      rows.forEach(row -> result.put(row.uid, row.document));
    }
    return result;
  }

  private Map<String, String> architectures(List<TaskRow> tasks) {
    List<String> runners = tasks.stream().map(row -> row.runnerId).distinct().toList();
    Map<String, String> result = new HashMap<>();
    for (Object[] row : database.rows(Sql.ARCHITECTURES, Map.of("ids", runners), runners)) {
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
    return database.texts(
        new Conditions("select id from read.task t")
            .andEqual("cluster", cluster.value())
            .andEqual("desired_status", filter.desiredStatus())
            .andEqual("family", filter.family())
            .andEqual("service_name", filter.serviceName())
            .andEqual("started_by", filter.startedBy())
            .andEqual("runner_id", filter.runner())
            .andEqual(Sql.LAUNCH_TYPE, filter.launchType())
            .andAbove("id", after)
            .orderedBy("id"),
        limit);
  }

  /** Those of the tasks that are of this cluster and have not stopped. */
  public Map<String, Described.Protection> protection(ClusterName cluster, Collection<TaskId> ids) {
    List<String> keys = ids.stream().map(TaskId::value).toList();
    Map<String, Described.Protection> result = new LinkedHashMap<>();
    Map<String, ?> parameters = Map.of("cluster", cluster.value(), "ids", keys);
    for (Object[] row : database.rows(Sql.PROTECTION, parameters, keys)) {
      String id = (String) row[0];
      result.put(
          id,
          new Described.Protection(
              new TaskId(id), (boolean) row[1], row[2] == null ? null : Rows.instant(row[2])));
    }
    return result;
  }
}
