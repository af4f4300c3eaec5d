/* ombudctl dlt replay: dead letters of the inbox sent again, one by its id or all that are parked and fit --reason, --key, --since,
 * --until, --type, --source (or --all); --dry-run lists and counts them. One ombudctl at a time, and only what is still parked: a
 * letter is marked when the broker has it, so replayed twice is replayed once. Only of the inbox: readers of the fact topics know
 * those by their number and would drop them as repeats. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/json.h"
#include "services/ombudctl/dlt.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/producer.h"

enum { TOGETHER = 500, WAIT_MS = 15000, JSON_VALUES_MAX = 4096 };

static const char inbox[] = "ombud.inbox.v1", filters[] = "reason key since until type source all";

/* A letter that is to be sent; one that has been is marked. */
struct replayed {
	struct letter_id id;
	char *name; /* as dlt list shows it */
	bool sent, acknowledged;
};

struct replay {
	struct ctl *ctl;
	struct replayed *rows;
	int count, shown;
	int done, failed;
	struct table *table; /* NULL: not a dry run */
};

/* ---- which ones ---- */

struct origin {
	const char *type, *source; /* "" where the record does not say */
};

static const char *header_text(struct arena *arena, const struct headers *headers, const char *name)
{
	const struct header *header = wire_header_find(headers, name);
	return header && header->value ? arena_strndup(arena, header->value, header->size) : "";
}

/* Binary mode says it in headers, structured mode in its JSON. */
static struct origin origin_of(struct arena *arena, const struct pg_result *letter)
{
	struct headers headers = {0};
	size_t size;
	if (!dlt_headers(arena, letter, &headers))
		return (struct origin){"", ""};
	struct origin origin = {header_text(arena, &headers, "ce_type"), header_text(arena, &headers, "ce_source")};
	const char *value = pg_get_bytes(letter, 0, 7, &size);
	char error[JSON_ERROR_SIZE];
	struct json *tree =
	    !*origin.type && value && size && *value == '{' ? json_parse(value, size, JSON_VALUES_MAX, error, NULL) : NULL;
	if (tree) {
		origin.type = arena_strdup(arena, json_text_of(json_member(tree, "type")));
		origin.source = arena_strdup(arena, json_text_of(json_member(tree, "source")));
		json_free(tree);
	}
	return origin;
}

/* The whole type, or its last part: ComplaintFiled. */
static bool is_type(const char *type, const char *wanted)
{
	const char *dot = strrchr(type, '.');
	return !strcmp(type, wanted) || (dot && !strcmp(dot + 1, wanted));
}

static bool fits(const struct ctl *ctl, const struct origin *origin)
{
	const char *type = ctl_flag(ctl, "type"), *source = ctl_flag(ctl, "source");
	return (!type || is_type(origin->type, type)) && (!source || !strcmp(origin->source, source));
}

static bool is_filtered(const struct ctl *ctl)
{
	char list[sizeof filters], *rest = list;
	memcpy(list, filters, sizeof filters);
	for (char *name; (name = strsep(&rest, " "));)
		if (ctl_flag(ctl, name))
			return true;
	return false;
}

static void add(struct replay *replay, const struct pg_result *found, int row)
{
	struct replayed *added;
	replay->rows = xrealloc(replay->rows, ((size_t)replay->count + 1) * sizeof *replay->rows);
	added = &replay->rows[replay->count++];
	*added = (struct replayed){.name = xstrdup(pg_get_text(found, row, 3))};
	snprintf(added->id.service, sizeof added->id.service, "intake");
	snprintf(added->id.topic, sizeof added->id.topic, "%s", inbox);
	added->id.partition = pg_get_int4(found, row, 0);
	added->id.offset = pg_get_int8(found, row, 1);
	added->id.seq = pg_get_int8(found, row, 2);
}

/* Those that the database can tell; type and source stand within the record. */
static bool find(struct replay *replay)
{
	static const char *const asked[] = {"reason", "since", "until", "key"};
	struct pg_args *args = pg_args_new();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
		pg_args_text(args, ctl_flag(replay->ctl, asked[i]));
	struct pg_result *found = ctl_run(replay->ctl, &dead_letters_parked, args);
	for (int row = 0; found && row < pg_result_rows(found); row++)
		add(replay, found, row);
	pg_args_free(args);
	pg_result_free(found);
	return found != NULL;
}

/* ---- one ---- */

/* What it says of its time is bounded by when it was first read, not by this day. */
static void add_receipt(struct arena *arena, const struct pg_result *letter, struct headers *headers)
{
	struct wire_receipt known, first = {pg_get_instant(letter, 0, 0), pg_get_instant(letter, 0, 1)};
	if (!wire_receipt_find(headers, &known))
		*headers = wire_receipt_put(arena, headers, &first);
}

/* The record as it was, back to its partition: key, value and headers byte for byte, and when it was first received. */
static bool send_again(
    const struct ctl *ctl, struct arena *arena, struct producer *producer, const struct pg_result *letter, struct replayed *row)
{
	char name[TOPIC_NAME_SIZE];
	struct kafka_message message = {
	    .topic = broker_topic(ctl, row->id.topic, name),
	    .partition = row->id.partition,
	    .timestamp_us = pg_get_instant(letter, 0, 1),
	    .opaque = row,
	};
	if (!dlt_headers(arena, letter, &message.headers)) /* it would be another record */
		return false;
	add_receipt(arena, letter, &message.headers);
	message.key = pg_get_bytes(letter, 0, 6, &message.key_size);
	message.value = pg_get_bytes(letter, 0, 7, &message.size);
	if (producer_send(producer, &message))
		return true;
	ctl_say("%s: not sent: the broker takes no record of this size", row->name);
	return false;
}

static void delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	struct replayed *row = opaque;
	row->acknowledged = !error;
	if (error)
		ctl_say("%s: not sent: %s", row->name, error);
}

static void show(struct replay *replay, const struct pg_result *letter, const struct replayed *row, const struct origin *origin)
{
	char instant[INSTANT_TEXT_SIZE];
	size_t size;
	const char *key = pg_get_bytes(letter, 0, 6, &size);
	char *key_text = key ? strndup(key, size) : xstrdup("");
	const char *const cells[] = {row->name, instant_format(pg_get_instant(letter, 0, 0), instant), pg_get_text(letter, 0, 2),
	    origin->type, origin->source, key_text};
	if (replay->shown++ < ctl_number(replay->ctl, "limit"))
		for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
			table_cell(replay->table, cells[i]);
	free(key_text);
}

/* true: it is one of them; producer NULL: it is only looked at. */
static bool take(struct replay *replay, struct producer *producer, struct replayed *row)
{
	enum exit_code code;
	struct pg_result *letter = dlt_read(replay->ctl, &row->id, &code);
	bool parked = letter && !strcmp(pg_get_text(letter, 0, 5), "parked");
	struct arena *arena = arena_new(0);
	struct origin origin = parked ? origin_of(arena, letter) : (struct origin){"", ""};
	bool one = parked && fits(replay->ctl, &origin);
	if (one && producer)
		row->sent = send_again(replay->ctl, arena, producer, letter, row);
	else if (one && replay->table)
		show(replay, letter, row, &origin);
	arena_free(arena);
	pg_result_free(letter);
	return one;
}

/* ---- all ---- */

/* Those that do not fit go. The database has told which are parked: only what stands within a record, or is to be shown, is read.
 */
static void keep_fitting(struct replay *replay)
{
	int kept = 0;
	if (!replay->table && !ctl_flag(replay->ctl, "type") && !ctl_flag(replay->ctl, "source"))
		return;
	for (int i = 0; i < replay->count; i++) {
		if (take(replay, NULL, &replay->rows[i]))
			replay->rows[kept++] = replay->rows[i];
		else
			free(replay->rows[i].name);
	}
	replay->count = kept;
}

/* A letter is marked when the broker has it; what a kill leaves between the two is sent twice, and taken once: a publisher's id is
 * known. */
static void send_some(struct replay *replay, struct replayed *rows, int count)
{
	struct producer *producer = producer_new(replay->ctl, delivered, replay);
	for (int i = 0; i < count; i++)
		take(replay, producer, &rows[i]);
	producer_finish(producer, WAIT_MS);
	for (int i = 0; i < count; i++) {
		bool done = rows[i].acknowledged && dlt_mark(replay->ctl, &rows[i].id, rows[i].name, "replayed") == EXIT_CODE_OK;
		replay->done += done;
		replay->failed += !done;
	}
}

static enum exit_code tell(const struct replay *replay, bool dry)
{
	if (ctl_json(replay->ctl))
		printf("{\"found\": %d, \"replayed\": %d, \"failed\": %d, \"dry_run\": %s}\n", replay->count, replay->done,
		    replay->failed, dry ? "true" : "false");
	else if (dry)
		ctl_say("%d would be replayed", replay->count);
	else
		ctl_say("%d replayed, %d not", replay->done, replay->failed);
	return !replay->failed ? EXIT_CODE_OK : replay->done ? EXIT_CODE_PARTIAL : EXIT_CODE_FAILED;
}

static bool lock(struct ctl *ctl)
{
	struct pg_result *locked = ctl_run(ctl, &dead_letters_lock, NULL);
	pg_result_free(locked);
	return locked != NULL;
}

static enum exit_code replay_all(struct replay *replay)
{
	static const char *const headings[] = {"id", "at", "code", "type", "source", "key"};
	bool dry = ctl_flag(replay->ctl, "dry-run");
	replay->table = dry ? table_new(sizeof headings / sizeof *headings, headings) : NULL;
	keep_fitting(replay);
	if (dry && replay->count && !ctl_json(replay->ctl))
		table_print(replay->table, "");
	if (dry)
		table_free(replay->table);
	if (dry || !replay->count)
		return tell(replay, dry);
	if (!ctl_confirm(replay->ctl,
		replay->count == 1 ? "Send %d record to the inbox again?" : "Send %d records to the inbox again?", replay->count))
		return EXIT_CODE_USAGE;
	if (broker_lacks(replay->ctl, inbox))
		return EXIT_CODE_FAILED;
	for (int from = 0; from < replay->count; from += TOGETHER) {
		int left = replay->count - from;
		send_some(replay, replay->rows + from, left < TOGETHER ? left : TOGETHER);
	}
	return tell(replay, false);
}

/* One by its id. Not parked any more: it is done, or nobody wants it. */
static enum exit_code find_one(struct replay *replay)
{
	struct letter_id id = dlt_id(replay->ctl);
	enum exit_code code;
	if (strcmp(id.service, "intake") || strcmp(id.topic, inbox))
		die("only records of the inbox can be sent again: %s knows this one by its number, has passed it, and would drop it as a "
		    "repeat. Mend what its reason names (dlt show %s); the complaint goes on with the next fact, which says where it stands "
		    "(ombudctl complaint show). A letter or a clock that this one alone would have begun is to be seen to by hand; then dlt "
		    "discard",
		    id.service, replay->ctl->flags.words[0]);
	struct pg_result *letter = dlt_read(replay->ctl, &id, &code);
	if (!letter)
		return code;
	const char *state = pg_get_text(letter, 0, 5);
	code = !strcmp(state, "discarded") ? EXIT_CODE_NOT_FOUND : EXIT_CODE_OK;
	if (strcmp(state, "parked") != 0) {
		ctl_say("%s is %s already", replay->ctl->flags.words[0], words_in_use(state));
	} else {
		replay->rows = xcalloc(1, sizeof *replay->rows);
		replay->rows[replay->count++] = (struct replayed){.id = id, .name = xstrdup(pg_get_text(letter, 0, 10))};
	}
	pg_result_free(letter);
	return code;
}

enum exit_code dlt_replay(struct ctl *ctl)
{
	struct replay replay = {.ctl = ctl};
	bool one = ctl->flags.words_count, filtered = is_filtered(ctl);
	if (one == filtered)
		die("wanted: an ID, or which ones: --reason, --key, --since, --until, --type, --source, or --all");
	const char *topic = ctl_flag(ctl, "topic");
	if (topic && strcmp(topic, inbox) != 0)
		die("only records of %s can be sent again: readers of the others know them by their number, and drop repeats",
		    inbox);
	if (!lock(ctl))
		return EXIT_CODE_FAILED;
	enum exit_code code = one ? find_one(&replay) : find(&replay) ? EXIT_CODE_OK : EXIT_CODE_FAILED;
	if (code == EXIT_CODE_OK)
		code = replay_all(&replay);
	for (int i = 0; i < replay.count; i++)
		free(replay.rows[i].name);
	free(replay.rows);
	return code;
}
