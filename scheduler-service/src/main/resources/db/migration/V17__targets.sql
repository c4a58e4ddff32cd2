-- What load balancers send to a task and how they find it (Task.Traffic), and until when its stop may wait for them.
alter table scheduler.task add column targets jsonb not null default '[]';
alter table scheduler.task add column drains_until timestamptz;
create index task_targets on scheduler.task using gin (targets jsonb_path_ops) where targets <> '[]';

create view read.task_target as
    select t.id as task_id, t.cluster, t.service_name, t.created_at, t.targets from scheduler.task t
    where t.targets <> '[]';

create or replace view read.target_group as
    select arn, content->>'name' as name, content->>'protocol' as protocol, content->'document' as document,
           content->'attributes' as attributes, content->'targets' as targets, content->'tags' as tags, created_at,
           coalesce(content->'seen', '[]') as seen
    from scheduler.load_balancing where kind = 'TargetGroup';

grant select on read.task_target to ${readRole};
