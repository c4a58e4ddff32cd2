-- Which installation this is. It is drawn here, once, and the brokers' topics are claimed under it: two installations
-- on the same brokers would decide each other's commands.
create table scheduler.installation (
    id        text    primary key,
    only_one  boolean not null default true unique check (only_one)
);
insert into scheduler.installation (id) values (gen_random_uuid()::text);
