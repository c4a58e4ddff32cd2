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

  private Sql() {}
}
