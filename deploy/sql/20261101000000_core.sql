-- migrate:up
-- What every daemon has, in a schema of its own: ownership of shards, the log, timers, dead letters. See common/daemon/ENGINE.md.

create schema ombud;

-- The virtual clock: one row that all daemons follow when clock.source is virtual.
create table ombud.virtual_clock (
    one      boolean primary key default true check (one),
    now      timestamptz not null
);

-- The daemons, as common/model/services.c has them (tests/store/test_services.c holds the two together): each has a schema of its
-- name.
create table ombud.service (
    place    int generated always as identity,
    name     text primary key,
    reads    text[] not null,              -- topics, in the daemon's order
    emits    text[] not null,
    hops     text[] not null default '{}', -- internal topics, written under other keys
    walks    text[] not null default '{}'  -- kinds of campaigns that it carries out
);
insert into ombud.service (name, reads, emits, walks) values
    ('intake', '{ombud.inbox.v1,ombud.triage.v1,ombud.escalation.v1}', '{ombud.complaint.v1,ombud.remedy.v1}', '{move_policy}'),
    ('triage', '{ombud.complaint.v1}', '{ombud.triage.v1,ombud.risk.v1}', '{}'),
    ('escalation', '{ombud.complaint.v1,ombud.triage.v1,ombud.notification.v1}', '{ombud.escalation.v1}', '{}'),
    ('notification', '{ombud.complaint.v1,ombud.triage.v1,ombud.escalation.v1,ombud.remedy.v1,ombud.risk.v1}', '{ombud.notification.v1}', '{}');

-- Of how many partitions the topics are that this database was made for: a key's shard is its hash modulo that, so that another number
-- would give an order to another owner than the one that has its past. Set by whoever asks first, and never changed.
create table ombud.partitions (
    one      boolean primary key default true check (one),
    count    int not null check (count > 0)
);
create function ombud.partitions_are(count int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into ombud.partitions values (true, $1) on conflict do nothing;
    return (select p.count from ombud.partitions p);
end $$;
revoke execute on function ombud.partitions_are(int) from public; -- the daemons are granted it: who only looks sets nothing

-- Who may do what: roles.sql makes the roles, `ombudctl db up` calls ombud.grant_rights() below. A daemon reads, adds and changes rows of
-- its own schema; ombud_operator and ombud_reader read everything. Whatever is otherwise is a row here, and says all that the role may do
-- with that table or view.
create table ombud.role_right (
    role     text not null,                        -- '': the daemon whose schema it is; of schema ombud, each daemon
    schema   text not null,                        -- '': each daemon's
    relation text not null,
    rights   text not null,                        -- as GRANT has them
    primary key (role, schema, relation)
);
insert into ombud.role_right (role, schema, relation, rights) values
    ('', '', 'ownership', 'select, insert, update'),
    ('', '', 'log', 'select, insert'),             -- append-only
    ('', '', 'timer', 'select, insert, update, delete'),
    ('', '', 'dead_letter', 'select, insert, update (log_seqs)'),
    ('', 'ombud', 'virtual_clock', 'select'),
    ('', 'ombud', 'service', 'select'),
    ('ombud_operator', '', 'dead_letter', 'select, update (state)'),
    ('ombud_operator', '', 'ownership', 'select, update'),
    ('ombud_operator', '', 'log', 'select, insert'),
    ('ombud_operator', '', 'hop_out', 'select, update'),
    ('ombud_operator', '', 'hop_in', 'select, insert, update'),
    ('ombud_operator', 'ombud', 'virtual_clock', 'select, insert, update');

-- The ce_id of a row of a log: "<shard>-<seq>", preceded by the number of the history in which it was made, unless that is the first.
create function ombud.fact_id(history_starts bigint[], shard int, seq bigint) returns text language sql immutable as $$
    select case when count(*) = 0 then '' else count(*) || '.' end || shard || '-' || seq
      from unnest(history_starts) as h(start) where h.start < seq
$$;

-- Makes the core tables in the schema of one daemon.
create function ombud.create_core(service text) returns void language plpgsql as $$
begin
    execute format('create schema %I', service);

    -- One row a shard. The owner advances it in every transaction (the fence); who takes over raises the epoch.
    execute format($sql$
        create table %I.ownership (
            shard         int primary key,
            epoch         bigint not null,
            cluster       text not null,           -- Kafka's cluster id: another one means another log
            topics        text[] not null,         -- the topics consumed, in the daemon's order
            next_offsets  bigint[] not null,       -- next offset to read, by topic
            in_sequences  bigint[] not null,       -- last shard_sequence taken, by topic
            out_topics    text[] not null,         -- the topics emitted
            out_sequences bigint[] not null,       -- last shard_sequence given, by topic
            log_seq       bigint not null,         -- last row of the log
            acked_seq     bigint not null,         -- the broker has acknowledged up to here
            backend_pid   int not null,
            backend_start timestamptz not null,
            owner         text not null,           -- instance name, for people
            cluster_since bigint not null default 0, -- log_seq when this cluster was first met: older rows speak of other offsets
            -- The record at next_offset - 1, by topic: first 8 bytes of SHA-256 over what it was; 0: nothing to compare with.
            last_digests  bigint[] not null default '{}',
            -- ... and the last one that a look at what was taken has found in its place; what came after it no look has vouched for.
            looked_offsets bigint[] not null default '{}',
            looked_digests bigint[] not null default '{}',
            seen_ends     bigint[] not null default '{}', -- the topic's end as the owner last saw it, by topic
            stopped       jsonb,                   -- why nothing is taken and nothing fires until a person decides; null: it goes on
            history       int not null default 0 check (history between 0 and 64), -- number of our own history in this shard; TOPIC_HISTORIES_MAX
            former_sequences bigint[] not null default '{}', -- up to which the former history is true, by topic emitted
            history_formers jsonb not null default '{}', -- by topic emitted: up to which history 0, 1 ... is true in ours
            history_starts bigint[] not null default '{}', -- log_seq when history 1, 2 ... began: the ids of later rows begin with its number
            in_histories  int[] not null default '{}' -- of the last fact taken, by topic
        ) with (fillfactor = 50)
    $sql$, service);

    -- Append-only: outbox, audit trail and (in intake) the ids already seen. Numbered by the shard's one owner, so
    -- seq is commit order. Topic null: nothing to be said outside.
    execute format($sql$
        create table %I.log (
            shard          int not null,
            seq            bigint not null,
            at             timestamptz not null,
            input_topic    text,                   -- what caused it: a record ...
            input_offset   bigint,
            cause          uuid,                   -- ... its identity (inbox records only) ...
            body_digest    bigint,                 -- ... and the first 8 bytes of SHA-256 over its body
            ordinal        int not null,           -- 0, 1, 2 ... of the rows one input made
            aggregatetype  text,                   -- topic
            aggregateid    text not null,          -- key
            type           text not null,          -- message, by full name, or what happened when there is no topic
            subject        uuid,                   -- complaint
            sequence       bigint,                 -- per (topic, complaint)
            shard_sequence bigint,                 -- per (topic, shard)
            payload        bytea,
            note           text,                   -- refusal code, or the lifecycle row's reason
            trace          text,                   -- traceparent as received: the span that this row's follows from
            headers        bytea,                  -- of a record sent on as it came (common/wire packs them)
            partition      int,                    -- where it goes, when that is not simply the shard's own: a hop, a record sent on
            primary key (shard, seq)
        )
    $sql$, service);

    -- Hops: records under another key, to another shard's partition. A hop's shard_sequence counts per (topic,
    -- shard it comes from, partition it goes to); these rows are the last number given and the last one taken. The shard's owner moves
    -- them in its fenced transactions; a row is made by the first hop.
    execute format($sql$
        create table %I.hop_out (
            shard        int not null,             -- ours
            topic        text not null,
            to_partition int not null,
            sequence     bigint not null,          -- last given
            formers      bigint[] not null default '{}', -- up to which history 0, 1 ... is true in ours; left out: nothing of it
            primary key (shard, topic, to_partition)
        ) with (fillfactor = 50)
    $sql$, service);
    execute format($sql$
        create table %I.hop_in (
            shard      int not null,               -- ours
            topic      text not null,
            from_shard int not null,
            history    int not null default 0,     -- of that shard's log, when the last one was taken
            sequence   bigint not null,            -- last taken
            primary key (shard, topic, from_shard)
        ) with (fillfactor = 50)
    $sql$, service);

    -- How far the shard's owner has come with a campaign (ombud.campaign), moved in its fenced transactions.
    execute format($sql$
        create table %I.walk (
            shard    int not null,
            campaign bigint not null,
            round    int not null,                 -- of the campaign, that this is the walk of; 0: not begun
            position text not null,                -- of the last subject passed
            walked   bigint not null,              -- subjects passed in this round
            reached  bigint not null,              -- with an effect, in all rounds and as they came
            failed   bigint not null,              -- whose effect could not be written
            done     boolean not null,
            primary key (shard, campaign)
        ) with (fillfactor = 50)
    $sql$, service);

    execute format($sql$
        create table %I.timer (
            shard   int not null,
            due     timestamptz not null,
            subject uuid not null,
            kind    int not null,
            version bigint not null,
            primary key (shard, due, subject, kind)
        ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)
    $sql$, service);

    -- Records that could not be taken, byte for byte. State: parked, replayed, discarded. Another cluster, or a topic made anew, has
    -- another record at the same place; the same record read again is the same letter.
    execute format($sql$
        create table %I.dead_letter (
            topic      text not null,
            partition  int not null,
            "offset"   bigint not null,
            at         timestamptz not null,
            record_at  timestamptz not null,       -- the record's own timestamp
            code       text not null,
            reason     text not null,
            attempts   int not null,
            key        bytea,
            value      bytea,
            headers    bytea not null,             -- as common/wire/headers.h packs them
            state      text not null default 'parked',
            cluster    text not null,              -- Kafka's cluster id
            log_seqs   bigint[] not null,          -- rows of the log that say so; more than one when it was read again
            digest     bytea not null generated always as
                       (sha256(coalesce(key, '') || '\x00' || coalesce(value, '') || '\x00' || headers)) stored,
            primary key (topic, partition, "offset", cluster, digest)
        )
    $sql$, service);

    -- Names that Debezium's outbox router knows.
    execute format($sql$
        create view %I.outbox as
        select ombud.fact_id(o.history_starts, l.shard, l.seq) as id, l.aggregatetype, l.aggregateid, l.type, l.payload, l.shard, l.seq,
               l.subject, l.sequence, l.shard_sequence
          from %I.log l left join %I.ownership o using (shard)
         where l.aggregatetype is not null
    $sql$, service, service, service);
end $$;

select ombud.create_core(name) from ombud.service order by place;

-- The same table of every daemon, as one: ombud.ownership, ombud.log and so on, with the daemon's name before the columns; and of
-- every shard the next timer. Called again when a daemon has come.
create function ombud.create_views() returns void language plpgsql as $$
declare
    each record;
begin
    for each in
        select t as name, 'select %1$L::text as service, t.* from %1$I.' || t || ' t' as one
          from unnest(array['ownership', 'log', 'timer', 'dead_letter', 'hop_in', 'hop_out', 'walk']) as t
        union all
        select 'next_timer', 'select %1$L::text as service, o.shard, t.due from %1$I.ownership o cross join lateral'
                             ' (select due from %1$I.timer where timer.shard = o.shard order by due limit 1) t'
    loop
        execute format('create or replace view ombud.%I as ', each.name) ||
                (select string_agg(format(each.one, s.name), ' union all ' order by s.place) from ombud.service s);
    end loop;
end $$;
select ombud.create_views();

-- What a person has decided of a dead letter: replayed, discarded. false: there is none that is still parked.
create function ombud.mark_dead_letter(service text, topic text, partition int, "offset" bigint, log_seq bigint, state text)
returns boolean language plpgsql as $$
declare
    marked int := 0;
begin
    if exists (select from ombud.service s where s.name = $1) then
        execute format('update %I.dead_letter set state = $5 where topic = $1 and partition = $2 and "offset" = $3'
                       ' and log_seqs[1] = $4 and state = ''parked''', service) using topic, partition, "offset", log_seq, state;
        get diagnostics marked = row_count;
    end if;
    return marked > 0;
end $$;

-- Has a previous owner's backend stopped within its transaction? A living copy is in one too while shards are handed over: it takes its own
-- over, or runs a batch of what it kept. That one ends by itself, and what it begins then fails at the fence; to end it would only
-- cut off a copy that does nothing wrong. So it is watched for a moment. Two that take over at once must not wait for each other.
create function ombud.is_stuck(owner_pid int, owner_start timestamptz) returns boolean language plpgsql as $$
declare
    patience constant timestamptz := clock_timestamp() + interval '2 s';
    begun timestamptz;
    found_at timestamptz;
    found_state text;
    takes boolean;
begin
    loop
        select a.xact_start, a.state, a.query like '%ombud.take_shards(%' into found_at, found_state, takes
          from pg_stat_activity a
         where a.pid = owner_pid and a.backend_start = owner_start;
        if not found or found_state = 'idle' or takes or found_at <> begun then
            return false;
        end if;
        if clock_timestamp() > patience then
            return true;
        end if;
        begun := found_at;
        perform pg_sleep(0.01);
        perform pg_stat_clear_snapshot();
    end loop;
end $$;

-- Ends a previous owner's backend. What cannot be ended is said aloud, as a warning (OM002: not to be seen, it is another role's; OM003:
-- it did not end), for its locks then hold up the taking over, and nobody would know why.
create function ombud.end_backend(owner_pid int, owner_start timestamptz) returns void language plpgsql as $$
declare
    found record;
begin
    select a.usename, a.backend_start, a.state into found
      from pg_stat_activity a
     where a.pid = owner_pid and a.pid <> pg_backend_pid() and a.datname = current_database();
    if found.backend_start is null and found.usename is not null then
        raise warning 'the previous owner may be backend % of role %, which % can neither see nor end', owner_pid, found.usename, current_user
              using errcode = 'OM002';
    elsif found.backend_start = owner_start and ombud.is_stuck(owner_pid, owner_start) then
        begin
            perform pg_terminate_backend(owner_pid, 4000);
        exception when insufficient_privilege then
            null;
        end;
        perform pg_stat_clear_snapshot(); -- another lane may have ended it
        if exists (select from pg_stat_activity a where a.pid = owner_pid and a.backend_start = owner_start) then
            raise warning 'the previous owner, backend % of role %, does not end', owner_pid, found.usename using errcode = 'OM003';
        end if;
    end if;
end $$;

-- Takes shards over for the calling backend: ends the previous owners' backends first where they are stuck (a process stopped between a
-- flush and its sync holds its locks for ever), then raises the epochs. One row a shard comes back, in the order asked. A backend between two
-- transactions is left alone, or living copies would cut each other off in every rebalance: it holds nothing, and what it begins now
-- fails at the fence. (One that begins and stops within this very instant is found at the next try, after lock_timeout.)
create function ombud.take_shards(
    service text, shards int[], cluster_id text, owner_name text, in_topics text[], emit_topics text[])
returns table (
    shard int, epoch bigint, next_offsets bigint[], in_sequences bigint[], out_sequences bigint[],
    log_seq bigint, acked_seq bigint, next_due timestamptz, last_digests bigint[], seen_ends bigint[], stopped jsonb,
    history int, former_sequences bigint[], in_histories int[], history_starts bigint[],
    looked_offsets bigint[], looked_digests bigint[], left_cluster jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
    previous record;
    lefts jsonb := '{}';  -- shard: what was left behind with another cluster
    started timestamptz := (select a.backend_start from pg_stat_activity a where a.pid = pg_backend_pid());
begin
    for previous in execute format(
        'select distinct o.backend_pid, o.backend_start from %I.ownership o where o.shard = any($1)', service) using shards
    loop
        perform ombud.end_backend(previous.backend_pid, previous.backend_start);
    end loop;

    -- Another cluster is another log. What is not known of the old one any more is told before the new one is read.
    for previous in execute format(
        'select o.* from %I.ownership o where o.shard = any($1) and o.cluster <> $2 order by o.shard for update', service)
        using shards, cluster_id
    loop
        lefts := lefts || jsonb_build_object(previous.shard::text, jsonb_build_object(
            'from', previous.cluster, 'to', cluster_id, 'topics', (
                select jsonb_object_agg(t, jsonb_build_object(
                           'next_offset', previous.next_offsets[place], 'seen_end', nullif(previous.seen_ends[place], 0)))
                  from unnest(previous.topics) with ordinality as u(t, place))));
        perform ombud.log_person(service, previous.shard, previous.log_seq + 1, 'cluster_replaced', '',
                                 lefts -> previous.shard::text);
    end loop;

    return query execute format($sql$
        with given as (
            select * from unnest($1) with ordinality as g(shard, place)),
        taken as (
            insert into %1$I.ownership as o (shard, epoch, cluster, topics, next_offsets, in_sequences, out_topics, out_sequences,
                   log_seq, acked_seq, backend_pid, backend_start, owner, last_digests, looked_offsets, looked_digests, seen_ends,
                   former_sequences, in_histories)
            select g.shard, 1, $2, $4, zeros.read, zeros.read, $5, zeros.said, 0, 0, pg_backend_pid(), $6, $3,
                   zeros.read, zeros.read, zeros.read, zeros.read, zeros.said, zeros.read::int[]
              from given g, (select ombud.carry('{}', '{}', $4) as read, ombud.carry('{}', '{}', $5) as said) as zeros
             order by g.shard
            on conflict (shard) do update
               set epoch = o.epoch + 1,
                   backend_pid = excluded.backend_pid,
                   backend_start = excluded.backend_start,
                   owner = excluded.owner,
                   topics = excluded.topics,
                   out_topics = excluded.out_topics,
                   cluster = excluded.cluster,
                   cluster_since = case when o.cluster = excluded.cluster then o.cluster_since else o.log_seq end,
                   log_seq = o.log_seq + (o.cluster <> excluded.cluster)::int, -- the row that tells it
                   -- A person's decision about the old log is not needed any more.
                   stopped = case when o.cluster = excluded.cluster or o.stopped ->> 'why' not in ('other_record', 'beyond_end', 'moved')
                             then o.stopped end,
                   -- Another cluster is another log: everything from the beginning.
                   next_offsets = case when o.cluster = excluded.cluster then ombud.carry(o.topics, o.next_offsets, excluded.topics)
                                  else excluded.next_offsets end,
                   in_sequences = ombud.carry(o.topics, o.in_sequences, excluded.topics),
                   -- ... and everything said again: readers drop what they had by its shard_sequence.
                   acked_seq = case when o.cluster = excluded.cluster then o.acked_seq else 0 end,
                   out_sequences = ombud.carry(o.out_topics, o.out_sequences, excluded.out_topics),
                   last_digests = case when o.cluster = excluded.cluster then ombud.carry(o.topics, o.last_digests, excluded.topics)
                                  else excluded.last_digests end,
                   looked_offsets = case when o.cluster = excluded.cluster then ombud.carry(o.topics, o.looked_offsets, excluded.topics)
                                    else excluded.looked_offsets end,
                   looked_digests = case when o.cluster = excluded.cluster then ombud.carry(o.topics, o.looked_digests, excluded.topics)
                                    else excluded.looked_digests end,
                   seen_ends = case when o.cluster = excluded.cluster then ombud.carry(o.topics, o.seen_ends, excluded.topics)
                               else excluded.seen_ends end,
                   former_sequences = ombud.carry(o.out_topics, o.former_sequences, excluded.out_topics),
                   in_histories = ombud.carry(o.topics, o.in_histories::bigint[], excluded.topics)::int[]
            returning o.*)
        select t.shard, t.epoch, t.next_offsets, t.in_sequences, t.out_sequences, t.log_seq, t.acked_seq,
               (select min(due) from %1$I.timer where timer.shard = t.shard),
               t.last_digests, t.seen_ends, t.stopped, t.history, t.former_sequences, t.in_histories, t.history_starts,
               t.looked_offsets, t.looked_digests, $7 -> t.shard::text
          from taken t join given g on g.shard = t.shard
         order by g.place
    $sql$, service) using shards, cluster_id, owner_name, in_topics, emit_topics, started, lefts;
end $$;

-- values by topic, re-ordered to another list of topics; 0 for a topic that was not there.
create function ombud.carry(topics text[], vals bigint[], new_topics text[]) returns bigint[] language sql immutable as $$
    select coalesce(array_agg(coalesce(vals[array_position(topics, t)], 0) order by place), '{}')
      from unnest(new_topics) with ordinality as n(t, place)
$$;

-- A row of the log that no batch writes: what has become of a shard, or what a person has decided. The caller holds the shard's row.
create function ombud.log_person(service text, shard int, seq bigint, type text, topic text, note jsonb) returns void
language plpgsql as $$
begin
    execute format('insert into %I.log (shard, seq, at, ordinal, aggregateid, type, note) values ($1, $2, $3, 0, $4, $5, $6)', service)
      using shard, seq, coalesce((select now from ombud.virtual_clock), clock_timestamp()), topic, type, note::text;
end $$;

-- Whose place another hand has moved while the shard was stopped (`places` of a stop: where it stood), it stops for that when a person has
-- decided of the stop. chosen: a topic whose place this person has named. null: none was moved.
create function ombud.moved_meanwhile(stopped jsonb, topics text[], next_offsets bigint[], last_digests bigint[], chosen text)
returns jsonb language sql as $$
    select jsonb_build_object('why', 'moved', 'topic', t.topic, 'offset', t.at, 'since', clock_timestamp(), 'places', stopped -> 'places',
                              'says', format('where another hand has put it: it was at %s. Nothing is skipped', t.was),
                              'means', 'its position was changed by another hand')
      from (select u.*, (stopped -> 'places' ->> u.topic)::bigint as was
              from unnest(topics, next_offsets, last_digests) with ordinality as u(topic, at, digest, nth)) as t
     where t.digest <> 0 and t.topic is distinct from chosen and t.at <> t.was
     order by t.nth limit 1
$$;

-- What a person chooses for a shard (ombudctl shard restart): its topic is read from that place on, whatever has stopped its reader is
-- over. Under an epoch of its own: what the owner has in flight is fenced, and it takes the shard over again. next_number: of a fact
-- topic, the number that is next to come; null: as it was. hops_from: of a topic of hops, the shard whose number that is.
-- Returns the row of the log that says it; null: no such shard or topic.
create function ombud.restart_shard(
    service text, shard_number int, topic_name text, place bigint, next_number bigint, by_whom text, hops_from int default null)
returns bigint language plpgsql as $$
declare
    own record;
    nth int;
    was bigint; -- the last number taken
    is_shard boolean;
begin
    for tries in 1 .. 20 loop
        begin
            execute format('select * from %I.ownership where shard = $1 for update', service) into own using shard_number;
            nth := array_position(own.topics, topic_name);
            execute format('select $1 is null or exists (select from %I.ownership where shard = $1)', service) into is_shard using hops_from;
            if nth is null or not is_shard then
                return null;
            end if;
            was := own.in_sequences[nth];
            if hops_from is not null then
                execute format('insert into %I.hop_in (shard, topic, from_shard, sequence) values ($1, $2, $3, 0)'
                               ' on conflict do nothing', service) using shard_number, topic_name, hops_from;
                execute format('select sequence from %I.hop_in where shard = $1 and topic = $2 and from_shard = $3 for update', service)
                   into was using shard_number, topic_name, hops_from;
                execute format('update %I.hop_in set sequence = coalesce($4 - 1, sequence)'
                               ' where shard = $1 and topic = $2 and from_shard = $3', service)
                  using shard_number, topic_name, hops_from, next_number;
            end if;
            perform ombud.log_person(service, shard_number, own.log_seq + 1, 'shard_restarted', topic_name, jsonb_build_object(
                'from', own.next_offsets[nth], 'to', place, 'from_number', was + 1, 'to_number', coalesce(next_number, was + 1),
                'hops_from', hops_from, 'by', by_whom, 'stopped', own.stopped));
            execute format($sql$
                update %I.ownership
                   set epoch = epoch + 1,
                       log_seq = log_seq + 1,
                       next_offsets[$2] = $3,
                       in_sequences[$2] = case when $5 is null then coalesce($4 - 1, in_sequences[$2]) else in_sequences[$2] end,
                       last_digests[$2] = 0,
                       looked_offsets[$2] = 0,
                       looked_digests[$2] = 0,
                       stopped = case when stopped ->> 'why' in ('went_back', 'topic_ahead') then stopped -- of what it says, not of what it reads
                                 else ombud.moved_meanwhile(stopped, topics, next_offsets, last_digests, $6) end
                 where shard = $1
            $sql$, service) using shard_number, nth, place, next_number, hops_from, topic_name;
            perform pg_notify('ombud_shard', service || ' ' || shard_number);
            return own.log_seq + 1;
        exception when deadlock_detected then
            perform pg_sleep(0.05); -- the owner has written the same row of its log, and waits for the fence: it is first
        end;
    end loop;
    raise exception 'shard % of % does not stand still', shard_number, service;
end $$;

-- What the fence (common/store/core_place.c) calls when a shard could not be advanced from exactly where its owner left it.
create function ombud.fenced() returns void language plpgsql as $$
begin
    raise exception 'fenced: another owner has the shard' using errcode = 'OM001';
end $$;

-- Grants what role_right says, over whatever was granted before, for all schemas that create_core has made. Returns the roles that are
-- not there. A new daemon, table or view needs no more than this to be called again.
create function ombud.grant_rights() returns text[] language plpgsql as $$
declare
    schemas  text[] := (select array_agg(name order by place) from ombud.service);
    daemons  text[] := (select array_agg('ombud_' || name order by place) from ombud.service);
    wanted   text[] := daemons || array['ombud_operator', 'ombud_reader'];
    roles    text[] := (select coalesce(array_agg(rolname), '{}') from pg_roles where rolname = any(wanted));
    granted  record;
begin
    for granted in select s as schema, r as role from unnest(array['ombud'] || schemas) as s cross join unnest(roles) as r loop
        execute format('revoke all on all tables in schema %I from %I', granted.schema, granted.role);
        execute format('revoke all on schema %I from %I', granted.schema, granted.role);
    end loop;
    for granted in
        select n.nspname as schema, c.relname as relation, r.role,
               coalesce((select g.rights from ombud.role_right g
                          where g.relation = c.relname
                            and (g.role = r.role or (g.role = '' and r.role = any(case n.nspname when 'ombud' then daemons
                                                                                  else array['ombud_' || n.nspname] end)))
                            and (g.schema = n.nspname or (g.schema = '' and n.nspname <> 'ombud'))
                          order by g.role = '', g.schema = '' limit 1),
                        case when r.role = 'ombud_' || n.nspname and c.relkind = 'r' then 'select, insert, update'
                             when r.role in ('ombud_' || n.nspname, 'ombud_operator', 'ombud_reader') then 'select'
                        end) as rights
          from pg_class c
               join pg_namespace n on n.oid = c.relnamespace
               cross join unnest(roles) as r(role)
         where n.nspname = any(array['ombud'] || schemas)
           and c.relkind in ('r', 'v')
    loop
        continue when granted.rights is null;
        execute format('grant usage on schema %I to %I', granted.schema, granted.role);
        execute format('grant %s on %I.%I to %I', granted.rights, granted.schema, granted.relation, granted.role);
    end loop;
    for granted in select r as role from unnest(roles) as r where r <> all(daemons) and to_regclass('public.schema_migrations') is not null loop
        execute format('grant select on public.schema_migrations to %I', granted.role);
    end loop;
    for granted in select r as role from unnest(roles) as r where r = any(daemons) loop
        execute format('grant execute on function ombud.partitions_are(int) to %I', granted.role);
    end loop;
    return (select array_agg(w) from unnest(wanted) as w where w <> all(roles));
end $$;
revoke execute on function ombud.grant_rights() from public;

-- ---- an owner looks back at itself (common/daemon/ownlook.c) ----

-- What the log of one daemon says about the last record of a topic, by its row: the row's number on that topic and the first 8 bytes of
-- SHA-256 over key and payload (null: it is no row of that topic). acknowledged: the topic's last number up to acked, which is one before
-- its first row beyond (null: there is none beyond). A topic's numbers have no holes, so no row is counted: this runs at each taking over,
-- and of a log of years it reads the first few rows beyond acked, in the key's order whatever the planner thinks of the table's size.
create function ombud.log_says(service text, shards int[], topics text[], seqs bigint[], acked bigint[])
returns table (place int, sequence bigint, digest bytea, acknowledged bigint) language plpgsql stable
set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
begin
    return query execute format($sql$
        select g.place::int, l.shard_sequence, l.digest, case when g.acked = 0 then 0 else u.first - 1 end
          from unnest($1, $2, $3, $4) with ordinality as g(shard, topic, seq, acked, place)
               left join lateral (
                   select u.shard_sequence as first from %1$I.log u
                    where g.acked > 0 and u.shard = g.shard and u.seq > g.acked and u.aggregatetype = g.topic and u.shard_sequence > 0
                    order by u.seq limit 1) u on true
               left join lateral (
                   select l.shard_sequence, substr(sha256(convert_to(l.aggregateid, 'UTF8') || coalesce(l.payload, '')), 1, 8) as digest
                     from %1$I.log l
                    where l.shard = g.shard and l.seq = g.seq and l.aggregatetype = g.topic offset 0) l on true
         order by g.place
    $sql$, service) using shards, topics, seqs, acked;
end $$;

-- Who writes what I read, as far as this database knows: by place of the pairs given, the writer's history, the last number that it
-- has given, and up to which its former history is true; then the same of each history before it (a reader may have been away while
-- several began). All that lies on the topic was in the writer's log before.
create function ombud.writers_say(shards int[], topics text[])
returns table (place int, history int, sequence bigint, former bigint, formers bigint[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.place::int, o.history, o.out_sequences[array_position(o.out_topics, g.topic)],
           coalesce(o.former_sequences[array_position(o.out_topics, g.topic)], 0),
           array(select f.former::bigint from jsonb_array_elements_text(coalesce(o.history_formers -> g.topic, '[]')) with ordinality
                   as f(former, nth) order by f.nth)
      from unnest($1, $2) with ordinality as g(shard, topic, place)
           cross join lateral (select * from ombud.ownership o where o.shard = g.shard and g.topic = any(o.out_topics) offset 0) o
$$;

-- The same of topics of hops: to each of the shards given, one row a shard that their writer has. What it never said there is 0.
create function ombud.hop_writers_say(shards int[], topics text[])
returns table (place int, from_shard int, history int, sequence bigint, formers bigint[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.place::int, w.shard, w.history, coalesce(h.sequence, 0), coalesce(h.formers, '{}')
      from unnest($1, $2) with ordinality as g(shard, topic, place)
           join ombud.service s on g.topic = any(s.hops)
           cross join lateral (select o.shard, o.history from ombud.ownership o where o.service = s.name offset 0) w
           left join lateral (select o.sequence, o.formers from ombud.hop_out o
                               where o.service = s.name and o.shard = w.shard and o.topic = g.topic and o.to_partition = g.shard
                              offset 0) h on true
$$;

-- From where on what lies on topics of hops is not taken by all of their readers, by partition; nothing is taken of a cluster that they
-- have not met.
create function ombud.hop_positions(topics text[], cluster_id text)
returns table (topic text, partition int, next_offset bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.topic, o.shard, min(case when o.cluster = cluster_id then o.next_offsets[array_position(o.topics, g.topic)] else 0 end)
      from unnest($1) as g(topic)
           cross join lateral (select * from ombud.ownership o where g.topic = any(o.topics) offset 0) o
     group by g.topic, o.shard
$$;

-- What the broker must have, or the readers have taken: of each partition that these shards have said hops to the last number that was
-- acknowledged (acked: the row of the log up to which all was), and the last one that all readers have taken; one that has never run does
-- not count.
create function ombud.hops_told(service text, shards int[], acked bigint[])
returns table (shard int, topic text, partition int, acknowledged bigint, taken bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select h.shard, h.topic, h.to_partition, coalesce(u.first - 1, h.sequence), coalesce(r.taken, h.sequence)
      from unnest($2, $3) as g(shard, acked)
           cross join lateral (select * from ombud.hop_out o where o.service = $1 and o.shard = g.shard offset 0) h
           left join lateral (select min(l.shard_sequence) as first from ombud.log l
                               where l.service = $1 and l.shard = g.shard and l.seq > g.acked and l.aggregatetype = h.topic
                                 and l.partition = h.to_partition) u on true
           left join lateral (select min(coalesce(i.sequence, 0)) as taken
                                from ombud.service s
                                     left join ombud.hop_in i on i.service = s.name and i.topic = h.topic and i.shard = h.to_partition
                                                             and i.from_shard = h.shard
                               where h.topic = any(s.reads)
                                 and exists (select from ombud.ownership o where o.service = s.name and o.shard = h.to_partition)) r on true
$$;

-- Says all of one shard again under a new history number (ombudctl shard restate). Who owns it finds himself fenced, and takes over again.
-- histories, formers: of the highest record that lies on each of these topics; a number that was ever used is not used again, and what an
-- ended history had called true is not more than that. The hops likewise, by topic and the partition that they lie in.
create function ombud.restate_shard(
    service text, of_shard int, who text, said_topics text[], histories int[], formers bigint[],
    hop_topics text[] default '{}', hop_partitions int[] default '{}', hop_histories int[] default '{}', hop_formers bigint[] default '{}')
returns table (history int, former_sequences bigint[], log_seq bigint) language plpgsql as $$
#variable_conflict use_column
declare
    was record;
    now_history int;
    now_formers bigint[];
    now_lists jsonb;
begin
    for tries in 1 .. 20 loop
        begin
            execute format('select * from %I.ownership where shard = $1 for update', service) into was using of_shard;
            if was is null then
                return;
            end if;
            now_history := greatest(was.history, (select max(h) from unnest(histories || hop_histories) h)) + 1;
            select coalesce(array_agg(case when t.history > was.history then least(o.sequence, t.former) else o.sequence end
                                      order by o.place), '{}')
              into now_formers
              from unnest(was.out_topics, was.out_sequences) with ordinality as o(topic, sequence, place)
                   left join unnest(said_topics, histories, formers) as t(topic, history, former) on t.topic = o.topic;
            -- Of each topic, up to which each history is true now: older ones are no truer than they were, and the one that the log is in
            -- is true as far as it goes; what lies on the topic of a later one agrees with it up to `former`.
            select coalesce(jsonb_object_agg(o.topic, (
                       select jsonb_agg(case when h = was.history then o.sequence
                                             when h < was.history
                                             then least(coalesce((was.history_formers -> o.topic ->> h)::bigint, o.sequence), o.sequence)
                                             else o.former end order by h)
                         from generate_series(0, now_history - 1) as h)), '{}')
              into now_lists
              from unnest(was.out_topics, was.out_sequences, now_formers) as o(topic, sequence, former);
            perform ombud.log_person(service, of_shard, was.log_seq + 1, 'shard_restated', '', jsonb_build_object(
                'who', who, 'history', now_history, 'former_history', was.history,
                'topics', was.out_topics, 'former_sequences', now_formers, 'stopped', was.stopped));
            execute format($sql$
                update %I.hop_out o
                   set formers = (
                       select array_agg(case when h = $2 then o.sequence
                                             when h < $2 then least(coalesce(o.formers[h + 1], 0), o.sequence)
                                             else least(o.sequence, (
                                                 select t.former from unnest($4, $5, $6, $7) as t(topic, partition, history, former)
                                                  where t.topic = o.topic and t.partition = o.to_partition and t.history > $2)) end
                                        order by h)
                         from generate_series(0, $3 - 1) as h)
                 where o.shard = $1
            $sql$, service) using of_shard, was.history, now_history, hop_topics, hop_partitions, hop_histories, hop_formers;
            perform pg_notify('ombud_shard', service || ' ' || of_shard);
            return query execute format($sql$
                update %I.ownership
                   set epoch = epoch + 1, history = $2, former_sequences = $3, history_formers = $4, log_seq = log_seq + 1, acked_seq = 0,
                       stopped = case when stopped ->> 'why' not in ('went_back', 'topic_ahead', 'former_false') then stopped
                                 else ombud.moved_meanwhile(stopped, topics, next_offsets, last_digests, null) end,
                       history_starts = history_starts || array_fill(log_seq, array[$2 - cardinality(history_starts)])
                 where shard = $1
                returning history, former_sequences, log_seq
            $sql$, service) using of_shard, now_history, now_formers, now_lists;
            return;
        exception when deadlock_detected then
            perform pg_sleep(0.05); -- as in restart_shard
        end;
    end loop;
    raise exception 'shard % of % does not stand still', of_shard, service;
end $$;

-- migrate:down
drop function ombud.grant_rights();
drop function ombud.restate_shard(text, int, text, text[], int[], bigint[], text[], int[], int[], bigint[]);
drop function ombud.hop_writers_say(int[], text[]);
drop function ombud.hop_positions(text[], text);
drop function ombud.hops_told(text, int[], bigint[]);
drop function ombud.writers_say(int[], text[]);
drop function ombud.log_says(text, int[], text[], bigint[], bigint[]);
drop function ombud.fenced();
drop function ombud.restart_shard(text, int, text, bigint, bigint, text, int);
drop function ombud.moved_meanwhile(jsonb, text[], bigint[], bigint[], text);
drop function ombud.log_person(text, int, bigint, text, text, jsonb);
drop function ombud.take_shards(text, int[], text, text, text[], text[]);
do $$
begin
    execute (select string_agg(format('drop schema %I cascade', name), ';') from ombud.service);
end $$;
drop function ombud.create_views();
drop function ombud.mark_dead_letter(text, text, int, bigint, bigint, text);
drop function ombud.create_core(text);
drop function ombud.partitions_are(int);
drop function ombud.carry(text[], bigint[], text[]);
drop function ombud.end_backend(int, timestamptz);
drop function ombud.fact_id(bigint[], int, bigint);
drop function ombud.is_stuck(int, timestamptz);
drop schema ombud cascade;
