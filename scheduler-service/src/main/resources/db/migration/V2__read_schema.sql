-- What the scheduler publishes for reading. The api's role may select from these and do nothing else.

create view read.cluster as
    select name, status, document, tags, created_at from scheduler.cluster;

create view read.task_definition as
    select family, revision, status, spec, document, tags, registered_at, deregistered_at
    from scheduler.task_definition;

create view read.service as
    select uid, cluster, name, status, desired_count, minimum_healthy_percent, maximum_percent, deployments, document,
           tags, created_at
    from scheduler.service;

create view read.service_event as
    select id, service_uid, ordinal, created_at, message from scheduler.service_event;

create view read.task as
    select t.id, t.cluster, t.service_uid, t.service_name, t.deployment_id, t.family, t.revision, t.task_group,
           t.started_by, t.runner_id, t.zone, t.desired_status, t.last_status, t.cpu, t.memory_mib, t.document, t.tags,
           t.containers, t.stop_code, t.stopped_reason, coalesce(r.connected, false) as connected, t.version,
           t.created_at, t.created_at as connectivity_at, t.pull_started_at, t.pull_stopped_at, t.started_at,
           t.stopping_at, t.execution_stopped_at, t.stopped_at
    from scheduler.task t left join scheduler.runner r on r.id = t.runner_id;

create view read.runner as
    select id, cluster, incarnation, status, connected, host, tags, version, registered_at from scheduler.runner;

do $$
begin
    if not exists (select from pg_roles where rolname = '${readRole}') then
        create role ${readRole} login password '${readPassword}';
    end if;
end
$$;
grant usage on schema read to ${readRole};
grant select on all tables in schema read to ${readRole};
alter role ${readRole} set default_transaction_read_only = on;
