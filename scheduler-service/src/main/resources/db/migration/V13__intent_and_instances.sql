-- How many commands have changed what a service is to be. Unlike its version it does not rise with what the scheduler
-- does, so it is what If-Match of the REST API compares. It goes on from the version, so that no tag counts twice.
alter table scheduler.service add column intent bigint not null default 1;
update scheduler.service set intent = version;

create or replace view read.service_version as
    select cluster, name, status, intent as version, created_at from scheduler.service;

-- Clusters and capacity providers change by commands only: their version is what is compared.
create view read.cluster_version as
    select name, version from scheduler.cluster;
grant select on read.service_version, read.cluster_version to ${readRole};

-- What a client said of a host before its runner took it; null for one that only its runner described.
alter table scheduler.runner add column announced jsonb;
