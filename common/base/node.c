#include "common/base/node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/duration.h"
#include "common/base/nearest.h"

const struct node *node_first(const struct node *node)
{
	return node == NULL ? NULL : node->first;
}

bool node_is_null(const struct node *node)
{
	return node->kind == NODE_TEXT && !node->quoted &&
	       (strcmp(node->text, "") == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

const struct node *node_get(const struct node *map, const char *key)
{
	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (const struct node *entry = map->first; entry != NULL; entry = entry->next)
		if (strcmp(entry->key, key) == 0)
			return node_is_null(entry) ? NULL : entry;
	return NULL;
}

/* ---- problems ---- */

static void add_problem(struct problems *problems, const struct node *node, int line, int column, const char *format, va_list args)
{
	struct buf message = BUF_EMPTY;
	buf_vprintf(&message, format, args);
	problems_add(problems, "%s:%d:%d: %s", node->file, line, column, buf_string(&message));
	buf_free(&message);
}

void node_problem(struct problems *problems, const struct node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_problem(problems, node, node->line, node->column, format, args);
	va_end(args);
}

void node_key_problem(struct problems *problems, const struct node *node, const char *format, ...)
{
	bool keyed = node->key != NULL;
	va_list args;
	va_start(args, format);
	add_problem(problems, node, keyed ? node->key_line : node->line, keyed ? node->key_column : node->column, format, args);
	va_end(args);
}

static void tell_unknown(struct problems *problems, const struct node *node, const char *wrong, const char *const *names,
    const char *what, void (*tell)(struct problems *, const struct node *, const char *, ...))
{
	const char *nearest = nearest_name(wrong, names);
	if (nearest != NULL)
		tell(problems, node, "unknown %s \"%s\"; did you mean \"%s\"?", what, wrong, nearest);
	else
		tell(problems, node, "unknown %s \"%s\"", what, wrong);
}

bool node_expect(struct problems *problems, const struct node *node, enum node_kind kind)
{
	static const char *const kinds[] = {[NODE_TEXT] = "a text", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};

	if (node->kind == kind && !(kind == NODE_TEXT && node_is_null(node)))
		return true;
	node_problem(problems, node, "want %s, got %s", kinds[kind], node_is_null(node) ? "nothing" : kinds[node->kind]);
	return false;
}

static bool is_among(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

void node_check_keys(struct problems *problems, const struct node *map, const char *const *names)
{
	if (!node_expect(problems, map, NODE_MAP))
		return;
	for (const struct node *entry = map->first; entry != NULL; entry = entry->next)
		if (!is_among(entry->key, names))
			tell_unknown(problems, entry, entry->key, names, "key", node_key_problem);
}

/* ---- values ---- */

bool node_read_text(struct problems *problems, const struct node *node, const char **value)
{
	if (!node_expect(problems, node, NODE_TEXT))
		return false;
	*value = node->text;
	return true;
}

bool node_read_integer(struct problems *problems, const struct node *node, int64_t least, int64_t most, int64_t *value)
{
	char *end;

	if (!node_expect(problems, node, NODE_TEXT))
		return false;
	errno = 0;
	long long number = strtoll(node->text, &end, 10);
	if (strchr("0123456789-", node->text[0]) == NULL || *end != '\0' || errno != 0) {
		node_problem(problems, node, "\"%s\" is not a whole number", node->text);
		return false;
	}
	if (number < least || number > most) {
		node_problem(problems, node, "%lld is out of bounds, want %lld to %lld", number, (long long)least, (long long)most);
		return false;
	}
	*value = number;
	return true;
}

bool node_read_bool(struct problems *problems, const struct node *node, bool *value)
{
	if (!node_expect(problems, node, NODE_TEXT))
		return false;
	*value = strcmp(node->text, "true") == 0;
	if (*value || strcmp(node->text, "false") == 0)
		return true;
	node_problem(problems, node, "\"%s\" is neither true nor false", node->text);
	return false;
}

static bool read_choice(struct problems *problems, const struct node *node, const char *const *names, int *index)
{
	if (!node_expect(problems, node, NODE_TEXT))
		return false;
	for (int i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], node->text) == 0) {
			*index = i;
			return true;
		}
	}
	tell_unknown(problems, node, node->text, names, "value", node_problem);
	return false;
}

bool node_read_duration(struct problems *problems, const struct node *node, int64_t *value_us)
{
	if (!node_expect(problems, node, NODE_TEXT))
		return false;
	if (duration_parse(node->text, value_us))
		return true;
	node_problem(problems, node, "\"%s\" is not a duration; want for example 90s, 1h30m or 7d", node->text);
	return false;
}

/* ---- entries ---- */

/* The entry, or NULL, telling so when it is required. */
static const struct node *entry_of(struct problems *problems, const struct node *map, const char *key, bool required)
{
	const struct node *entry = node_get(map, key);
	if (entry == NULL && required && map != NULL && map->kind == NODE_MAP)
		node_problem(problems, map, "key \"%s\" is missing", key);
	return entry;
}

const char *node_text(struct problems *problems, const struct node *map, const char *key, const char *fallback)
{
	const struct node *entry = entry_of(problems, map, key, fallback == NULL);
	const char *value = fallback == NULL ? "" : fallback;
	if (entry != NULL)
		node_read_text(problems, entry, &value);
	return value;
}

int64_t node_integer(
    struct problems *problems, const struct node *map, const char *key, int64_t least, int64_t most, int64_t fallback)
{
	const struct node *entry = entry_of(problems, map, key, fallback == NODE_REQUIRED);
	int64_t value = fallback == NODE_REQUIRED ? 0 : fallback;
	if (entry != NULL)
		node_read_integer(problems, entry, least, most, &value);
	return value;
}

bool node_bool(struct problems *problems, const struct node *map, const char *key, bool fallback)
{
	const struct node *entry = entry_of(problems, map, key, false);
	bool value;
	return entry != NULL && node_read_bool(problems, entry, &value) ? value : fallback;
}

int node_choice(struct problems *problems, const struct node *map, const char *key, const char *const *names, int fallback)
{
	const struct node *entry = entry_of(problems, map, key, fallback < 0);
	int index = fallback < 0 ? 0 : fallback;
	if (entry != NULL)
		read_choice(problems, entry, names, &index);
	return index;
}

int64_t node_duration(struct problems *problems, const struct node *map, const char *key, int64_t fallback_us)
{
	const struct node *entry = entry_of(problems, map, key, fallback_us == NODE_REQUIRED);
	int64_t value_us = fallback_us == NODE_REQUIRED ? 0 : fallback_us;
	if (entry != NULL)
		node_read_duration(problems, entry, &value_us);
	return value_us;
}

static const struct node *entry_of_kind(
    struct problems *problems, const struct node *map, const char *key, bool required, enum node_kind kind)
{
	const struct node *entry = entry_of(problems, map, key, required);
	return entry != NULL && node_expect(problems, entry, kind) ? entry : NULL;
}

const struct node *node_list(struct problems *problems, const struct node *map, const char *key, bool required)
{
	return entry_of_kind(problems, map, key, required, NODE_LIST);
}

const struct node *node_map(struct problems *problems, const struct node *map, const char *key, bool required)
{
	return entry_of_kind(problems, map, key, required, NODE_MAP);
}
