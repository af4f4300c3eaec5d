/* A complaint's facts come in steps: filed, its order recorded, amended, evidence added. The rules look at all of them together. */
#include <string.h>

#include "common/base/arena.h"

#include "services/triage/triage.h"

enum { EVIDENCE_KEPT_MAX = 64 }; /* the rules ask for kinds only */

static void take_text(const char **known, const char *told)
{
	if (told[0] != '\0')
		*known = told;
}

static void take_instant(int64_t *known_us, int64_t told_us)
{
	if (told_us != 0)
		*known_us = told_us;
}

static bool has_evidence(const struct event *facts, const struct evidence *evidence)
{
	for (size_t i = 0; i < facts->evidence_count; i++) {
		if (strcmp(facts->evidence[i].evidence_id, evidence->evidence_id) == 0)
			return true;
	}
	return false;
}

static void take_evidence(struct arena *arena, struct event *facts, const struct event *change)
{
	if (change->evidence_count == 0)
		return;
	struct evidence *all = arena_new_array(arena, struct evidence, facts->evidence_count + change->evidence_count);
	if (facts->evidence_count > 0)
		memcpy(all, facts->evidence, facts->evidence_count * sizeof(*all));
	facts->evidence = all;
	for (size_t i = 0; i < change->evidence_count && facts->evidence_count < EVIDENCE_KEPT_MAX; i++) {
		if (!has_evidence(facts, &change->evidence[i]))
			all[facts->evidence_count++] = change->evidence[i];
	}
}

/* The type is the complainant's own, never what triage made of it: intake tells the type as it stands, so one that triage has found
 * says nothing new. */
static void take_type(struct event *facts, const struct event *change, enum complaint_type found)
{
	bool amended = strcmp(change->cause, event_type_short_name(EVENT_COMPLAINT_AMENDED)) == 0;
	if (!amended || change->type == COMPLAINT_TYPE_UNSPECIFIED || change->type == found)
		return;
	facts->type = change->type;
	facts->custom_type = change->custom_type;
}

struct event *facts_merge(struct arena *arena, const struct event *known, const struct event *change, enum complaint_type found)
{
	struct event *facts = arena_copy(arena, known ? known : change, sizeof(*facts));
	if (!known)
		return facts;
	facts->cause = change->cause;
	facts->stage_before = change->stage_before;
	facts->stage = change->stage;
	take_type(facts, change, found);
	take_text(&facts->complainant_id, change->complainant_id);
	take_text(&facts->merchant_id, change->merchant_id);
	take_text(&facts->item_id, change->item_id);
	take_text(&facts->language, change->language);
	take_text(&facts->statement.text, change->statement.text);
	take_text(&facts->statement.wanted, change->statement.wanted);
	take_instant(&facts->statement.happened_at_us, change->statement.happened_at_us);
	take_instant(&facts->complained_at_us, change->complained_at_us);
	take_instant(&facts->received_at_us, change->received_at_us);
	take_evidence(arena, facts, change);
	if (change->order)
		facts->order = change->order;
	if (change->channel != CHANNEL_UNSPECIFIED)
		facts->channel = change->channel;
	if (change->claimed.currency[0] != '\0')
		facts->claimed = change->claimed;
	facts->repeats = change->repeats > facts->repeats ? change->repeats : facts->repeats;
	facts->urges = change->urges > facts->urges ? change->urges : facts->urges;
	return facts;
}
