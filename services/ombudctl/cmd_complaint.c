/* ombudctl complaint: what people ask about complaints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/model/clock.h"
#include "common/model/reason.h"
#include "common/wire/wire.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/words.h"

enum exit_code complaint_list(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl_flag(ctl, "stage"));
	pg_args_text(args, ctl_flag(ctl, "order"));
	pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
	enum exit_code code = output_view(ctl, &view_complaints, args, "no complaints", NULL);
	pg_args_free(args);
	return code;
}

bool ctl_find_complaint(struct ctl *ctl, struct uuid *complaint, int *shard, enum exit_code *code)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl->flags.words[0]);
	struct pg_result *result = ctl_run(ctl, &complaint_find, args);
	int found = result ? pg_result_rows(result) : 0;
	*code = result ? EXIT_CODE_NOT_FOUND : EXIT_CODE_FAILED;
	if (result && !found)
		ctl_say("no complaint %s, and no order of that id with one", ctl->flags.words[0]);
	if (found > 1)
		ctl_say(
		    "%d complaints about this order; this is the newest (complaint list --order %s)", found, ctl->flags.words[0]);
	if (found) {
		*complaint = pg_get_uuid(result, 0, 0);
		*shard = pg_get_int4(result, 0, 1);
	}
	pg_result_free(result);
	pg_args_free(args);
	return found > 0;
}

/* Prints the one text of a statement's one row. */
static enum exit_code print_text(struct ctl *ctl, const struct pg_statement *statement, struct pg_args *args)
{
	struct pg_result *result = ctl_run(ctl, statement, args);
	if (result)
		puts(pg_get_text(result, 0, 0));
	pg_result_free(result);
	return result ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

/* ---- the story ---- */

struct story {
	struct ctl *ctl;
	enum language language;
	struct uuid complaint;
	int shard;
	bool failed; /* a part of it could not be read, and that has been said */
};

static void heading(const struct story *story, const char *term)
{
	printf("\n%s%s%s\n", output_bold(), words_say(story->language, term), output_plain());
}

/* NULL: there is nothing, or it could not be read. */
static struct table *story_read(struct story *story, const struct view *view)
{
	struct pg_args *args = pg_args_new();
	struct table *table;
	pg_args_uuid(args, &story->complaint);
	if (!output_read(story->ctl, view, args, story->language, &table))
		story->failed = true;
	pg_args_free(args);
	return table;
}

static void section(struct story *story, const char *title, const struct view *view)
{
	struct table *table = story_read(story, view);
	if (!table)
		return;
	heading(story, title);
	table_print(table, "  ");
	table_free(table);
}

static void line(const struct story *story, const char *term, const char *text)
{
	if (!*text)
		return;
	printf("  %s: ", words_say(story->language, term));
	output_text(text);
	putchar('\n');
}

static const struct event *unpack(struct arena *arena, const struct pg_result *facts, int row)
{
	size_t size;
	const void *payload = pg_get_bytes(facts, row, 0, &size);
	const struct event *event = payload ? wire_unpack(arena, EVENT_COMPLAINT_CHANGED, payload, size) : NULL;
	if (payload && !event)
		ctl_say("a fact of this complaint cannot be read out of intake.log");
	return event;
}

/* What the last fact says: who must act, and what each party can do. */
static void story_now(const struct story *story, const struct event *fact)
{
	heading(story, "now");
	line(story, "must_act", words_say(story->language, party_name(fact->must_act)));
	for (size_t i = 0; i < fact->actions_count; i++) {
		const struct allowed_action *action = &fact->actions[i];
		if (!action->mandatory)
			continue;
		printf("  %s: %s", words_say(story->language, party_name(action->party)),
		    words_say(story->language, action_name(action->action)));
		if (action->silence > SILENCE_OUTCOME_NONE)
			printf(" (%s: %s)", words_say(story->language, "if_silent"),
			    words_say(story->language, silence_outcome_name(action->silence)));
		putchar('\n');
	}
}

static void story_decision(const struct story *story, const struct event *fact)
{
	const struct grounds *grounds = fact->grounds;
	heading(story, "decision");
	line(story, "outcome", words_say(story->language, decision_outcome_name(fact->outcome)));
	line(story, "reason", reason_line(fact->decided, story->language == LANGUAGE_ZH ? "zh" : "en"));
	if (!grounds)
		return;
	line(story, "facts_found", grounds->facts_found);
	for (size_t i = 0; i < grounds->clauses_count; i++)
		line(story, "clauses", grounds->clauses[i]);
	for (size_t i = 0; i < grounds->weighed_count; i++) {
		printf("  ");
		output_text(grounds->weighed[i].evidence_id);
		printf(" (%s): ", words_say(story->language, party_name(grounds->weighed[i].supplied_by)));
		output_text(grounds->weighed[i].shows);
		putchar('\n');
	}
}

static void story_facts(struct story *story, bool decision)
{
	struct arena *arena = arena_new(0);
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, story->shard);
	pg_args_uuid(args, &story->complaint);
	pg_args_text(args, event_type_name(EVENT_COMPLAINT_CHANGED));
	struct pg_result *facts = ctl_run(story->ctl, &complaint_facts, args);
	story->failed = story->failed || !facts;
	for (int row = facts ? pg_result_rows(facts) - 1 : -1; row >= 0; row--) {
		const struct event *fact = unpack(arena, facts, row);
		if (!fact || (decision && !fact->decided))
			continue;
		if (decision)
			story_decision(story, fact);
		else
			story_now(story, fact);
		break;
	}
	pg_result_free(facts);
	pg_args_free(args);
	arena_free(arena);
}

static void story_head(struct story *story)
{
	struct table *table = story_read(story, &view_story_head);
	if (!table)
		return;
	table_print_fields(table);
	table_free(table);
}

enum exit_code complaint_show(struct ctl *ctl)
{
	struct story story = {.ctl = ctl, .language = words_language()};
	enum exit_code code;
	if (!ctl_find_complaint(ctl, &story.complaint, &story.shard, &code))
		return code;
	if (ctl_json(ctl)) {
		struct pg_args *args = pg_args_new();
		pg_args_uuid(args, &story.complaint);
		code = print_text(ctl, &complaint_whole, args);
		pg_args_free(args);
		return code;
	}
	story_head(&story);
	story_facts(&story, false);
	section(&story, "steps", &view_story_steps);
	section(&story, "clocks", &view_story_clocks);
	story_facts(&story, true);
	section(&story, "remedies", &view_story_remedies);
	section(&story, "notices", &view_story_notices);
	return story.failed ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}
