#include "common/store/audit.h"

const struct pg_statement audit_ownership = {"audit_ownership",
    "select shard, topics, next_offsets, in_sequences, log_seq, acked_seq, cluster_since, history,"
    "       array(select coalesce((history_formers -> t.topic ->> h)::int8, 0)"
    "               from unnest(out_topics) with ordinality as t(topic, place) cross join generate_series(0, history - 1) as h"
    "              order by t.place, h),"
    "       history_starts, in_histories::int8[], out_topics"
    "  from ombud.ownership where service = $1",
    "text", 12};

const struct pg_statement audit_partitions = {"audit_partitions", "select count from ombud.partitions", "", 1};

const struct pg_statement audit_log = {"audit_log",
    "select seq, input_topic, input_offset, ordinal, type, aggregatetype, sequence, shard_sequence,"
    "       substr(sha256(convert_to(aggregateid, 'UTF8') || coalesce(payload, '')), 1, 8), cause, coalesce(body_digest, 0),"
    "       case when type = 'shard_restarted' then aggregateid end,"
    "       case when type = 'shard_restarted' then (note::jsonb ->> 'to')::int8 end"
    "  from ombud.log where service = $1 and shard = $2 and seq > $3 order by seq limit 20000",
    "text int4 int8", 13};

const struct pg_statement audit_dead_letters = {"audit_dead_letters",
    "select d.service, d.partition, l.seq, d.topic, d.\"offset\", substr(d.digest, 1, 8) from ombud.dead_letter d join ombud.service s on s.name = d.service"
    " cross join lateral unnest(d.log_seqs) as l(seq) order by s.place, 2, 3",
    "", 6};

/* An identity with two effects; a complaint whose identity, by which a repeat is known, has none. The last row counts what was
 * looked at. */
const struct pg_statement audit_identities = {"audit_identities",
    "with each as materialized ("
    "    select shard, cause, count(*) as effects from intake.log where cause is not null and ordinal = 0 group by shard, cause)"
    " select shard, cause::text, effects, 0::int8 from each where effects > 1"
    " union all select shard, identity::text, 0, 0 from intake.complaint c"
    "            where not exists (select from each e where e.shard = c.shard and e.cause = c.identity)"
    " union all select 0, '', 0, count(*) from each",
    "", 4};

const struct pg_statement audit_complaints = {
    "audit_complaints", "select complaint_id::text, stage::int4, told, order_id from intake.complaint", "", 4};

/* Ordered, done or failed; planned and dropped ones never left, settled ones were done by others. */
const struct pg_statement audit_remedies = {"audit_remedies",
    "select concat_ws('/', complaint_id, decision_id, intake.term('remedy', kind), number), amount_minor"
    "  from intake.remedy where state in (2, 3, 4)",
    "", 2};

/* Refunds, compensation and advance payments go to the buyer; ordered, done or settled ones count. */
const struct pg_statement audit_overpaid = {"audit_overpaid",
    "with each as materialized ("
    "    select o.order_id, sum(r.amount_minor)::int8 as back, o.total_minor as paid"
    "      from intake.remedy r join intake.orders o using (order_id, platform_id)"
    "     where r.kind in (1, 4, 5) and r.state in (2, 3, 5)"
    "     group by o.order_id, o.platform_id, o.total_minor)"
    " select order_id, back, paid, 0::int8 from each where back > paid"
    " union all select '', 0, 0, count(*) from each",
    "", 4};

/* The same by the line that a remedy is for: its own, else its complaint's. What the line cost is said in the facts. */
const struct pg_statement audit_lines = {"audit_lines",
    "select o.order_id, coalesce(nullif(r.item_id, ''), c.item_id), sum(r.amount_minor)::int8, o.facts"
    "  from intake.remedy r join intake.orders o using (order_id, platform_id) join intake.complaint c using (complaint_id)"
    " where r.kind in (1, 4, 5) and r.state in (2, 3, 5) and coalesce(nullif(r.item_id, ''), c.item_id) <> ''"
    " group by o.order_id, o.platform_id, 2",
    "", 4};

#define NOW "coalesce((select now from ombud.virtual_clock), clock_timestamp()) - make_interval(secs => $1)"

const struct pg_statement audit_stops = {
    "audit_stops", "select service, shard, coalesce(stopped ->> 'why', '?') from ombud.ownership where stopped is not null", "", 3};

const struct pg_statement audit_overdue = {"audit_overdue",
    "select 'clock ' || clock, complaint_id::text, next_at::text, 'escalation', shard"
    "  from escalation.due_unfired(coalesce((select now from ombud.virtual_clock), clock_timestamp()), make_interval(secs => $1))"
    " union all select 'timer of ' || service, subject::text, due::text, service, shard from ombud.timer where due < " NOW,
    "int4", 5};

const struct pg_statement audit_unarmed = {"audit_unarmed",
    "select c.clock, c.complaint_id::text, c.next_at::text"
    "  from escalation.clock c"
    " where c.next_at is not null"
    "   and not exists (select from escalation.timer t where t.shard = c.shard and t.due = c.next_at and t.subject = c.complaint_id)",
    "", 3};

/* Open complaints of which no clock is pending whose silence leads out of their stage ($2 and $3: which do, by stage), and which
 * are not referred to an outside body, where Ombud's road ends; unknown where intake or escalation has not taken yet what was said
 * to it. The last row counts what was looked at. One snapshot. */
const struct pg_statement audit_leaderless = {"audit_leaderless",
    "with behind as materialized ("
    "    select distinct w.shard"
    "      from ombud.ownership w cross join unnest(w.out_topics, w.out_sequences) as said(topic, number)"
    "      join ombud.ownership r on r.shard = w.shard and r.service in ('intake', 'escalation')"
    "      cross join unnest(r.topics, r.in_sequences) as taken(topic, number)"
    "     where taken.topic = said.topic and taken.number < said.number),"
    " leads as materialized (select unnest($2::int4[]) as stage, unnest($3::text[]) as clock)"
    " select c.complaint_id::text, intake.term('stage', c.stage), c.shard in (select shard from behind), 0::int8"
    "   from intake.complaint c"
    "  where c.stage = any($1)"
    "    and not exists (select from escalation.clock k join leads l on l.stage = c.stage and l.clock = k.clock"
    "                     where k.shard = c.shard and k.complaint_id = c.complaint_id"
    "                       and (k.next_at is not null or (k.silence = 'external_referral' and k.state = 'breached')))"
    " union all select '', '', false, count(*) from intake.complaint c where c.stage = any($1)",
    "int4[] int4[] text[]", 4};

const struct pg_statement audit_notices = {
    "audit_notices", "select state, id::text, attempts from notification.notice where state not in ('delivered', 'dead')", "", 3};

const struct pg_statement audit_notice_count = {"audit_notice_count", "select count(*) from notification.notice", "", 1};

const struct pg_statement audit_clock_count = {"audit_clock_count", "select count(*) from escalation.clock", "", 1};

/* Hops, by (topic, shard that they come from, partition that they go to): the log numbers them 1, 2, 3 ..., hop_out knows the last,
 * no reader has taken more, nor more of an ended history than is true, and none has taken a record twice (what a place meant before
 * a person had the topic read anew from there on does not count). What it has not taken yet is not known. */
const struct pg_statement audit_hops = {"audit_hops",
    "with said as materialized ("
    "    select l.service, l.aggregatetype as topic, l.shard, l.partition, count(*) as rows, count(distinct l.shard_sequence) as numbers,"
    "           max(l.shard_sequence) as last"
    "      from ombud.log l"
    "     where l.aggregatetype in (select unnest(hops) from ombud.service)"
    "     group by l.service, l.aggregatetype, l.shard, l.partition),"
    " taken as ("
    "    select s.*, r.name as reader, coalesce(i.sequence, 0) as sequence,"
    "           case when i.history < w.history then coalesce(o.formers[i.history + 1], 0) end as former"
    "      from said s join ombud.service r on s.topic = any(r.reads)"
    "      left join ombud.ownership w on w.service = s.service and w.shard = s.shard"
    "      left join ombud.hop_out o"
    "        on o.service = s.service and o.shard = s.shard and o.topic = s.topic and o.to_partition = s.partition"
    "      left join ombud.hop_in i on i.service = r.name and i.topic = s.topic and i.shard = s.partition and i.from_shard = s.shard)"
    " select 'illegal', topic, shard, partition, format('%s rows of the log with %s numbers up to %s', rows, numbers, last), 0::int8"
    "   from said where rows <> last or numbers <> last"
    " union all"
    " select 'illegal', coalesce(s.topic, o.topic), coalesce(s.shard, o.shard), coalesce(s.partition, o.to_partition),"
    "        format('%s were said, the next number is %s', coalesce(s.last, 0), coalesce(o.sequence, 0) + 1), 0"
    "   from said s full join ombud.hop_out o"
    "     on o.service = s.service and o.topic = s.topic and o.shard = s.shard and o.to_partition = s.partition"
    "  where o.sequence is distinct from s.last"
    " union all"
    " select case when sequence > least(last, former) then 'phantom' else 'waiting' end, topic, shard, partition,"
    "        format('%s has taken %s of %s', reader, sequence, least(last, former)), 0"
    "   from taken where sequence <> last or sequence > former"
    " union all"
    " select 'doubled', l.input_topic, -1, l.shard, format('%s took offset %s %s times', l.service, l.input_offset, count(*)), 0"
    "   from ombud.log l join ombud.ownership o on o.service = l.service and o.shard = l.shard and l.seq > o.cluster_since"
    "  where l.input_topic in (select unnest(hops) from ombud.service) and l.ordinal = 0"
    "    and not exists (select from ombud.log r where r.service = l.service and r.shard = l.shard and r.type = 'shard_restarted'"
    "                       and r.aggregateid = l.input_topic and r.seq > l.seq and (r.note::jsonb ->> 'to')::int8 <= l.input_offset)"
    "  group by l.service, l.input_topic, l.shard, l.input_offset having count(*) > 1"
    " union all select '', '', 0, 0, '', coalesce(sum(rows), 0)::int8 from said",
    "", 6};
