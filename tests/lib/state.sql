-- The final state of a played day, one line a fact, so that two runs can be compared: without ids, wall instants and lateness.
-- A complaint is named by its order and its place among that order's complaints.
with named as (
    select complaint_id, order_id || '#' || row_number() over (partition by platform_id, order_id order by complained_at, complaint_id) as name
      from intake.complaint)
select line
  from (
    select 'order ' || order_id || ' ' || intake.term('order_status', status) || ' ' || total_minor as line
      from intake.orders
    union all
    select concat_ws(' ', 'complaint', n.name, intake.term('stage', c.stage), intake.term('type', c.type),
           intake.term('tier', c.tier), intake.term('outcome', c.outcome), 'priority', c.priority, 'queue', c.queue, 'policy', c.policy_id,
           'told', c.told, 'ordered', c.ordered, 'repeats', c.repeats, 'urges', c.urges, 'versions', c.versions,
           'evidence', c.evidence_count, 'decisions', c.decisions)
      from intake.complaint c join named n using (complaint_id)
    union all
    select concat_ws(' ', 'step', n.name, lpad((row_number() over (partition by s.complaint_id order by s.sequence))::text, 2, '0'), s.cause, '->',
           intake.term('stage', s.stage))
      from intake.steps s join named n using (complaint_id)
    union all
    select concat_ws(' ', 'remedy', n.name, r.decision_id, r.number, intake.term('remedy', r.kind), r.amount_minor, 'state', r.state)
      from intake.remedy r join named n using (complaint_id)
    union all
    select concat_ws(' ', 'said', n.name, lpad((row_number() over (partition by s.complaint_id order by s.sequence))::text, 2, '0'), s.cause,
           s.from_party, s.to_party, s.words)
      from intake.said s join named n using (complaint_id)
    union all
    select concat_ws(' ', 'clock', coalesce(n.name, 'nobody'), k.clock, k.cycle, k.state, 'due', k.due_at, 'warned', k.warned, 'level', k.level)
      from escalation.clock k left join named n using (complaint_id)
    union all
    select concat_ws(' ', 'notice', coalesce(n.name, 'nobody'), t.person_id, t.event, t.channel, t.endpoint, t.state, 'times', count(*))
      from notification.notice t left join named n on n.complaint_id = t.complaint
     group by n.name, t.person_id, t.event, t.channel, t.endpoint, t.state
    union all
    select concat_ws(' ', 'refused', input_topic, type, note, 'times', count(*))
      from intake.log
     where type like '%EventRefused'
     group by input_topic, type, note
    union all
    select concat_ws(' ', 'parked', 'intake', topic, code, 'times', count(*)) from intake.dead_letter group by topic, code
    union all
    select concat_ws(' ', 'parked', 'triage', topic, code, 'times', count(*)) from triage.dead_letter group by topic, code
    union all
    select concat_ws(' ', 'parked', 'escalation', topic, code, 'times', count(*)) from escalation.dead_letter group by topic, code
    union all
    select concat_ws(' ', 'parked', 'notification', topic, code, 'times', count(*)) from notification.dead_letter group by topic, code
    union all
    select concat_ws(' ', 'told', service, topic, sum(sequence)) from ombud.said group by service, topic
  ) as lines
 order by line;
