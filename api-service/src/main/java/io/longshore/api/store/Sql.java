package io.longshore.api.store;

/** The grouped queries. */
final class Sql {
  /** The cluster, which count, and how many. */
  static final String CLUSTER_COUNTS =
      """
      select cluster, 0, count(*) from read.runner
      where cluster in (:names) and status <> 'INACTIVE' group by cluster
      union all
      select cluster, case when last_status = 'RUNNING' then 1 else 2 end, count(*) from read.task
      where cluster in (:names) and (last_status = 'RUNNING'
        or (desired_status = 'RUNNING' and last_status in ('PROVISIONING', 'PENDING', 'ACTIVATING')))
      group by 1, 2
      union all
      select cluster, 3, count(*) from read.service
      where cluster in (:names) and status = 'ACTIVE' group by cluster
      """;

  /** Of a task {@code t}, by what its call or its service says. */
  static final String LAUNCH_TYPE =
      """
      coalesce((select case
          when d->'capacityProviderStrategy'->0->>'capacityProvider' like 'FARGATE%' then 'FARGATE'
          when d->'capacityProviderStrategy' is not null then 'EC2'
          else d->>'launchType' end
        from (select coalesce((select s.document from read.service s where s.uid = t.service_uid),
          t.document) as d) as of_task), 'EC2')\
      """;

  /** The cluster, which statistic, and how many. */
  static final String STATISTICS =
      """
      select cluster, phase || kind || 'taskscount', count(*) from (
        select t.cluster, case when t.last_status = 'RUNNING' then 'running' else 'pending' end as phase,
          lower(%s) as kind
        from read.task t
        where t.cluster in (:names) and (t.last_status = 'RUNNING' or (t.desired_status = 'RUNNING'
          and t.last_status in ('PROVISIONING', 'PENDING', 'ACTIVATING')))) as tasks
      group by 1, 2
      union all
      select cluster, lower(status) || lower(case
          when document->'capacityProviderStrategy'->0->>'capacityProvider' like 'FARGATE%%' then 'FARGATE'
          when document->'capacityProviderStrategy' is not null then 'EC2'
          else coalesce(document->>'launchType', 'EC2') end) || 'servicecount', count(*)
      from read.service where cluster in (:names) and status in ('ACTIVE', 'DRAINING')
      group by 1, 2
      """
          .formatted(LAUNCH_TYPE);

  static final String KNOWS_NAMESPACE =
      """
      select exists (select from read.service
          where document->'serviceConnectConfiguration'->>'namespace' in (:names))
        or exists (select from read.cluster
          where document->'serviceConnectDefaults'->>'namespace' in (:names))
      """;

  /** Whether a cluster has as many shared hosts as the cluster that has the most. */
  static final String SHARED_HOSTS_HAVE_JOINED =
      """
      with joined as (
        select cluster, count(*) as hosts from read.runner
        where connected and status <> 'INACTIVE' and host->>'shared' = 'true'
        group by cluster)
      select coalesce((select hosts from joined where cluster = :cluster), 0)
        >= coalesce((select max(hosts) from joined), 0)
      """;

  static final String LATEST_SERVICES =
      """
      select distinct on (name) * from read.service
      where cluster = :cluster and name in (:names)
      order by name, (status = 'INACTIVE'), created_at desc
      """;

  static final String SERVICE_VERSION =
      """
      select version from read.service_version
      where cluster = :cluster and name = :name
      order by (status = 'INACTIVE'), created_at desc limit 1
      """;

  /** The service, the deployment, running and pending tasks. */
  static final String DEPLOYMENT_COUNTS =
      """
      select service_uid, deployment_id,
        count(*) filter (where last_status = 'RUNNING'),
        count(*) filter (where desired_status = 'RUNNING'
          and last_status in ('PROVISIONING', 'PENDING', 'ACTIVATING'))
      from read.task
      where service_uid in (:uids) and last_status <> 'STOPPED'
      group by service_uid, deployment_id
      """;

  /** The service and the id of its newest rollout. */
  static final String LATEST_ROLLOUTS =
      """
      select distinct on (service_uid) service_uid, id from read.service_deployment
      where service_uid in (:uids) order by service_uid, ordinal desc
      """;

  /** What {@link DeploymentStore} makes rollouts of. */
  static final String ROLLOUTS =
      """
      select d.id, d.service_uid, d.cluster, d.service_name, d.ordinal, cast(d.story as text),
        cast(r.document as text)
      from read.service_deployment d left join read.service_revision r
        on r.service_uid = d.service_uid and r.deployment_id = d.story->>'deploymentId'
      """;

  /** The uid of the service that has a name now, or had it last. */
  static final String SERVICE_OF_NAME =
      """
      (select uid from read.service where cluster = :cluster and name = :name
       order by (status = 'INACTIVE'), created_at desc limit 1)
      """;

  static final String REVISIONS =
      """
      select cluster, service_name, deployment_id, cast(spec as text), cast(document as text),
        created_at, cast(image_digests as text)
      from read.service_revision
      where deployment_id in (:ids)
      """;

  static final String LATEST_EVENTS =
      """
      select e.service_uid, e.id, e.created_at, e.message
      from read.service s cross join lateral (
        select * from read.service_event v where v.service_uid = s.uid order by v.ordinal desc limit 100
      ) e
      where s.uid in (:uids)
      order by e.service_uid, e.ordinal desc
      """;

  static final String ARCHITECTURES =
      "select id, host->'attributes'->>'ecs.cpu-architecture' from read.runner where id in (:ids)";

  /** The runner, cpu, memory, running and pending tasks, and their containers as JSON lists. */
  static final String USAGE =
      """
      select t.runner_id, sum(t.cpu), sum(t.memory_mib),
        count(*) filter (where t.last_status = 'RUNNING'),
        count(*) filter (where t.last_status in ('PROVISIONING', 'PENDING', 'ACTIVATING')),
        string_agg(t.containers::text, ',')
      from read.task t
      where t.runner_id in (:ids) and t.last_status <> 'STOPPED'
      group by t.runner_id
      """;

  /** The runner and the group of each wanted task of a cluster. */
  static final String GROUPS =
      """
      select distinct runner_id, task_group from read.task
      where cluster = :cluster and desired_status = 'RUNNING' and last_status <> 'STOPPED'
      """;

  /** The name, the runner and the value of attributes, to be followed by conditions. */
  static final String ATTRIBUTES =
      """
      select a.key, r.id, a.value from read.runner r
      cross join lateral jsonb_each_text((r.host->'attributes') || r.custom_attributes) a
      """;

  /** The task, whether it can be protected, and until when it is. */
  static final String PROTECTION =
      """
      select id, service_uid is not null and desired_status = 'RUNNING', protected_until
      from read.task_protection where cluster = :cluster and id in (:ids)
      """;

  /** A service and what it waits for, a JSON list or null. */
  static final String WAITS =
      """
      select s.uid, cast(w.waits as text)
      from (select * from read.service where cluster = :cluster and name = :name
          order by (status = 'INACTIVE'), created_at desc limit 1) s
      left join read.service_waiting w on w.service_uid = s.uid
      """;

  /** The decision, the task, the reason and when. */
  static final String DECISIONS =
      """
      select decision, task_id, cast(reason as text), decided_at from read.service_decision
      where service_uid = %s
      order by ordinal desc limit 100
      """
          .formatted(SERVICE_OF_NAME);

  /** Why it was started, why it was stopped, and when it was made. */
  static final String TASK_EXPLANATION =
      """
      select cast(start_reason as text), cast(stop_reason as text), created_at
      from read.task_explanation where cluster = :cluster and id = :id
      """;

  private Sql() {}
}
