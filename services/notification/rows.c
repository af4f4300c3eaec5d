#include "services/notification/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/log.h"
#include "common/store/notification.h"
#include "common/store/notification_columns.h"
#include "common/wire/wire.h"

/* A row has no other word for sending than pending: that it is sent is a row of its own. */
static const char *const state_names[] = {
    [NOTICE_PENDING] = "pending",
    [NOTICE_SENDING] = "sending",
    [NOTICE_DELIVERED] = "delivered",
    [NOTICE_DEAD] = "dead",
};

const char *notice_state_name(enum notice_state state)
{
	return state_names[state];
}

static enum notice_state notice_state_by_name(const char *name)
{
	for (int i = NOTICE_PENDING; i < NOTICE_DEAD; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum notice_state)i;
	return NOTICE_DEAD;
}

/* Each write set and its statement, in the order in which they are sent. */
#define ROWS(X)                                       \
	X(complaints, notification_complaint_put)     \
	X(notices, notification_notice_insert)        \
	X(notice_changes, notification_notice_update) \
	X(begun, notification_sending_insert)         \
	X(over, notification_sending_delete)          \
	X(attempts, notification_attempt_insert)      \
	X(letters, notification_inbox_insert)         \
	X(letters_read, notification_inbox_read)      \
	X(preferences, notification_preference_put)   \
	X(contacts, notification_contact_put)         \
	X(erased, notification_person_erase)          \
	X(erasures, notification_erasure_put)         \
	X(erasures_done, notification_erasure_delete) \
	X(disabled, notification_endpoint_disable)

void rows_new(struct rows *rows)
{
#define ROWS_NEW(member, statement) rows->member = pg_rows_new(statement);
	ROWS(ROWS_NEW)
}

void rows_reset(struct rows *rows)
{
#define ROWS_RESET(member, statement) pg_rows_reset(rows->member);
	ROWS(ROWS_RESET)
}

void rows_send(struct rows *rows, struct pg *pg)
{
#define ROWS_SEND(member, statement) pg_rows_send(pg, rows->member, NULL, NULL);
	ROWS(ROWS_SEND)
}

/* Behind the listed columns of a complaint. */
enum { HELD, HELD_UNTIL, WAITING, HELD_TRACE, LINES, MOVES, DUES };

static const char *text_at(const struct pg_result *result, int row, int column, struct arena *arena)
{
	return arena_strdup(arena, pg_get_text(result, row, column));
}

static const char *note_at(const struct pg_result *result, int row, int column, struct arena *arena)
{
	return pg_is_null(result, row, column) ? "" : text_at(result, row, column, arena);
}

static void write_held(struct pg_rows *row, struct arena *arena, const struct known *known)
{
	size_t size = 0;
	const void *bytes = known->held ? wire_pack(arena, known->held, &size) : NULL;
	if (known->unreadable)
		pg_rows_bytes(row, known->held_stored.data, known->held_stored.size);
	else
		pg_rows_bytes(row, bytes, size);
	pg_rows_instant(row, known->held || known->held_stored.data ? known->held_until_us : 0);
}

static struct stored_bytes stored(struct arena *arena, const struct pg_result *result, int row, int column)
{
	struct stored_bytes bytes = {NULL, 0};
	if (!pg_is_null(result, row, column)) {
		const void *data = pg_get_bytes(result, row, column, &bytes.size);
		bytes.data = arena_copy(arena, data, bytes.size);
	}
	return bytes;
}

static void read_held(struct batch *batch, const struct pg_result *result, int row, struct known *known)
{
	known->held_stored = stored(batch->arena, result, row, KNOWN_READ_COUNT + HELD);
	if (!known->held_stored.data)
		return;
	known->held_until_us = pg_get_instant(result, row, KNOWN_READ_COUNT + HELD_UNTIL);
	known->held_trace = note_at(result, row, KNOWN_READ_COUNT + HELD_TRACE, batch->arena);
	known->held = batch_unpack(batch, EVENT_COMPLAINT_CHANGED, known->held_stored.data, known->held_stored.size,
	    NOTIFICATION_HELD, known->facts.complaint_id);
	known->unreadable |= !known->held;
}

/* Of each: its type's name and a NUL, its traceparent and a NUL, its size in four bytes, its message. */
static void write_waiting(struct pg_rows *row, struct arena *arena, const struct known *known, const struct waiting *first,
    const struct stored_bytes *stored)
{
	struct buf bytes = BUF_EMPTY;
	for (const struct waiting *waiting = first; waiting; waiting = waiting->next) {
		size_t size;
		const void *message = wire_pack(arena, waiting->event, &size);
		const char *name = event_type_name(waiting->event->type_id);
		uint32_t count = (uint32_t)size;
		buf_append(&bytes, name, strlen(name) + 1);
		buf_append(&bytes, waiting->trace, strlen(waiting->trace) + 1);
		buf_append(&bytes, &count, sizeof count);
		buf_append(&bytes, message, size);
	}
	if (known->unreadable)
		pg_rows_bytes(row, stored->data, stored->size);
	else
		pg_rows_bytes(row, bytes.data, bytes.size);
	buf_free(&bytes);
}

/* One of them, from at; NULL: told that it cannot be read. */
static const char *read_one_waiting(
    struct batch *batch, const char *at, const char *end, struct known *known, const char *what, struct waiting *waiting)
{
	const char *name_end = memchr(at, 0, (size_t)(end - at));
	const char *trace_end = name_end ? memchr(name_end + 1, 0, (size_t)(end - name_end - 1)) : NULL;
	uint32_t count = 0;
	enum event_type type = trace_end ? event_type_by_name(at) : EVENT_NONE;
	const char *message = trace_end ? trace_end + 1 + sizeof count : end;
	if (type != EVENT_NONE && message <= end)
		memcpy(&count, trace_end + 1, sizeof count);
	if (type == EVENT_NONE || message > end || (size_t)(end - message) < count) {
		batch_misread(what, known->facts.complaint_id, "cut, or of no known type");
		return NULL;
	}
	waiting->trace = arena_strdup(batch->arena, name_end + 1);
	waiting->event = batch_unpack(batch, type, message, count, what, known->facts.complaint_id);
	return waiting->event ? message + count : NULL;
}

static void read_waiting(
    struct batch *batch, const struct stored_bytes *bytes, struct known *known, const char *what, struct waiting **last)
{
	const char *at = bytes->data, *end = at + bytes->size;
	while (at && at < end) {
		struct waiting *waiting = arena_alloc(batch->arena, sizeof *waiting);
		at = read_one_waiting(batch, at, end, known, what, waiting);
		if (!at) {
			known->unreadable = true;
			return;
		}
		*last = waiting;
		last = &waiting->next;
	}
}

/* Of each line: its count, the size of its endpoint's id, the id. Kept beside the complaint, so that nothing has to be counted. */
static void write_lines(struct pg_rows *row, const struct known *known)
{
	struct buf text = BUF_EMPTY;
	for (const struct line *line = known->lines; line; line = line->next)
		if (line->open > 0)
			buf_printf(&text, "%d %zu %s", (int)line->open, strlen(line->endpoint), line->endpoint);
	pg_rows_text(row, buf_string(&text));
	buf_free(&text);
}

static void read_lines(struct arena *arena, const char *text, struct known *known)
{
	struct line **last = &known->lines;
	while (*text) {
		char *end;
		int32_t open = (int32_t)strtol(text, &end, 10);
		size_t size = strtoul(end, &end, 10);
		if (*end != ' ' || size > strlen(end + 1))
			return;
		struct line *line = arena_alloc(arena, sizeof *line);
		*line = (struct line){arena_strndup(arena, end + 1, size), open, NULL};
		*last = line;
		last = &line->next;
		text = end + 1 + size;
	}
}

/* Of each clock that runs, or is internal: its kind, when it is due (0: it does not run, or stands still), whether that is told to
 * the platform only. */
static void write_dues(struct pg_rows *row, const struct notice_facts *facts)
{
	struct buf text = BUF_EMPTY;
	for (int clock = 1; clock < CLOCK_COUNT; clock++)
		if (facts->due_us[clock] || facts->internal[clock])
			buf_printf(&text, "%d %lld %d ", clock, (long long)facts->due_us[clock], facts->internal[clock]);
	pg_rows_text(row, buf_string(&text));
	buf_free(&text);
}

static void read_dues(const char *text, struct notice_facts *facts)
{
	while (*text) {
		char *end;
		long clock = strtol(text, &end, 10);
		int64_t due_us = strtoll(end, &end, 10);
		bool internal = strtol(end, &end, 10) != 0;
		if (*end != ' ')
			return;
		text = end + 1;
		if (clock <= 0 || clock >= CLOCK_COUNT)
			continue;
		facts->due_us[clock] = due_us;
		facts->internal[clock] = internal;
	}
}

void rows_known(struct rows *all, struct arena *arena, const struct known *known)
{
	struct pg_rows *rows = all->complaints;
	const struct known *c = known;
	KNOWN_COLUMNS(COLUMN_WRITE)
	write_held(rows, arena, known);
	write_waiting(rows, arena, known, known->waiting, &known->waiting_stored);
	pg_rows_text(rows, known->held_trace);
	write_lines(rows, known);
	write_waiting(rows, arena, known, known->moves, &known->moves_stored);
	write_dues(rows, &known->facts);
}

void rows_read_known(struct batch *batch, const struct pg_result *result, int row, struct known *known)
{
	char text[UUID_TEXT_SIZE];
	struct arena *arena = batch->arena;
	struct known *c = known;
	int column = 0;
	KNOWN_COLUMNS(COLUMN_READ)
	known->facts.complaint_id = arena_strdup(arena, uuid_format(&known->key.complaint, text));
	read_held(batch, result, row, known);
	known->waiting_stored = stored(arena, result, row, KNOWN_READ_COUNT + WAITING);
	known->moves_stored = stored(arena, result, row, KNOWN_READ_COUNT + MOVES);
	read_waiting(batch, &known->waiting_stored, known, NOTIFICATION_WAITING, &known->waiting);
	read_waiting(batch, &known->moves_stored, known, NOTIFICATION_MOVES, &known->moves);
	read_lines(arena, pg_get_text(result, row, KNOWN_READ_COUNT + LINES), known);
	read_dues(pg_get_text(result, row, KNOWN_READ_COUNT + DUES), &known->facts);
}

static bool finished(const struct notice *notice)
{
	return notice->state == NOTICE_DELIVERED || notice->state == NOTICE_DEAD;
}

void rows_notice(struct rows *all, const struct notice *notice, int64_t now_us)
{
	struct pg_rows *rows = all->notices;
	const struct notice *c = notice;
	NOTICE_COLUMNS(COLUMN_WRITE, COLUMN_WRITE)
	pg_rows_instant(rows, now_us);
	pg_rows_text(rows, notice_state_name(notice->state));
	pg_rows_int4(rows, notice->attempts);
	pg_rows_instant(rows, finished(notice) ? now_us : 0);
}

void rows_read_notice(struct arena *arena, const struct pg_result *result, int row, struct notice *notice)
{
	struct notice *c = notice;
	int column = 0;
	*notice = (struct notice){.subject = "", .body = ""};
	NOTICE_COLUMNS(COLUMN_NOT, COLUMN_READ)
	notice->state = notice_state_by_name(pg_get_text(result, row, column++));
	notice->attempts = pg_get_int4(result, row, column++);
	if (pg_get_bool(result, row, column))
		notice->state = NOTICE_SENDING;
}

struct notice rows_read_sending(const struct pg_result *result, int row)
{
	struct notice notice = {.channel = (enum notice_channel)pg_get_int2(result, row, 2),
	    .endpoint = pg_get_text(result, row, 3),
	    .payload = pg_get_text(result, row, 4),
	    .state = NOTICE_SENDING,
	    .attempts = pg_get_int4(result, row, 5),
	    .trace = pg_is_null(result, row, 6) ? "" : pg_get_text(result, row, 6),
	    .contact = pg_is_null(result, row, 7) ? "" : pg_get_text(result, row, 7)};
	notice.key.id = pg_get_uuid(result, row, 0);
	return notice;
}

void rows_notice_change(struct rows *rows, const struct notice *notice, int64_t now_us)
{
	struct pg_rows *row = rows->notice_changes;
	pg_rows_int4(row, notice->key.shard);
	pg_rows_uuid(row, &notice->key.id);
	pg_rows_text(row, notice_state_name(notice->state));
	pg_rows_int4(row, notice->attempts);
	pg_rows_instant(row, finished(notice) ? now_us : 0);
	pg_rows_text(row, notice->reason);
}

void rows_begun(struct rows *rows, const struct notice *notice)
{
	pg_rows_int4(rows->begun, notice->key.shard);
	pg_rows_uuid(rows->begun, &notice->key.id);
}

void rows_over(struct rows *rows, const struct notice *notice)
{
	pg_rows_int4(rows->over, notice->key.shard);
	pg_rows_uuid(rows->over, &notice->key.id);
}

void rows_attempt(
    struct rows *rows, const struct notice *notice, const struct attempt_result *result, const char *outcome, int64_t now_us)
{
	struct pg_rows *row = rows->attempts;
	pg_rows_int4(row, notice->key.shard);
	pg_rows_uuid(row, &notice->key.id);
	pg_rows_int4(row, result->attempt);
	pg_rows_instant(row, now_us);
	pg_rows_text(row, outcome);
	pg_rows_int4(row, result->status);
	pg_rows_text(row, result->reason);
	pg_rows_int8(row, result->duration_us);
}

void rows_letter(struct rows *rows, const struct notice *notice, int64_t now_us)
{
	struct pg_rows *row = rows->letters;
	pg_rows_text(row, notice->platform_id);
	pg_rows_text(row, notice->person_id);
	pg_rows_instant(row, now_us);
	pg_rows_int8(row, notice->place);
	pg_rows_uuid(row, &notice->key.id);
	pg_rows_int4(row, notice->key.shard);
}

void rows_read(struct rows *rows, int shard, const struct uuid *notice, int64_t at_us)
{
	pg_rows_int4(rows->letters_read, shard);
	pg_rows_uuid(rows->letters_read, notice);
	pg_rows_instant(rows->letters_read, at_us);
}

void rows_preference(struct rows *rows, const struct event *event, uint32_t channels)
{
	struct pg_rows *row = rows->preferences;
	pg_rows_text(row, event->platform_id);
	pg_rows_text(row, event->person_id);
	pg_rows_text(row, event->language);
	pg_rows_int4(row, (int32_t)channels);
	pg_rows_text(row, event->quiet_from);
	pg_rows_text(row, event->quiet_until);
	pg_rows_text(row, event->zone);
	pg_rows_instant(row, event->occurred_at_us);
}

void rows_contact(struct rows *rows, const struct event *event)
{
	struct pg_rows *row = rows->contacts;
	pg_rows_text(row, event->platform_id);
	pg_rows_text(row, event->person_id);
	pg_rows_int2(row, (int16_t)event->notice_channel);
	pg_rows_int2(row, (int16_t)event->party);
	pg_rows_text(row, event->address);
	pg_rows_text(row, event->language);
	pg_rows_instant(row, event->occurred_at_us);
}

void rows_erasure_done(struct rows *rows, int shard, const struct uuid *id)
{
	pg_rows_int4(rows->erasures_done, shard);
	pg_rows_uuid(rows->erasures_done, id);
}

void rows_erase(struct rows *rows, const struct event *event, int shard, const struct uuid *id, int64_t now_us)
{
	pg_rows_int4(rows->erasures, shard);
	pg_rows_uuid(rows->erasures, id);
	pg_rows_text(rows->erasures, event->platform_id);
	pg_rows_text(rows->erasures, event->person_id);
	pg_rows_instant(rows->erasures, now_us);
	pg_rows_text(rows->erased, event->platform_id);
	pg_rows_text(rows->erased, event->person_id);
}

void rows_disable(struct rows *rows, const char *endpoint, const char *url, int64_t now_us, const char *reason)
{
	pg_rows_text(rows->disabled, endpoint);
	pg_rows_text(rows->disabled, url);
	pg_rows_instant(rows->disabled, now_us);
	pg_rows_text(rows->disabled, reason);
}
