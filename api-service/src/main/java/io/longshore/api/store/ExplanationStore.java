package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.api.core.Members;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.Json;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskId;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why things are as they are, as the scheduler told it with each decision. */
@ApplicationScoped
@Transactional
public class ExplanationStore {
  private final EntityManager database;

  public ExplanationStore(@PersistenceUnit("read") EntityManager database) {
    this.database = database;
  }

  /** What the service waits for; empty for nothing, null when there is no such service. */
  @SuppressWarnings("unchecked")
  public @Nullable List<Members> waits(ClusterName cluster, ServiceName service) {
    List<Object[]> rows =
        database
            .createNativeQuery(Sql.WAITS, Object[].class)
            .setParameter("cluster", cluster.value())
            .setParameter("name", service.value())
            .getResultList();
    if (rows.isEmpty()) {
      return null;
    }
    Object waits = rows.getFirst()[1];
    return waits == null ? List.of() : objects((String) waits);
  }

  private static List<Members> objects(String list) {
    return Arrays.stream(Codec.decodeStored(list, Json[].class))
        .map(json -> Members.stored(json.text()))
        .toList();
  }

  /** The newest decisions about tasks of the service, the newest first; at most 100. */
  @SuppressWarnings("unchecked")
  public List<Described.Decision> decisions(ClusterName cluster, ServiceName service) {
    List<Object[]> rows =
        database
            .createNativeQuery(Sql.DECISIONS, Object[].class)
            .setParameter("cluster", cluster.value())
            .setParameter("name", service.value())
            .getResultList();
    List<Described.Decision> decisions = new ArrayList<>();
    for (Object[] row : rows) {
      decisions.add(
          new Described.Decision(
              (String) row[0],
              new TaskId((String) row[1]),
              Members.stored((String) row[2]),
              Rows.instant(row[3])));
    }
    return decisions;
  }

  /** Null when there is no such task. */
  @SuppressWarnings("unchecked")
  public Described.@Nullable Explanation task(ClusterName cluster, TaskId task) {
    List<Object[]> rows =
        database
            .createNativeQuery(Sql.TASK_EXPLANATION, Object[].class)
            .setParameter("cluster", cluster.value())
            .setParameter("id", task.value())
            .getResultList();
    if (rows.isEmpty()) {
      return null;
    }
    Object[] row = rows.getFirst();
    return new Described.Explanation(
        row[0] == null ? null : Members.stored((String) row[0]),
        row[1] == null ? null : Members.stored((String) row[1]),
        Rows.instant(row[2]));
  }
}
