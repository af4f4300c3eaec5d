#include "common/platform/manner.h"

#include <stdio.h>
#include <string.h>

#include "common/base/zone.h"
#include "common/platform/bundle_read.h"

static void take_language(struct manner *manner, const struct node *node, struct problems *problems)
{
	const char *name;
	if (!node_read_text(problems, node, &name))
		return;
	if (!*name || strlen(name) >= MANNER_NAME_SIZE || strchr(name, '/')) {
		node_problem(problems, node, "want a language: zh-CN, en ...");
		return;
	}
	for (int i = 0; i < manner->languages_count; i++)
		if (strcmp(manner->languages[i], name) == 0)
			node_problem(problems, node, "%s is there already", name);
	snprintf(manner->languages[manner->languages_count++], MANNER_NAME_SIZE, "%s", name);
}

static void read_languages(struct manner *manner, const struct node *root, struct problems *problems)
{
	const struct node *list = node_list(problems, root, "languages", true);
	if (list && (list->count == 0 || list->count > MANNER_LANGUAGES_MAX)) {
		node_problem(problems, list, "want 1 to %d languages", MANNER_LANGUAGES_MAX);
		return;
	}
	for (const struct node *node = node_first(list); node; node = node->next)
		take_language(manner, node, problems);
}

static void read_zone(struct manner *manner, const struct node *root, struct problems *problems)
{
	const char *zone = node_text(problems, root, "zone", NULL);
	if (*zone && (strlen(zone) >= sizeof(manner->zone) || !zone_known(zone)))
		node_problem(problems, node_get(root, "zone"), "no time zone \"%s\" on this machine", zone);
	snprintf(manner->zone, sizeof(manner->zone), "%s", zone);
}

bool manner_read(const struct bundle *files, struct manner *manner, struct problems *problems)
{
	int before = problems->count;
	struct yaml_tree *tree = bundle_yaml(files, PLATFORM_YAML, problems);
	*manner = (struct manner){0};
	if (tree) {
		const struct node *root = yaml_tree_root(tree);
		node_check_keys(problems, root, (const char *const[]){"languages", "limits", "types", "windows", "zone", NULL});
		read_languages(manner, root, problems);
		read_zone(manner, root, problems);
	}
	yaml_tree_free(tree);
	return problems->count == before;
}
