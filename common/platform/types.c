#include "common/platform/types.h"

#include <stdio.h>
#include <string.h>

#include "common/platform/bundle_read.h"
#include "common/platform/manner.h"

enum { CODE_DIGITS = TYPE_CODE_SIZE - 1 };

/* none: a type of the platform's own may have no code. */
static void read_code(const struct node *node, bool none, char code[TYPE_CODE_SIZE], struct problems *problems)
{
	const char *text;
	if (!node_read_text(problems, node, &text) || (none && !*text))
		return;
	if (strlen(text) != CODE_DIGITS || strspn(text, "0123456789") != CODE_DIGITS)
		node_problem(problems, node, "want the nine digits of GB/T 42499-2023: type, channel, content, object");
	else
		snprintf(code, TYPE_CODE_SIZE, "%s", text);
}

static void read_codes(const struct node *map, struct type_codes *codes, struct problems *problems)
{
	const char *names[COMPLAINT_TYPE_COUNT] = {NULL};
	for (int i = 1; i < COMPLAINT_TYPE_COUNT; i++)
		names[i - 1] = complaint_type_name((enum complaint_type)i);
	node_check_keys(problems, map, names);
	for (const struct node *node = node_first(map); node; node = node->next)
		read_code(node, false, codes->codes[complaint_type_by_name(node->key)], problems);
}

static bool is_id(const char *text)
{
	size_t size = strlen(text);
	return size > 0 && size < TYPE_OWN_SIZE && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size;
}

static void read_own(const struct node *map, struct type_codes *codes, struct problems *problems)
{
	for (const struct node *node = node_first(map); node; node = node->next) {
		if (codes->own_count == TYPE_OWN_MAX) {
			node_problem(problems, node, "want at most %d types of its own", TYPE_OWN_MAX);
			return;
		}
		struct type_own *own = &codes->own[codes->own_count++];
		*own = (struct type_own){"", ""};
		if (!is_id(node->key) || complaint_type_by_name(node->key) != COMPLAINT_TYPE_UNSPECIFIED)
			node_problem(
			    problems, node, "want a name of its own, of a to z, 0 to 9, _ and -, 64 at most: %s", node->key);
		else
			snprintf(own->id, sizeof own->id, "%s", node->key);
		read_code(node, true, own->code, problems);
	}
}

bool types_read(const struct bundle *files, struct type_codes *codes, struct problems *problems)
{
	int before = problems->count;
	struct yaml_tree *tree = bundle_yaml(files, PLATFORM_YAML, problems);
	const struct node *map = tree ? node_map(problems, yaml_tree_root(tree), "types", false) : NULL;
	*codes = (struct type_codes){.own_count = 0};
	if (map) {
		node_check_keys(problems, map, (const char *const[]){"codes", "own", NULL});
		const struct node *said = node_map(problems, map, "codes", false), *own = node_map(problems, map, "own", false);
		if (said)
			read_codes(said, codes, problems);
		if (own)
			read_own(own, codes, problems);
	}
	yaml_tree_free(tree);
	return problems->count == before;
}
