#include "common/model/clock_rebuild.h"

#include <stdio.h>
#include <string.h>

#include "common/base/instant.h"

static void tell_nobody(struct clock *clock, const struct clock_effect *effect, void *context)
{
}

void clock_rebuild_begin(struct clock_board *board, struct arena *arena, const struct clock_version *version)
{
	*board = (struct clock_board){
	    .arena = arena,
	    .version = version,
	    .policy = &version->set->policies[version->set->standard],
	    .effect = tell_nobody,
	};
}

struct clock *clock_rebuild_find(const struct clock_board *board, enum clock_kind kind, int32_t cycle)
{
	for (int i = 0; i < board->clocks_count; i++)
		if (board->clocks[i]->kind == kind && board->clocks[i]->cycle == cycle)
			return board->clocks[i];
	return NULL;
}

/* ---- the derived part of a clock, member by member ---- */

enum { MEMBERS_MAX = 16 };

struct member {
	const char *name;
	bool instant;
	int64_t number;
	const char *text; /* NULL: a number or an instant */
};

/* Running and breached are one: which of them is stored says whether the timer has come. */
static const char *state_of(const struct clock *clock)
{
	return clock_is_open(clock) ? "open" : clock_state_name(clock->state);
}

/* Of an open clock the breach is told when its timer comes, never before it is one. */
static const char *breach_of(const struct clock *clock, const struct clock *told)
{
	bool breached = clock->breached_us != 0;
	if (clock_is_open(clock))
		breached = told->breached_us > clock->due_us;
	return breached ? "breached" : "not breached";
}

/* The step that waits, at the place which stored says that it has come to. */
static int64_t pending_of(const struct clock *clock, const struct clock *stored)
{
	int64_t at_us;
	return clock_is_open(clock) && clock_step_at(clock, stored->steps_done, &at_us) ? at_us : 0;
}

static int members_of(
    const struct clock *clock, int32_t terms, int32_t times, const char *breach, int64_t next_us, struct member *to)
{
	const struct member members[] = {
	    {"state", .text = state_of(clock)},
	    {"unit", .text = target_unit_name(clock->unit)},
	    {"target", .number = clock->target},
	    {"policy", .text = clock->policy_id},
	    {"policy_version", .number = terms},
	    {"calendar_version", .number = times},
	    {"started_at", .instant = true, .number = clock->started_us},
	    {"due_at", .instant = true, .number = clock->due_us},
	    {"paused_at", .instant = true, .number = clock->paused_us},
	    {"provisional", .number = clock->provisional},
	    {"met_at", .instant = true, .number = clock->met_us},
	    {"ended_at", .instant = true, .number = clock->ended_us},
	    {"overdue_us", .number = clock->overdue_us},
	    {"breached_at", .text = breach},
	    {"next_at", .instant = true, .number = next_us},
	};
	_Static_assert(sizeof members / sizeof *members <= MEMBERS_MAX, "room for all");
	memcpy(to, members, sizeof members);
	return (int)(sizeof members / sizeof *members);
}

static const char *member_text(const struct member *member, char *text, size_t size)
{
	if (member->text != NULL)
		return member->text;
	if (member->instant)
		return member->number == 0 ? "" : instant_format(member->number, text);
	snprintf(text, size, "%lld", (long long)member->number);
	return text;
}

static bool is_equal(const struct member *a, const struct member *b)
{
	return a->text != NULL ? strcmp(a->text, b->text) == 0 : a->number == b->number;
}

int clock_rebuild_compare(const struct clock *stored, const struct clock *computed, clock_differs_fn *fn, void *context)
{
	struct member kept[MEMBERS_MAX], anew[MEMBERS_MAX];
	int differences = 0;
	int count = members_of(stored, stored->terms_stored, stored->times_stored,
	    stored->breached_us != 0 ? "breached" : "not breached", stored->next_us, kept);
	members_of(computed, computed->terms->number, computed->times->number, breach_of(computed, stored),
	    pending_of(computed, stored), anew);
	for (int i = 0; i < count; i++) {
		char stored_text[INSTANT_TEXT_SIZE], computed_text[INSTANT_TEXT_SIZE];
		if (is_equal(&kept[i], &anew[i]))
			continue;
		differences++;
		fn(kept[i].name, member_text(&kept[i], stored_text, sizeof stored_text),
		    member_text(&anew[i], computed_text, sizeof computed_text), context);
	}
	return differences;
}
