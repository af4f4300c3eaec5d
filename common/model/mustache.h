/* Mustache, the part that notices need: {{name}} (escaped where the form is HTML), {{{name}}} and {{&name}} (as it is),
 * {{#s}}...{{/s}} (true, object or list), {{^s}}...{{/s}}, {{! comment}}, {{> partial}}, dotted names, {{.}}, and the rules for
 * tags that stand alone on a line. No lambdas, no change of delimiters. The project's own test files (github.com/mustache/spec)
 * pass for this part.
 *
 * Pure: a template is parsed once and rendered against a tree of values. "" and a missing name are false.
 */
#ifndef OMBUD_MODEL_MUSTACHE_H
#define OMBUD_MODEL_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

enum {
	MUSTACHE_DEPTH_MAX = 32,       /* sections and partials inside each other; deeper ones render as nothing */
	MUSTACHE_TEXT_MAX = 64 * 1024, /* of one rendered text: what goes beyond is cut off */
};

/* ---- values ---- */

enum mustache_kind { MUSTACHE_TEXT, MUSTACHE_OBJECT, MUSTACHE_LIST };

struct mustache_value {
	enum mustache_kind kind;
	const char *name; /* NULL for elements of a list and for the root */
	const char *text; /* MUSTACHE_TEXT */
	struct mustache_value *first, *last, *next;
};

/* All in the arena; texts and names are borrowed, not copied. */
struct mustache_value *mustache_object(struct arena *arena);
struct mustache_value *mustache_add_text(struct arena *arena, struct mustache_value *parent, const char *name, const char *text);
struct mustache_value *mustache_add_object(struct arena *arena, struct mustache_value *parent, const char *name);
struct mustache_value *mustache_add_list(struct arena *arena, struct mustache_value *parent, const char *name);

/* ---- templates ---- */

struct mustache;

/* line and column count from 1. */
typedef void mustache_fault_fn(int line, int column, const char *message, void *context);

/* The text is copied. NULL when it is wrong: every fault found has been told. The caller owns the template. */
struct mustache *mustache_parse(const char *text, size_t size, mustache_fault_fn *fault, void *context);
void mustache_free(struct mustache *template);

enum mustache_use { MUSTACHE_USE_VARIABLE, MUSTACHE_USE_SECTION, MUSTACHE_USE_PARTIAL };
typedef void mustache_use_fn(enum mustache_use use, const char *name, int line, int column, void *context);
/* Every name that the template asks for, in order: what a checker needs. */
void mustache_uses(const struct mustache *template, mustache_use_fn *fn, void *context);

/* NULL: no such partial, renders as nothing. */
typedef const struct mustache *mustache_partial_fn(const char *name, void *context);

/* For whom a value is written: what a text channel shows is never escaped; what makes HTML asks for it. */
enum mustache_form { MUSTACHE_PLAIN, MUSTACHE_HTML };

/* The text, in the arena. Never fails. partial may be NULL. */
char *mustache_render(enum mustache_form form, struct arena *arena, const struct mustache *template,
    const struct mustache_value *root, mustache_partial_fn *partial, void *context);

#endif
