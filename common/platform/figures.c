#include "common/platform/figures.h"

#include "common/base/instant.h"
#include "common/platform/bundle_read.h"
#include "common/platform/manner.h"

#define AMEND "amend"
#define URGE_EVERY "urge_every"
#define TIME_MOST_US (366 * US_PER_DAY)

enum { NAMES_MAX = LIMIT_COUNT + 2 };

static void list_names(const char *names[NAMES_MAX + 1])
{
	int count = 0;
	names[count++] = AMEND;
	names[count++] = URGE_EVERY;
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
		if (limit_is_platforms((enum limit)i))
			names[count++] = limit_name((enum limit)i);
	names[count] = NULL;
}

static int64_t read_time(const struct node *map, const char *key, int64_t standard_us, struct problems *problems)
{
	int64_t time_us = node_duration(problems, map, key, standard_us);
	if (node_get(map, key) && (time_us < 0 || time_us > TIME_MOST_US))
		node_problem(problems, node_get(map, key), "want at most a year: 24h");
	return time_us;
}

static void read_map(const struct node *map, struct limit_figures *figures, struct problems *problems)
{
	const char *names[NAMES_MAX + 1];
	list_names(names);
	node_check_keys(problems, map, names);
	figures->amend_us = read_time(map, AMEND, limit_figures_standard.amend_us, problems);
	figures->urge_cooldown_us = read_time(map, URGE_EVERY, limit_figures_standard.urge_cooldown_us, problems);
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++) {
		const struct limit_row *row = limit_row((enum limit)i);
		if (limit_is_platforms((enum limit)i))
			figures->most[i] =
			    (int32_t)node_integer(problems, map, row->name, 1, (int64_t)row->most * LIMIT_FIGURE_TIMES, row->most);
	}
}

bool figures_read(const struct bundle *files, struct limit_figures *figures, struct problems *problems)
{
	int before = problems->count;
	struct yaml_tree *tree = bundle_yaml(files, PLATFORM_YAML, problems);
	const struct node *map = tree ? node_map(problems, yaml_tree_root(tree), "limits", false) : NULL;
	*figures = limit_figures_standard;
	if (map)
		read_map(map, figures, problems);
	yaml_tree_free(tree);
	return problems->count == before;
}
