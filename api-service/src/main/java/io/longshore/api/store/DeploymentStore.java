package io.longshore.api.store;

import io.longshore.api.core.Described;
import io.longshore.api.core.Members;
import io.longshore.api.core.Names;
import io.longshore.messages.ClusterName;
import io.longshore.messages.Codec;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.TaskSpec;
import io.quarkus.hibernate.orm.PersistenceUnit;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Describes what became of services' deployments, in the manner that {@link ReadDatabase} says. */
@ApplicationScoped
@Transactional
public class DeploymentStore {
  /** A revision has the digits of the deployment that brings it about. */
  private static final String DEPLOYMENT = "ecs-svc/";

  private final EntityManager database;
  private final ServiceStore services;

  public DeploymentStore(@PersistenceUnit("read") EntityManager database, ServiceStore services) {
    this.database = database;
    this.services = services;
  }

  /**
   * What ListServiceDeployments selects by; null and empty select all.
   *
   * @param from created then or later
   * @param to created then or earlier
   */
  public record Filter(List<String> statuses, @Nullable Instant from, @Nullable Instant to) {}

  /**
   * Rollouts of the service that has a name now, the newest first.
   *
   * @param below the ordinal the page begins below; null for the first page
   */
  public List<Described.Rollout> rollouts(
      ClusterName cluster, ServiceName service, Filter filter, @Nullable Long below, int limit) {
    Conditions conditions =
        new Conditions(Sql.ROLLOUTS).and("d.service_uid = " + Sql.SERVICE_OF_NAME);
    if (!filter.statuses().isEmpty()) {
      conditions.and("d.status in (:statuses)");
    }
    conditions
        .andAtLeast("d.created_at", filter.from())
        .andAtMost("d.created_at", filter.to())
        .andBelow("d.ordinal", below)
        .orderedBy("d.ordinal desc");
    Query query = database.createNativeQuery(conditions.sql(), Object[].class);
    conditions.parameters().forEach(query::setParameter);
    query.setParameter("cluster", cluster.value()).setParameter("name", service.value());
    if (!filter.statuses().isEmpty()) {
      query.setParameter("statuses", filter.statuses());
    }
    return rollouts(query.setMaxResults(limit));
  }

  /** Those of the rollouts that are known. */
  public Map<Names.OfService, Described.Rollout> rollouts(Collection<Names.OfService> names) {
    if (names.isEmpty()) {
      return Map.of();
    }
    List<String> ids = names.stream().map(Names.OfService::id).toList();
    Conditions conditions = new Conditions(Sql.ROLLOUTS).and("d.id in (:ids)");
    return rollouts(
            database.createNativeQuery(conditions.sql(), Object[].class).setParameter("ids", ids))
        .stream()
        .collect(
            Collectors.toMap(
                rollout ->
                    new Names.OfService(rollout.cluster(), rollout.service(), rollout.story().id()),
                rollout -> rollout));
  }

  @SuppressWarnings("unchecked")
  private List<Described.Rollout> rollouts(Query query) {
    List<Object[]> rows = query.getResultList();
    var counts =
        services.deploymentCounts(rows.stream().map(row -> (String) row[1]).distinct().toList());
    return rows.stream()
        .map(row ->
            new Described.Rollout(
                new ClusterName((String) row[2]),
                new ServiceName((String) row[3]),
                ((Number) row[4]).longValue(),
                Codec.decodeStored((String) row[5], ServiceDeploymentState.class),
                row[6] == null ? Members.NONE : Members.stored((String) row[6]),
                counts.getOrDefault((String) row[1], Map.of())))
        .toList();
  }

  /** Those of the revisions that are known. */
  @SuppressWarnings("unchecked")
  public Map<Names.OfService, Described.Revision> revisions(Collection<Names.OfService> names) {
    if (names.isEmpty()) {
      return Map.of();
    }
    List<String> ids = names.stream().map(name -> DEPLOYMENT + name.id()).toList();
    List<Object[]> rows =
        database
            .createNativeQuery(Sql.REVISIONS, Object[].class)
            .setParameter("ids", ids)
            .getResultList();
    return rows.stream()
        .map(row ->
            new Described.Revision(
                new ClusterName((String) row[0]),
                new ServiceName((String) row[1]),
                (String) row[2],
                Codec.decodeStored((String) row[3], TaskSpec.class),
                Members.stored((String) row[4]),
                Rows.instant(row[5]),
                Members.stored((String) row[6])))
        .collect(
            Collectors.toMap(
                revision ->
                    new Names.OfService(
                        revision.cluster(),
                        revision.service(),
                        revision.deploymentId().substring(DEPLOYMENT.length())),
                revision -> revision));
  }
}
