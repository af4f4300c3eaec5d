/* ombudctl clock: a complaint's clocks, and why one is due when it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/json.h"
#include "common/platform/terms.h"
#include "common/store/escalation.h"
#include "services/ombudctl/platform.h"
#include "services/ombudctl/trace.h"

enum exit_code clock_list(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	struct uuid complaint;
	enum exit_code code;
	int shard;
	if (ctl->flags.words_count && !ctl_find_complaint(ctl, &complaint, &shard, &code)) {
		pg_args_free(args);
		return code;
	}
	pg_args_uuid(args, ctl->flags.words_count ? &complaint : NULL);
	pg_args_text(args, ctl_flag(ctl, "state"));
	pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
	code = output_view(ctl, &view_clocks, args, "no clocks", NULL);
	pg_args_free(args);
	return code;
}

/* ---- the versions that a clock goes by ---- */

struct explaining {
	struct ctl *ctl;
	struct arena *arena;
	int32_t calendar_version, policy_version; /* of what follows; 0: none yet */
	struct terms_calendar *said;
	struct calendar *days; /* as they were stored */
	struct terms *terms;
	struct buf json;
};

static void drop_calendar(struct explaining *explaining)
{
	terms_calendar_free(explaining->said);
	calendar_free(explaining->days);
	explaining->said = NULL;
	explaining->days = NULL;
}

static void read_calendar(struct explaining *explaining, int32_t version)
{
	struct bundle files = {.arena = explaining->arena};
	drop_calendar(explaining);
	explaining->calendar_version = version;
	explaining->days = platform_read_days(explaining->ctl, version);
	if (platform_read_version(explaining->ctl, version, &files))
		explaining->said = terms_calendar_new(&files);
}

static void read_policies(struct explaining *explaining, int32_t version)
{
	struct bundle files = {.arena = explaining->arena};
	struct problems told = {0};
	terms_free(explaining->terms);
	explaining->policy_version = version;
	explaining->terms = platform_read_version(explaining->ctl, version, &files) ? terms_new(&files, &told) : NULL;
	problems_free(&told);
}

/* false: the message has been printed. */
static bool read_versions(struct explaining *explaining, int32_t policies, int32_t calendar)
{
	if (calendar != explaining->calendar_version)
		read_calendar(explaining, calendar);
	if (policies != explaining->policy_version)
		read_policies(explaining, policies);
	if (explaining->days && explaining->said && explaining->terms)
		return true;
	ctl_say("version %d of a platform cannot be read", (int)(explaining->terms ? calendar : policies));
	return false;
}

/* "standard@1": by the file's own count. */
static const char *policy_named(const struct explaining *explaining, const char *policy, char *text, size_t size)
{
	snprintf(text, size, "%s@%d", policy, (int)terms_policies(explaining->terms)->version);
	return text;
}

/* ---- what has happened to it ---- */

struct step {
	struct buf *json;
	const char *zone;
	bool more;
};

/* As it is stored, instants in the zone. */
static bool json_member_of_step(const char *name, const struct json *value, void *context)
{
	struct step *step = context;
	int64_t instant_us;
	buf_text(step->json, step->more ? ", " : "");
	step->more = true;
	if (json_kind_of(value) == JSON_KIND_MAP) { /* before: what it was */
		buf_printf(step->json, "\"%s\": {", name);
		json_each(value, json_member_of_step, &(struct step){step->json, step->zone, false});
		buf_char(step->json, '}');
		return true;
	}
	if (json_kind_of(value) == JSON_KIND_TEXT && instant_parse(json_text_of(value), json_text_size(value), &instant_us)) {
		trace_json_instant(step->json, name, step->zone, instant_us);
		return true;
	}
	char *text = json_format(value);
	buf_printf(step->json, "\"%s\": %s", name, text);
	free(text);
	return true;
}

static void json_steps(struct buf *json, const struct json *steps, const char *zone)
{
	buf_text(json, ", \"steps\": [");
	for (size_t i = 0; i < json_count(steps); i++) {
		buf_text(json, i ? ",\n {" : "\n {");
		json_each(json_at(steps, i), json_member_of_step, &(struct step){json, zone, false});
		buf_char(json, '}');
	}
	buf_char(json, ']');
}

static const char *instant_text(const char *zone, const struct json *value)
{
	int64_t instant_us;
	return instant_parse(json_text_of(value), json_text_size(value), &instant_us) ? trace_instant(zone, instant_us) : "";
}

static void print_steps(const struct json *steps, const char *zone)
{
	static const char *const headings[] = {"at", "what", "due_at", "due_before", "cause"};
	struct table *table = table_new(5, headings);
	for (size_t i = 0; i < json_count(steps); i++) {
		const struct json *step = json_at(steps, i);
		table_cell(table, instant_text(zone, json_member(step, "at")));
		table_cell(table, words_in_use(json_text_of(json_member(step, "what"))));
		table_cell(table, instant_text(zone, json_member(step, "due_at")));
		table_cell(table, instant_text(zone, json_member(json_member(step, "before"), "due_at")));
		table_cell(table, words_in_use(json_text_of(json_member(step, "cause"))));
	}
	table_print(table, "  ");
	table_free(table);
}

/* ---- when it stood still ---- */

static const char *bound_of(const struct clock_pause *pause)
{
	return pause->refused ? "refused" : pause->capped ? "capped" : "";
}

static void json_pauses(struct buf *json, const struct clock_pauses *pauses, const char *zone)
{
	buf_text(json, ", \"pauses\": [");
	for (int i = 0; i < pauses->count; i++) {
		const struct clock_pause *pause = &pauses->list[i];
		buf_printf(json, "%s{", i ? ",\n " : "\n ");
		trace_json_instant(json, "from", zone, pause->from_us);
		if (pause->until_us != INT64_MAX) {
			buf_text(json, ", ");
			trace_json_instant(json, "until", zone, pause->until_us);
		}
		trace_json_text(json, "waits_for", party_name(pause->wait->party));
		trace_json_text(json, "why", wait_kind_name(pause->wait->kind));
		trace_json_text(json, "began", cause_name(pause->wait->began));
		trace_json_text(json, "actor", actor_kind_name(pause->wait->actor));
		trace_json_text(json, "actor_id", *pause->wait->actor_id ? pause->wait->actor_id : NULL);
		trace_json_text(json, "ended", pause->wait->until_us ? cause_name(pause->wait->ended) : NULL);
		buf_printf(json, ", \"capped\": %s, \"refused\": %s}", pause->capped ? "true" : "false",
		    pause->refused ? "true" : "false");
	}
	buf_char(json, ']');
}

static void print_pauses(const struct clock_pauses *pauses, const char *zone)
{
	static const char *const headings[] = {"paused", "until", "waits_for", "why", "cause", "actor", "actor_id", ""};
	struct table *table = table_new(8, headings);
	for (int i = 0; i < pauses->count; i++) {
		const struct clock_pause *pause = &pauses->list[i];
		table_cell(table, trace_instant(zone, pause->from_us));
		table_cell(table, pause->until_us == INT64_MAX ? "" : trace_instant(zone, pause->until_us));
		table_cell(table, words_in_use(party_name(pause->wait->party)));
		table_cell(table, words_in_use(wait_kind_name(pause->wait->kind)));
		table_cell(table, words_in_use(cause_name(pause->wait->began)));
		table_cell(table, words_in_use(actor_kind_name(pause->wait->actor)));
		table_cell(table, pause->wait->actor_id);
		table_cell(table, words_in_use(bound_of(pause)));
	}
	if (pauses->count > 0)
		table_print(table, "  ");
	table_free(table);
}

/* ---- one clock ---- */

struct clock_reason {
	const char *clock, *state, *policy, *effect, *basis;
	struct json *steps;
	struct clock_waits waits;
	struct clock_pauses pauses;
	struct clock_target
	    left; /* of a clock that stands still: what is left, and when it would be due if it went on now; 0: none */
	int64_t due_now_us;
	int cycle;
	int32_t policy_version, calendar_version;
	struct clock_target target;
	int64_t started_us, due_us; /* due 0: it stands still, or none could be computed */
	bool provisional;
};

static struct clock_reason read_reason(const struct pg_result *result, int row, struct arena *arena)
{
	char error[JSON_ERROR_SIZE];
	const char *steps = pg_get_text(result, row, 13);
	struct clock_reason reason = {
	    .clock = pg_get_text(result, row, 0),
	    .cycle = pg_get_int4(result, row, 1),
	    .state = pg_get_text(result, row, 2),
	    .target = {target_unit_by_name(pg_get_text(result, row, 3)), pg_get_int8(result, row, 4)},
	    .policy = pg_get_text(result, row, 5),
	    .policy_version = pg_get_int4(result, row, 6),
	    .calendar_version = pg_get_int4(result, row, 7),
	    .started_us = pg_get_instant(result, row, 8),
	    .due_us = pg_get_instant(result, row, 9),
	    .provisional = pg_get_bool(result, row, 10),
	    .effect = pg_get_text(result, row, 11),
	    .basis = pg_get_text(result, row, 12),
	    .steps = json_parse(steps, strlen(steps), 0, error, NULL),
	};
	if (!pg_is_null(result, row, 14))
		store_waits_read(pg_get_text(result, row, 14), arena, &reason.waits);
	return reason;
}

/* By the function that daemons go by: its pauses from the complaint's waits, from scratch. */
static void find_pauses(const struct explaining *explaining, struct clock_reason *reason)
{
	const struct clock_version terms = {reason->policy_version, terms_policies(explaining->terms), explaining->days};
	const struct clock_version times = {reason->calendar_version, terms_policies(explaining->terms), explaining->days};
	struct clock clock = {.kind = clock_kind_by_name(reason->clock),
	    .unit = reason->target.unit,
	    .target = reason->target.amount,
	    .terms = &terms,
	    .times = &times,
	    .started_us = reason->started_us};
	snprintf(clock.policy_id, sizeof clock.policy_id, "%s", reason->policy);
	clock.pauses = reason->pauses = clock_pauses(&clock, &reason->waits, explaining->arena);
	reason->left.unit = reason->target.unit;
	if (strcmp(reason->state, clock_state_name(CLOCK_STATE_PAUSED)) == 0)
		(void)!clock_left(&clock, instant_wall_us(), &reason->left.amount, &reason->due_now_us);
}

static void json_reason(struct explaining *explaining, const struct clock_reason *reason, const struct due *due)
{
	struct buf *json = &explaining->json;
	const struct calendar_file *file = explaining->said->file;
	const char *zone = calendar_file_zone(file);
	char text[POLICY_NAME_SIZE + 16];
	buf_printf(json, "%s{\"cycle\": %d", json->size ? ",\n" : "[", reason->cycle);
	trace_json_text(json, "clock", reason->clock);
	trace_json_text(json, "state", reason->state);
	buf_text(json, ", ");
	trace_json_instant(json, "started_at", zone, reason->started_us);
	buf_text(json, ", ");
	if (reason->due_us)
		trace_json_instant(json, "due_at", zone, reason->due_us);
	else
		buf_text(json, "\"due_at\": null");
	if (due->count && due->due_us != reason->due_us) {
		buf_text(json, ", ");
		trace_json_instant(json, "computed_due_at", zone, due->due_us);
	}
	buf_printf(json, ", \"provisional\": %s, \"target\": %lld", reason->provisional ? "true" : "false",
	    (long long)reason->target.amount);
	trace_json_text(json, "unit", target_unit_name(reason->target.unit));
	trace_json_text(json, "effect", reason->effect);
	trace_json_text(json, "basis", *reason->basis ? reason->basis : NULL);
	trace_json_text(json, "policy", policy_named(explaining, reason->policy, text, sizeof text));
	buf_printf(
	    json, ", \"policy_version\": %d, \"calendar_version\": %d", (int)reason->policy_version, (int)reason->calendar_version);
	trace_json_calendar(json, file);
	buf_text(json, ", \"trace\": ");
	trace_json(json, due, reason->target.unit, zone);
	json_pauses(json, &reason->pauses, zone);
	if (reason->due_now_us) {
		buf_printf(json, ", \"left\": %lld, ", (long long)reason->left.amount);
		trace_json_instant(json, "due_at_if_it_went_on_now", zone, reason->due_now_us);
	}
	json_steps(json, reason->steps, zone);
	buf_char(json, '}');
}

/* 36:00 of elapsed or working time, or a number of days */
static const char *target_text(const struct clock_target *target, char *text, size_t size)
{
	if (target->unit == TARGET_UNIT_BUSINESS_DAYS)
		snprintf(text, size, "%lld", (long long)target->amount);
	else
		snprintf(text, size, "%lld:%02lld", (long long)(target->amount / US_PER_HOUR),
		    (long long)(target->amount % US_PER_HOUR / US_PER_MINUTE));
	return text;
}

static void print_fields(const struct explaining *explaining, const struct clock_reason *reason, const struct due *due)
{
	static const char *const headings[] = {"cycle", "state", "started_at", "due_at", "computed_due_at", "target", "unit",
	    "policy", "calendar", "zone", "effect", "basis", "left", "due_at_if_it_went_on_now"};
	const struct calendar_file *file = explaining->said->file;
	const char *zone = calendar_file_zone(file);
	struct table *table = table_new(14, headings);
	char text[CALENDAR_ID_SIZE + 64], named[POLICY_NAME_SIZE + 16];
	bool other = due->count && due->due_us != reason->due_us;
	snprintf(text, sizeof text, "%d", reason->cycle);
	table_cell(table, text);
	table_cell(table, words_in_use(reason->state));
	table_cell(table, trace_instant(zone, reason->started_us));
	snprintf(text, sizeof text, "%s%s%s", reason->due_us ? trace_instant(zone, reason->due_us) : "",
	    reason->provisional ? " " : "", reason->provisional ? words_in_use("provisional") : "");
	table_cell(table, text);
	table_cell(table, other ? trace_instant(zone, due->due_us) : "");
	table_cell(table, target_text(&reason->target, text, sizeof text));
	table_cell(table, words_in_use(target_unit_name(reason->target.unit)));
	snprintf(text, sizeof text, "%s v%d", policy_named(explaining, reason->policy, named, sizeof named),
	    (int)reason->policy_version);
	table_cell(table, text);
	snprintf(text, sizeof text, "%s@%d v%d", calendar_file_id(file), (int)calendar_file_version(file),
	    (int)reason->calendar_version);
	table_cell(table, text);
	table_cell(table, zone);
	table_cell(table, words_in_use(reason->effect));
	table_cell(table, reason->basis);
	table_cell(table, reason->due_now_us ? target_text(&reason->left, text, sizeof text) : "");
	table_cell(table, reason->due_now_us ? trace_instant(zone, reason->due_now_us) : "");
	table_print_fields(table);
	table_free(table);
}

static void print_reason(struct explaining *explaining, const struct clock_reason *reason, const struct due *due, bool first)
{
	const struct calendar_file *file = explaining->said->file;
	printf("%s%s%s%s\n", first ? "" : "\n", output_bold(), words_in_use(reason->clock), output_plain());
	print_fields(explaining, reason, due);
	struct table *table = trace_table(due, reason->target.unit, calendar_file_zone(file));
	table_print(table, "  ");
	table_free(table);
	putchar('\n');
	print_pauses(&reason->pauses, calendar_file_zone(file));
	print_steps(reason->steps, calendar_file_zone(file));
}

static bool explain_row(struct explaining *explaining, const struct pg_result *result, int row)
{
	struct due due = {0};
	if (!read_versions(explaining, pg_get_int4(result, row, 6), pg_get_int4(result, row, 7)))
		return false;
	struct clock_reason reason = read_reason(result, row, explaining->arena);
	find_pauses(explaining, &reason);
	/* What cannot be computed has no trace: its state says so. */
	(void)!due_explain(explaining->said->file, explaining->days, reason.started_us, &reason.target, reason.pauses.apart,
	    reason.pauses.apart_count, &due);
	if (ctl_json(explaining->ctl))
		json_reason(explaining, &reason, &due);
	else
		print_reason(explaining, &reason, &due, row == 0);
	due_free(&due);
	json_free(reason.steps);
	return true;
}

static enum exit_code explain_rows(struct ctl *ctl, const struct pg_result *result)
{
	struct explaining explaining = {.ctl = ctl, .arena = arena_new(0)};
	int rows = pg_result_rows(result), row = 0;
	while (row < rows && explain_row(&explaining, result, row))
		row++;
	if (rows == 0 && !ctl_json(ctl))
		ctl_say("no such clock on this complaint (clock list %s)", ctl->flags.words[0]);
	if (row == rows && ctl_json(ctl))
		printf("%s]\n", rows ? buf_string(&explaining.json) : "[");
	drop_calendar(&explaining);
	terms_free(explaining.terms);
	buf_free(&explaining.json);
	arena_free(explaining.arena);
	return row < rows ? EXIT_CODE_FAILED : rows == 0 && !ctl_json(ctl) ? EXIT_CODE_NOT_FOUND : EXIT_CODE_OK;
}

enum exit_code clock_explain(struct ctl *ctl)
{
	struct uuid complaint;
	enum exit_code code;
	int shard;
	if (!ctl_find_complaint(ctl, &complaint, &shard, &code))
		return code;
	struct pg_args *args = pg_args_new();
	pg_args_uuid(args, &complaint);
	pg_args_text(args, ctl->flags.words_count > 1 ? ctl->flags.words[1] : NULL);
	struct pg_result *result = ctl_run(ctl, &clock_reasons, args);
	code = result ? explain_rows(ctl, result) : EXIT_CODE_FAILED;
	pg_result_free(result);
	pg_args_free(args);
	return code;
}
