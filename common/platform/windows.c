#include "common/platform/windows.h"

#include "common/platform/bundle_read.h"
#include "common/platform/manner.h"

static int64_t window(const struct node *windows, const char *key, struct problems *problems)
{
	int64_t window_us = node_duration(problems, windows, key, NODE_REQUIRED);
	if (node_get(windows, key) && window_us <= 0)
		node_problem(problems, node_get(windows, key), "want more than nothing: 15d");
	return window_us;
}

bool windows_read(const struct bundle *files, struct eligibility_limits *windows, struct problems *problems)
{
	int before = problems->count;
	struct yaml_tree *tree = bundle_yaml(files, PLATFORM_YAML, problems);
	const struct node *map = tree ? node_map(problems, yaml_tree_root(tree), "windows", true) : NULL;
	if (map) {
		node_check_keys(problems, map, (const char *const[]){"receipt", "digital", NULL});
		*windows = (struct eligibility_limits){window(map, "receipt", problems), window(map, "digital", problems)};
	}
	yaml_tree_free(tree);
	return problems->count == before;
}
