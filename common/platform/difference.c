#include "common/platform/difference.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/node.h"
#include "common/platform/bundle_read.h"

struct comparing {
	struct arena *arena;
	const char *file;
	difference_fn *tell;
	void *context;
	int count;
};

static void tell(struct comparing *comparing, const char *member, const char *was, const char *is)
{
	comparing->count++;
	comparing->tell(&(struct difference){comparing->file, member, was, is}, comparing->context);
}

/* ---- trees ---- */

static void write_node(struct buf *text, const struct node *node)
{
	static const char *const brackets[] = {[NODE_LIST] = "[]", [NODE_MAP] = "{}"};
	if (node->kind == NODE_TEXT) {
		buf_text(text, node->text);
		return;
	}
	buf_char(text, brackets[node->kind][0]);
	for (const struct node *one = node_first(node); one; one = one->next) {
		if (node->kind == NODE_MAP)
			buf_printf(text, "%s: ", one->key);
		write_node(text, one);
		if (one->next)
			buf_text(text, ", ");
	}
	buf_char(text, brackets[node->kind][1]);
}

static const char *text_of(struct comparing *comparing, const struct node *node)
{
	struct buf text = BUF_EMPTY;
	if (!node)
		return NULL;
	write_node(&text, node);
	const char *copy = arena_strdup(comparing->arena, buf_string(&text));
	buf_free(&text);
	return copy;
}

/* What an entry of a list is known by; NULL: by its place only. */
static const char *name_of(const struct node *entry)
{
	static const char *const keys[] = {"id", "role", "day"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct node *name = entry->kind == NODE_MAP ? node_get(entry, keys[i]) : NULL;
		if (name && name->kind == NODE_TEXT)
			return name->text;
	}
	return NULL;
}

static bool all_named(const struct node *list)
{
	for (const struct node *entry = node_first(list); entry; entry = entry->next)
		if (!name_of(entry))
			return false;
	return true;
}

/* The entry of a map by its key, of a list by its name. */
static const struct node *same_in(const struct node *other, const struct node *entry)
{
	if (other->kind == NODE_MAP)
		return entry->key ? node_get(other, entry->key) : NULL;
	for (const struct node *one = node_first(other); one; one = one->next)
		if (name_of(one) && strcmp(name_of(one), name_of(entry)) == 0)
			return one;
	return NULL;
}

static const char *member_of(struct comparing *comparing, const char *within, const struct node *entry)
{
	if (entry->key)
		return arena_printf(comparing->arena, "%s%s%s", within, *within ? "." : "", entry->key);
	return arena_printf(comparing->arena, "%s[%s]", within, name_of(entry));
}

static void compare(struct comparing *comparing, const char *member, const struct node *was, const struct node *is);

/* Rules run from first to last, so a rule that has moved is another one. */
static void compare_order(struct comparing *comparing, const char *member, const struct node *was, const struct node *is)
{
	const struct node *next = node_first(was);
	for (const struct node *entry = node_first(is); entry; entry = entry->next) {
		if (!same_in(was, entry))
			continue;
		while (next && !same_in(is, next))
			next = next->next;
		if (!next || strcmp(name_of(next), name_of(entry)) == 0) {
			next = next ? next->next : NULL;
			continue;
		}
		tell(comparing, arena_printf(comparing->arena, "%s[]", member), name_of(next), name_of(entry));
		return;
	}
}

static void compare_entries(struct comparing *comparing, const char *member, const struct node *was, const struct node *is)
{
	for (const struct node *old = node_first(was); old; old = old->next) {
		const struct node *new = same_in(is, old);
		if (new)
			compare(comparing, member_of(comparing, member, old), old, new);
		else
			tell(comparing, member_of(comparing, member, old), text_of(comparing, old), NULL);
	}
	for (const struct node *new = node_first(is); new; new = new->next)
		if (!same_in(was, new))
			tell(comparing, member_of(comparing, member, new), NULL, text_of(comparing, new));
	if (was->kind == NODE_LIST)
		compare_order(comparing, member, was, is);
}

static void compare(struct comparing *comparing, const char *member, const struct node *was, const struct node *is)
{
	bool entries =
	    was->kind == is->kind && (was->kind == NODE_MAP || (was->kind == NODE_LIST && all_named(was) && all_named(is)));
	if (entries) {
		compare_entries(comparing, member, was, is);
		return;
	}
	const char *old = text_of(comparing, was), *new = text_of(comparing, is);
	if (strcmp(old, new) != 0)
		tell(comparing, member, old, new);
}

/* ---- files ---- */

static bool is_yaml(const char *path)
{
	size_t size = strlen(path);
	return size > 5 && strcmp(path + size - 5, ".yaml") == 0;
}

/* As a whole when it is no YAML, or wrong. */
static void compare_file(struct comparing *comparing, const struct bundle *was, const struct bundle *is,
    const struct bundle_file *old, const struct bundle_file *new)
{
	struct problems told = {0};
	struct yaml_tree *before = NULL, *after = NULL;
	if (is_yaml(old->path)) {
		before = bundle_yaml(was, old->path, &told);
		after = bundle_yaml(is, new->path, &told);
	}
	if (before && after && !told.count)
		compare(comparing, "", yaml_tree_root(before), yaml_tree_root(after));
	else
		tell(comparing, "", old->text, new->text);
	yaml_tree_free(before);
	yaml_tree_free(after);
	problems_free(&told);
}

int platform_differences(const struct bundle *was, const struct bundle *is, difference_fn *fn, void *context)
{
	struct comparing comparing = {.arena = arena_new(0), .tell = fn, .context = context};
	for (size_t a = 0, b = 0; a < was->count || b < is->count;) {
		const struct bundle_file *old = a < was->count ? &was->files[a] : NULL, *new = b < is->count ? &is->files[b] : NULL;
		int order = !old ? 1 : !new ? -1 : strcmp(old->path, new->path);
		comparing.file = order > 0 ? new->path : old->path;
		a += order <= 0;
		b += order >= 0;
		if (order != 0)
			tell(&comparing, "", order < 0 ? old->text : NULL, order > 0 ? new->text : NULL);
		else if (old->size != new->size || memcmp(old->text, new->text, old->size) != 0)
			compare_file(&comparing, was, is, old, new);
	}
	arena_free(comparing.arena);
	return comparing.count;
}
