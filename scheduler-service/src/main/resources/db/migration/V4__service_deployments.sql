-- The last deployment of a service that was completed (DeploymentState), for going back to.
alter table scheduler.service add column completed jsonb;
update scheduler.service set completed = deployments->0 where deployments->0->>'rolloutState' = 'COMPLETED';

-- When a task was first seen RUNNING, by the scheduler's clock.
alter table scheduler.task add column running_since timestamptz;
update scheduler.task set running_since = started_at where last_status <> 'STOPPED';

-- What became of each rollout of a service.
create table scheduler.service_deployment (
    id          text        primary key,
    shard       int         not null,
    service_uid text        not null,
    -- Of two stories of a service the later one has the higher number; their times may be the same.
    ordinal     bigint      not null,
    status      text        not null,
    -- ServiceDeploymentState
    story       jsonb       not null,
    created_at  timestamptz not null
);
create index service_deployment_service on scheduler.service_deployment (service_uid, ordinal);
create index service_deployment_shard on scheduler.service_deployment (shard);

-- What a deployment was to bring about, as it was then.
create table scheduler.service_revision (
    service_uid   text        not null,
    deployment_id text        not null,
    shard         int         not null,
    -- TaskSpec
    spec          jsonb       not null,
    document      jsonb       not null,
    created_at    timestamptz not null,
    primary key (service_uid, deployment_id)
);
create index service_revision_shard on scheduler.service_revision (shard);

create view read.service_deployment as
    select d.id, d.service_uid, s.cluster, s.name as service_name, d.ordinal, d.status, d.story,
           d.created_at
    from scheduler.service_deployment d join scheduler.service s on s.uid = d.service_uid;

create view read.service_revision as
    select r.service_uid, r.deployment_id, s.cluster, s.name as service_name, r.spec, r.document, r.created_at
    from scheduler.service_revision r join scheduler.service s on s.uid = r.service_uid;

grant select on read.service_deployment, read.service_revision to ${readRole};
