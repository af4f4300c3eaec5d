/* ombudctl dlt: records that could not be taken. An id is SERVICE:TOPIC/PARTITION/OFFSET, as `dlt list` shows it; with #SEQ behind
 * it, the row of the log, where several clusters in turn had a record at that place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/utf8.h"
#include "services/ombudctl/dlt.h"
#include "services/ombudctl/output.h"

enum { SHOWN_BYTES_MAX = 2048 };

struct letter_id dlt_id(const struct ctl *ctl)
{
	struct letter_id id = {.seq = 0};
	int used = 0, more = 0;
	const char *text = ctl->flags.words[0];
	int parts = sscanf(
	    text, "%31[^:]:%249[^/]/%d/%lld%n#%lld%n", id.service, id.topic, &id.partition, &id.offset, &used, &id.seq, &more);
	if (parts < 4 || text[parts == 5 ? more : used])
		die("'%s' is no id of a dead letter: SERVICE:TOPIC/PARTITION/OFFSET, as dlt list shows it", text);
	return id;
}

static struct pg_args *id_args(const struct letter_id *id)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, id->service);
	pg_args_text(args, id->topic);
	pg_args_int4(args, id->partition);
	pg_args_int8(args, id->offset);
	pg_args_int8(args, id->seq);
	return args;
}

struct pg_result *dlt_read(struct ctl *ctl, struct letter_id *id, enum exit_code *code)
{
	struct pg_args *args = id_args(id);
	struct pg_result *result = ctl_run(ctl, &dead_letter_read, args);
	pg_args_free(args);
	*code = EXIT_CODE_FAILED;
	if (result && pg_result_rows(result) == 1) {
		id->seq = pg_get_int8(result, 0, 11);
		return result;
	}
	if (result && !pg_result_rows(result)) {
		ctl_say("no dead letter %s", ctl->flags.words[0]);
		*code = EXIT_CODE_NOT_FOUND;
	} else if (result) {
		ctl_say("there are %d of that place, of one cluster after another:", pg_result_rows(result));
		for (int row = 0; row < pg_result_rows(result); row++)
			ctl_say("  %s", pg_get_text(result, row, 10));
		*code = EXIT_CODE_USAGE;
	}
	pg_result_free(result);
	return NULL;
}

/* ---- list, show ---- */

enum exit_code dlt_list(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl_flag(ctl, "state"));
	pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
	enum exit_code code = output_view(ctl, &view_dead_letters, args, "no dead letters", NULL);
	pg_args_free(args);
	return code;
}

bool dlt_headers(struct arena *arena, const struct pg_result *result, struct headers *headers)
{
	size_t size;
	const void *packed = pg_get_bytes(result, 0, 8, &size);
	bool read = wire_headers_unpack(arena, packed, size, headers);
	if (!read)
		ctl_say("its headers cannot be read");
	return read;
}

/* Text as it is; anything else in hexadecimal. */
static void bytes_text(struct buf *buf, const void *data, size_t size)
{
	size_t shown = size < SHOWN_BYTES_MAX ? size : SHOWN_BYTES_MAX;
	if (utf8_valid(data, size))
		buf_append(buf, data, shown);
	else
		for (size_t i = 0; i < shown; i++)
			buf_printf(buf, "%02x%s", ((const unsigned char *)data)[i], i % 4 == 3 ? " " : "");
	if (shown < size)
		buf_printf(buf, " ... (%zu bytes)", size);
}

static void field(struct table *table, const char *name, const char *value)
{
	table_cell(table, name);
	table_cell(table, value);
}

static void field_bytes(struct table *table, const char *name, const void *data, size_t size)
{
	struct buf text = BUF_EMPTY;
	if (data)
		bytes_text(&text, data, size);
	field(table, name, data ? buf_string(&text) : "(none)");
	buf_free(&text);
}

static void show_table(const struct pg_result *result, const struct headers *headers)
{
	char instant[INSTANT_TEXT_SIZE], number[24], name[128];
	struct table *table = table_new(2, NULL);
	size_t size;
	field(table, "id", pg_get_text(result, 0, 10));
	field(table, "cluster", pg_get_text(result, 0, 12));
	field(table, "state", pg_get_text(result, 0, 5));
	field(table, "code", pg_get_text(result, 0, 2));
	field(table, "reason", pg_get_text(result, 0, 3));
	snprintf(number, sizeof number, "%d", pg_get_int4(result, 0, 4));
	field(table, "attempts", number);
	field(table, "parked at", instant_format(pg_get_instant(result, 0, 0), instant));
	field(table, "record's time", instant_format(pg_get_instant(result, 0, 1), instant));
	const void *key = pg_get_bytes(result, 0, 6, &size);
	field_bytes(table, "key", key, size);
	for (int i = 0; i < headers->count; i++) {
		snprintf(name, sizeof name, "header %s", headers->rows[i].name);
		field_bytes(table, name, headers->rows[i].value, headers->rows[i].size);
	}
	const void *value = pg_get_bytes(result, 0, 7, &size);
	field_bytes(table, "value", value, size);
	table_print(table, "");
	table_free(table);
}

static void json_member(struct buf *json, const char *name, const void *data, size_t size)
{
	buf_printf(json, "%s", json->size > 1 ? ", " : "");
	buf_json_string(json, name, strlen(name));
	buf_text(json, ": ");
	if (data)
		buf_json_string(json, data, size);
	else
		buf_text(json, "null");
}

static void json_text(struct buf *json, const char *name, const char *text)
{
	json_member(json, name, text, strlen(text));
}

static void show_json(const struct pg_result *result, const struct headers *headers)
{
	char instant[INSTANT_TEXT_SIZE];
	struct buf json = BUF_EMPTY, list = BUF_EMPTY;
	size_t size;
	buf_text(&json, "{");
	json_text(&json, "id", pg_get_text(result, 0, 10));
	json_text(&json, "cluster", pg_get_text(result, 0, 12));
	json_text(&json, "state", pg_get_text(result, 0, 5));
	json_text(&json, "code", pg_get_text(result, 0, 2));
	json_text(&json, "reason", pg_get_text(result, 0, 3));
	json_text(&json, "at", instant_format(pg_get_instant(result, 0, 0), instant));
	json_text(&json, "record_at", instant_format(pg_get_instant(result, 0, 1), instant));
	const void *key = pg_get_bytes(result, 0, 6, &size);
	json_member(&json, "key", key, size);
	if (pg_is_null(result, 0, 7))
		json_member(&json, "value_base64", NULL, 0);
	else
		json_text(&json, "value_base64", pg_get_text(result, 0, 9));
	buf_text(&list, "{");
	for (int i = 0; i < headers->count; i++)
		json_member(&list, headers->rows[i].name, headers->rows[i].value, headers->rows[i].size);
	printf("%s, \"attempts\": %d, \"headers\": %s}}\n", buf_string(&json), pg_get_int4(result, 0, 4), buf_string(&list));
	buf_free(&json);
	buf_free(&list);
}

enum exit_code dlt_show(struct ctl *ctl)
{
	struct letter_id id = dlt_id(ctl);
	enum exit_code code;
	struct pg_result *result = dlt_read(ctl, &id, &code);
	if (!result)
		return code;
	struct arena *arena = arena_new(0);
	struct headers headers = {0};
	(void)dlt_headers(arena, result, &headers);
	if (ctl_json(ctl))
		show_json(result, &headers);
	else
		show_table(result, &headers);
	arena_free(arena);
	pg_result_free(result);
	return EXIT_CODE_OK;
}

/* ---- discard ---- */

enum exit_code dlt_mark(struct ctl *ctl, const struct letter_id *id, const char *name, const char *state)
{
	struct pg_args *args = id_args(id);
	pg_args_text(args, state);
	struct pg_result *result = ctl_run(ctl, &dead_letter_mark, args);
	enum exit_code code = !result ? EXIT_CODE_FAILED : pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("%s is not parked (any more)", name);
	if (code == EXIT_CODE_OK)
		ctl_say("%s %s", name, words_in_use(state));
	pg_result_free(result);
	pg_args_free(args);
	return code;
}

enum exit_code dlt_discard(struct ctl *ctl)
{
	struct letter_id id = dlt_id(ctl);
	enum exit_code code;
	struct pg_result *result = dlt_read(ctl, &id, &code);
	if (!result)
		return code;
	pg_result_free(result);
	if (!ctl_confirm(ctl, "Discard this dead letter?"))
		return EXIT_CODE_USAGE;
	return dlt_mark(ctl, &id, ctl->flags.words[0], "discarded");
}
