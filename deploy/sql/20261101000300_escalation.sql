-- migrate:up
-- escalation: what each complaint's clocks are. The calendars that they are computed from: ombud.platform_calendar.

-- Facts held of a complaint. policy_named: by triage, before the complaint was accepted here.
create table escalation.complaint (
    shard            int not null,
    complaint_id     uuid not null,
    platform_id      text not null,
    order_id         text not null,
    stage            text not null,
    stage_since      timestamptz,
    policy_version   int not null,
    policy           text not null,
    policy_named     text not null,
    calendar         text not null,
    calendar_version int not null,
    cycles           bigint[] not null,       -- by clock: how often it has been started
    waits            jsonb,                   -- what its clocks stand still for: [{"kind", "from", "until", ...}]; null: never did
    sequence         bigint not null,         -- of ombud.escalation.v1
    trace            text,                    -- traceparent of the first fact about it: timers go on from there
    facts            int not null default 0,  -- how many rows of fact it has
    primary key (shard, complaint_id)
) with (fillfactor = 80);

-- What a complaint's clocks are a function of, and nothing beside it (common/model/clock_fact.h): what intake and triage have said that can
-- change one, in the order in which it was taken, which among intake's is intake's own. `ombudctl clock rebuild` computes the clocks anew from it.
-- Append-only; it lives and goes with the complaint. Terms by their numbers in proto/, for they are many.
create table escalation.fact (
    shard        int not null,
    complaint_id uuid not null,
    number       int not null,                -- 1, 2 ...
    version      int not null,                -- of the platform: pinned by the first, moved to by a later one; 0: as before
    at           timestamptz not null,        -- intake's instant, or triage's
    cause        smallint not null,
    stage        smallint not null,           -- 0: triage has named the policy
    actor        smallint not null,
    to_party     smallint not null,
    answer       smallint not null,
    reached      bool not null,               -- of a call: it was answered
    clock        smallint not null,           -- which one it is about, of those that a fact starts; and its number
    cycle        int not null,
    reason       smallint not null,
    appeal       smallint not null,           -- the clock of the appeal that the decision is open to
    policy       text not null,
    primary key (shard, complaint_id, number)
);
insert into ombud.role_right (role, schema, relation, rights) values ('', 'escalation', 'fact', 'select, insert');

-- Every clock that ever ran. next_at: the pending step (a warning, due, a level, the ladder's end; of one that stands still the end of
-- its pause, where that is known).
create table escalation.clock (
    shard            int not null,
    complaint_id     uuid not null,
    clock            text not null,
    cycle            int not null,
    state            text not null,
    must_act         text not null,
    silence          text not null,
    unit             text not null,
    target           bigint not null,         -- microseconds, or days for business_days
    policy           text not null,
    policy_version   int not null,
    calendar         text not null,
    calendar_version int not null,
    started_at       timestamptz not null,
    due_at           timestamptz,             -- null: it stands still (paused), or none could be computed (failed)
    paused_at        timestamptz,             -- since when it stands still; of a breached one its ladder
    provisional      bool not null,
    step             int not null,
    next_at          timestamptz,
    revision         int not null,
    warned           int not null,
    level            int not null,
    breached_at      timestamptz,
    met_at           timestamptz,
    overdue_us       bigint not null,
    ended_at         timestamptz,
    steps            jsonb not null,          -- what happened to it: [{"at", "what", ...}]
    effect           text not null,           -- internal, promised, statutory: parties are shown the last two
    basis            text not null,           -- clause or law; '' for none
    primary key (shard, complaint_id, clock, cycle)
) with (fillfactor = 80);
create index clock_next on escalation.clock (next_at) where next_at is not null;

-- For people: a complaint's clocks, the pending ones first.
create function escalation.clocks_json(wanted uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'clock', clock, 'cycle', cycle, 'state', state, 'effect', effect, 'basis', nullif(basis, ''), 'must_act', must_act, 'silence', silence,
               'started_at', started_at, 'due_at', due_at, 'paused_at', paused_at, 'provisional', provisional,
               'unit', unit, 'target', target, 'policy', policy, 'policy_version', policy_version,
               'calendar', calendar, 'calendar_version', calendar_version,
               'next_at', next_at, 'warned', warned, 'level', level,
               'breached_at', breached_at, 'met_at', met_at, 'overdue_us', overdue_us, 'ended_at', ended_at, 'steps', steps)
           order by ended_at is not null, started_at, clock, cycle), '[]')
      from escalation.clock
     where shard in (select shard from escalation.ownership)
       and complaint_id = wanted
$$;

-- The audit: steps due and not fired, from the clocks themselves and not from the timers.
create function escalation.due_unfired(at timestamptz, grace interval default '60 s')
returns setof escalation.clock language sql stable as $$
    select *
      from escalation.clock
     where next_at < at - grace
     order by next_at
$$;

-- migrate:down
drop function escalation.due_unfired(timestamptz, interval);
drop function escalation.clocks_json(uuid);
delete from ombud.role_right where schema = 'escalation';
drop table escalation.clock, escalation.fact, escalation.complaint;
