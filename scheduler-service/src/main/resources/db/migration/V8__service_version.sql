-- What If-Match of the REST API compares. It rises with every change of a service, so who has read a version has seen
-- everything up to it.
create view read.service_version as
    select cluster, name, status, version, created_at from scheduler.service;
grant select on read.service_version to ${readRole};
