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
    select id, cluster, service_uid, service_name, deployment_id, family, revision, task_group, started_by, runner_id,
           zone, desired_status, last_status, cpu, memory_mib, document, tags, containers, stop_code, stopped_reason,
           connected, version, created_at, connectivity_at, pull_started_at, pull_stopped_at, started_at, stopping_at,
           execution_stopped_at, stopped_at
    from scheduler.task;

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
