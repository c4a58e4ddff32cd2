-- Why a task was started and why it was to stop, as the scheduler decided it (Reason).
alter table scheduler.task add column start_reason jsonb;
alter table scheduler.task add column stop_reason jsonb;

-- The newest decisions about the tasks of a service (START and STOP, each with its Reason), and at ordinal 0 what the
-- service waits for now (WAIT, a list of Wait): one statement of a turn writes all of them.
create table scheduler.service_decision (
    service_uid text        not null,
    ordinal     bigint      not null,
    shard       int         not null,
    decision    text        not null,
    task_id     text,
    reason      jsonb       not null,
    decided_at  timestamptz not null,
    primary key (service_uid, ordinal)
);
create index service_decision_waiting on scheduler.service_decision (shard) where ordinal = 0;

create view read.service_decision as
    select service_uid, ordinal, decision, task_id, reason, decided_at from scheduler.service_decision
    where ordinal > 0;

create view read.service_waiting as
    select service_uid, reason as waits, decided_at as since from scheduler.service_decision where ordinal = 0;

create view read.task_explanation as
    select id, cluster, service_uid, created_at, start_reason, stop_reason from scheduler.task;

grant select on read.service_decision, read.service_waiting, read.task_explanation to ${readRole};
