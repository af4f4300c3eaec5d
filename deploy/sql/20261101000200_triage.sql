-- migrate:up
-- What triage knows: one row a complaint, with the facts told of it so far and the result given last. Written by triage alone.

create table triage.complaint (
    complaint_id  uuid primary key,
    shard         int not null,
    platform_id   text not null,
    order_id      text not null,
    facts         bytea not null,         -- ComplaintChanged: all facts told so far, merged; what the rules look at
    sequence      bigint not null,        -- of the last ComplaintTriaged on ombud.triage.v1; 0: not triaged yet
    triaged_at    timestamptz,
    type          smallint,
    custom_type   text,
    tier          smallint,
    priority      int,
    first_answer  smallint,
    queue         text,
    owner_id      text,
    policy_id     text,
    rules_version text,
    reasons       text                    -- {field, value, rule, condition} each, a JSON array; '': none
) with (fillfactor = 80);

-- For people: composed by HTTP and ombudctl with the views of the other daemons. Null when triage has not heard of the complaint.
create function triage.complaint_json(complaint uuid) returns jsonb language sql stable as $$
    select case when c.sequence = 0 then jsonb_build_object('triaged', false)
                else jsonb_build_object(
                         'triaged', true,
                         'triaged_at', c.triaged_at,
                         'type', nullif(intake.term('type', c.type), 'unspecified'),
                         'custom_type', c.custom_type,
                         'tier', nullif(intake.term('tier', c.tier), 'unspecified'),
                         'priority', c.priority,
                         'first_answer', nullif(intake.term('party', c.first_answer), 'unspecified'),
                         'queue', c.queue,
                         'owner', c.owner_id,
                         'policy', c.policy_id,
                         'rules_version', c.rules_version,
                         'reasons', nullif(c.reasons, '')::jsonb)
           end
      from triage.complaint c
     where c.complaint_id = complaint
$$;

-- migrate:down
drop function triage.complaint_json(uuid);
drop table triage.complaint;
