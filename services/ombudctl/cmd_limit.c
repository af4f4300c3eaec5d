/* ombudctl limit: the table of common/model/limits.h, for people and scripts. */
#include <stdio.h>

#include "common/base/instant.h"
#include "common/model/limits.h"
#include "services/ombudctl/output.h"

static void add(struct table *table, enum limit limit)
{
	const struct limit_row *row = limit_row(limit);
	char most[16], minutes[24];
	snprintf(most, sizeof most, "%d", (int)row->most);
	snprintf(minutes, sizeof minutes, "%lld", (long long)(row->window_us / US_PER_MINUTE));
	table_cell(table, row->name);
	table_cell(table, limit_of_name(row->of));
	table_cell(table, most);
	table_cell(table, row->window_us ? minutes : "");
	table_cell(table, limit_beyond_name(row->beyond));
	table_cell(table, refusal_code(row->refusal));
	table_cell(table, limit_is_platforms(limit) ? "yes" : "");
	table_cell(table, row->what);
}

/* Nothing in the table needs escaping. */
static void print_json(enum limit limit, const char *before)
{
	const struct limit_row *row = limit_row(limit);
	printf("%s{\"limit\": \"%s\", \"of\": \"%s\", \"most\": %d, \"minutes\": %lld, \"beyond\": \"%s\", \"code\": \"%s\","
	       " \"own\": %s, \"what\": \"%s\"}",
	    before, row->name, limit_of_name(row->of), (int)row->most, (long long)(row->window_us / US_PER_MINUTE),
	    limit_beyond_name(row->beyond), refusal_code(row->refusal), limit_is_platforms(limit) ? "true" : "false", row->what);
}

enum exit_code limit_list(struct ctl *ctl)
{
	static const char *const headings[] = {"limit", "of", "most", "minutes", "beyond", "code", "platform's own", "what"};
	struct table *table = table_new(8, headings);
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++) {
		add(table, (enum limit)i);
		if (ctl_json(ctl))
			print_json((enum limit)i, i == LIMIT_NONE + 1 ? "[" : ",\n ");
	}
	if (ctl_json(ctl))
		puts("]");
	else
		table_print(table, "");
	table_free(table);
	return EXIT_CODE_OK;
}
