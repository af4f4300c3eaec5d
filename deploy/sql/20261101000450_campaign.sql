-- migrate:up
-- Campaigns: one command that reaches many complaints or orders. Each owner of a shard walks its own, page by page;
-- how far it has come stands in walk, in the schema of the daemon that walks. common/daemon/ENGINE.md tells the whole.
create function ombud.clock_now() returns timestamptz language sql stable as $$
    select coalesce((select now from ombud.virtual_clock), clock_timestamp())
$$;

create table ombud.campaign (
    id         bigint generated always as identity primary key,
    service    text not null references ombud.service (name),   -- whose owners walk
    kind       text not null,                      -- one of the walks that the service declares
    scope      jsonb not null default '{}',        -- whom it concerns: the service's decision compares with it
    body       jsonb not null default '{}',        -- what is to be done
    given_by   text not null,                      -- who has said so
    given_at   timestamptz not null default ombud.clock_now(),
    begins_at  timestamptz check (isfinite(begins_at)), -- nothing is walked before; null: at once
    new_until  timestamptz check (isfinite(new_until)), -- what comes before that instant is reached as it comes; null: only what is there
    state      text not null default 'running' check (state in ('running', 'paused', 'cancelled')),
    round      int not null default 1,             -- one more each time it goes on: everything is walked again, and what is done is passed over
    changed_by text,
    changed_at timestamptz
);
create index campaign_running on ombud.campaign (service, id) where state = 'running';

create function ombud.campaign_told() returns trigger language plpgsql as $$
begin
    perform pg_notify('ombud_campaign', '');
    return null;
end $$;
create trigger campaign_told after insert or update on ombud.campaign for each statement execute function ombud.campaign_told();

-- One that nobody walks would stand there as running, for ever.
create function ombud.campaign_walked() returns trigger language plpgsql as $$
declare
    known text[] := (select s.walks from ombud.service s where s.name = new.service);
begin
    if new.kind = any(known) then
        return new;
    end if;
    raise exception 'service % walks nothing of the kind %', new.service, new.kind
      using errcode = 'check_violation', hint = coalesce('It walks: ' || nullif(array_to_string(known, ', '), '') || '.', 'It walks nothing.');
end $$;
create trigger campaign_walked before insert on ombud.campaign for each row execute function ombud.campaign_walked();

-- The identity of what a campaign does to one subject: the first 16 bytes of SHA-256, as common/daemon/campaign.c has it.
create function ombud.campaign_identity(campaign bigint, subject uuid) returns uuid language sql immutable as $$
    select encode(substr(sha256(convert_to('campaign/' || campaign || '/' || subject, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- Pauses a running campaign, lets a paused one go on, or cancels either for good. null: it is in no state for that, or there is none.
create function ombud.move_campaign(campaign bigint, to_state text, who text) returns text language sql as $$
    update ombud.campaign c
       set state = to_state, round = c.round + (to_state = 'running')::int, changed_by = who, changed_at = ombud.clock_now()
     where c.id = campaign
       and (c.state, to_state) in (('running', 'paused'), ('paused', 'running'), ('running', 'cancelled'), ('paused', 'cancelled'))
    returning c.state
$$;

-- How far each has come. A shard that nobody has owned yet is not counted; it has nothing to walk. walked: subjects passed in this round;
-- reached: those that had the effect, as the walk met them or as they came; failed: those whose effect could not be written.
create view ombud.campaign_progress as
select c.*, s.shards, s.shards_done, s.walked, s.reached, s.failed,
       case when c.state = 'running' and c.begins_at > ombud.clock_now() then 'coming'
            when c.state = 'running' and s.shards > 0 and s.shards_done = s.shards then 'done' else c.state end as shown_state
  from ombud.campaign c
       cross join lateral (
           select count(*) as shards,
                  count(*) filter (where w.done and w.round = c.round) as shards_done,
                  coalesce(sum(w.walked) filter (where w.round = c.round), 0)::bigint as walked,
                  coalesce(sum(w.reached), 0)::bigint as reached,
                  coalesce(sum(w.failed), 0)::bigint as failed
             from ombud.ownership o
                  left join ombud.walk w on w.service = o.service and w.shard = o.shard and w.campaign = c.id
            where o.service = c.service) as s;

insert into ombud.role_right (role, schema, relation, rights) values
    ('', 'ombud', 'campaign', 'select'),
    ('ombud_operator', 'ombud', 'campaign', 'select, insert, update');

-- migrate:down
delete from ombud.role_right where schema = 'ombud' and relation = 'campaign';
drop view ombud.campaign_progress;
drop function ombud.move_campaign(bigint, text, text);
drop function ombud.campaign_identity(bigint, uuid);
drop table ombud.campaign;
drop function ombud.campaign_told();
drop function ombud.campaign_walked();
drop function ombud.clock_now();
