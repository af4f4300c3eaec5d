-- migrate:up
-- What notification remembers of complaints, and every notice with what became of it. Key of all that belongs to a complaint: its
-- shard first. Persons and endpoints are outside the shards: rows changed by one conditional statement.

create table notification.complaint (
    shard          int not null,
    complaint      uuid not null,
    platform_id    text not null,
    order_id       text not null,
    complainant_id text not null,
    merchant_id    text not null,
    owner_id       text not null,
    language       text not null,
    stage          smallint not null,          -- numbers as in proto/ombud/common/v1
    type           smallint not null,
    notices        bigint not null,            -- notices about it so far
    told_complainant bigint not null,          -- ... to each recipient: the sequence of the last one
    told_merchant  bigint not null,
    told_platform  bigint not null,
    said           bigint not null,            -- events about it on ombud.notification.v1
    held           bytea,                      -- a ComplaintChanged that is told when the deadline it starts is known ...
    held_until     timestamptz,                -- ... or then
    waiting        bytea,                      -- facts that wait behind it, or until the complaint is known
    held_trace     text,                       -- traceparent of the held one
    moves          bytea,                      -- deadlines that a mass move has changed, told together ...
    moves_until    timestamptz,                -- ... then
    moves_told     timestamptz,                -- when the last of those letters went: at most one a day
    dues           text not null,              -- when the clocks that run are due, so that a text can say "by when" (rows.c, too)
    lines          text not null,              -- by endpoint: how many webhooks are pending or being sent (services/notification/rows.c)
    primary key (shard, complaint)
) with (fillfactor = 70);

-- One row a notice: one happening told to one recipient by one channel (and endpoint). The id is derived from just these, so the
-- same notice can never be there twice.
create table notification.notice (
    shard       int not null,
    id          uuid not null,
    complaint   uuid not null,
    place       bigint not null,               -- 1, 2, 3 ... of the complaint's notices: an endpoint is told in this order
    sequence    bigint not null,               -- 1, 2, 3 ... of what this recipient was told about this complaint
    platform_id text not null,
    order_id    text not null,
    recipient   smallint not null,
    person_id   text not null,
    channel     smallint not null,
    endpoint    text not null,                 -- '' for channels without
    event       text not null,                 -- template
    language    text not null,
    subject     text not null,                 -- the words stand once: here (inbox), ...
    body        text not null,
    payload     text,                          -- ... in what attempts send, the same each time (webhook), or in the log alone (topic)
    at          timestamptz not null,
    state       text not null check (state in ('pending', 'delivered', 'dead')), -- pending: until it has come to its end
    attempts    int not null,
    finished    timestamptz,
    reason      text,                          -- of a dead one
    trace       text,                          -- a webhook's: traceparent of the fact that it tells
    primary key (shard, id)
) with (fillfactor = 80);
-- A complaint's, and the next of a line, whatever its length: behind the one on its way all are pending.
create index notice_line on notification.notice (complaint, endpoint, place);
-- A person's that hold words and are no letters, for an erasure.
create index notice_payload on notification.notice (platform_id, person_id, at) where payload is not null;

-- Those of them that are being sent, so that whoever owns the shard next sends them again; beside the notice, so that no index names
-- what an attempt changes: a notice's row is updated where it lies (HOT), once an attempt.
create table notification.sending (
    shard  int not null,
    notice uuid not null,
    primary key (shard, notice)
);

create table notification.attempt (
    shard       int not null,
    notice      uuid not null,
    attempt     int not null,
    at          timestamptz not null,
    outcome     text not null,                 -- delivered, failed, throttled, gone
    status      int not null,                  -- HTTP's; 0: none came
    reason      text not null,
    duration_us bigint not null,
    primary key (shard, notice, attempt)
);

-- 站内信: a person's letters, newest last. The text stands in the notice.
create table notification.inbox (
    platform_id text not null,
    person_id   text not null,
    at          timestamptz not null,
    place       bigint not null,               -- the notice's, within its complaint: letters of one instant stand in the order told
    notice      uuid not null,
    shard       int not null,
    read_at     timestamptz,
    primary key (platform_id, person_id, at, place, notice)
);

create table notification.preference (
    platform_id text not null,
    person_id   text not null,
    language    text not null,
    channels    int not null,                  -- bits, 1 << channel; 0: the default
    quiet_from  text not null,
    quiet_until text not null,
    zone        text not null,
    changed_at  timestamptz not null,
    primary key (platform_id, person_id)
);

create table notification.contact (
    platform_id text not null,
    person_id   text not null,
    channel     smallint not null,
    party       smallint not null,
    address     text not null,                 -- '': taken away
    language    text not null,
    changed_at  timestamptz not null,
    primary key (platform_id, person_id, channel)
);

-- A person's notices that are to lose their words: so many a batch, letters in order. until: those of later are others.
create table notification.erasure (
    shard        int not null,
    id           uuid not null,                -- of (platform, person); its timer's subject
    platform_id  text not null,
    person_id    text not null,
    until        timestamptz not null,
    after_at     timestamptz not null default '-infinity',
    after_place  bigint not null default 0,
    after_notice uuid not null default '00000000-0000-0000-0000-000000000000',
    primary key (shard, id)
);

-- Endpoints that want no more (410). Counts only while the endpoint has the same address.
create table notification.endpoint_state (
    endpoint    text primary key,
    url         text not null,
    disabled_at timestamptz not null,
    reason      text not null
);

-- The last of a complaint's notices. What a topic has said stands in the log; words that were erased are gone.
create function notification.notices_json(wanted uuid) returns jsonb language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'notice_id', n.id,
               'at', to_char(n.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'recipient', (array['complainant', 'merchant', 'platform'])[n.recipient],
               'person_id', n.person_id,
               'sequence', n.sequence,
               'channel', (array['inbox', 'webhook', 'topic', 'email', 'sms', 'push', 'chat', 'stream'])[n.channel],
               'endpoint', nullif(n.endpoint, ''),
               'event', n.event,
               'language', n.language,
               -- "" where the words stand elsewhere (a topic's, in its fact) or have been erased
               'subject', coalesce(case n.channel when 1 then n.subject when 2 then n.payload::jsonb #>> '{data,subject}' end, ''),
               'text', coalesce(case n.channel when 1 then n.body when 2 then n.payload::jsonb #>> '{data,text}' end, ''),
               'state', case when exists (select from notification.sending s where s.shard = n.shard and s.notice = n.id)
                             then 'sending' else n.state end,
               'attempts', n.attempts,
               'finished_at', to_char(n.finished at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'reason', n.reason) order by n.place), '[]')
      from (select * from notification.notice where complaint = wanted order by place desc limit 200) n
$$;

insert into ombud.role_right (role, schema, relation, rights) values
    ('', 'notification', 'attempt', 'select, insert'),
    ('', 'notification', 'due', 'select, insert, update, delete'),
    ('', 'notification', 'sending', 'select, insert, delete'),
    ('', 'notification', 'erasure', 'select, insert, update, delete'),
    ('', 'notification', 'contact', 'select, insert, update, delete'),
    ('', 'notification', 'preference', 'select, insert, update, delete');

-- migrate:down
delete from ombud.role_right where schema = 'notification' and role = '';
drop function notification.notices_json(uuid);
drop table notification.erasure, notification.endpoint_state, notification.contact, notification.preference, notification.inbox, notification.attempt,
    notification.sending, notification.notice, notification.complaint;
