#include "common/platform/terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/nearest.h"
#include "common/base/node.h"
#include "common/model/calendar_read.h"
#include "common/model/policy_read.h"
#include "common/platform/bundle_read.h"

#define POLICIES "policies.yaml"
#define CALENDARS "calendars/"
#define YAML ".yaml"

struct terms {
	struct arena *arena;
	struct policy_set *set;
};

/* The calendars that there are, and the nearest of them. */
static void tell_unknown_calendar(
    struct terms *terms, const struct bundle *files, const struct node *node, struct problems *problems)
{
	const char **names = arena_new_array(terms->arena, const char *, files->count + 1);
	size_t count = 0;
	for (size_t i = 0; i < files->count; i++) {
		const char *path = files->files[i].path;
		if (strncmp(path, CALENDARS, strlen(CALENDARS)) == 0)
			names[count++] = arena_strndup(
			    terms->arena, path + strlen(CALENDARS), strlen(path) - strlen(CALENDARS) - strlen(".yaml"));
	}
	const char *near = nearest_name(node->text, names);
	node_problem(
	    problems, node, near ? "no calendar is called %s; did you mean %s?" : "no calendar is called %s", node->text, near);
}

static void read_calendar(struct terms *terms, const struct bundle *files, const struct node *named, struct problems *problems)
{
	const char *path = arena_printf(terms->arena, CALENDARS "%s.yaml", named->text);
	if (!bundle_find(files, path)) {
		tell_unknown_calendar(terms, files, named, problems);
		return;
	}
	struct yaml_tree *tree = bundle_yaml(files, path, problems);
	if (!tree)
		return;
	const struct node *id = node_get(yaml_tree_root(tree), "id");
	if (calendar_read(yaml_tree_root(tree), problems) && strcmp(id->text, named->text) != 0)
		node_problem(problems, id, "the file is called %s", named->text);
	yaml_tree_free(tree);
}

static void read_policies(struct terms *terms, const struct bundle *files, struct problems *problems)
{
	struct yaml_tree *tree = bundle_yaml(files, POLICIES, problems);
	if (!tree)
		return;
	policy_read_into(yaml_tree_root(tree), terms->set, problems);
	const struct node *named = node_get(yaml_tree_root(tree), "calendar");
	if (named && named->kind == NODE_TEXT)
		read_calendar(terms, files, named, problems);
	yaml_tree_free(tree);
}

struct terms *terms_new(const struct bundle *files, struct problems *problems)
{
	int before = problems->count;
	struct terms *terms = xcalloc(1, sizeof(*terms));
	terms->arena = arena_new(0);
	terms->set = xcalloc(1, sizeof(*terms->set));
	read_policies(terms, files, problems);
	if (problems->count == before)
		return terms;
	terms_free(terms);
	return NULL;
}

void terms_free(struct terms *terms)
{
	if (!terms)
		return;
	free(terms->set);
	arena_free(terms->arena);
	free(terms);
}

const struct policy_set *terms_policies(const struct terms *terms)
{
	return terms->set;
}

/* ---- the calendar ---- */

static struct yaml_tree *calendar_tree(const struct bundle *files, const struct node *policies, struct problems *problems)
{
	char path[sizeof(CALENDARS) + CALENDAR_ID_SIZE + sizeof(YAML)];
	const struct node *named = node_get(policies, "calendar");
	snprintf(path, sizeof path, CALENDARS "%s" YAML, named ? named->text : "");
	return bundle_find(files, path) ? bundle_yaml(files, path, problems) : NULL;
}

struct terms_calendar *terms_calendar_new(const struct bundle *files)
{
	struct problems told = {0};
	struct yaml_tree *policies = bundle_find(files, POLICIES) ? bundle_yaml(files, POLICIES, &told) : NULL;
	struct yaml_tree *tree = policies ? calendar_tree(files, yaml_tree_root(policies), &told) : NULL;
	struct terms_calendar *calendar = NULL;
	if (tree && calendar_read(yaml_tree_root(tree), &told) && !told.count) {
		calendar = xcalloc(1, sizeof *calendar);
		*calendar = (struct terms_calendar){tree, calendar_file_new(yaml_tree_root(tree))};
		tree = NULL;
	}
	yaml_tree_free(tree);
	yaml_tree_free(policies);
	problems_free(&told);
	return calendar;
}

void terms_calendar_free(struct terms_calendar *calendar)
{
	if (!calendar)
		return;
	calendar_file_free(calendar->file);
	yaml_tree_free(calendar->tree);
	free(calendar);
}
