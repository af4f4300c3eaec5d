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

static bool has_evidence(const struct event *kept, const struct evidence *evidence)
{
	for (size_t i = 0; i < kept->evidence_count; i++) {
		if (strcmp(kept->evidence[i].evidence_id, evidence->evidence_id) == 0)
			return true;
	}
	return false;
}

/* As if all of it had come with the filing. */
static void take_evidence(struct arena *arena, struct event *facts, const struct event *change)
{
	const struct event *before = said_of(facts), *added = said_of(change);
	struct event *kept = arena_alloc(arena, sizeof(*kept));
	event_init(kept, EVENT_COMPLAINT_FILED);
	kept->evidence = arena_new_array(arena, struct evidence, before->evidence_count + added->evidence_count + 1);
	for (size_t i = 0; i < before->evidence_count; i++)
		kept->evidence[kept->evidence_count++] = before->evidence[i];
	for (size_t i = 0; i < added->evidence_count && kept->evidence_count < EVIDENCE_KEPT_MAX; i++) {
		if (!has_evidence(kept, &added->evidence[i]))
			kept->evidence[kept->evidence_count++] = added->evidence[i];
	}
	facts->said = kept;
}

/* The type is the complainant's own, never what triage made of it: intake tells the type as it stands, so one that triage has found
 * says nothing new. */
static void take_type(struct event *facts, const struct event *change, enum complaint_type found)
{
	bool amended = change->cause == CAUSE_COMPLAINT_AMENDED;
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
	if (said_of(change)->evidence_count > 0)
		take_evidence(arena, facts, change);
	if (change->order)
		facts->order = change->order;
	if (change->channel != CHANNEL_UNSPECIFIED)
		facts->channel = change->channel;
	if (change->claimed.currency[0] != '\0')
		facts->claimed = change->claimed;
	if (change->policy_version != 0)
		facts->policy_version = change->policy_version;
	facts->repeats = change->repeats > facts->repeats ? change->repeats : facts->repeats;
	facts->urges = change->urges > facts->urges ? change->urges : facts->urges;
	return facts;
}
