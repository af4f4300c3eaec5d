#include "tests/unit/history.h"

#include "common/base/instant.h"

const struct eligibility_limits windows = {15 * US_PER_DAY, 7 * US_PER_DAY};
struct type_codes types;
struct limit_figures limits = {
    .amend_us = 24 * US_PER_HOUR,
    .urge_cooldown_us = US_PER_HOUR,
};

static struct order_item items[] = {
    {.item_id = "i1", .merchant_id = "shop", .sku = "", .title = "", .category = "", .quantity = 2, .price = {6000, "CNY"}},
    {.item_id = "i2", .merchant_id = "shop", .sku = "", .title = "", .category = "", .quantity = 1, .price = {4000, "CNY"}},
};

struct order_facts paid_order = {
    .buyer_id = "buyer",
    .merchant_id = "shop",
    .status = ORDER_STATUS_TO_SHIP,
    .category = "",
    .total = {10000, "CNY"},
    .payment_method = "",
    .member_level = "",
    .paid_at_us = 1,
    .items = items,
    .items_count = 2,
};

static const struct clause clauses[] = {{.name = "3.2@1", .from_us = INT64_MIN, .until_us = INT64_MAX}};
static const struct criteria criteria[] = {{.name = "fault@1",
    .types = ~0ull,
    .clause = "3.2@1",
    .evidence = {"key_check"},
    .evidence_count = 1,
    .points = {{.id = "so"}},
    .points_count = 1}};
const struct law law = {clauses, 1, criteria, 1};

struct arena *arena;
struct dossier dossier;
int64_t now_us;
struct turn last;
struct limit_uses order_uses;

int history_setup(void **state)
{
	arena = arena_new(0);
	dossier = (struct dossier){.platform_id = "p", .order_id = "o"};
	order_uses = (struct limit_uses){0};
	now_us = 1000 * US_PER_DAY;
	return 0;
}

int history_teardown(void **state)
{
	arena_free(arena);
	return 0;
}

struct event said(enum event_type type, enum actor_kind kind, const char *id)
{
	static const char *const names[ACTOR_KIND_COUNT] = {[ACTOR_KIND_UNSPECIFIED] = "",
	    [ACTOR_KIND_COMPLAINANT] = "buyer",
	    [ACTOR_KIND_MERCHANT_PERSON] = "shop",
	    [ACTOR_KIND_MERCHANT_PROGRAM] = "shop",
	    [ACTOR_KIND_PLATFORM_PERSON] = "agent",
	    [ACTOR_KIND_PLATFORM_PROGRAM] = "backend",
	    [ACTOR_KIND_INSPECTOR] = "lab",
	    [ACTOR_KIND_OMBUD] = ""};
	struct event event = event_empty(type);
	event.platform_id = "p";
	event.source = "test";
	event.event_id = "1";
	event.order_id = "o";
	event.complaint_id = id;
	event.occurred_at_us = now_us;
	event.actor.kind = kind;
	event.actor.id = names[kind];
	return event;
}

void say(struct event event)
{
	last = (struct turn){
	    .arena = arena,
	    .dossier = &dossier,
	    .event = arena_copy(arena, &event, sizeof(event)),
	    .now_us = now_us,
	    .limits = &limits,
	    .windows = &windows,
	    .types = &types,
	    .law = &law,
	    .uses = &order_uses,
	};
	complaint_decide(&last);
}

void say_plain(enum event_type type, enum actor_kind kind)
{
	say(said(type, kind, ID));
}

struct complaint *get(const char *id)
{
	struct uuid uuid;
	assert_true(uuid_parse(id, &uuid));
	return dossier_find(&dossier, &uuid);
}

void want_refused(enum refusal refusal)
{
	if (last.outcome != TURN_REFUSED || last.refusal != refusal)
		fail_msg("got outcome %d, refusal %s, want %s", last.outcome, refusal_code(last.refusal), refusal_code(refusal));
}

void want_stage(const char *id, enum stage stage)
{
	const struct complaint *complaint = get(id);
	assert_non_null(complaint);
	if (complaint->stage != stage)
		fail_msg(
		    "got %s (refusal %s), want %s", stage_name(complaint->stage), refusal_code(last.refusal), stage_name(stage));
}

/* ---- verbs ---- */

void record_order(void)
{
	struct event event = said(EVENT_ORDER_RECORDED, ACTOR_KIND_PLATFORM_PROGRAM, "");
	event.order = &paid_order;
	say(event);
}

struct event filing(const char *id)
{
	struct event event = said(EVENT_COMPLAINT_FILED, ACTOR_KIND_COMPLAINANT, id);
	event.complainant_id = "buyer";
	event.type = COMPLAINT_TYPE_NOT_DELIVERED;
	event.channel = CHANNEL_APP;
	return event;
}

static void triage_to(enum party first)
{
	struct event event = said(EVENT_COMPLAINT_TRIAGED, ACTOR_KIND_OMBUD, ID);
	event.type = COMPLAINT_TYPE_NOT_DELIVERED;
	event.tier = TIER_STANDARD;
	event.first_answer = first;
	event.policy_id = "default";
	event.policy_version = 1;
	say(event);
}

void come_to_negotiating(void)
{
	record_order();
	say(filing(ID));
	triage_to(PARTY_MERCHANT);
	want_stage(ID, STAGE_NEGOTIATING);
}

void come_to_review(void)
{
	record_order();
	say(filing(ID));
	triage_to(PARTY_PLATFORM);
	want_stage(ID, STAGE_PLATFORM_REVIEW);
}

struct remedy *refund(int64_t sum, const char *currency, const char *item_id)
{
	struct remedy *remedy = arena_alloc(arena, sizeof(*remedy));
	*remedy = (struct remedy){REMEDY_KIND_REFUND, {sum, currency}, item_id, ""};
	return remedy;
}

void answer(enum answer_kind kind, struct remedy *remedy)
{
	struct event event = said(EVENT_ANSWER_GIVEN, ACTOR_KIND_MERCHANT_PERSON, ID);
	event.answer = kind;
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	say(event);
}

struct grounds *grounds(void)
{
	static const char *cited[] = {"3.2@1"}, *applied[] = {"fault@1"}, *shown_by[] = {"order"};
	struct criterion_answer *answer = arena_alloc(arena, sizeof(*answer));
	struct grounds *made = arena_alloc(arena, sizeof(*made));
	*answer = (struct criterion_answer){"so", CRITERION_FINDING_SHOWN, shown_by, 1, ""};
	*made = (struct grounds){.clauses = cited,
	    .clauses_count = 1,
	    .facts_found = "The key was used before the sale.",
	    .criteria = applied,
	    .criteria_count = 1,
	    .answers = answer,
	    .answers_count = 1};
	return made;
}

struct event decision(const char *id, enum decision_outcome outcome, struct remedy *remedy)
{
	static const struct responsibility shop = {PARTY_MERCHANT, 1000, ""}, nobody = {PARTY_NOBODY, 1000, ""};
	struct event event = said(EVENT_DECISION_MADE, ACTOR_KIND_PLATFORM_PERSON, id);
	event.outcome = outcome;
	event.grounds = grounds();
	event.responsibilities = arena_copy(arena, remedy ? &shop : &nobody, sizeof(shop));
	event.responsibilities_count = 1;
	event.remedies = remedy;
	event.remedies_count = remedy ? 1 : 0;
	return event;
}

void report(const char *id, const char *decision_id, enum remedy_outcome outcome)
{
	struct event event = said(EVENT_REMEDY_REPORTED, ACTOR_KIND_PLATFORM_PROGRAM, id);
	event.remedy_key = arena_printf(arena, "%s/%s/refund/1", id, decision_id);
	event.remedy_outcome = outcome;
	say(event);
}

void be_silent(enum silence_ground ground)
{
	struct event event = said(EVENT_SILENCE_REACHED, ACTOR_KIND_OMBUD, ID);
	event.ground = ground;
	event.clock = CLOCK_FINAL_DECISION;
	say(event);
}

int count_told(enum event_type type)
{
	int count = 0;
	for (size_t i = 0; i < last.told_count; i++)
		count += last.told[i].event->type_id == type;
	return count;
}

bool may(enum party party, enum action action)
{
	const struct event *told = last.told[last.told_count - 1].event;
	for (size_t i = 0; i < told->actions_count; i++)
		if (told->actions[i].party == party && told->actions[i].action == action)
			return true;
	return false;
}
