-- Which image each container of a deployment has, by the container's name, as its first task told it.
alter table scheduler.service_revision add column image_digests jsonb not null default '{}';

create or replace view read.service_revision as
    select r.service_uid, r.deployment_id, s.cluster, s.name as service_name, r.spec, r.document, r.created_at,
           r.image_digests
    from scheduler.service_revision r join scheduler.service s on s.uid = r.service_uid;
