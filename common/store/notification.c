#include "common/store/notification.h"
#include "common/store/notification_columns.h"
#include "common/store/unnest.h"

#include <stddef.h>

enum {
	COMPLAINT_LOAD,
	NEXT_LOAD,
	NOTICE_LOAD,
	PREFERENCE_LOAD,
	CONTACT_LOAD,
	DISABLED_LOAD,
	COMPLAINT_PUT,
	NOTICE_INSERT,
	NOTICE_UPDATE,
	SENDING_INSERT,
	SENDING_DELETE,
	ATTEMPT_INSERT,
	INBOX_INSERT,
	INBOX_READ,
	PREFERENCE_PUT,
	CONTACT_PUT,
	PERSON_ERASE,
	ERASURE_PUT,
	ERASURE_PAGE,
	ERASURE_DELETE,
	ENDPOINT_DISABLE,
	SENDING_LOAD,
	INBOX_PAGE,
	STATEMENTS_COUNT
};

const struct pg_statement notification_statements[STATEMENTS_COUNT + 1] = {
    [COMPLAINT_LOAD] = {.name = "complaint_load",
	.text = "select " KNOWN_READ "c.held, c.held_until, c.waiting, c.held_trace, c.lines, c.moves, c.dues"
		"  from (select unnest($1), unnest($2)) as k(shard, complaint)"
		" cross join lateral ("
		"    select * from notification.complaint c where c.shard = k.shard and c.complaint = k.complaint offset 0) c",
	.params = "int4[] uuid[]",
	.columns = KNOWN_READ_COUNT + 7},
    /* "+ 0": by the line. The key of notices begins with the shard, too, and all of the shard's lie behind it. */
    [NEXT_LOAD] = {.name = "next_load",
	.text = "select n.shard, n.complaint, n.endpoint, n.id, n.place, n.attempts"
		"  from (select " UNNEST_ALL ") as k(shard, complaint, endpoint, place)"
		" cross join lateral ("
		"    select * from notification.notice n"
		"     where n.complaint = k.complaint and n.endpoint = k.endpoint and n.place > k.place"
		"       and n.shard + 0 = k.shard and n.state = 'pending'"
		"     order by n.complaint, n.endpoint, n.place"
		"     limit 1) n",
	.params = "int4[] uuid[] text[] int8[]",
	.columns = 6},
    [NOTICE_LOAD] = {.name = "notice_load",
	.text = "select " NOTICE_READ "n.state, n.attempts,"
		"       (select true from notification.sending s where s.shard = n.shard and s.notice = n.id) is not null"
		"  from (select unnest($1), unnest($2)) as k(shard, id)"
		" cross join lateral (select * from notification.notice n where n.shard = k.shard and n.id = k.id offset 0) n",
	.params = "int4[] uuid[]",
	.columns = NOTICE_READ_COUNT + 3},
    [PREFERENCE_LOAD] = {.name = "preference_load",
	.text = "select p.platform_id, p.person_id, p.language, p.channels, p.zone"
		"  from (select unnest($1), unnest($2)) as k(platform_id, person_id)"
		" cross join lateral ("
		"    select * from notification.preference p"
		"     where p.platform_id = k.platform_id and p.person_id = k.person_id offset 0) p",
	.params = "text[] text[]",
	.columns = 5},
    [CONTACT_LOAD] = {.name = "contact_load",
	.text = "select c.platform_id, c.person_id, c.channel, c.address, c.language"
		"  from (select unnest($1), unnest($2)) as k(platform_id, person_id)"
		" cross join lateral ("
		"    select * from notification.contact c"
		"     where c.platform_id = k.platform_id and c.person_id = k.person_id offset 0) c",
	.params = "text[] text[]",
	.columns = 5},
    [DISABLED_LOAD] = {.name = "disabled_load",
	.text = "select endpoint, url from notification.endpoint_state",
	.params = "",
	.columns = 2},
    [COMPLAINT_PUT] = {.name = "complaint_put",
	.text = "insert into notification.complaint (" KNOWN_WRITTEN "held, held_until, waiting, held_trace, lines, moves, dues)"
		" select " UNNEST_ALL " on conflict (shard, complaint) do update"
		"    set " KNOWN_SET "held = excluded.held, held_until = excluded.held_until, waiting = excluded.waiting,"
		"        held_trace = excluded.held_trace, lines = excluded.lines, moves = excluded.moves,"
		"        dues = excluded.dues",
	.params = KNOWN_PARAMS "bytea[] timestamptz[] bytea[] text[] text[] bytea[] text[]"},
    [NOTICE_INSERT] = {.name = "notice_insert",
	.text = "insert into notification.notice (" NOTICE_MADE "at, state, attempts, finished) select " UNNEST_ALL,
	.params = NOTICE_MADE_PARAMS "timestamptz[] text[] int4[] timestamptz[]"},
    [NOTICE_UPDATE] = {.name = "notice_update",
	.text = "update notification.notice n"
		"   set state = k.state, attempts = k.attempts, finished = k.finished, reason = k.reason"
		"  from (select " UNNEST_ALL ") as k(shard, id, state, attempts, finished, reason)"
		" where n.shard = any(array[k.shard]) and n.id = k.id",
	.params = "int4[] uuid[] text[] int4[] timestamptz[] text[]"},
    [SENDING_INSERT] = {.name = "sending_insert",
	.text = "insert into notification.sending select unnest($1), unnest($2)",
	.params = "int4[] uuid[]"},
    [SENDING_DELETE] = {.name = "sending_delete",
	.text = "delete from notification.sending s"
		" using unnest($1, $2) as k(shard, notice)"
		" where s.shard = any(array[k.shard]) and s.notice = k.notice",
	.params = "int4[] uuid[]"},
    [ATTEMPT_INSERT] = {.name = "attempt_insert",
	.text = "insert into notification.attempt select " UNNEST_ALL,
	.params = "int4[] uuid[] int4[] timestamptz[] text[] int4[] text[] int8[]"},
    [INBOX_INSERT] = {.name = "inbox_insert",
	.text = "insert into notification.inbox (platform_id, person_id, at, place, notice, shard)"
		" select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)",
	.params = "text[] text[] timestamptz[] int8[] uuid[] int4[]"},
    [INBOX_READ] = {.name = "inbox_read",
	.text = "update notification.inbox i"
		"   set read_at = coalesce(i.read_at, k.at)"
		"  from (select unnest($1), unnest($2), unnest($3)) as k(shard, notice, at)"
		" cross join lateral (select * from notification.notice n where n.shard = k.shard and n.id = k.notice offset 0) n"
		" where i.platform_id = any(array[n.platform_id]) and i.person_id = n.person_id and i.at = n.at"
		"   and i.place = n.place and i.notice = n.id",
	.params = "int4[] uuid[] timestamptz[]"},
    [PREFERENCE_PUT] = {.name = "preference_put",
	.text = "insert into notification.preference as p"
		" select distinct on (platform_id, person_id) *"
		"   from (select " UNNEST_ALL ")"
		"     as k(platform_id, person_id, language, channels, quiet_from, quiet_until, zone, changed_at)"
		"  order by platform_id, person_id, changed_at desc"
		" on conflict (platform_id, person_id) do update"
		"    set language = excluded.language,"
		"        channels = excluded.channels,"
		"        quiet_from = excluded.quiet_from,"
		"        quiet_until = excluded.quiet_until,"
		"        zone = excluded.zone,"
		"        changed_at = excluded.changed_at"
		"  where excluded.changed_at >= p.changed_at",
	.params = "text[] text[] text[] int4[] text[] text[] text[] timestamptz[]"},
    [CONTACT_PUT] = {.name = "contact_put",
	.text = "insert into notification.contact as c"
		" select distinct on (platform_id, person_id, channel) *"
		"   from (select " UNNEST_ALL ")"
		"     as k(platform_id, person_id, channel, party, address, language, changed_at)"
		"  order by platform_id, person_id, channel, changed_at desc"
		" on conflict (platform_id, person_id, channel) do update"
		"    set party = excluded.party,"
		"        address = excluded.address,"
		"        language = excluded.language,"
		"        changed_at = excluded.changed_at"
		"  where excluded.changed_at >= c.changed_at",
	.params = "text[] text[] int2[] int2[] text[] text[] timestamptz[]"},
    [PERSON_ERASE] = {.name = "person_erase",
	.text = "with gone as (select distinct * from unnest($1, $2) as k(platform_id, person_id)),"
		"     contacts as (delete from notification.contact c using gone g"
		"                   where c.platform_id = any(array[g.platform_id]) and c.person_id = g.person_id),"
		"     preferences as (delete from notification.preference p using gone g"
		"                   where p.platform_id = any(array[g.platform_id]) and p.person_id = g.person_id)"
		" select",
	.params = "text[] text[]"},
    [ERASURE_PUT] = {.name = "erasure_put",
	.text = "insert into notification.erasure (shard, id, platform_id, person_id, until)"
		" select distinct on (a, b) a, b, c, d, e from (select " UNNEST_ALL ") as r(a, b, c, d, e) order by a, b, e desc"
		" on conflict (shard, id) do update set until = excluded.until",
	.params = "int4[] uuid[] text[] text[] timestamptz[]"},
    /* Letters by the inbox, behind the place where the last page ended; what attempts have sent by what still holds words. */
    [ERASURE_PAGE] = {.name = "erasure_page",
	.text =
	    "with wanted as (select e.* from (select unnest($1), unnest($2)) as k(shard, id)"
	    "                 cross join lateral ("
	    "                    select * from notification.erasure e where e.shard = k.shard and e.id = k.id offset 0) e),"
	    "     page as (select w.shard, w.id, i.at, i.place, i.notice, i.shard as notice_shard"
	    "                from wanted w"
	    "               cross join lateral ("
	    "                  select * from notification.inbox i"
	    "                   where i.platform_id = w.platform_id and i.person_id = w.person_id"
	    "                     and (i.at, i.place, i.notice) > (w.after_at, w.after_place, w.after_notice)"
	    "                     and i.at <= w.until"
	    "                   order by i.platform_id, i.person_id, i.at, i.place, i.notice"
	    "                   limit $3) i),"
	    "     sent as (select w.shard, w.id, n.id as notice, n.shard as notice_shard"
	    "                from wanted w"
	    "               cross join lateral ("
	    "                  select * from notification.notice n"
	    "                   where n.platform_id = w.platform_id and n.person_id = w.person_id and n.at <= w.until"
	    "                     and n.payload is not null and n.state <> 'pending'"
	    "                   order by n.platform_id, n.person_id, n.at"
	    "                   limit $3) n),"
	    "     tried as (select w.shard, w.id"
	    "                 from wanted w"
	    "                cross join lateral ("
	    "                   select * from notification.notice n"
	    "                    where n.platform_id = w.platform_id and n.person_id = w.person_id and n.at <= w.until"
	    "                      and n.payload is not null and n.state = 'pending'"
	    "                    order by n.platform_id, n.person_id, n.at"
	    "                    limit 1) n),"
	    "     found as (select shard, id, notice, notice_shard from page union all select shard, id, notice, notice_shard from sent),"
	    "     emptied as (update notification.notice n"
	    "                    set subject = '', body = '', payload = null"
	    "                   from found f"
	    "                  where n.shard = any(array[f.notice_shard]) and n.id = f.notice),"
	    "     last as (select distinct on (shard, id) * from page order by shard, id, at desc, place desc, notice desc),"
	    "     moved as (update notification.erasure e set after_at = l.at, after_place = l.place, after_notice = l.notice"
	    "                 from last l"
	    "                where e.shard = any(array[l.shard]) and e.id = l.id)"
	    " select shard, id, count(notice), bool_or(is_left)"
	    "   from (select shard, id, notice, false as is_left from found"
	    "          union all select shard, id, null, true from tried"
	    "          union all select shard, id, null, false from wanted) r"
	    "  group by shard, id",
	.params = "int4[] uuid[] int4",
	.columns = 4},
    [ERASURE_DELETE] = {.name = "erasure_delete",
	.text = "delete from notification.erasure e"
		" using unnest($1, $2) as k(shard, id)"
		" where e.shard = any(array[k.shard]) and e.id = k.id",
	.params = "int4[] uuid[]"},
    [ENDPOINT_DISABLE] = {.name = "endpoint_disable",
	.text = "insert into notification.endpoint_state"
		" select distinct on (endpoint) * from unnest($1, $2, $3, $4) as k(endpoint, url, disabled_at, reason)"
		"  order by endpoint"
		" on conflict (endpoint) do update"
		"    set url = excluded.url, disabled_at = excluded.disabled_at, reason = excluded.reason"
		"  where endpoint_state.url <> excluded.url",
	.params = "text[] text[] timestamptz[] text[]"},
    [SENDING_LOAD] = {.name = "sending_load",
	.text = "select n.id, n.complaint, n.channel, n.endpoint, n.payload, n.attempts, n.trace,"
		"       (select c.address from notification.contact c"
		"         where c.platform_id = n.platform_id and c.person_id = n.person_id and c.channel = n.channel)"
		"  from (select * from notification.sending where shard = $1 offset 0) s"
		" cross join lateral ("
		"    select * from notification.notice n where n.shard = s.shard and n.id = s.notice offset 0) n"
		" order by n.complaint, n.place",
	.params = "int4",
	.columns = 8},
    [INBOX_PAGE] = {.name = "inbox_page",
	.text = "select jsonb_build_object('letters', coalesce(jsonb_agg(letter), '[]'))::text"
		"  from (select jsonb_build_object("
		"                   'cursor', (extract(epoch from i.at) * 1000000)::bigint || '_' || i.place || '_' || i.notice,"
		"                   'notice_id', i.notice,"
		"                   'at', to_char(i.at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
		"                   'read', i.read_at is not null,"
		"                   'recipient', (array['complainant', 'merchant', 'platform'])[n.recipient],"
		"                   'order_id', n.order_id,"
		"                   'complaint_id', n.complaint,"
		"                   'event', n.event,"
		"                   'language', n.language,"
		"                   'subject', n.subject,"
		"                   'text', n.body) as letter"
		"          from notification.inbox i"
		"         cross join lateral ("
		"            select * from notification.notice n where n.shard = i.shard and n.id = i.notice offset 0) n"
		"         where i.platform_id = $1 and i.person_id = $2 and (i.at, i.place, i.notice) > ($3, $4, $5)"
		"           and ($7 = 0 or n.recipient = $7)"
		"         order by i.at, i.place, i.notice"
		"         limit $6) page",
	.params = "text text timestamptz int8 uuid int4 int4",
	.columns = 1},
    {.name = NULL},
};

#define STATEMENT(name, index) const struct pg_statement *const notification_##name = &notification_statements[index]
STATEMENT(complaint_load, COMPLAINT_LOAD);
STATEMENT(next_load, NEXT_LOAD);
STATEMENT(notice_load, NOTICE_LOAD);
STATEMENT(preference_load, PREFERENCE_LOAD);
STATEMENT(contact_load, CONTACT_LOAD);
STATEMENT(disabled_load, DISABLED_LOAD);
STATEMENT(complaint_put, COMPLAINT_PUT);
STATEMENT(notice_insert, NOTICE_INSERT);
STATEMENT(notice_update, NOTICE_UPDATE);
STATEMENT(sending_insert, SENDING_INSERT);
STATEMENT(sending_delete, SENDING_DELETE);
STATEMENT(attempt_insert, ATTEMPT_INSERT);
STATEMENT(inbox_insert, INBOX_INSERT);
STATEMENT(inbox_read, INBOX_READ);
STATEMENT(preference_put, PREFERENCE_PUT);
STATEMENT(contact_put, CONTACT_PUT);
STATEMENT(person_erase, PERSON_ERASE);
STATEMENT(erasure_put, ERASURE_PUT);
STATEMENT(erasure_page, ERASURE_PAGE);
STATEMENT(erasure_delete, ERASURE_DELETE);
STATEMENT(endpoint_disable, ENDPOINT_DISABLE);
STATEMENT(sending_load, SENDING_LOAD);
STATEMENT(inbox_page, INBOX_PAGE);
