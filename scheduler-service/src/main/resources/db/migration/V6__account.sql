-- What belongs to no cluster: capacity providers and account settings. One shard has them all.
create table scheduler.capacity_provider (
    name       text        primary key,
    shard      int         not null,
    status     text        not null,
    document   jsonb       not null,
    tags       jsonb       not null,
    version    bigint      not null,
    created_at timestamptz not null
);
create index capacity_provider_shard on scheduler.capacity_provider (shard);

create table scheduler.account_setting (
    name      text not null,
    principal text not null,
    value     text not null,
    primary key (name, principal)
);

create view read.capacity_provider as
    select name, status, document, tags, version, created_at from scheduler.capacity_provider;

create view read.account_setting as
    select name, principal, value from scheduler.account_setting;

-- A definition that is to be deleted goes when nothing uses it any more. Its row stays, as DELETED: its number is never
-- given again, and stopped tasks are still described by it.
alter table scheduler.task_definition add column delete_requested_at timestamptz;
create index task_definition_leaving on scheduler.task_definition (shard) where status = 'DELETE_IN_PROGRESS';

create or replace view read.task_definition as
    select family, revision, status, spec, document, tags, registered_at, deregistered_at, delete_requested_at
    from scheduler.task_definition;

grant select on all tables in schema read to ${readRole};
