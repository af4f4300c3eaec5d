-- migrate:up
-- Is all quiet? What steps the virtual clock asks after each step (services/player, tests, drills): nothing is on its way between
-- the daemons, no timer is due, no notice is being sent. One snapshot, a few dozen index probes.

-- What each daemon has said (topic, shard, last shard_sequence given) and taken (last shard_sequence taken, next offset to read).
create view ombud.said as
select o.service, o.shard, u.topic, u.sequence
  from ombud.ownership o cross join lateral unnest(o.out_topics, o.out_sequences) as u(topic, sequence);

create view ombud.taken as
select o.service, o.shard, u.topic, u.sequence, u.next_offset
  from ombud.ownership o cross join lateral unnest(o.topics, o.in_sequences, o.next_offsets) as u(topic, sequence, next_offset);

create index log_forwarded on intake.log (shard) where type = 'forwarded';

-- inbox_ends: by partition, the end of what was published to the inbox; intake must have read up to there.
-- busy: what is still under way, for people; null when all is quiet. next_due: of the next timer; null when there is none.
-- topics, said: per topic of ours, how many facts there are to be read of it (over all shards).
create function ombud.quiet(
    inbox_ends bigint[], out busy text, out next_due timestamptz, out topics text[], out said bigint[])
language plpgsql stable as $$
declare
    instant timestamptz;
begin
    select now into instant from ombud.virtual_clock;
    select min(due) into next_due from ombud.next_timer;
    select least(next_due, min(begins_at)) into next_due from ombud.campaign 
     where state = 'running' and begins_at > coalesce(instant, clock_timestamp());
    if next_due <= instant then
        select format('a timer of %s', n.service) into busy from ombud.next_timer n order by due limit 1;
        return;
    end if;

    select format('%s has not read the inbox, partition %s: it is at %s of %s', 'intake', e.place - 1, coalesce(t.next_offset, 0), e.ends)
      into busy
      from unnest(inbox_ends) with ordinality as e(ends, place)
           left join ombud.taken t on t.service = 'intake' and t.shard = e.place - 1 and t.topic = 'ombud.inbox.v1'
     where coalesce(t.next_offset, 0) < e.ends
     limit 1;
    if busy is not null then
        return;
    end if;

    -- A misplaced record is sent on to another partition of the inbox, whose end nobody here knows: it is taken when its identity is
    -- in the log of another shard, or a complaint's.
    select format('intake has not taken again what shard %s sent on', f.shard)
      into busy
      from intake.log f
     where f.type = 'forwarded'
       and not exists (select from intake.ownership o join intake.seen s on s.shard = o.shard and s.cause = f.cause
                        where o.shard <> f.shard)
       and not exists (select from intake.complaint c where c.order_id = f.aggregateid and c.identity = f.cause)
     limit 1;
    if busy is not null then
        return;
    end if;

    select format('%s has not taken %s, shard %s: it is at %s of %s', t.service, t.topic, t.shard, t.sequence, s.sequence)
      into busy
      from ombud.said s
           join ombud.taken t on t.topic = s.topic and t.shard = s.shard and t.service <> s.service
     where t.sequence < s.sequence
     limit 1;
    if busy is not null then
        return;
    end if;

    select format('%s has not taken %s from shard %s, shard %s: it is at %s of %s', t.service, s.topic, s.shard, t.shard,
                  coalesce(i.sequence, 0), s.sequence)
      into busy
      from ombud.hop_out s
           join ombud.taken t on t.topic = s.topic and t.shard = s.to_partition
           left join ombud.hop_in i
             on i.service = t.service and i.shard = t.shard and i.topic = s.topic and i.from_shard = s.shard
     where coalesce(i.sequence, 0) < s.sequence
     limit 1;
    if busy is not null then
        return;
    end if;

    -- A daemon that has not owned a shard yet has taken nothing of it.
    select format('%s has not owned shard %s yet', n.name, s.shard)
      into busy
      from (select shard from ombud.said where sequence > 0 union select to_partition from ombud.hop_out) as s(shard)
           cross join ombud.service n
     where not exists (select from ombud.taken t where t.service = n.name and t.shard = s.shard)
     limit 1;
    if busy is not null then
        return;
    end if;

    select format('campaign %s walks shard %s of %s', c.id, o.shard, c.service)
      into busy
      from ombud.campaign c
           join ombud.ownership o on o.service = c.service
           left join ombud.walk w on w.service = c.service and w.shard = o.shard and w.campaign = c.id and w.round = c.round
     where c.state = 'running' and not coalesce(w.done, false) and (c.begins_at > coalesce(instant, clock_timestamp())) is not true
     limit 1;
    if busy is not null then
        return;
    end if;

    select format('a notice is being sent') into busy from notification.sending limit 1;
    if busy is not null then
        return;
    end if;

    select array_agg(g.topic order by g.topic), array_agg(g.said order by g.topic)
      into topics, said
      from (select s.topic, sum(s.sequence)::bigint as said from ombud.said s group by s.topic) as g;
end $$;

-- Steps the clock, forward only, and wakes every daemon's timers.
create function ombud.step_clock(instant timestamptz) returns void language sql as $$
    insert into ombud.virtual_clock as c (now) values (instant)
    on conflict (one) do update set now = greatest(c.now, excluded.now);
    select pg_notify('ombud_clock', '');
$$;

-- migrate:down
drop function ombud.step_clock(timestamptz);
drop function ombud.quiet(bigint[]);
drop index intake.log_forwarded;
drop view ombud.taken;
drop view ombud.said;
