-- When the last turn was decided, by its owner's clock. The next owner's clock may be behind; the time of a shard does
-- not go back all the same, or tasks would look younger than they are. Null until the first turn after this migration.
alter table scheduler.shard add column decided_at timestamptz;
