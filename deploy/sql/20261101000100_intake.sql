-- migrate:up
-- What intake keeps: orders, complaints and all that was said in them. Keys are led by the order or the complaint, so that one
-- order's rows lie together. A filed complaint costs one row here and one in the log; indexes are few on purpose, and their texts
-- are compared byte by byte.

create table intake.orders (
    order_id    text collate "C" not null,
    platform_id text collate "C" not null,
    shard       int not null,
    recorded_at timestamptz not null,              -- when the facts occurred, never later than their receipt: the newest wins
    claimed_at  timestamptz not null,              -- when they say that they occurred
    said_at     timestamptz,                       -- the newest time said so far that could be true
    buyer_id    text not null,
    merchant_id text not null,
    status      smallint not null,                 -- ombud.common.v1.OrderStatus
    total_minor bigint not null,
    currency    text not null,
    facts       bytea not null,                    -- ombud.inbox.v1.OrderRecorded as it came
    primary key (order_id, platform_id)
);

create table intake.complaint (
    complaint_id     uuid primary key,
    identity         uuid not null,                -- of the event that filed it, as log.cause and body_digest
    body_digest      bigint not null,
    shard            int not null,
    platform_id      text collate "C" not null,
    order_id         text collate "C" not null,
    item_id          text not null,
    complainant_id   text not null,
    merchant_id      text not null,
    stage            smallint not null,            -- ombud.common.v1.Stage
    stage_since      timestamptz not null,
    type             smallint not null,            -- as triage found it
    type_filed       smallint not null,
    custom_type      text not null,
    standard_code    text not null,                -- GB/T 42499-2023, as it was filed with, else its type's at its platform
    channel          smallint not null,
    language         text not null,
    statement        text not null,
    wanted           text not null,
    happened_at      timestamptz,
    fault_found_at   timestamptz,
    claimed_minor    bigint not null,
    claimed_currency text not null,
    complained_at    timestamptz not null,         -- when it was said
    received_at      timestamptz not null,         -- when intake took it in
    filed_to         smallint not null,            -- the stage that it came to when it was filed, its first step: when ...
    filed_at         timestamptz not null,
    filed_by         smallint not null,            -- ... and by what kind of actor
    urged_at         timestamptz,
    repeats          int not null default 0,
    urges            int not null default 0,
    versions         int not null default 0,                 -- amendments
    evidence_count   int not null,
    decisions        int not null default 0,
    tier             smallint not null default 0,
    first_answer     smallint not null default 0,
    priority         int not null default 0,
    queue            text not null default '',
    owner_id         text not null default '',
    policy_id        text not null default '',
    policy_version   int not null default 0,
    answer           smallint not null default 0,            -- the merchant's: 1 offer, 2 defence
    outcome          smallint not null default 0,
    decision_id      text not null default '',               -- of the last decision
    former_decisions text not null default '',               -- ids of those before, a line each: none is given twice; settlement/ID: of proposals to settle
    settlement_id    text not null default '',               -- of the proposal to settle that stands
    settlement       int not null default 0,                 -- the last proposal's number: the complainant answers an even one
    referred         boolean not null default false,             -- an outside body has it
    has_remedies     boolean not null default false,             -- any was ever planned: else intake.remedy is not asked
    inspector_id     text not null default '',               -- who was asked last; he reads it while it lies with him
    assignments      int not null default 0,                 -- how often its owner has changed
    appeals          int not null default 0,                 -- filed so far
    appeal_open      boolean not null default false,             -- ... and the next one can be
    decided_by       text not null default '',               -- the person who gave the last decision
    decided_at       timestamptz,
    evidence_owed    int not null default 0,                 -- 1 << ombud.common.v1.Party: whose was asked for
    inquiries        text not null default '',               -- a line each (common/model/inquiry.h)
    told             bigint not null,              -- last sequence on ombud.complaint.v1
    ordered          bigint not null default 0,              -- last sequence on ombud.remedy.v1
    uses             text not null default ''                -- of the limits that are a complaint's (common/model/limits.h)
) with (fillfactor = 80);
-- An order's complaints are read whenever something is said about it, so a filing that is said again is found among them; this keeps it
-- from being taken twice whatever happens. So the log's index needs no entry for it (common/store/README.md says what one costs).
create unique index complaint_order on intake.complaint (order_id, platform_id, identity);

-- The ids already seen: only intake reads what strangers write. Those of events that filed a complaint stand with the complaint.
-- The view's condition is the index's, or it would not be used.
create unique index log_cause on intake.log (shard, cause, ordinal)
    where cause is not null and (sequence is distinct from 1 or aggregatetype is distinct from 'ombud.complaint.v1');
create view intake.seen as
select shard, cause, subject, body_digest, type, note, aggregateid
  from intake.log
 where ordinal = 0
   and cause is not null and (sequence is distinct from 1 or aggregatetype is distinct from 'ombud.complaint.v1');

-- The way of a complaint behind its first step, which stands in its own row: a row a stage that it came to. Append-only.
create table intake.step (
    complaint_id uuid not null,
    sequence     bigint not null,                  -- of the fact that tells it
    at           timestamptz not null,
    stage        smallint not null,
    cause        text not null,
    reason       text not null,
    actor        text not null,                    -- of what kind
    primary key (complaint_id, sequence)
);

-- What a complaint said before it was amended.
create table intake.statement_version (
    complaint_id uuid not null,
    version      int not null,
    type         smallint not null,
    custom_type  text not null,
    statement    text not null,
    wanted       text not null,
    happened_at  timestamptz,
    valid_until  timestamptz not null,
    primary key (complaint_id, version)
);

-- Words that were said about a complaint, beside its statement: messages, answers, decisions with their grounds. Append-only.
create table intake.said (
    complaint_id uuid not null,
    sequence     bigint not null,                  -- of the fact on ombud.complaint.v1 that tells it
    at           timestamptz not null,
    cause        text not null,                    -- message_posted, decision_made ...
    from_party   smallint not null,                -- ombud.common.v1.Party; 0: Ombud itself
    actor_id     text not null,
    to_party     smallint not null,                -- 0: to nobody in particular
    words        jsonb not null,
    primary key (complaint_id, sequence)
);

-- Append-only, by reference.
create table intake.evidence (
    complaint_id uuid not null,
    number       int not null,
    evidence_id  text not null,
    kind         text not null,
    uri          text not null,
    media_type   text not null,
    size_bytes   bigint not null,
    sha256       bytea,
    supplied_by  smallint not null,
    made_at      timestamptz,
    added_at     timestamptz not null,
    primary key (complaint_id, number)
);

create table intake.remedy (
    order_id     text collate "C" not null,
    platform_id  text collate "C" not null,
    complaint_id uuid not null,
    decision_id  text collate "C" not null,                    -- or offer, counter_offer, settlement
    number       int not null,
    kind         smallint not null,
    amount_minor bigint not null,
    currency     text not null,
    item_id      text not null,
    quantity     int not null default 0,           -- of the item's units; 0: all that there are
    note         text not null,
    state        smallint not null,                -- 1 planned, 2 ordered, 3 done, 4 failed, 5 settled, 6 dropped, 7 proposed, 8 claimed
    changed_at   timestamptz not null,
    primary key (order_id, platform_id, complaint_id, decision_id, number)
);

-- What was said about a complaint that is not known yet; taken up when it comes, refused when its hour is over.
create table intake.waiting (
    cause        uuid primary key,
    order_id     text collate "C" not null,
    platform_id  text collate "C" not null,
    complaint_id uuid not null,
    since        timestamptz not null,
    due          timestamptz not null,
    place        bigint not null,                  -- offset in the inbox: the order in which they came
    event        text not null                     -- structured CloudEvent
);
-- Taken up in this order, so many at a time.
create index waiting_order on intake.waiting (order_id, platform_id, complaint_id, since, place);

-- What has been used of the limits of an order or a person, and how much waits: only of those of whom anything was counted.
create table intake.limit_use (
    kind        smallint not null,                 -- 1 order, 2 person
    key         text collate "C" not null,
    platform_id text collate "C" not null,
    uses        text not null,
    primary key (key, platform_id, kind)
) with (fillfactor = 80);

-- What was told as refused, for whoever asks afterwards (GET /v1/refusals), and records that could not be read, told or not. Kept for
-- 30 days: intake deletes what is older once a minute, and when it takes a shard over.
create table intake.refusal (
    shard        int not null,
    seq          bigint not null,                  -- of the log: the EventRefused that tells it, or the dead letter
    at           timestamptz not null,
    cause        uuid,                             -- identity of the refused event; null: of a dead letter, which has none
    platform_id  text collate "C" not null,
    source       text collate "C" not null,
    event_id     text not null,
    type         text not null,                    -- full name of the refused message; '': it cannot be read
    order_id     text not null,
    person_id    text not null,
    complaint_id text not null,
    evidence_id  text not null,                    -- one piece of evidence only
    code         text not null,
    member       text not null,
    most         bigint not null,
    dead_letter  boolean not null,
    told         boolean not null,                 -- by a fact of its own; false: it will be, by one for all of its minute
    primary key (shard, seq)
);
create index refusal_source on intake.refusal (platform_id, source, shard, seq);
create index refusal_platform on intake.refusal (platform_id, shard, seq); -- of all its sources: a small platform beside a flooded one
create index refusal_piece on intake.refusal (cause) where evidence_id <> '';
create index refusal_at on intake.refusal (at);

-- ---- for people ----

-- One refusal, as lists show it.
create function intake.refusal_json(r intake.refusal) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'at', to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'source', r.source, 'event_id', r.event_id,
        'type', nullif(r.type, ''), 'order_id', nullif(r.order_id, ''), 'person_id', nullif(r.person_id, ''),
        'complaint_id', nullif(r.complaint_id, ''), 'evidence_id', nullif(r.evidence_id, ''), 'code', r.code,
        'member', nullif(r.member, ''), 'most', nullif(r.most, 0), 'dead_letter', r.dead_letter))
$$;

-- Names of the terms, by their number on the wire.
create function intake.term(kind text, value int) returns text language sql immutable as $$
    select coalesce((case kind
        when 'stage' then array['filed', 'awaiting_order', 'manual_admission', 'triaged', 'negotiating', 'merchant_answered',
            'platform_review', 'inspection', 'preliminary_finding', 'decided', 'remedy_under_way', 'awaiting_confirmation', 'closed',
            'rejected', 'withdrawn', 'appealed', 'kept', 'external_mediation']
        when 'type' then array['card_key_invalid', 'code_already_used', 'not_delivered', 'delivered_late', 'not_as_described',
            'defective', 'counterfeit', 'benefits_not_credited', 'fake_shipment', 'bad_service', 'refund_refused',
            'ownership_disputed', 'charged_wrongly', 'platform_fault', 'other', 'false_advertising', 'after_sales_evaded',
            'merchant_broke_rule', 'delivered_in_part']
        when 'channel' then array['app', 'web', 'email', 'hotline', 'social', 'in_person']
        when 'actor' then array['complainant', 'merchant_person', 'merchant_program', 'platform_person', 'platform_program', 'inspector',
            'ombud']
        -- why a filed complaint came to its first stage, by that stage
        when 'filing_reason' then array['accepted', 'order_awaited', 'past_window']
        when 'party' then array['complainant', 'merchant', 'platform', 'backend', 'inspector', 'nobody', 'logistics', 'payment',
            'ombud', 'supplier']
        when 'order_status' then array['unpaid', 'to_ship', 'to_receive', 'after_sales', 'completed', 'cancelled', 'unavailable']
        when 'tier' then array['simple', 'standard', 'complex']
        when 'answer' then array['offer', 'defence']
        when 'outcome' then array['for_complainant', 'for_merchant', 'in_part', 'baseless']
        when 'remedy' then array['refund', 'redelivery', 'replacement', 'compensation', 'advance_payment', 'deposit_deduction',
            'merchant_penalty', 'listing_freeze']
        when 'remedy_state' then array['planned', 'ordered', 'done', 'failed', 'settled', 'dropped', 'proposed', 'claimed']
    end)[value], 'unspecified')
$$;

create function intake.instant(at timestamptz) returns text language sql immutable as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

create function intake.money(minor bigint, currency text) returns jsonb language sql immutable as $$
    select case when currency <> '' then jsonb_build_object('minor_units', minor, 'currency', currency) end
$$;

-- Stages and remedies in words, for whoever looks with SQL.
create view intake.complaint_stages as
select complaint_id, platform_id, order_id, complainant_id, merchant_id, intake.term('stage', stage) as stage, stage_since,
       intake.term('type', type) as type, received_at
  from intake.complaint;

create view intake.remedy_states as
select complaint_id, order_id, concat_ws('/', complaint_id, decision_id, intake.term('remedy', kind), number) as remedy_key,
       intake.term('remedy', kind) as kind, amount_minor, currency, intake.term('remedy_state', state) as state, changed_at
  from intake.remedy;

-- The way of a complaint, from its filing.
create view intake.steps as
select complaint_id, 1::bigint as sequence, filed_at as at, filed_to as stage, 'complaint_filed' as cause,
       intake.term('filing_reason', filed_to) as reason, intake.term('actor', filed_by) as actor
  from intake.complaint
 union all
select complaint_id, sequence, at, stage, cause, reason, actor
  from intake.step;

-- One complaint in short, as lists show it.
create function intake.summary_json(c intake.complaint) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'complaint_id', c.complaint_id, 'platform_id', c.platform_id, 'order_id', c.order_id, 'item_id', c.item_id,
        'complainant_id', c.complainant_id, 'merchant_id', c.merchant_id, 'stage', intake.term('stage', c.stage),
        'stage_since', intake.instant(c.stage_since), 'type', intake.term('type', c.type), 'custom_type', c.custom_type,
        'priority', c.priority, 'queue', c.queue, 'owner_id', c.owner_id, 'received_at', intake.instant(c.received_at))
$$;

create function intake.order_json(c intake.complaint) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'order_id', o.order_id, 'buyer_id', o.buyer_id, 'merchant_id', o.merchant_id,
        'status', intake.term('order_status', o.status), 'total', intake.money(o.total_minor, o.currency),
        'recorded_at', intake.instant(o.recorded_at))
      from intake.orders o
     where o.order_id = c.order_id
       and o.platform_id = c.platform_id
$$;

create function intake.remedies_json(c intake.complaint) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'remedy_key', concat_ws('/', r.complaint_id, r.decision_id, intake.term('remedy', r.kind), r.number),
        'kind', intake.term('remedy', r.kind), 'amount', intake.money(r.amount_minor, r.currency), 'item_id', r.item_id,
        'quantity', r.quantity, 'note', r.note, 'state', intake.term('remedy_state', r.state), 'changed_at', intake.instant(r.changed_at))
        order by r.changed_at, r.decision_id, r.number), '[]')
      from intake.remedy r
     where r.order_id = c.order_id
       and r.platform_id = c.platform_id
       and r.complaint_id = c.complaint_id
$$;

create function intake.piece_json(e intake.evidence) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'number', e.number, 'evidence_id', e.evidence_id, 'kind', e.kind, 'uri', e.uri, 'media_type', e.media_type,
        'size_bytes', e.size_bytes, 'sha256', encode(e.sha256, 'hex'), 'supplied_by', intake.term('party', e.supplied_by),
        'made_at', intake.instant(e.made_at), 'added_at', intake.instant(e.added_at))
$$;

-- The newest pieces, as a complaint's document has them; all of them by pages.
create function intake.evidence_json(id uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(intake.piece_json(e) order by e.number), '[]')
      from (select * from intake.evidence where complaint_id = id order by number desc limit 100) e
$$;

-- Pieces numbered above `after`, at most so many; next: the last one's number, when there may be more.
create function intake.evidence_page_json(id uuid, after int, most int) returns jsonb language sql stable as $$
    select jsonb_build_object('evidence', coalesce(jsonb_agg(intake.piece_json(e) order by e.number), '[]'))
           || case when count(*) = most then jsonb_build_object('next', max(e.number)) else '{}' end
      from (select * from intake.evidence where complaint_id = id and number > after order by number limit most) e
$$;

create function intake.versions_json(id uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'version', v.version, 'type', intake.term('type', v.type), 'statement', v.statement, 'wanted', v.wanted,
        'valid_until', intake.instant(v.valid_until)) order by v.version), '[]')
      from intake.statement_version v
     where v.complaint_id = id
$$;

create function intake.steps_json(id uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'stage', intake.term('stage', s.stage), 'at', intake.instant(s.at), 'cause', s.cause, 'reason', s.reason, 'actor', s.actor)
        order by s.sequence), '[]')
      from intake.steps s
     where s.complaint_id = id
$$;

-- The last that was said.
create function intake.said_json(id uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'sequence', s.sequence, 'at', intake.instant(s.at), 'cause', s.cause, 'from', nullif(intake.term('party', s.from_party), 'unspecified'),
        'actor_id', s.actor_id, 'to', nullif(intake.term('party', s.to_party), 'unspecified')) || s.words order by s.sequence), '[]')
      from (select * from intake.said where complaint_id = id order by sequence desc limit 100) s
$$;

-- As common/model/inquiry.h writes them.
create function intake.inquiries_json(inquiries text) returns jsonb language sql immutable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'number', split_part(line, ' ', 1)::int, 'state', split_part(line, ' ', 2), 'asked', split_part(line, ' ', 3),
        'opened_at', intake.instant('epoch'::timestamptz + split_part(line, ' ', 4)::bigint * interval '1 microsecond'),
        'inquiry_id', regexp_replace(line, '^(\S+ ){4}', '')) order by place), '[]')
      from string_to_table(inquiries, E'\n') with ordinality as l(line, place)
     where line <> ''
$$;

-- Everything that intake knows of one complaint; null when there is none.
create function intake.complaint_json(id uuid) returns jsonb language sql stable as $$
    select intake.summary_json(c) || jsonb_build_object(
        'standard_code', c.standard_code, 'channel', intake.term('channel', c.channel), 'language', c.language, 'statement', c.statement, 'wanted', c.wanted,
        'happened_at', intake.instant(c.happened_at), 'fault_found_at', intake.instant(c.fault_found_at),
        'claimed', intake.money(c.claimed_minor, c.claimed_currency), 'complained_at', intake.instant(c.complained_at),
        'repeats', c.repeats, 'urges', c.urges, 'tier', intake.term('tier', c.tier),
        'first_answer', intake.term('party', c.first_answer), 'policy_id', c.policy_id, 'policy_version', c.policy_version,
        'answer', intake.term('answer', c.answer), 'outcome', intake.term('outcome', c.outcome), 'decision_id', c.decision_id,
        'referred', c.referred, 'assignments', c.assignments, 'appeals', c.appeals, 'appeal_open', c.appeal_open, 'decided_at', intake.instant(c.decided_at), 'inspector_id', c.inspector_id, 'inquiries', intake.inquiries_json(c.inquiries),
        'evidence_owed', (select coalesce(jsonb_agg(intake.term('party', p) order by p), '[]') from generate_series(1, 2) p where c.evidence_owed & (1 << p) <> 0), 'sequence', c.told, 'steps', intake.steps_json(id), 'order', intake.order_json(c),
        'settlement', case when c.settlement_id <> '' then jsonb_build_object('settlement_id', c.settlement_id,
            'number', c.settlement, 'answered_by', case when c.settlement % 2 = 0 then 'complainant' else 'merchant' end) end,
        'remedies', intake.remedies_json(c), 'evidence_count', c.evidence_count, 'evidence', intake.evidence_json(id), 'versions', intake.versions_json(id),
        'said', intake.said_json(id))
      from intake.complaint c
     where c.complaint_id = id
$$;

-- The same with what the other daemons know, as far as they are there.
create function intake.full_json(id uuid) returns jsonb language plpgsql stable as $$
declare
    result jsonb := intake.complaint_json(id);
    part   record;
    value  jsonb;
begin
    for part in select * from (values ('triage', 'triage.complaint_json'), ('clocks', 'escalation.clocks_json'),
                                      ('notices', 'notification.notices_json')) as p(name, source)
    loop
        if result is not null and to_regprocedure(part.source || '(uuid)') is not null then
            execute format('select to_jsonb(%s($1))', part.source) into value using id;
            result := result || jsonb_build_object(part.name, value);
        end if;
    end loop;
    return result;
end $$;

-- ---- rights (ombud.role_right) ----

-- full_json() asks the other daemons' functions, which read these.
insert into ombud.role_right (role, schema, relation, rights) values
    ('', 'intake', 'evidence', 'select, insert'),
    ('', 'intake', 'statement_version', 'select, insert'),
    ('', 'intake', 'said', 'select, insert'),
    ('', 'intake', 'step', 'select, insert'),
    ('', 'intake', 'waiting', 'select, insert, delete'),
    ('', 'intake', 'refusal', 'select, insert, update (told), delete'),
    ('ombud_intake', 'triage', 'complaint', 'select'),
    ('ombud_intake', 'escalation', 'clock', 'select'),
    ('ombud_intake', 'escalation', 'ownership', 'select (shard)'),
    ('ombud_intake', 'notification', 'notice', 'select'),
    ('ombud_intake', 'notification', 'sending', 'select');

-- migrate:down
delete from ombud.role_right where schema = 'intake' and role = '' or role = 'ombud_intake';
drop view intake.seen;
drop index intake.log_cause;
drop function intake.full_json(uuid);
drop function intake.complaint_json(uuid);
drop function intake.said_json(uuid);
drop function intake.steps_json(uuid);
drop function intake.versions_json(uuid);
drop function intake.evidence_page_json(uuid, int, int);
drop function intake.evidence_json(uuid);
drop function intake.piece_json(intake.evidence);
drop function intake.remedies_json(intake.complaint);
drop function intake.order_json(intake.complaint);
drop function intake.summary_json(intake.complaint);
drop function intake.inquiries_json(text);
drop view intake.steps, intake.remedy_states, intake.complaint_stages;
drop function intake.money(bigint, text);
drop function intake.instant(timestamptz);
drop function intake.term(text, int);
drop function intake.refusal_json(intake.refusal);
drop table intake.refusal, intake.limit_use, intake.waiting, intake.remedy, intake.evidence, intake.statement_version, intake.step, intake.said, intake.complaint, intake.orders;
