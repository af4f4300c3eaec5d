/* The tables of common/model/lifecycle.c: complete, and without a place where a complaint could stay for ever.
 * Run with the word "draw" it prints the diagram that services/intake/LIFECYCLE.md holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/model/event.h"
#include "common/model/lifecycle.h"

enum { WALKS = 100000, STEPS_MAX = 200, SILENCES_MAX = 10 };

static const struct life_row *rows;
static size_t rows_count;

static int setup(void **state)
{
	rows_count = life_rows(&rows);
	return 0;
}

/* Every set of facts would be too many: only what a row asks makes a difference. EVENT_NONE: of what leads on by itself, silences
 * too. */
static unsigned facts_asked(enum event_type event)
{
	unsigned facts = 0;
	for (size_t i = 0; i < rows_count; i++)
		if (rows[i].event == event || (event == EVENT_NONE && rows[i].event == EVENT_SILENCE_REACHED))
			facts |= rows[i].when | rows[i].unless;
	return facts;
}

/* The next set of those facts; 0: that was the last. */
static unsigned next_facts(unsigned facts, unsigned of)
{
	return (facts - of) & of;
}

static void every_stage_is_reachable(void **state)
{
	unsigned reached = 1u << STAGE_UNSPECIFIED, before;
	do {
		before = reached;
		for (size_t i = 0; i < rows_count; i++) {
			if ((rows[i].from & reached) && rows[i].to != STAGE_UNSPECIFIED)
				reached |= 1u << rows[i].to;
		}
	} while (reached != before);
	for (int stage = 1; stage < STAGE_COUNT; stage++) {
		if (!(reached & 1u << stage) != stage_is_later((enum stage)stage))
			fail_msg("%s is never reached, or reached before it is in service", stage_name((enum stage)stage));
	}
}

/* Whatever holds, something follows at once: nobody waits there. */
static bool is_left_at_once(enum stage stage)
{
	return life_find(stage, EVENT_NONE, SILENCE_GROUND_UNSPECIFIED, 0) != NULL;
}

static void check_open_stage(const struct life_stage *place)
{
	assert_int_not_equal(place->owner, PARTY_UNSPECIFIED);
	assert_int_not_equal(place->owner, PARTY_NOBODY);
	assert_int_not_equal(place->clock, CLOCK_UNSPECIFIED);
	assert_int_not_equal(place->silence, SILENCE_OUTCOME_UNSPECIFIED);
	assert_int_not_equal(place->silence, SILENCE_OUTCOME_NONE);
	unsigned facts = place->answer == ANSWER_OFFER ? FACT_OFFER_STANDS : 0;
	const struct life_row *row = life_find(place->stage, EVENT_SILENCE_REACHED, place->ground, facts);
	if (!row || row->later)
		fail_msg("%s: silence (%s) leads nowhere", stage_name(place->stage), silence_ground_name(place->ground));
}

static void d1_every_open_stage_has_an_owner_a_deadline_and_a_default(void **state)
{
	for (int stage = 1; stage < STAGE_COUNT; stage++) {
		for (int answer = stage_is_later((enum stage)stage) ? ANSWER_COUNT : ANSWER_OFFER; answer < ANSWER_COUNT;
		     answer++) {
			const struct life_stage *place = life_stage((enum stage)stage, (enum answer_kind)answer);
			assert_non_null(place);
			if (life_is_final((enum stage)stage))
				assert_int_equal(place->owner, PARTY_NOBODY);
			else if (place->clock == CLOCK_UNSPECIFIED)
				assert_true(is_left_at_once((enum stage)stage));
			else
				check_open_stage(place);
		}
	}
}

/* Follows what happens at once. */
static enum stage settle(enum stage stage, unsigned facts)
{
	const struct life_row *row;
	while ((row = life_find(stage, EVENT_NONE, SILENCE_GROUND_UNSPECIFIED, facts)) != NULL) {
		if (row->to == STAGE_UNSPECIFIED)
			facts &= ~row->when; /* what it does it does once */
		else
			stage = row->to;
	}
	return stage;
}

/* From a stage on, only time passes. Ends, or in a remedy that an outside body has (the end of the backend's ladder). */
static void walk_in_silence(enum stage stage, enum answer_kind answer, unsigned facts)
{
	enum stage start = stage;
	for (int i = 0; i < SILENCES_MAX; i++) {
		stage = settle(stage, facts);
		const struct life_stage *place = life_stage(stage, answer);
		if (life_is_final(stage))
			return;
		const struct life_row *row = life_find(stage, EVENT_SILENCE_REACHED, place->ground, facts);
		assert_non_null(row);
		if (row->effect == EFFECT_REFER)
			return;
		stage = settle(row->to, facts);
	}
	fail_msg("silence from %s does not end: %s", stage_name(start), stage_name(stage));
}

static void d1_silence_always_ends(void **state)
{
	unsigned facts = 0;
	do {
		enum answer_kind answer = facts & FACT_OFFER_STANDS ? ANSWER_OFFER : ANSWER_DEFENCE;
		for (int stage = 1; stage < STAGE_COUNT; stage++) {
			if (stage_is_later((enum stage)stage))
				continue;
			walk_in_silence((enum stage)stage, answer, facts);
			if (stage == STAGE_NEGOTIATING)
				walk_in_silence((enum stage)stage, ANSWER_UNSPECIFIED, facts & ~(unsigned)FACT_OFFER_STANDS);
		}
		facts = next_facts(facts, facts_asked(EVENT_NONE));
	} while (facts);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Any event with any facts, a hundred thousand times: what is possible leads to a stage that silence still ends. */
static void random_walks_have_a_way_out(void **state)
{
	unsigned seed = 20261101;
	for (int walk = 0; walk < WALKS; walk++) {
		enum stage stage = STAGE_UNSPECIFIED;
		for (int i = 0; i < STEPS_MAX && !life_is_final(stage); i++) {
			unsigned facts = next_random(&seed) % (1u << FACT_COUNT);
			const struct life_row *row = &rows[next_random(&seed) % rows_count];
			const struct life_row *found = life_find(stage, row->event, row->ground, facts);
			if (found && found->to != STAGE_UNSPECIFIED)
				stage = settle(found->to, facts);
		}
		if (stage != STAGE_UNSPECIFIED)
			walk_in_silence(stage, ANSWER_OFFER, FACT_OFFER_STANDS);
	}
}

/* The first row that fits wins: one that is never first is dead. */
static void every_row_can_be_taken(void **state)
{
	for (size_t i = 0; i < rows_count; i++) {
		bool taken = false;
		for (int stage = 0; stage < STAGE_COUNT && !taken; stage++) {
			unsigned facts = 0;
			do
				taken = life_find((enum stage)stage, rows[i].event, rows[i].ground, facts) == &rows[i];
			while (!taken && (facts = next_facts(facts, facts_asked(rows[i].event))) != 0);
		}
		if (!taken)
			fail_msg("row %zu (%s) is hidden by one before it", i, reason_name(rows[i].reason));
	}
}

/* The facts that follow from the stage and the merchant's answer. */
static unsigned facts_of(enum stage stage, enum answer_kind answer, unsigned facts)
{
	facts &= ~(unsigned)(FACT_OFFER_STANDS | FACT_COUNTER_OFFER_STANDS);
	facts |= answer == ANSWER_OFFER ? FACT_OFFER_STANDS : 0;
	return facts | (stage == STAGE_NEGOTIATING && answer != ANSWER_UNSPECIFIED ? FACT_COUNTER_OFFER_STANDS : 0);
}

static bool is_possible(enum stage stage, enum event_type event, enum answer_kind answer)
{
	unsigned facts = 0;
	do {
		const struct life_row *row = life_find(stage, event, SILENCE_GROUND_UNSPECIFIED, facts_of(stage, answer, facts));
		if (row && !row->later)
			return true;
		facts = next_facts(facts, facts_asked(event));
	} while (facts);
	return false;
}

/* What a party is told that it can do, the rows know; and it is offered wherever the rows know it. */
static void actions_and_rows_agree(void **state)
{
	struct allowed_action allowed[LIFE_ACTIONS_MAX];
	for (int stage = 1; stage < STAGE_COUNT; stage++) {
		for (int answer = stage == STAGE_NEGOTIATING ? ANSWER_UNSPECIFIED : ANSWER_OFFER; answer < ANSWER_COUNT; answer++) {
			size_t count = life_allowed((enum stage)stage, (enum answer_kind)answer, LIFE_ALL_OPEN, allowed);
			for (int action = 1; action < ACTION_COUNT; action++) {
				if (action_is_later((enum action)action))
					continue;
				bool offered = false;
				for (size_t i = 0; i < count; i++)
					offered = offered || allowed[i].action == (enum action)action;
				bool possible = is_possible(
				    (enum stage)stage, life_action_event((enum action)action), (enum answer_kind)answer);
				/* A report on a remedy is taken at any time, but asked for only while it is under way. */
				if (offered != possible && action != ACTION_REPORT_REMEDY)
					fail_msg("%s in %s: offered %d, possible %d", action_name((enum action)action),
					    stage_name((enum stage)stage), offered, possible);
			}
		}
	}
}

static void the_one_who_must_act_can(void **state)
{
	struct allowed_action allowed[LIFE_ACTIONS_MAX];
	const struct life_stage *places;
	size_t places_count = life_stages(&places);
	for (size_t i = 0; i < places_count; i++) {
		size_t count = life_allowed(places[i].stage, places[i].answer, LIFE_ALL_OPEN, allowed), mandatory = 0;
		for (size_t j = 0; j < count; j++) {
			if (!allowed[j].mandatory)
				continue;
			mandatory++;
			assert_int_equal(allowed[j].party, places[i].owner);
			assert_int_equal(allowed[j].clock, places[i].clock);
			assert_int_equal(allowed[j].silence, places[i].silence);
		}
		assert_true(mandatory == 0 || !life_is_final(places[i].stage));
	}
}

static void amending_is_offered_for_its_time_only(void **state)
{
	struct allowed_action allowed[LIFE_ACTIONS_MAX];
	size_t in_time = life_allowed(STAGE_FILED, ANSWER_UNSPECIFIED, LIFE_ALL_OPEN, allowed);
	size_t later = life_allowed(STAGE_FILED, ANSWER_UNSPECIFIED, LIFE_ALL_OPEN & ~LIFE_AMENDABLE, allowed);
	assert_int_equal(later, in_time - 1);
}

static void the_diagram_in_the_readme_is_drawn_from_the_table(void **state)
{
	struct buf drawn = BUF_EMPTY, readme = BUF_EMPTY;
	FILE *file = fopen("services/intake/LIFECYCLE.md", "r");
	char line[512];
	if (!file)
		fail_msg("run from the top of the repository");
	while (fgets(line, sizeof(line), file))
		buf_text(&readme, line);
	fclose(file);
	life_draw(&drawn);
	if (!strstr(buf_string(&readme), buf_string(&drawn)))
		fail_msg("services/intake/LIFECYCLE.md is out of date: put in what \"test_lifecycle draw\" prints");
	buf_free(&drawn);
	buf_free(&readme);
}

/* A message is in service where a row of the lifecycle, or the person's road, does something with it. */
static void what_is_in_service_has_its_row(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		const struct event_said *said = event_type_said((enum event_type)type);
		bool served = said->about == ABOUT_ORDER || said->about == ABOUT_PERSON;
		for (size_t i = 0; i < rows_count; i++)
			served = served || (rows[i].event == (enum event_type)type && !rows[i].later);
		if (said->about != ABOUT_UNSPECIFIED && said->in_service && !served)
			fail_msg("%s is in service and no row of the lifecycle hears it", event_type_name((enum event_type)type));
		if (said->about == ABOUT_COMPLAINT && !said->in_service && served)
			fail_msg("%s has its row and is not in service", event_type_name((enum event_type)type));
	}
}

/* Nobody is to learn by trial what will be refused as not available. */
static void the_contract_names_what_is_not_in_service(void **state)
{
	struct buf served = BUF_EMPTY, later = BUF_EMPTY, readme = BUF_EMPTY;
	FILE *file = fopen("proto/README.md", "r");
	char line[4096];
	buf_text(&served, "| yes |");
	buf_text(&later, "| not yet: refused as `not_available`, may still change |");
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		if (event_type_is_inbox((enum event_type)type))
			buf_printf(event_type_said((enum event_type)type)->in_service ? &served : &later, " %s",
			    strrchr(event_type_name((enum event_type)type), '.') + 1);
	buf_text(&served, " |\n");
	buf_text(&later, " |\n");
	if (!file)
		fail_msg("run from the top of the repository");
	while (fgets(line, sizeof(line), file))
		buf_text(&readme, line);
	fclose(file);
	if (!strstr(buf_string(&readme), buf_string(&served)) || !strstr(buf_string(&readme), buf_string(&later)))
		fail_msg("proto/README.md: want the rows\n%s%s", buf_string(&served), buf_string(&later));
	buf_free(&served);
	buf_free(&later);
	buf_free(&readme);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_stage_is_reachable),
	    cmocka_unit_test(d1_every_open_stage_has_an_owner_a_deadline_and_a_default),
	    cmocka_unit_test(d1_silence_always_ends),
	    cmocka_unit_test(random_walks_have_a_way_out),
	    cmocka_unit_test(every_row_can_be_taken),
	    cmocka_unit_test(actions_and_rows_agree),
	    cmocka_unit_test(the_one_who_must_act_can),
	    cmocka_unit_test(amending_is_offered_for_its_time_only),
	    cmocka_unit_test(the_diagram_in_the_readme_is_drawn_from_the_table),
	    cmocka_unit_test(what_is_in_service_has_its_row),
	    cmocka_unit_test(the_contract_names_what_is_not_in_service),
	};
	if (argc > 1 && strcmp(argv[1], "draw") == 0) {
		struct buf drawn = BUF_EMPTY;
		life_draw(&drawn);
		fputs(buf_string(&drawn), stdout);
		buf_free(&drawn);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, NULL);
}
