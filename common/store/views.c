#include "common/store/views.h"

#include "common/store/views_private.h"

VIEW(view_complaints, "text text int4",
    "select c.complaint_id as complaint, c.order_id as \"order\", intake.term('stage', c.stage) as stage,"
    "       intake.term('type', c.type) as type, intake.term('tier', c.tier) as tier, c.priority,"
    "       coalesce(nullif(c.owner_id, ''), c.queue) as owner, c.stage_since, c.received_at"
    "  from intake.complaint c"
    " where ($1 is null or intake.term('stage', c.stage) = $1)"
    "   and ($2 is null or c.order_id = $2)"
    " order by c.received_at desc, c.complaint_id"
    " limit $3");

VIEW(view_clocks, "uuid text int4",
    "select c.complaint_id as complaint, c.clock, c.cycle, c.state, c.must_act, c.started_at, c.due_at, c.provisional, c.level,"
    "       c.overdue_us / 1000000 as overdue_s, c.ended_at"
    "  from escalation.clock c"
    " where ($1 is null or c.complaint_id = $1)"
    "   and ($2 is null or c.state = $2)"
    " order by c.ended_at is not null, c.due_at, c.complaint_id, c.clock"
    " limit $3");

/* ---- where each service stands ---- */

const struct pg_statement lag_positions = {
    "lag_positions", "select service, shard, topics, next_offsets, log_seq - acked_seq, owner from ombud.ownership", "", 6};

/* ---- shards ---- */

/* A row for each topic that it reads. What was taken since the last good look is said where it matters: of the topic that stopped
 * it. */
VIEW(view_shards, "text text",
    "select o.service, o.shard, r.topic, o.next_offsets[r.place] as next_offset, nullif(o.seen_ends[r.place], 0) as end_seen,"
    "       case when o.looked_digests[r.place] <> 0 then o.looked_offsets[r.place] end as last_looked_at,"
    "       o.epoch, o.owner, o.history, s ->> 'why' as stopped, (s ->> 'since')::timestamptz as since,"
    "       concat_ws('; ', 'offset ' || (s ->> 'offset') || ', ' || (s ->> 'says'), s ->> 'means', s ->> 'known',"
    "                 'taken since the last good look: ' || (s ->> 'taken_from') || ' to ' || (s ->> 'taken_to')) as known"
    "  from ombud.ownership o"
    " cross join lateral unnest(o.topics) with ordinality as r(topic, place)"
    "  left join lateral (select o.stopped as s where o.stopped ->> 'topic' = r.topic or not (coalesce(o.stopped ->> 'topic', '') = any(o.topics))) w on true"
    " where ($1 is null or o.service = $1) and ($2 is null or o.shard = $2::int4)"
    " order by o.service, o.shard, r.place");

const struct pg_statement shard_read = {"shard_read",
    "select coalesce(case when o.stopped ->> 'topic' = any(o.topics) then o.stopped ->> 'topic' end, o.topics[1]),"
    "       coalesce(o.stopped ->> 'why', ''), array_to_string(o.topics, ' ')"
    "  from ombud.ownership o where o.service = $1 and o.shard = $2",
    "text int4", 3};

const struct pg_statement shard_restart = {
    "shard_restart", "select ombud.restart_shard($1, $2, $3, $4, $5::int8, $6, $7::int4)", "text int4 text int8 text text text", 1};

/* ---- dead letters ---- */

/* An id is a place; where clusters have come and gone and several letters have the same one, the row of the log is said, too. */
#define DEAD_LETTERS                                                                                                                    \
	"(select *, service || ':' || topic || '/' || partition || '/' || \"offset\" ||"                                                \
	"         case when count(*) over (partition by service, topic, partition, \"offset\") > 1 then '#' || log_seqs[1] else '' end" \
	"         as id"                                                                                                                \
	"   from ombud.dead_letter)"

VIEW(view_dead_letters, "text int4",
    "select d.id, d.at, d.state, d.code, d.attempts, coalesce(length(d.value), 0) as bytes, d.reason"
    "  from " DEAD_LETTERS " d"
    " where $1 is null or d.state = $1"
    " order by d.at desc, id"
    " limit $2");

VIEW(view_campaigns, "text int4",
    "select c.id, c.kind, c.shown_state as state, c.given_by, c.given_at, c.shards_done || '/' || c.shards as shards,"
    "       c.walked, c.reached, c.failed"
    "  from ombud.campaign_progress c"
    " where $1 is null or c.shown_state = $1"
    " order by c.id desc"
    " limit $2");

#define CAMPAIGN_HEAD                                                                                                                         \
	"select c.id, c.service, c.kind, c.shown_state as state, c.scope, c.body, c.given_by, c.given_at, c.begins_at, c.new_until, c.round," \
	"       c.changed_by, c.changed_at, c.shards, c.shards_done, c.walked, c.reached, c.failed"                                           \
	"  from ombud.campaign_progress c where c.id = $1"
#define CAMPAIGN_SHARDS                                                                                            \
	"select w.shard, w.round, w.done, w.walked, w.reached, w.failed, w.position"                               \
	"  from ombud.walk w join ombud.campaign c on c.id = w.campaign and c.service = w.service where c.id = $1" \
	" order by w.shard"

VIEW(view_campaign_head, "int8", CAMPAIGN_HEAD);
VIEW(view_campaign_shards, "int8", CAMPAIGN_SHARDS);

const struct pg_statement campaign_whole = {"campaign_whole",
    "select (to_jsonb(h) || jsonb_build_object('walks', (select coalesce(jsonb_agg(s), '[]') from (" CAMPAIGN_SHARDS ") s)))::text"
    "  from (" CAMPAIGN_HEAD ") h",
    "int8", 1};

const struct pg_statement campaign_move = {"campaign_move",
    "select state from ombud.move_campaign($1, $2, session_user::text) as m(state) where state is not null", "int8 text", 1};

const struct pg_statement dead_letter_read = {"dead_letter_read",
    "select d.at, d.record_at, d.code, d.reason, d.attempts, d.state, d.key, d.value, d.headers,"
    "       replace(encode(d.value, 'base64'), E'\\n', ''), d.id, d.log_seqs[1], d.cluster"
    "  from " DEAD_LETTERS " d"
    " where d.service = $1 and d.topic = $2 and d.partition = $3 and d.\"offset\" = $4 and $5 in (0, d.log_seqs[1])"
    " order by d.at",
    "text text int4 int8 int8", 13};

const struct pg_statement dead_letters_parked = {"dead_letters_parked",
    "select d.partition, d.\"offset\", d.log_seqs[1], d.id"
    "  from " DEAD_LETTERS " d"
    " where d.service = 'intake' and d.topic = 'ombud.inbox.v1' and d.state = 'parked'"
    "   and ($1 is null or d.code = $1)"
    "   and ($2 is null or d.at >= $2::timestamptz) and ($3 is null or d.at < $3::timestamptz)"
    "   and ($4 is null or d.key in (convert_to($4, 'UTF8'),"
    "        (select convert_to(c.order_id, 'UTF8') from intake.complaint c where c.complaint_id::text = lower($4))))"
    " order by d.at, d.partition, d.\"offset\", d.log_seqs[1]",
    "text text text text", 4};

const struct pg_statement dead_letters_lock = {
    "dead_letters_lock", "select pg_advisory_lock(hashtextextended('ombud dead letters', 0))::text", "", 1};

const struct pg_statement dead_letter_mark = {
    "dead_letter_mark", "select 1 where ombud.mark_dead_letter($1, $2, $3, $4, $5, $6)", "text text int4 int8 int8 text", 1};

/* ---- one complaint ---- */

const struct pg_statement complaint_find = {"complaint_find",
    "select c.complaint_id, c.shard from intake.complaint c"
    " where c.complaint_id = case when $1 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end or c.order_id = $1"
    " order by c.received_at desc",
    "text", 2};

const struct pg_statement complaint_whole = {"complaint_whole", "select jsonb_pretty(intake.full_json($1))", "uuid", 1};

const struct pg_statement complaint_facts = {"complaint_facts",
    "select l.payload, l.at from intake.log l where l.shard = $1 and l.subject = $2 and l.type = $3 order by l.seq",
    "int4 uuid text", 2};

VIEW(view_story_head, "uuid",
    "select c.complaint_id as complaint, c.order_id as \"order\", c.platform_id as platform,"
    "       intake.term('stage', c.stage) as stage, c.stage_since as since, intake.term('type', c.type) as type,"
    "       nullif(c.custom_type, '') as custom_type, intake.term('tier', c.tier) as tier, c.priority,"
    "       coalesce(nullif(c.owner_id, ''), nullif(c.queue, '')) as owner, c.complainant_id as complainant, c.merchant_id as merchant,"
    "       to_char(o.total_minor / 100.0, 'FM999999990.00') || ' ' || o.currency as order_total,"
    "       nullif(c.statement, '') as statement, nullif(c.wanted, '') as wanted, c.complained_at, c.received_at,"
    "       nullif(c.repeats, 0) as repeats, nullif(c.urges, 0) as urges, nullif(c.evidence_count, 0) as evidence"
    "  from intake.complaint c"
    "  left join intake.orders o on o.order_id = c.order_id and o.platform_id = c.platform_id"
    " where c.complaint_id = $1");

VIEW(view_story_steps, "uuid",
    "select s.at, intake.term('stage', s.stage) as stage, s.cause, s.actor, s.reason"
    "  from intake.steps s"
    " where s.complaint_id = $1"
    " order by s.sequence");

VIEW(view_story_clocks, "uuid",
    "select c.clock, c.must_act, replace(c.state, 'ended', 'breached') as state, c.started_at, c.due_at, coalesce(c.met_at, c.breached_at, c.ended_at) as met_or_broken,"
    "       case when c.ended_at is null then c.silence end as if_silent"
    "  from escalation.clock c"
    " where c.shard in (select shard from escalation.ownership) and c.complaint_id = $1"
    " order by c.ended_at is not null, c.due_at, c.clock, c.cycle");

VIEW(view_story_remedies, "uuid",
    "select intake.term('remedy', r.kind) as remedy,"
    "       case when r.currency <> '' then to_char(r.amount_minor / 100.0, 'FM999999990.00') || ' ' || r.currency end as amount,"
    "       intake.term('remedy_state', r.state) as state, r.changed_at as at, r.decision_id as by, r.note"
    "  from intake.complaint c"
    "  join intake.remedy r on r.order_id = c.order_id and r.platform_id = c.platform_id and r.complaint_id = c.complaint_id"
    " where c.complaint_id = $1"
    " order by r.changed_at, r.decision_id, r.number");

VIEW(view_story_notices, "uuid",
    "select n ->> 'at' as at, n ->> 'recipient' as recipient, n ->> 'person_id' as person, n ->> 'channel' as channel,"
    "       n ->> 'event' as event, n ->> 'state' as state, n ->> 'subject' as subject"
    "  from jsonb_array_elements(notification.notices_json($1)) with ordinality as e(n, place)"
    " order by place");

/* ---- letters ---- */

/* What was refused before there was a complaint is told under none, and is known by its order. */
const struct pg_statement letter_complaints = {"letter_complaints",
    "select n.shard, n.complaint, n.order_id, n.platform_id from notification.notice n where $1 is null or n.complaint = $1"
    " group by 1, 2, 3, 4 order by min(n.at), 3 limit $2",
    "uuid int4", 4};

const struct pg_statement letter_notices = {"letter_notices",
    "select n.id, n.event, n.recipient::int4, n.language, n.subject, n.body, n.at from notification.notice n"
    " where n.shard = $1 and n.complaint = $2 and n.order_id = $3 and n.channel = 1 and n.body <> '' order by n.place",
    "int4 uuid text", 7};

/* At one instant causes stand before what follows from them: in the order of the services. */
const struct pg_statement letter_facts = {"letter_facts",
    "select l.type, l.payload from ombud.log l join ombud.service s on s.name = l.service"
    " where l.shard = $1 and (l.subject = $2 or (l.subject is null and l.aggregateid = $3))"
    "   and l.aggregatetype = any($4) and l.payload is not null"
    " order by l.at, s.place, l.seq",
    "int4 uuid text text[]", 2};

/* ---- why a clock is due when it is ---- */

const struct pg_statement clock_reasons = {"clock_reasons",
    "select c.clock, c.cycle, replace(c.state, 'ended', 'breached'), c.unit, c.target, c.policy, c.policy_version, c.calendar_version,"
    "       c.started_at, c.due_at, c.provisional, c.effect, c.basis, c.steps::text, k.waits::text"
    "  from escalation.clock c join escalation.complaint k using (shard, complaint_id)"
    " where c.shard in (select shard from escalation.ownership) and c.complaint_id = $1 and ($2 is null or c.clock = $2)"
    " order by c.started_at, c.clock, c.cycle",
    "uuid text", 15};
