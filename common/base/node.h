/* A tree of configuration: maps, lists and texts, each with its place in its file. common/io/yaml.h makes it; what reads rules,
 * policies, calendars and templates sees only this.
 *
 * All readers add what is wrong to a struct problems as `file:line:column: message` and go on with a harmless value, so that a
 * loader reads straight through, and looks at problems->count at the end:
 *
 *   node_check_keys(problems, root, (const char *const[]){"name", "wait", "steps", NULL});
 *   name = node_text(problems, root, "name", NULL);                            required
 *   wait_us = node_duration(problems, root, "wait", 5 * US_PER_SECOND);        "5s" when absent
 *   const struct node *steps = node_list(problems, root, "steps", true);
 *   for (const struct node *step = node_first(steps); step != NULL; step = step->next) ...
 *
 * Texts live as long as the tree.
 */
#ifndef OMBUD_BASE_NODE_H
#define OMBUD_BASE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problems.h"

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	const char *text;   /* NODE_TEXT, else "" */
	bool quoted;        /* NODE_TEXT: stood in quotes, so it is neither null nor a number by chance */
	struct node *first; /* NODE_LIST, NODE_MAP: the entries, in the order of the file */
	int count;          /* of them */
	struct node *next;  /* sibling */
	const char *key;    /* within a map; NULL within a list and at the root */
	const char *file;   /* as it was named */
	int line, column;   /* from 1 */
	int key_line, key_column;
};

/* The entry of a map; NULL when it is absent or null. map may be NULL. */
const struct node *node_get(const struct node *map, const char *key);
const struct node *node_first(const struct node *node); /* NULL-safe */
bool node_is_null(const struct node *node);             /* nothing, ~ or null, without quotes */

/* file:line:column: message; the place is the value's, or the key's. */
void node_problem(struct problems *problems, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void node_key_problem(struct problems *problems, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "want a map, got a list" */
bool node_expect(struct problems *problems, const struct node *node, enum node_kind kind);
/* Every key of the map that is not among names (NULL-ended), with the nearest that is. A node that is no map is a problem, too. */
void node_check_keys(struct problems *problems, const struct node *map, const char *const *names);

/* ---- the value of a node; false: told ---- */
bool node_read_text(struct problems *problems, const struct node *node, const char **value);
bool node_read_integer(struct problems *problems, const struct node *node, int64_t least, int64_t most, int64_t *value);
bool node_read_bool(struct problems *problems, const struct node *node, bool *value); /* true or false */
bool node_read_duration(struct problems *problems, const struct node *node, int64_t *value_us);

/* ---- the entry of a map; when it is wrong or absent: the fallback ----
 * Required: fallback NULL for texts, NODE_REQUIRED for integers and durations, -1 for choices. Then "", 0 or 0 is returned and the
 * absence is told. */
#define NODE_REQUIRED INT64_MIN
const char *node_text(struct problems *problems, const struct node *map, const char *key, const char *fallback);
int64_t node_integer(
    struct problems *problems, const struct node *map, const char *key, int64_t least, int64_t most, int64_t fallback);
bool node_bool(struct problems *problems, const struct node *map, const char *key, bool fallback);
int node_choice(struct problems *problems, const struct node *map, const char *key, const char *const *names, int fallback);
int64_t node_duration(struct problems *problems, const struct node *map, const char *key, int64_t fallback_us);
/* NULL when absent or of another kind. */
const struct node *node_list(struct problems *problems, const struct node *map, const char *key, bool required);
const struct node *node_map(struct problems *problems, const struct node *map, const char *key, bool required);

#endif
