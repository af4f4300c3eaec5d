/* What is said arrives: every member of every message of the inbox stands in the fact that intake tells of it, in `said` or as a
 * member of the fact's own. No list of members stands here: the descriptors have them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/model/complaint.h"
#include "common/wire/pack.h"
#include "common/wire/plan.h"
#include "common/wire/wire.h"
#include "tests/wire/sample.h"

enum { ROUNDS = 12 };

static struct arena *arena;

/* The fact of a complaint that stands otherwise than what is said of it, as its readers have it. */
static const struct event *told_of(const struct event *said, bool alike)
{
	static const struct limit_figures limits;
	struct dossier dossier = {.platform_id = "p", .order_id = said->order_id, .order = said->order};
	struct turn turn = {.arena = arena, .dossier = &dossier, .event = said, .now_us = 5, .limits = &limits};
	struct complaint *complaint = complaint_new(&turn, said->merchant_id);
	struct life_row row = {.event = said->type_id, .reason = REASON_ACCEPTED};
	complaint->order_id = said->order_id;
	if (alike) {
		complaint->owner_id = said->owner_id;
		complaint->queue = said->queue;
	} else {
		complaint->item_id = complaint->complainant_id = complaint->language = complaint->owner_id = complaint->queue =
		    "other";
		complaint->statement = (struct statement){"other", 1, "other"};
		complaint->claimed = (struct money){1, "XXX"};
		complaint->type = COMPLAINT_TYPE_OTHER;
		complaint->custom_type = complaint->policy_id = "other";
		complaint->channel = CHANNEL_IN_PERSON;
	}
	complaint->stage = STAGE_FILED;
	complaint_tell_changed(&turn, complaint, &row, STAGE_FILED, true);
	struct event fact = *turn.told[0].event;
	fact.source = "/ombud/intake";
	fact.event_id = "3-17";
	fact.occurred_at_us = 6;
	size_t size;
	const void *data = wire_pack(arena, &fact, &size);
	const struct event *read = wire_unpack(arena, EVENT_COMPLAINT_CHANGED, data, size);
	assert_non_null(read);
	return read;
}

static const struct plan_field *said_in(enum event_type fact, enum event_type said)
{
	const struct plan *plan = plan_of(fact);
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->fields[i].said == said)
			return &plan->fields[i];
	return NULL;
}

static size_t size_of(const struct field_row *row)
{
	switch (row->kind) {
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_ENUM:
	case FIELD_INT32:
		return sizeof(int32_t);
	case FIELD_STRUCT:
		return row->shape->size;
	default:
		return sizeof(void *);
	}
}

/* A member that the message leaves out is the fact's. */
static void take(const struct field_row *row, const struct event *fact, struct event *message)
{
	const struct event blank = event_empty(message->type_id);
	size_t size = size_of(row);
	const char *text = row->kind == FIELD_TEXT ? *(char **)(void *)((char *)message + row->offset) : NULL;
	bool absent =
	    text != NULL ? *text == '\0' : memcmp((char *)message + row->offset, (const char *)&blank + row->offset, size) == 0;
	if (!absent)
		return;
	memcpy((char *)message + row->offset, (const char *)fact + row->offset, size);
	if (row->count_offset != 0)
		memcpy((char *)message + row->count_offset, (const char *)fact + row->count_offset, sizeof(size_t));
}

/* The message put together again by a reader of the fact. */
static struct event restored(const struct event *fact, const struct plan_field *field)
{
	struct event message = *fact->said;
	for (unsigned i = 0; i < field->sub->count; i++)
		if (field->sub->fields[i].twin != NULL && field->sub->fields[i].row->kind != FIELD_FLAT)
			take(field->sub->fields[i].row, fact, &message);
	message.platform_id = fact->platform_id;
	message.actor = fact->actor;
	message.source = fact->input.source;
	message.event_id = fact->input.event_id;
	message.occurred_at_us = fact->input.occurred_at_us;
	return message;
}

static void check_same(const struct event *want, const struct event *got, const char *what)
{
	const char *said = wire_data_json(arena, want), *arrived = wire_data_json(arena, got);
	size_t same = 0;
	while (said[same] != '\0' && said[same] == arrived[same])
		same++;
	if (said[same] != arrived[same])
		fail_msg("%s: %.200s was said, and arrives as %.200s", what, said + same, arrived + same);
}

static void check_message(enum event_type type)
{
	const struct plan_field *field = said_in(EVENT_COMPLAINT_CHANGED, type);
	if (field == NULL)
		fail_msg("%s has no place in ComplaintChanged.said", event_type_name(type));
	assert_int_equal(field->id, 100 + type);
	assert_int_equal(cause_of_event(type), 100 + type);
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct event *said = sample_whole(arena, type, seed);
		const struct event *fact = told_of(said, seed % 2 == 0);
		assert_int_equal(fact->cause, cause_of_event(type));
		assert_non_null(fact->said);
		struct event message = restored(fact, field);
		check_same(said, &message, event_type_name(type));
	}
}

/* Of a person: what is told of it is a message of its own. */
static enum event_type told_as(enum event_type type)
{
	switch (type) {
	case EVENT_CONTACT_SET:
		return EVENT_CONTACT_CHANGED;
	case EVENT_PREFERENCES_SET:
		return EVENT_PREFERENCES_CHANGED;
	case EVENT_ERASURE_ASKED:
		return EVENT_PERSON_ERASED;
	default:
		return EVENT_NONE;
	}
}

static void check_person(enum event_type type)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct event *said = sample_whole(arena, type, seed);
		struct turn turn = {.arena = arena, .event = said};
		complaint_tell_person(&turn, told_as(type));
		size_t size;
		const void *data = wire_pack(arena, turn.told[0].event, &size);
		struct event *fact = wire_unpack(arena, told_as(type), data, size);
		struct event message = *fact;
		message.type_id = type;
		message.source = fact->input.source;
		message.event_id = fact->input.event_id;
		message.occurred_at_us = fact->input.occurred_at_us;
		check_same(said, &message, event_type_name(type));
	}
}

static void every_member_that_is_said_arrives(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		const struct event_said *said = event_type_said((enum event_type)type);
		if (said->about == ABOUT_UNSPECIFIED)
			continue;
		/* What is of no complaint and not in service has no fact yet. */
		if (!said->in_service && (said->about == ABOUT_MANY || type == EVENT_ABSENCE_SET))
			continue;
		arena = arena_new(0);
		if (told_as((enum event_type)type) != EVENT_NONE)
			check_person((enum event_type)type);
		else
			check_message((enum event_type)type);
		arena_free(arena);
	}
}

static struct event hand(enum event_type type)
{
	struct event event = event_empty(type);
	event.platform_id = "p";
	event.order_id = "o";
	event.actor.kind = ACTOR_KIND_PLATFORM_PERSON;
	return event;
}

/* What the fact says is not said twice; what differs is. */
static void only_what_the_fact_does_not_say_is_quoted(void **state)
{
	arena = arena_new(0);
	struct event filed = hand(EVENT_COMPLAINT_FILED);
	filed.complainant_id = "buyer";
	filed.statement.text = "The key is dead.";
	const struct event *fact = told_of(&filed, true);
	assert_string_equal(fact->complainant_id, "buyer");
	assert_string_equal(fact->said->complainant_id, "");
	assert_string_equal(fact->said->platform_id, "");
	fact = told_of(&filed, false);
	assert_string_equal(fact->complainant_id, "other");
	assert_string_equal(fact->said->complainant_id, "buyer");

	struct event recusal = hand(EVENT_RECUSAL_ASKED);
	recusal.owner_id = "agent-7";
	assert_string_equal(told_of(&recusal, false)->said->owner_id, "agent-7");
	struct event acknowledged = hand(EVENT_ESCALATION_ACKNOWLEDGED);
	acknowledged.cycle = 3;
	assert_int_equal(told_of(&acknowledged, false)->said->cycle, 3);
	arena_free(arena);
}

/* A clock or a rule of Ombud's own says nothing. */
static void what_nobody_said_has_no_words(void **state)
{
	arena = arena_new(0);
	struct event silent = hand(EVENT_SILENCE_REACHED);
	silent.clock = CLOCK_MERCHANT_ANSWER;
	silent.cycle = 2;
	silent.late = true;
	const struct event *fact = told_of(&silent, true);
	assert_null(fact->said);
	assert_int_equal(fact->cause, CAUSE_SILENCE_REACHED);
	assert_int_equal(fact->clock, CLOCK_MERCHANT_ANSWER);
	assert_int_equal(fact->cycle, 2);
	assert_true(fact->late);
	assert_int_equal(fact->actor.kind, ACTOR_KIND_OMBUD);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_member_that_is_said_arrives),
	    cmocka_unit_test(only_what_the_fact_does_not_say_is_quoted),
	    cmocka_unit_test(what_nobody_said_has_no_words),
	};
	return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
