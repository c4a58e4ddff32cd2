-- Attributes that were put on a container instance; those of its host are part of the column host.
alter table scheduler.runner add column custom_attributes jsonb not null default '{}';

create or replace view read.runner as
    select id, cluster, incarnation, status, connected, host, tags, version, registered_at, custom_attributes
    from scheduler.runner;

-- Until then a task is stopped neither by scaling in nor by a deployment.
alter table scheduler.task add column protected_until timestamptz;

create view read.task_protection as
    select id, cluster, service_uid, desired_status, protected_until
    from scheduler.task where last_status <> 'STOPPED';

grant select on read.runner, read.task_protection to ${readRole};
