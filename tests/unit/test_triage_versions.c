/* Triage goes by the version that each fact tells, wherever a batch is cut: its decisions on a batch made by hand. What the
 * skeleton does is noted here instead. */
#include "services/triage/triage.h"
#include "tests/unit/check.h"

static struct arena *arena;
static const struct rules_file *versions[3];
static struct event told[4];
static int told_count;

/* ---- instead of the skeleton ---- */

int32_t batch_version_of(const struct batch *batch, const struct event *fact)
{
	return fact->policy_version;
}

bool batch_read_version(struct batch *batch, int32_t number)
{
	return false;
}

const void *daemon_version(const struct daemon *daemon, int32_t number)
{
	return versions[number];
}

int shard_number(const struct shard *shard)
{
	return 0;
}

int64_t batch_emit(struct batch *batch, struct item *item, const struct emission *emission)
{
	told[told_count++] = *emission->event;
	return told_count;
}

void batch_put_off(struct batch *batch, struct item *item, const char *what)
{
	fail_msg("put off: %s", what);
}

/* ---- the story ---- */

static struct rules_file *rules_of(const char *queue)
{
	struct bundle files = {.arena = arena};
	struct problems problems = {0};
	const char *text = arena_printf(arena,
	    "version: \"%s\"\nrules:\n  - id: rest\n    when: always\n"
	    "    set: {tier: standard, first_answer: merchant, queue: %s, policy: standard}\n",
	    queue, queue);
	bundle_put(&files, "rules.yaml", text, strlen(text));
	struct rules_file *rules = rules_file_new(&files, &problems);
	if (!rules)
		fail_msg("%s", problems_text(&problems));
	return rules;
}

static void say(struct known *known, enum cause cause, enum stage stage, int32_t version)
{
	static struct batch batch;
	struct event *event = arena_alloc(arena, sizeof *event);
	*event = event_empty(EVENT_COMPLAINT_CHANGED);
	event->cause = cause;
	event->stage = stage;
	event->policy_version = version;
	batch = (struct batch){.arena = arena, .now_us = 1};
	triage_decide(&batch, &(struct item){.kind = ITEM_RECORD, .key = "", .event = event, .slot = known});
}

static void each_fact_by_its_own_version(void **state)
{
	arena = arena_new(0);
	struct rules_file *first = rules_of("first"), *second = rules_of("second");
	struct known known = {.dirty = false};
	versions[1] = first;
	versions[2] = second;
	say(&known, CAUSE_COMPLAINT_FILED, STAGE_FILED, 1);
	say(&known, CAUSE_COMPLAINT_AMENDED, STAGE_NEGOTIATING, 2);
	check_number("told", told_count, 2);
	check_text("the filing's queue", told[0].queue, "first");
	check_number("its version", told[0].policy_version, 1);
	check_text("the amendment's queue", told[1].queue, "second");
	check_number("its version", told[1].policy_version, 2);
	assert_ptr_equal(known.rules, second);
	say(&known, CAUSE_COMPLAINT_FILED, STAGE_MANUAL_ADMISSION, 1);
	assert_ptr_equal(known.rules, second); /* it triages nothing */
	rules_file_free(first);
	rules_file_free(second);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_fact_by_its_own_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
