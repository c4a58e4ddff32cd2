package io.longshore.scheduler.store;

import io.longshore.messages.ClusterName;
import io.longshore.messages.DeploymentState;
import io.longshore.messages.Ids;
import io.longshore.messages.Json;
import io.longshore.messages.ServiceDeploymentState;
import io.longshore.messages.ServiceName;
import io.longshore.messages.ServiceSettings;
import io.longshore.scheduler.core.Changes;
import io.longshore.scheduler.core.Revision;
import io.longshore.scheduler.core.Service;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Services, their rollouts and what they say: records to rows and back. */
final class ServiceRows {
  private ServiceRows() {}

  static List<Service> services(Connection connection, int shard) throws SQLException {
    return Rows.read(connection, SELECT_SERVICES, shard, ServiceRows::service);
  }

  /**
   * @param firstEvent the ordinal of the first of the events; the others follow
   */
  static void write(Connection connection, int shard, Changes changes, long firstEvent)
      throws SQLException {
    Rows.batch(connection, UPSERT_SERVICE, changes.services(), (s, v) -> bind(s, shard, v));
    Rows.batch(
        connection,
        UPSERT_SERVICE_DEPLOYMENT,
        changes.rollouts(),
        (statement, rollout) -> bind(statement, shard, rollout));
    Rows.batch(
        connection,
        INSERT_SERVICE_REVISION,
        changes.newRevisions(),
        (statement, revision) -> bind(statement, shard, revision));
    Rows.batch(connection, ADD_IMAGE_DIGEST, changes.digests(), ServiceRows::bind);
    long[] ordinal = {firstEvent};
    Rows.batch(
        connection,
        INSERT_EVENT,
        changes.events(),
        (statement, event) -> bind(statement, event, ordinal[0]++));
  }

  private static final String SELECT_SERVICES =
      """
      select s.uid, s.cluster, s.name, s.status, s.desired_count, s.settings, s.deployments,
          s.document, s.tags, s.launches, s.not_before, s.steady, s.version, s.created_at,
          s.completed, s.intent, latest.story
      from scheduler.service s left join lateral (
          select story from scheduler.service_deployment d
          where d.service_uid = s.uid order by d.ordinal desc limit 1) latest on true
      where s.shard = ? order by s.created_at, s.uid
      """;

  private static Service service(Rows.Columns row) throws SQLException {
    return new Service(
        row.text("uid"),
        new ClusterName(row.text("cluster")),
        new ServiceName(row.text("name")),
        Service.Status.valueOf(row.text("status")),
        (int) row.number("desired_count"),
        row.json("settings", ServiceSettings.class),
        List.of(row.json("deployments", DeploymentState[].class)),
        new Json(row.text("document")),
        row.tags(),
        row.number("launches"),
        row.timeOrNull("not_before"),
        row.flag("steady"),
        row.number("version"),
        row.time("created_at"),
        new Service.Rollouts(
            row.jsonOrNull("story", ServiceDeploymentState.class),
            row.jsonOrNull("completed", DeploymentState.class)),
        row.number("intent"));
  }

  private static final String UPSERT_SERVICE =
      """
      insert into scheduler.service (uid, shard, cluster, name, status, desired_count,
          minimum_healthy_percent, maximum_percent, settings, deployments, document, tags, launches,
          not_before, steady, version, created_at, completed, intent)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?,
          ?::jsonb, ?)
      on conflict (uid) do update set
          status = excluded.status, desired_count = excluded.desired_count,
          minimum_healthy_percent = excluded.minimum_healthy_percent,
          maximum_percent = excluded.maximum_percent, settings = excluded.settings,
          deployments = excluded.deployments,
          document = excluded.document, tags = excluded.tags, launches = excluded.launches,
          not_before = excluded.not_before, steady = excluded.steady, version = excluded.version,
          completed = excluded.completed, intent = excluded.intent
      """;

  private static void bind(Rows.Binding to, int shard, Service service) throws SQLException {
    to.text(service.uid())
        .number(shard)
        .text(service.cluster().value())
        .text(service.name().value())
        .text(service.status().name())
        .number(service.desiredCount())
        .number(service.settings().minimumHealthyPercent())
        .number(service.settings().maximumPercent())
        .json(service.settings())
        .json(service.deployments())
        .text(service.document().text())
        .json(service.tags())
        .number(service.launches())
        .time(service.notBefore())
        .flag(service.steady())
        .number(service.version())
        .time(service.createdAt())
        .jsonOrNull(service.rollouts().completed())
        .number(service.intent());
  }

  private static final String UPSERT_SERVICE_DEPLOYMENT =
      """
      insert into scheduler.service_deployment (id, shard, service_uid, ordinal, status, story,
          created_at)
      values (?, ?, ?, ?, ?, ?::jsonb, ?)
      on conflict (id) do update set status = excluded.status, story = excluded.story
      """;

  private static void bind(Rows.Binding to, int shard, Changes.Rollout rollout)
      throws SQLException {
    ServiceDeploymentState story = rollout.story();
    to.text(story.id())
        .number(shard)
        .text(rollout.service().uid())
        .number(rollout.service().version())
        .text(story.status().name())
        .json(story)
        .time(story.createdAt());
  }

  private static final String INSERT_SERVICE_REVISION =
      """
      insert into scheduler.service_revision (service_uid, deployment_id, shard, spec, document,
          created_at)
      values (?, ?, ?, ?::jsonb, ?::jsonb, ?)
      """;

  private static void bind(Rows.Binding to, int shard, Revision revision) throws SQLException {
    to.text(revision.service().uid())
        .text(revision.deployment().id())
        .number(shard)
        .json(revision.deployment().spec())
        .text(revision.document().text())
        .time(revision.deployment().createdAt());
  }

  /** What was told first stays. */
  private static final String ADD_IMAGE_DIGEST =
      """
      update scheduler.service_revision
      set image_digests = jsonb_build_object(?::text, ?::text) || image_digests
      where service_uid = ? and deployment_id = ?
      """;

  private static void bind(Rows.Binding to, Changes.Digest digest) throws SQLException {
    to.text(digest.container())
        .text(digest.digest())
        .text(digest.serviceUid())
        .text(digest.deploymentId());
  }

  private static final String INSERT_EVENT =
      """
      insert into scheduler.service_event (id, service_uid, ordinal, created_at, message)
      values (?, ?, ?, ?, ?)
      """;

  private static void bind(Rows.Binding to, Changes.ServiceEvent event, long ordinal)
      throws SQLException {
    to.text(Ids.derive("service-event", event.serviceUid(), Long.toString(ordinal)))
        .text(event.serviceUid())
        .number(ordinal)
        .time(event.createdAt())
        .text(event.message());
  }
}
