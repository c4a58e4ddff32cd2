-- Load balancers, their listeners and rules, and target groups: one shard has them all. There are few of them, each is
-- read and written as a whole, and the views say what is in it (Balanced).
create table scheduler.load_balancing (
    arn        text        primary key,
    shard      int         not null,
    kind       text        not null,
    content    jsonb       not null,
    created_at timestamptz not null
);
create index load_balancing_shard on scheduler.load_balancing (shard);

create view read.load_balancer as
    select arn, content->>'name' as name, content->>'kind' as kind, content->'document' as document,
           content->'attributes' as attributes, content->'tags' as tags, created_at
    from scheduler.load_balancing where kind = 'LoadBalancer';

-- The ARN of a listener is that of its load balancer with an id behind it, and so is that of a rule.
create view read.listener as
    select arn, replace(regexp_replace(arn, '/[^/]*$', ''), ':listener/', ':loadbalancer/') as load_balancer_arn,
           (content->>'port')::int as port, content->>'protocol' as protocol, content->'certificates' as certificates,
           content->'document' as document, content->'attributes' as attributes, content->'tags' as tags, created_at
    from scheduler.load_balancing where kind = 'Listener';

create view read.listener_rule as
    select arn, replace(regexp_replace(arn, '/[^/]*$', ''), ':listener-rule/', ':listener/') as listener_arn,
           (content->>'priority')::int as priority, content->'document' as document, content->'tags' as tags, created_at
    from scheduler.load_balancing where kind = 'Rule';

create view read.target_group as
    select arn, content->>'name' as name, content->>'protocol' as protocol, content->'document' as document,
           content->'attributes' as attributes, content->'targets' as targets, content->'tags' as tags, created_at
    from scheduler.load_balancing where kind = 'TargetGroup';

-- Which load balancers send to which groups, by the default actions of their listeners or by rules.
create view read.target_group_use as
    select distinct g->>'groupArn' as target_group_arn,
           replace(regexp_replace(r.arn, '(/[^/]*){' || case r.kind when 'Rule' then 2 else 1 end || '}$', ''),
               case r.kind when 'Rule' then ':listener-rule/' else ':listener/' end, ':loadbalancer/')
               as load_balancer_arn
    from scheduler.load_balancing r
    cross join jsonb_array_elements(coalesce(r.content->'defaultAction'->'groups', r.content->'action'->'groups')) g
    where r.kind in ('Listener', 'Rule');

grant select on read.load_balancer, read.listener, read.listener_rule, read.target_group, read.target_group_use
    to ${readRole};
