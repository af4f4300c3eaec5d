-- migrate:up
-- escalation: what each complaint's clocks are, and the calendars that they were computed from.

-- Calendars, by the number of the platform's version that they are of.
create table escalation.calendar (
    id            text not null,
    version       int not null,
    zone          text not null,
    covered_from  date not null,
    covered_until date not null,              -- holidays are known up to here; what is due later is provisional
    week          jsonb not null,             -- {"mon": [["09:00", "18:00"]], ...}
    overrides     jsonb not null,             -- {"2026-10-01": []} is off, {"2026-10-10": [["09:00", "18:00"]]} is work
    body          text not null,
    published_at  timestamptz not null default now(),
    primary key (id, version)
);

-- A calendar's days as instants, kept as they were expanded: a later zone database moves no promised deadline.
create table escalation.calendar_day (
    id      text not null,
    version int not null,
    day     date not null,
    starts  timestamptz not null,
    ends    timestamptz not null,
    work    tstzmultirange not null,
    primary key (id, version, day),
    foreign key (id, version) references escalation.calendar
);

create function escalation.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'a version of a % never changes and is never deleted', tg_table_name;
end $$;
create trigger immutable before update or delete on escalation.calendar
    for each row execute function escalation.refuse_change();
create trigger immutable before update or delete on escalation.calendar_day
    for each row execute function escalation.refuse_change();

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
    sequence         bigint not null,         -- of ombud.escalation.v1
    trace            text,                    -- traceparent of the first fact about it: timers go on from there
    primary key (shard, complaint_id)
) with (fillfactor = 80);

-- Every clock that ever ran. next_at: the pending step (a warning, due, a level, the ladder's end).
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
    due_at           timestamptz,             -- null: could not be computed (state failed)
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

-- Local days with their working time as instants. Windows that end at or before they start end on the next day.
create function escalation.calendar_expand(zone text, from_day date, until_day date, week jsonb, overrides jsonb)
returns table (day date, starts timestamptz, ends timestamptz, work tstzmultirange) language sql stable as $$
    select d.day, d.day::timestamp at time zone zone, (d.day + 1)::timestamp at time zone zone,
           coalesce(range_agg(tstzrange(w.opens, w.closes)) filter (where w.opens < w.closes), '{}')
      from (select generate_series(from_day::timestamp, until_day - interval '1 day', interval '1 day')::date as day) as d
      left join lateral (
           select (d.day + (hours ->> 0)::time) at time zone zone as opens,
                  (d.day + (hours ->> 1)::time
                   + case when (hours ->> 1)::time <= (hours ->> 0)::time then interval '1 day' else interval '0' end)
                  at time zone zone as closes
             from jsonb_array_elements(coalesce(overrides -> d.day::text,
                                                week -> lower(to_char(d.day, 'dy')), '[]')) as hours) as w on true
     group by d.day
$$;

-- Stores one with its days, from the first covered one to five years past the last. False: it is there already and says something else.
create function escalation.calendar_publish(
    new_id text, new_version int, new_zone text, new_from date, new_until date, new_week jsonb, new_overrides jsonb, new_body text)
returns boolean language plpgsql as $$
begin
    insert into escalation.calendar (id, version, zone, covered_from, covered_until, week, overrides, body)
    values (new_id, new_version, new_zone, new_from, new_until, new_week, new_overrides, new_body)
    on conflict do nothing;
    if found then
        insert into escalation.calendar_day
        select new_id, new_version, e.*
          from escalation.calendar_expand(new_zone, new_from, (new_until + interval '5 years')::date, new_week, new_overrides) as e;
    end if;
    return exists (select from escalation.calendar where id = new_id and version = new_version and body = new_body);
end $$;

-- For people: a complaint's clocks, the pending ones first.
create function escalation.clocks_json(wanted uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'clock', clock, 'cycle', cycle, 'state', state, 'effect', effect, 'basis', nullif(basis, ''), 'must_act', must_act, 'silence', silence,
               'started_at', started_at, 'due_at', due_at, 'provisional', provisional,
               'unit', unit, 'target', target, 'policy', policy, 'policy_version', policy_version,
               'calendar', calendar, 'calendar_version', calendar_version,
               'next_at', next_at, 'warned', warned, 'level', level,
               'breached_at', breached_at, 'met_at', met_at, 'overdue_us', overdue_us, 'ended_at', ended_at, 'steps', steps)
           order by ended_at is not null, started_at, clock, cycle), '[]')
      from escalation.clock
     where shard in (select shard from escalation.ownership)
       and complaint_id = wanted
$$;

-- Why a clock is due when it is due: the days between, the working time counted, the days off met on the way.
create function escalation.clock_explain(wanted uuid, wanted_clock text) returns jsonb language sql stable as $$
    select jsonb_agg(jsonb_build_object(
               'clock', c.clock, 'cycle', c.cycle, 'state', c.state, 'started_at', c.started_at, 'due_at', c.due_at,
               'unit', c.unit, 'target', c.target, 'provisional', c.provisional, 'effect', c.effect, 'basis', nullif(c.basis, ''),
               'policy', c.policy, 'policy_version', c.policy_version,
               'calendar', k.id, 'calendar_version', k.version, 'zone', k.zone, 'covered_until', k.covered_until,
               'windows', w.windows, 'days_off', w.days_off, 'steps', c.steps)
           order by c.cycle)
      from escalation.clock c
      left join escalation.calendar k on k.id = c.calendar and k.version = c.calendar_version
      left join lateral (
           select jsonb_agg(jsonb_build_object('day', d.day, 'from', lower(r), 'until', upper(r)) order by lower(r))
                      filter (where not isempty(r)) as windows,
                  jsonb_agg(distinct d.day) filter (where isempty(d.work)) as days_off
             from escalation.calendar_day d
             left join lateral unnest(d.work * tstzmultirange(tstzrange(c.started_at, c.due_at))) as r on true
            where c.unit <> 'elapsed'
              and d.id = c.calendar
              and d.version = c.calendar_version
              and d.ends > c.started_at
              and d.starts < c.due_at
              and (c.unit = 'business_time' or d.day > (c.started_at at time zone k.zone)::date)) as w on true
     where c.shard in (select shard from escalation.ownership)
       and c.complaint_id = wanted
       and c.clock = wanted_clock
$$;

-- The audit: steps due and not fired, from the clocks themselves and not from the timers.
create function escalation.due_unfired(at timestamptz, grace interval default '60 s')
returns setof escalation.clock language sql stable as $$
    select *
      from escalation.clock
     where next_at < at - grace
     order by next_at
$$;

insert into ombud.role_right (role, schema, relation, rights) values
    ('', 'escalation', 'calendar', 'select, insert'),
    ('', 'escalation', 'calendar_day', 'select, insert');

-- migrate:down
delete from ombud.role_right where schema = 'escalation' and role = '';
drop function escalation.due_unfired(timestamptz, interval);
drop function escalation.clock_explain(uuid, text);
drop function escalation.clocks_json(uuid);
drop function escalation.calendar_publish(text, int, text, date, date, jsonb, jsonb, text);
drop function escalation.calendar_expand(text, date, date, jsonb, jsonb);
drop table escalation.clock, escalation.complaint, escalation.calendar_day, escalation.calendar;
drop function escalation.refuse_change();
