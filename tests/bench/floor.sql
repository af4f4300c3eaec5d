-- The floor's database: the four rows of the job, one function a batch, the offset fence in the same transaction.
create schema floor;
create table floor.inbox (event_id uuid primary key);
create table floor.complaint (
    id       bigint generated always as identity primary key,
    event_id uuid not null,
    order_id text not null,
    body     text not null);
create index on floor.complaint (order_id);
create table floor.timer (event_id uuid not null, due timestamptz not null);
create index on floor.timer (due);
create table floor.outbox (id bigint generated always as identity primary key, event_id uuid not null, key text not null);
create table floor.offsets (partition int primary key, next_offset bigint not null);
insert into floor.offsets select p, 0 from generate_series(0, 63) p;

create function floor.take(ids uuid[], orders text[], bodies text[], parts int[], froms bigint[], tos bigint[], acked bigint[])
returns table (event_id uuid, order_id text, outbox_id bigint) language plpgsql as $$
declare
    moved int;
begin
    update floor.offsets o set next_offset = f.t
      from unnest(parts, froms, tos) as f(p, f, t)
     where o.partition = f.p and o.next_offset = f.f;
    get diagnostics moved = row_count;
    if moved <> cardinality(parts) then
        raise exception 'fenced' using errcode = 'OM001';
    end if;
    delete from floor.outbox o where o.id = any (acked);
    return query
    with given as (
        select distinct on (u.id) u.id, u.o, u.b from unnest(ids, orders, bodies) as u(id, o, b)),
    fresh as (
        insert into floor.inbox select g.id from given g on conflict do nothing returning inbox.event_id),
    complaints as (
        insert into floor.complaint (event_id, order_id, body)
        select g.id, g.o, g.b from given g join fresh f on f.event_id = g.id
        returning complaint.event_id, complaint.order_id),
    timers as (
        insert into floor.timer select c.event_id, now() + interval '24 hours' from complaints c)
    insert into floor.outbox as x (event_id, key) select c.event_id, c.order_id from complaints c
    returning x.event_id, x.key, x.id;
end $$;

-- The same with Ombud's bytes: the order is read, and what is told lies in the outbox as it goes out. A row of it is as wide as one of
-- intake's log (708 bytes of a filed complaint).
create table floor.orders (order_id text collate "C" primary key, facts bytea not null);
create table floor.told (
    id       bigint generated always as identity primary key,
    event_id uuid not null,
    key      text not null,
    head     text not null,
    payload  bytea not null);

create function floor.take_whole(ids uuid[], orders text[], bodies text[], parts int[], froms bigint[], tos bigint[], acked bigint[],
                                 heads text[], payloads bytea[])
returns table (place int, told_id bigint) language plpgsql as $$
declare
    moved int;
begin
    update floor.offsets o set next_offset = f.t
      from unnest(parts, froms, tos) as f(p, f, t)
     where o.partition = f.p and o.next_offset = f.f;
    get diagnostics moved = row_count;
    if moved <> cardinality(parts) then
        raise exception 'fenced' using errcode = 'OM001';
    end if;
    delete from floor.told o where o.id = any (acked);
    return query
    with given as materialized (
        select distinct on (u.id) u.id, u.o, u.b, u.h, u.p, u.n
          from (select unnest(ids), unnest(orders), unnest(bodies), unnest(heads), unnest(payloads), generate_subscripts(ids, 1))
            as u(id, o, b, h, p, n)),
    fresh as (
        insert into floor.inbox select g.id from given g on conflict do nothing returning inbox.event_id),
    taken as materialized (
        select g.* from given g join fresh f on f.event_id = g.id order by g.n),
    complaints as (
        insert into floor.complaint (event_id, order_id, body) select t.id, t.o, t.b from taken t),
    timers as (
        insert into floor.timer select t.id, now() + interval '24 hours' from taken t),
    told as (
        insert into floor.told as x (event_id, key, head, payload) select t.id, t.o, t.h, t.p from taken t
        returning x.id, x.event_id)
    select t.n, told.id from told join taken t on t.id = told.event_id;
end $$;
