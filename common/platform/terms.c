#include "common/platform/terms.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/node.h"
#include "common/model/policy_read.h"
#include "common/platform/bundle_read.h"

#define POLICIES "policies.yaml"

struct terms {
	struct arena *arena;
	struct policy_set *set;
	struct calendar_spec calendar;
	const char *calendar_body;
};

static void read_calendar(struct terms *terms, const struct bundle *files, struct problems *problems)
{
	const char *path = arena_printf(terms->arena, "calendars/%s.yaml", terms->set->calendar);
	struct yaml_tree *tree = bundle_yaml(files, path, problems);
	if (!tree)
		return;
	terms->calendar_body = arena_strdup(terms->arena, bundle_find(files, path)->text);
	if (calendar_read(terms->arena, yaml_tree_root(tree), &terms->calendar, problems) &&
	    strcmp(terms->calendar.id, terms->set->calendar) != 0)
		node_problem(problems, node_get(yaml_tree_root(tree), "id"), "the file is called %s", terms->set->calendar);
	yaml_tree_free(tree);
}

struct terms *terms_new(const struct bundle *files, struct problems *problems)
{
	int before = problems->count;
	struct terms *terms = xcalloc(1, sizeof(*terms));
	terms->arena = arena_new(0);
	struct yaml_tree *tree = bundle_yaml(files, POLICIES, problems);
	terms->set = tree ? policy_read(yaml_tree_root(tree), problems) : NULL;
	yaml_tree_free(tree);
	if (terms->set)
		read_calendar(terms, files, problems);
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

const struct calendar_spec *terms_calendar(const struct terms *terms)
{
	return &terms->calendar;
}

const char *terms_calendar_body(const struct terms *terms)
{
	return terms->calendar_body;
}
