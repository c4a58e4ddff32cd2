-- The state of Longshore. Only the scheduler writes here. Schema "scheduler" is its own; schema "read" is what it
-- publishes: views that other services may SELECT from and rely on. A change to a table is free as long as the views
-- stay; a change to a view is a change to the contract (expand first, contract a version later).

create schema if not exists scheduler;
create schema if not exists read;

-- One row per partition of commands and reports. Whoever owns the partition bumps the epoch; a transaction that finds
-- another epoch than its own is a former owner's and is refused.
create table scheduler.shard (
    shard           int     primary key,
    epoch           bigint  not null default 0,
    commands_offset bigint  not null default 0,
    reports_offset  bigint  not null default 0,
    outbox_sequence bigint  not null default 0,
    kafka_cluster   text    not null default ''
);

create table scheduler.cluster (
    name       text        primary key,
    shard      int         not null,
    status     text        not null,
    document   jsonb       not null,
    tags       jsonb       not null,
    version    bigint      not null,
    created_at timestamptz not null
);
create index cluster_shard on scheduler.cluster (shard);

create table scheduler.task_definition (
    family          text        not null,
    revision        int         not null,
    shard           int         not null,
    status          text        not null,
    spec            jsonb       not null,
    document        jsonb       not null,
    tags            jsonb       not null,
    registered_at   timestamptz not null,
    deregistered_at timestamptz,
    primary key (family, revision)
);
create index task_definition_shard on scheduler.task_definition (shard);

create table scheduler.service (
    uid                     text        primary key,
    shard                   int         not null,
    cluster                 text        not null,
    name                    text        not null,
    status                  text        not null,
    desired_count           int         not null,
    minimum_healthy_percent int         not null,
    maximum_percent         int         not null,
    -- List of DeploymentState, the PRIMARY one first.
    deployments             jsonb       not null,
    document                jsonb       not null,
    tags                    jsonb       not null,
    -- How many tasks this service has ever launched: the next task's id follows from it.
    launches                bigint      not null,
    -- Launches wait until then after repeated failures.
    not_before              timestamptz,
    steady                  boolean     not null,
    version                 bigint      not null,
    created_at              timestamptz not null
);
create index service_shard on scheduler.service (shard);
create unique index service_name on scheduler.service (cluster, name) where status <> 'INACTIVE';
create index service_by_name on scheduler.service (cluster, name, created_at);

create table scheduler.service_event (
    id          text        primary key,
    service_uid text        not null,
    -- Counts within the service; the clock may stand still between two events.
    ordinal     bigint      not null,
    created_at  timestamptz not null,
    message     text        not null
);
create index service_event_service on scheduler.service_event (service_uid, ordinal desc);

create table scheduler.task (
    id                   text        primary key,
    shard                int         not null,
    cluster              text        not null,
    service_uid          text,
    service_name         text,
    deployment_id        text,
    family               text        not null,
    revision             int         not null,
    task_group           text        not null,
    started_by           text,
    runner_id            text        not null,
    zone                 text        not null,
    desired_status       text        not null,
    last_status          text        not null,
    cpu                  int         not null,
    memory_mib           int         not null,
    -- TaskSpec with overrides applied; null for a task of a service, whose deployment has it.
    spec                 jsonb,
    -- What the client gave and is told again: overrides, launchType, and so on.
    document             jsonb       not null,
    tags                 jsonb       not null,
    -- List of ContainerObservation, in the order of the definition.
    containers           jsonb       not null,
    stop_code            text,
    stopped_reason       text,
    version              bigint      not null,
    created_at           timestamptz not null,
    pull_started_at      timestamptz,
    pull_stopped_at      timestamptz,
    started_at           timestamptz,
    stopping_at          timestamptz,
    execution_stopped_at timestamptz,
    stopped_at           timestamptz
);
create index task_live on scheduler.task (shard) where last_status <> 'STOPPED';
create index task_cluster on scheduler.task (cluster, desired_status, created_at);
create index task_service on scheduler.task (service_uid, desired_status);
create index task_runner on scheduler.task (runner_id) where last_status <> 'STOPPED';
create index task_stopped on scheduler.task (shard, stopped_at) where last_status = 'STOPPED';

create table scheduler.runner (
    id            text        primary key,
    shard         int         not null,
    cluster       text        not null,
    incarnation   text        not null,
    generation    bigint      not null,
    status        text        not null,
    connected     boolean     not null,
    -- HostResources
    host          jsonb       not null,
    tags          jsonb       not null,
    version       bigint      not null,
    registered_at timestamptz not null
);
create index runner_shard on scheduler.runner (shard);
create index runner_cluster on scheduler.runner (cluster);

-- Answers given, so that a repeated call gets the same one and has no second effect.
create table scheduler.answer (
    key         text        primary key,
    shard       int         not null,
    fingerprint text        not null,
    outcome     jsonb       not null,
    answered_at timestamptz not null
);
create index answer_age on scheduler.answer (shard, answered_at);

-- Records that are decided and not yet acknowledged by Kafka. Written in the transaction that decided them, sent in
-- the order of their sequence, deleted once the broker has them.
create table scheduler.outbox (
    shard       int    not null,
    sequence    bigint not null,
    topic       text   not null,
    key         text   not null,
    value       bytea  not null,
    -- Header names and values, alternating.
    headers     text[] not null,
    primary key (shard, sequence)
);
