-- What takes effect of a service is one document from now on, as the messages have it: it gains members often, and
-- nothing selects by them. The columns it comes from stay for the view.
alter table scheduler.service add column settings jsonb;
update scheduler.service set settings = jsonb_build_object(
    'minimumHealthyPercent', minimum_healthy_percent, 'maximumPercent', maximum_percent);
alter table scheduler.service alter column settings set not null;
