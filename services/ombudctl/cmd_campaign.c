/* ombudctl campaign: how far one command for many has come (common/daemon/ENGINE.md), and stopping it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "services/ombudctl/output.h"

static struct pg_args *args_id(const struct ctl *ctl)
{
	const char *text = ctl->flags.words[0];
	char *end;
	errno = 0;
	long long id = strtoll(text, &end, 10);
	if (*end || end == text || id < 1 || errno)
		die("%s: the id of a campaign is a number; ombudctl campaign list shows them", text);
	struct pg_args *args = pg_args_new();
	pg_args_int8(args, id);
	return args;
}

enum exit_code campaign_list(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl_flag(ctl, "state"));
	pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
	enum exit_code code = output_view(ctl, &view_campaigns, args, "no campaigns", NULL);
	pg_args_free(args);
	return code;
}

static enum exit_code print_json(const struct pg_result *result)
{
	if (pg_result_rows(result))
		puts(pg_get_text(result, 0, 0));
	return pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
}

static enum exit_code print_tables(struct ctl *ctl, struct pg_args *args)
{
	struct table *head = NULL, *shards = NULL;
	if (!output_read(ctl, &view_campaign_head, args, words_language(), &head) ||
	    !output_read(ctl, &view_campaign_shards, args, words_language(), &shards))
		return EXIT_CODE_FAILED;
	if (!head)
		return EXIT_CODE_NOT_FOUND;
	table_print_fields(head);
	table_free(head);
	if (shards) {
		putchar('\n');
		table_print(shards, "");
		table_free(shards);
	}
	return EXIT_CODE_OK;
}

enum exit_code campaign_show(struct ctl *ctl)
{
	struct pg_args *args = args_id(ctl);
	struct pg_result *result = ctl_json(ctl) ? ctl_run(ctl, &campaign_whole, args) : NULL;
	enum exit_code code = !ctl_json(ctl) ? print_tables(ctl, args) : result ? print_json(result) : EXIT_CODE_FAILED;
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("no campaign %s", ctl->flags.words[0]);
	pg_result_free(result);
	pg_args_free(args);
	return code;
}

static enum exit_code move(struct ctl *ctl, const char *state)
{
	struct pg_args *args = args_id(ctl);
	pg_args_text(args, state);
	struct pg_result *result = ctl_run(ctl, &campaign_move, args);
	enum exit_code code = !result ? EXIT_CODE_FAILED : pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("there is no campaign %s that could be %s", ctl->flags.words[0], words_in_use(state));
	if (code == EXIT_CODE_OK)
		ctl_say("campaign %s %s", ctl->flags.words[0], words_in_use(state));
	pg_result_free(result);
	pg_args_free(args);
	return code;
}

enum exit_code campaign_cancel(struct ctl *ctl)
{
	if (!ctl_confirm(ctl, "Cancel this campaign? What it has done stays done, and it cannot go on."))
		return EXIT_CODE_USAGE;
	return move(ctl, "cancelled");
}

enum exit_code campaign_pause(struct ctl *ctl)
{
	return move(ctl, "paused");
}

enum exit_code campaign_resume(struct ctl *ctl)
{
	return move(ctl, "running");
}
