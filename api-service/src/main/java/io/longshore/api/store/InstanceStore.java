package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.ClusterName;
import io.longshore.messages.RunnerId;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes container instances, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class InstanceStore {
  private final ReadDatabase database;

  InstanceStore(@PersistenceUnit("read") EntityManager database) {
    this.database = new ReadDatabase(database);
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
    for (Object[] row : database.rows(Sql.USAGE, Map.of("ids", runners), runners)) {
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
    return database.texts(
        (status == null ? conditions.and("status <> 'INACTIVE'") : conditions).orderedBy("id"),
        limit);
  }

  /** Every container instance of a cluster with that status; null for all that have not left. */
  public List<Described.Instance> allInstances(ClusterName cluster, @Nullable String status) {
    List<RunnerRow> found =
        status == null
            ? RunnerRow.list("cluster = ?1 and status <> 'INACTIVE' order by id", cluster.value())
            : RunnerRow.list("cluster = ?1 and status = ?2 order by id", cluster.value(), status);
    Map<String, Rows.Usage> usage = usage(found.stream().map(row -> row.id).toList());
    return found.stream()
        .map(row -> Rows.instance(row, usage.getOrDefault(row.id, Rows.Usage.NONE)))
        .toList();
  }

  /** The groups of the wanted tasks on each container instance, by its id. */
  public Map<String, Set<String>> groups(ClusterName cluster) {
    Map<String, Set<String>> result = new HashMap<>();
    String name = cluster.value();
    for (Object[] row : database.rows(Sql.GROUPS, Map.of("cluster", name), List.of(name))) {
      result.computeIfAbsent((String) row[0], id -> new HashSet<>()).add((String) row[1]);
    }
    return result;
  }

  /**
   * Attributes by name, and those of one name by instance.
   *
   * @param after the last one before, as its name, a space and its instance
   */
  public List<Described.Attribute> attributes(
      ClusterName cluster,
      @Nullable String name,
      @Nullable String value,
      @Nullable String after,
      int limit) {
    Conditions conditions =
        new Conditions(Sql.ATTRIBUTES)
            .and("r.status <> 'INACTIVE'")
            .andEqual("r.cluster", cluster.value())
            .andEqual("a.key", name)
            .andEqual("a.value", value);
    if (after != null) {
      int space = after.lastIndexOf(' ');
      conditions.andPair("(a.key, r.id) >", after.substring(0, space), after.substring(space + 1));
    }
    return database.rows(conditions.orderedBy("a.key, r.id"), limit).stream()
        .map(row ->
            new Described.Attribute(
                new RunnerId((String) row[1]), (String) row[0], (String) row[2]))
        .toList();
  }
}
