/* A step of a complaint: its facts so far are evaluated, and what is new is told. */
#include "services/triage/triage.h"

#include <string.h>

#include "common/base/arena.h"
#include "common/base/log.h"

static bool result_equals(const struct rules_result *a, const struct rules_result *b)
{
	return a->type == b->type && a->tier == b->tier && a->priority == b->priority && a->first_answer == b->first_answer &&
	       strcmp(a->custom_type, b->custom_type) == 0 && strcmp(a->queue, b->queue) == 0 && strcmp(a->owner, b->owner) == 0 &&
	       strcmp(a->policy, b->policy) == 0;
}

static struct event *event_make(struct batch *batch, const struct known *known, struct rules_result *result, int32_t version)
{
	const struct event *facts = known->facts;
	struct event *event = arena_alloc(batch->arena, sizeof(*event));
	*event = event_empty(EVENT_COMPLAINT_TRIAGED);
	event->platform_id = facts->platform_id;
	event->actor.kind = ACTOR_KIND_OMBUD;
	event->order_id = facts->order_id;
	event->complaint_id = facts->complaint_id;
	event->type = result->type;
	event->custom_type = result->custom_type;
	event->tier = result->tier;
	event->priority = result->priority;
	event->first_answer = result->first_answer;
	event->queue = result->queue;
	event->owner_id = result->owner;
	event->policy_id = result->policy;
	event->policy_version = version;
	event->reasons = result->reasons;
	event->reasons_count = result->reasons_count;
	event->rules_version = rules_file_rules(known->rules)->version;
	return event;
}

static void result_tell(struct batch *batch, struct item *item, struct known *known, int32_t version)
{
	struct event *event = event_make(batch, known, known->result, version);
	known->sequence++;
	known->triaged_at_us = batch->now_us;
	batch_emit(batch, item,
	    &(struct emission){
		.topic = "ombud.triage.v1",
		.key = item->key,
		.event = event,
		.subject = known->complaint_id,
		.sequence = known->sequence,
	    });
}

static void complaint_triage(
    struct batch *batch, struct item *item, struct known *known, const struct rules_file *rules, int32_t version)
{
	struct rules_result *result = arena_alloc(batch->arena, sizeof(*result));
	rules_file_evaluate(batch->arena, rules, known->facts, result);
	if (result->limit_rule)
		log_warn("a pattern ran into its limit and was taken for no match", LOG_TEXT("rule_id", result->limit_rule),
		    LOG_TEXT("complaint_id", known->facts->complaint_id));
	if (known->result && result_equals(known->result, result))
		return;
	known->result = result;
	known->rules = rules;
	result_tell(batch, item, known, version);
}

void triage_decide(struct batch *batch, struct item *item)
{
	struct known *known = item->slot;
	if (!known)
		return;
	/* Each fact by its own: a complaint may be moved between two of them, and where a batch is cut must not matter. */
	int32_t version = batch_version_of(batch, item->event);
	const struct rules_file *rules = daemon_version(batch->daemon, version);
	if (known->unreadable || !rules) {
		batch_put_off(batch, item, known->unreadable ? TRIAGE_FACTS : "the rules of its platform's version");
		return;
	}
	bool filed = item->event->stage == STAGE_FILED;
	bool amended = item->event->cause == CAUSE_COMPLAINT_AMENDED;
	if (!known->facts && !filed && item->event->stage != STAGE_AWAITING_ORDER && item->event->stage != STAGE_MANUAL_ADMISSION)
		return;
	enum complaint_type found = known->result ? known->result->type : COMPLAINT_TYPE_UNSPECIFIED;
	known->facts = facts_merge(batch->arena, known->facts, item->event, found);
	known->shard = shard_number(item->shard);
	known->dirty = true;
	if (filed ? !known->result || amended : amended && known->result)
		complaint_triage(batch, item, known, rules, version);
}
