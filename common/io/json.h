/* JSON texts read into a tree (jansson behind it). For writing JSON see buf_json_string() in common/base/buf.h.
 *
 * A tree is bounded before it is built: depth always, values as the caller says, for jansson takes up to a hundred bytes for each
 * byte of hostile text. A key twice in one object is an error. Whatever is borrowed lives as long as the tree.
 */
#ifndef OMBUD_IO_JSON_H
#define OMBUD_IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	JSON_DEPTH_MAX = 32,
	JSON_ERROR_SIZE = 160,
};

enum json_kind {
	JSON_KIND_NONE,
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER,
	JSON_KIND_REAL,
	JSON_KIND_TEXT,
	JSON_KIND_LIST,
	JSON_KIND_MAP
};

enum json_fault { JSON_FAULT_NONE, JSON_FAULT_SYNTAX, JSON_FAULT_UTF8, JSON_FAULT_DEPTH, JSON_FAULT_SIZE };

struct json; /* a value; a child belongs to its root */

/* values_max 0: no bound. NULL: error (JSON_ERROR_SIZE bytes) says what and where; *fault, when given, which kind of wrong. */
struct json *json_parse(const char *text, size_t size, size_t values_max, char *error, enum json_fault *fault);
void json_free(struct json *root); /* NULL is fine */

/* All take NULL for "no such value": then the kind is NONE, the text "", the number 0. */
enum json_kind json_kind_of(const struct json *value);
const char *json_text_of(const struct json *value);
size_t json_text_size(const struct json *value); /* the text may hold NULs: they count */
int64_t json_integer_of(const struct json *value);
double json_real_of(const struct json *value); /* of an integer, too */
bool json_bool_of(const struct json *value);

/* The member of an object, or NULL. */
const struct json *json_member(const struct json *map, const char *name);
/* Elements of a list. */
size_t json_count(const struct json *list);
const struct json *json_at(const struct json *list, size_t index);

/* Calls fn for each member; stops at the first false, and returns it. */
typedef bool json_member_fn(const char *name, const struct json *value, void *context);
bool json_each(const struct json *map, json_member_fn *fn, void *context);

/* The text of a value, compact; the caller frees it. */
char *json_format(const struct json *value);

#endif
