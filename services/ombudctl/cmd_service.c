/* ombudctl service: the table of common/model/services.h, for people and scripts. */
#include <stdio.h>

#include "common/model/services.h"
#include "services/ombudctl/output.h"

static void add_word(struct buf *text, const char *before, const char *word)
{
	buf_printf(text, "%s%s", text->size ? before : "", word);
}

enum exit_code service_list(struct ctl *ctl)
{
	static const char *const headings[] = {"service", "reads", "emits", "hops"};
	const char *between = ctl_json(ctl) ? "\", \"" : " ";
	struct table *table = table_new(4, headings);
	for (const struct service_row *service = service_rows; service->name; service++) {
		struct buf reads = BUF_EMPTY, emits = BUF_EMPTY, hops = BUF_EMPTY;
		for (const struct subscription *read = service->reads; read->topic; read++)
			add_word(&reads, between, read->topic);
		for (const char *const *topic = service->emits; *topic; topic++)
			add_word(&emits, between, *topic);
		for (const char *const *topic = service->hops; *topic; topic++)
			add_word(&hops, between, *topic);
		table_cell(table, service->name);
		table_cell(table, buf_string(&reads));
		table_cell(table, buf_string(&emits));
		table_cell(table, buf_string(&hops));
		if (ctl_json(ctl))
			printf("%s{\"service\": \"%s\", \"reads\": [\"%s\"], \"emits\": [\"%s\"], \"hops\": [%s%s%s]}",
			    service == service_rows ? "[" : ",\n ", service->name, buf_string(&reads), buf_string(&emits),
			    hops.size ? "\"" : "", buf_string(&hops), hops.size ? "\"" : "");
		buf_free(&reads);
		buf_free(&emits);
		buf_free(&hops);
	}
	if (ctl_json(ctl))
		puts("]");
	else
		table_print(table, "");
	table_free(table);
	return EXIT_CODE_OK;
}
