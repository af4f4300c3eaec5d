-- migrate:up
-- Platforms: what an operator has applied, each time the whole of a platform's files under a number of its own. Every copy of every daemon
-- reads from here and from nowhere else; ombudctl platform apply writes here.
create table ombud.platform_version (
    version        int primary key,                -- over all platforms, so that a fact says it with one number
    platform_id    text not null check (platform_id ~ '^[a-z0-9-]{1,40}$'),
    digest         bytea not null,                 -- SHA-256 over its files
    author         text not null,
    effective_from timestamptz not null check (isfinite(effective_from)),
    applied_at     timestamptz not null default ombud.clock_now(),
    retired_at     timestamptz,                    -- from then on nothing new goes by it; what is pinned to it does
    retired_by     text,
    check ((retired_at is null) = (retired_by is null))
);
create index platform_version_newest on ombud.platform_version (platform_id, version);

create table ombud.platform_file (
    version int not null references ombud.platform_version,
    path    text collate "C" not null,             -- within the platform's folder
    content text not null,
    primary key (version, path)
);

-- The calendar of a version as instants, expanded once, by whoever applies it (common/model/calendar_expand.h): every copy of every daemon
-- goes by these, and a later zone database moves no promised deadline.
create table ombud.platform_calendar (
    version       int primary key references ombud.platform_version,
    id            text not null,
    zone          text not null,
    covered_from  timestamptz not null,            -- holidays are known from here
    covered_until timestamptz not null,            -- up to here; what is due later is provisional
    first_day     date not null,
    days          timestamptz[] not null,          -- when each local day begins, from the first on; last, when the last one ends
    window_days   date[] not null,                 -- of each window the local day that it belongs to, which may have begun before
    opens         timestamptz[] not null,
    closes        timestamptz[] not null,
    check (cardinality(window_days) = cardinality(opens) and cardinality(opens) = cardinality(closes) and cardinality(days) > 1)
);

-- A version is whole when its transaction ends, and then for ever: it can be retired, once.
create function ombud.platform_immutable() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and tg_table_name = 'platform_version' then
        if old.retired_at is null and (new.version, new.platform_id, new.digest, new.author, new.effective_from, new.applied_at)
                                    = (old.version, old.platform_id, old.digest, old.author, old.effective_from, old.applied_at) then
            return new;
        end if;
    elsif tg_op = 'INSERT' then
        if exists (select from ombud.platform_version v where v.version = new.version and v.xmin = pg_current_xact_id()::xid) then
            return new;
        end if;
    end if;
    raise exception 'a version of a platform never changes and is never deleted' using errcode = 'restrict_violation';
end $$;
create trigger platform_immutable before update or delete on ombud.platform_version
    for each row execute function ombud.platform_immutable();
create trigger platform_immutable before insert or update or delete on ombud.platform_file
    for each row execute function ombud.platform_immutable();
create trigger platform_immutable before insert or update or delete on ombud.platform_calendar
    for each row execute function ombud.platform_immutable();

create function ombud.platform_told() returns trigger language plpgsql as $$
begin
    perform pg_notify('ombud_platform', '');
    return null;
end $$;
create trigger platform_told after insert or update on ombud.platform_version
    for each statement execute function ombud.platform_told();

create function ombud.platform_digest(paths text[], contents text[]) returns bytea language sql immutable as $$
    select sha256(convert_to(string_agg(format('%s %s %s %s', octet_length(f.path), f.path, octet_length(f.content), f.content), E'\n'
                                        order by f.path collate "C"), 'UTF8'))
      from unnest(paths, contents) as f(path, content)
$$;

create function ombud.instant_of(us bigint) returns timestamptz language sql immutable as $$
    select timestamptz 'epoch' + us * interval '1 microsecond'
$$;

-- Applies files as the next version. newest: the platform's newest number as it was (0: it had none). Nothing is applied (version null)
-- when that is another than the caller has seen; the newest itself is answered when it has the same bytes and is in use.
-- effective null: two minutes ahead, so that every copy knows it in time; 'now'; or an instant.
-- calendar: see the table; instants are microseconds since 1970, days count from there. Null: this version has none.
create function ombud.apply_platform(
    platform text, seen int, who text, effective text, paths text[], contents text[],
    calendar text default null, zone text default null, covered_from bigint default null, covered_until bigint default null,
    first_day int default null, days bigint[] default null, window_days int[] default null, opens bigint[] default null,
    closes bigint[] default null,
    out version int, out newest int, out applied boolean, out holds_from timestamptz)
language plpgsql as $$
declare
    was record;
begin
    perform pg_advisory_xact_lock(hashtextextended('ombud platforms', 0)); -- numbers are seen in their order
    select v.version, v.digest, v.retired_at, v.effective_from into was
      from ombud.platform_version v where v.platform_id = platform order by v.version desc limit 1;
    newest := coalesce(was.version, 0);
    applied := false;
    if newest <> seen then
        return;
    end if;
    if was.digest = ombud.platform_digest(paths, contents) and was.retired_at is null then
        version := newest;
        holds_from := was.effective_from;
        return;
    end if;
    version := (select coalesce(max(v.version), 0) + 1 from ombud.platform_version v);
    applied := true;
    holds_from := case when effective is null then ombud.clock_now() + interval '2 minutes'
                       when effective = 'now' then ombud.clock_now()
                       else effective::timestamptz end;
    insert into ombud.platform_version (version, platform_id, digest, author, effective_from)
    values (version, platform, ombud.platform_digest(paths, contents), who, holds_from);
    insert into ombud.platform_file (version, path, content)
    select apply_platform.version, f.path, f.content from unnest(paths, contents) as f(path, content);
    if calendar is not null then
        insert into ombud.platform_calendar (version, id, zone, covered_from, covered_until, first_day, days, window_days, opens, closes)
        values (version, calendar, zone, ombud.instant_of(covered_from), ombud.instant_of(covered_until), date '1970-01-01' + first_day,
                array(select ombud.instant_of(u.us) from unnest(days) with ordinality as u(us, n) order by n),
                array(select date '1970-01-01' + u.day from unnest(window_days) with ordinality as u(day, n) order by n),
                array(select ombud.instant_of(u.us) from unnest(opens) with ordinality as u(us, n) order by n),
                array(select ombud.instant_of(u.us) from unnest(closes) with ordinality as u(us, n) order by n));
    end if;
end $$;

-- Open complaints are moved to that version, from when it holds, by a campaign that intake walks: those that go by an earlier version of
-- its platform; and the platform's own, where they go by default's.
create function ombud.move_to_platform(number int, who text) returns bigint language sql as $$
    insert into ombud.campaign (service, kind, scope, body, given_by, begins_at)
    select 'intake', 'move_policy',
           jsonb_build_object('platform', nullif(v.platform_id, 'default'),
                              'versions', array(select e.version from ombud.platform_version e
                                                 where e.version < v.version and e.platform_id in (v.platform_id, 'default')
                                                 order by e.version)),
           jsonb_build_object('version', v.version, 'by', who), who, v.effective_from
      from ombud.platform_version v
     where v.version = number
    returning id
$$;

-- Nothing new goes by this version from now on. done false: there is no such version in use. What no platform of its own has goes by
-- default's, so one of those stays. move: open complaints that go by it are moved to what their platform goes by then, by a campaign.
-- Nobody is moved to it any more.
create function ombud.retire_platform(number int, who text, move boolean default false, out done boolean, out campaign bigint)
language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('ombud platforms', 0));
    update ombud.platform_version v set retired_at = ombud.clock_now(), retired_by = who where v.version = number and v.retired_at is null;
    done := found;
    if not done then
        return;
    end if;
    if exists (select from ombud.platform_version v where v.version = number and v.platform_id = 'default')
       and not exists (select from ombud.platform_version v
                        where v.platform_id = 'default' and v.retired_at is null and v.effective_from <= ombud.clock_now()) then
        raise exception 'version % is the last of platform default in force; every platform without one of its own goes by it', number
              using errcode = 'restrict_violation';
    end if;
    perform ombud.move_campaign(c.id, 'cancelled', who) from ombud.campaign_progress c
      where c.kind = 'move_policy' and c.body ->> 'version' = number::text and c.shown_state in ('running', 'paused', 'coming');
    if move then
        insert into ombud.campaign (service, kind, scope, body, given_by)
        values ('intake', 'move_policy', jsonb_build_object('versions', array[number]), jsonb_build_object('by', who), who)
        returning id into campaign;
    end if;
end $$;

-- What a platform goes by now, as common/daemon/platforms.c has it: its own newest that holds, else default's, else default's first.
create function ombud.platform_in_force(platform text) returns int language sql stable as $$
    select coalesce((select max(v.version) from ombud.platform_version v
                      where v.platform_id = platform and v.retired_at is null and v.effective_from <= ombud.clock_now()),
                    (select max(v.version) from ombud.platform_version v
                      where v.platform_id = 'default' and v.retired_at is null and v.effective_from <= ombud.clock_now()),
                    (select min(v.version) from ombud.platform_version v where v.platform_id = 'default' and v.retired_at is null))
$$;

insert into ombud.role_right (role, schema, relation, rights) values
    ('', 'ombud', 'platform_version', 'select'),
    ('', 'ombud', 'platform_file', 'select'),
    ('', 'ombud', 'platform_calendar', 'select'),
    ('ombud_operator', 'ombud', 'platform_version', 'select, insert, update (retired_at, retired_by)'),
    ('ombud_operator', 'ombud', 'platform_file', 'select, insert'),
    ('ombud_operator', 'ombud', 'platform_calendar', 'select, insert');

-- migrate:down
delete from ombud.role_right where schema = 'ombud' and relation in ('platform_version', 'platform_file', 'platform_calendar');
drop function ombud.platform_in_force(text);
drop function ombud.retire_platform(int, text, boolean);
drop function ombud.move_to_platform(int, text);
drop function ombud.apply_platform(
    text, int, text, text, text[], text[], text, text, bigint, bigint, int, bigint[], int[], bigint[], bigint[]);
drop function ombud.instant_of(bigint);
drop table ombud.platform_calendar, ombud.platform_file, ombud.platform_version;
drop function ombud.platform_digest(text[], text[]);
drop function ombud.platform_told();
drop function ombud.platform_immutable();
