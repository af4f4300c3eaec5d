#include "tests/unit/shipped_rules.h"

#include "common/platform/bundle_read.h"

int shipped_rules_open(void **state)
{
	struct problems problems = {0};
	struct bundle files = {.arena = arena_new(0)};
	bundle_read_folder(&files, "deploy/platforms/default", &problems);
	*state = rules_file_new(&files, &problems);
	arena_free(files.arena);
	problems_print(&problems);
	problems_free(&problems);
	return *state ? 0 : -1;
}

int shipped_rules_close(void **state)
{
	rules_file_free(*state);
	return 0;
}

void shipped_rules_evaluate(
    struct arena *arena, const struct rules_file *file, const struct event *complaint, struct rules_result *result)
{
	rules_file_evaluate(arena, file, complaint, result);
	assert_null(result->limit_rule);
}

enum complaint_type shipped_rules_type(struct arena *arena, const struct rules_file *file, const char *words)
{
	struct event complaint = event_empty(EVENT_COMPLAINT_CHANGED);
	struct rules_result result;
	complaint.statement.text = words;
	shipped_rules_evaluate(arena, file, &complaint, &result);
	return result.type;
}
