package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.messages.TaskDefinitionId;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Describes task definitions, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class DefinitionStore {
  private final ReadDatabase database;

  DefinitionStore(@PersistenceUnit("read") EntityManager database) {
    this.database = new ReadDatabase(database);
  }

  public Described.@Nullable Definition definition(TaskDefinitionId id) {
    DefinitionRow row =
        DefinitionRow.find(
                "family = ?1 and revision = ?2 and status <> 'DELETED'", id.family(), id.revision())
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
    return database.texts(conditions.orderedBy("family" + order + ", revision" + order), limit);
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
            .and("status <> 'DELETED'")
            .andPrefix("family", prefix)
            .andAbove("family", after);
    String having =
        status == null
            ? ""
            : " having bool_or(status = 'ACTIVE') = "
                + (status.equals("ACTIVE") ? "true" : "false");
    return database.texts(conditions.groupedBy("family" + having).orderedBy("family"), limit);
  }
}
