/* What stands in line for a complaint has its outcome, whatever stands before it: intake's decisions on a batch made by hand. What
 * the skeleton does with a timer or a row is noted here instead. */
#include "common/base/instant.h"
#include "common/daemon/shard.h"
#include "common/wire/wire.h"
#include "common/store/refusals.h"
#include "services/intake/intake.h"
#include "tests/unit/check.h"

#define ID "01890000-0000-7000-8000-000000000001"
#define NOW_US (1000 * US_PER_DAY)
#define WAITING_US US_PER_HOUR

static struct arena *arena;
static struct intake intake = {.waiting_us = WAITING_US};
static struct shard shard;
static struct intake_memory *memory;
static struct batch batch;

struct timer {
	int64_t due_us;
	struct uuid subject;
	int32_t kind;
};
static struct timer armed[64];
static size_t armed_count, misread;

/* ---- instead of the skeleton ---- */

const struct eligibility_limits *intake_windows(const struct daemon *daemon, int32_t version)
{
	return NULL;
}

const struct type_codes *intake_types(const struct daemon *daemon, int32_t version)
{
	return NULL;
}

const struct law *intake_law(const struct daemon *daemon, int32_t version)
{
	return NULL;
}

const struct limit_figures *intake_figures(const struct daemon *daemon, const char *platform_id)
{
	return &limit_figures_standard;
}

void *daemon_context(const struct daemon *daemon)
{
	return &intake;
}

int shard_number(const struct shard *of)
{
	return 0;
}

int64_t batch_emit(struct batch *of, struct item *item, const struct emission *emission)
{
	return 1;
}

void batch_forward(struct batch *of, struct item *item)
{
	fail();
}

void batch_arm(struct batch *of, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind, int64_t version)
{
	armed[armed_count++] = (struct timer){due_us, *subject, kind};
}

void batch_disarm(struct batch *of, struct item *item, int64_t due_us, const struct uuid *subject, int32_t kind)
{
	for (size_t i = 0; i < armed_count; i++)
		if (armed[i].due_us == due_us && armed[i].kind == kind && !memcmp(&armed[i].subject, subject, sizeof *subject))
			armed[i--] = armed[--armed_count];
}

void batch_misread(const char *what, const char *of, const char *why)
{
	misread++;
}

void batch_put_off(struct batch *of, struct item *item, const char *what)
{
	batch_arm(of, item, of->now_us + US_PER_MINUTE, &item->subject, item->timer_kind, 0);
}

/* ---- a batch ---- */

static struct dossier_entry entry;
static struct complaint complaint;

static struct uuid cause_of(int number)
{
	struct uuid cause = {{1}};
	cause.bytes[15] = (uint8_t)number;
	return cause;
}

static struct event message(void)
{
	struct event event;
	event_init(&event, EVENT_MESSAGE_POSTED);
	event.platform_id = "p1";
	event.source = "/s";
	event.event_id = "e";
	event.order_id = "o1";
	event.complaint_id = ID;
	event.text = "words";
	event.occurred_at_us = NOW_US;
	event.actor.kind = ACTOR_KIND_COMPLAINANT;
	event.actor.id = "b1";
	return event;
}

static struct item timer(int32_t kind, const struct uuid *subject)
{
	return (struct item){.trace = "",
	    .kind = ITEM_TIMER,
	    .shard = &shard,
	    .arena = arena,
	    .timer_kind = kind,
	    .subject = *subject,
	    .due_us = batch.now_us};
}

/* What the statements would have read: the order, the complaint, whose it is. */
static void begin_batch(int64_t now_us)
{
	static struct owner_entry owner;
	static char key[] = "p1\0o1";
	intake_memory_reset(memory);
	batch = (struct batch){.arena = arena, .now_us = now_us, .memory = memory};
	entry.key = key;
	HASH_ADD_KEYPTR(hh, memory->dossiers, entry.key, sizeof key, &entry);
	owner = (struct owner_entry){.id = complaint.id, .order_id = "o1", .platform_id = "p1"};
	HASH_ADD(hh, memory->owners, id, sizeof owner.id, &owner);
	armed_count = misread = 0;
}

static void put_stored(int number, const char *text, bool in_line)
{
	struct intake_waiting waiting = {
	    cause_of(number), complaint.id, "o1", "p1", NOW_US, NOW_US + WAITING_US, number, text, true};
	intake_memory_wait(&batch, &waiting, true)->in_line = in_line;
}

static bool is_armed(int32_t kind, const struct uuid *subject, int64_t due_us)
{
	for (size_t i = 0; i < armed_count; i++)
		if (armed[i].kind == kind && armed[i].due_us == due_us && !memcmp(&armed[i].subject, subject, sizeof *subject))
			return true;
	return false;
}

static int setup(void **state)
{
	arena = arena_new(0);
	memory = intake_memory_new(NULL);
	static const struct law law; /* nothing is decided by it */
	complaint = (struct complaint){.inquiries = "",
	    .settlement_id = "",
	    .owner_id = "",
	    .platform_id = "p1",
	    .order_id = "o1",
	    .complainant_id = "b1",
	    .stage = STAGE_NEGOTIATING,
	    .law = &law};
	uuid_parse(ID, &complaint.id);
	static struct complaint *complaints[] = {&complaint};
	entry = (struct dossier_entry){.kind = INTAKE_USES_OF_ORDER,
	    .dossier = {.platform_id = "p1", .order_id = "o1", .complaints = complaints, .complaints_count = 1}};
	limit_take(arena, &complaint.uses, LIMIT_TAKE_UP, ACTOR_KIND_UNSPECIFIED, 1, NOW_US);
	limit_take(arena, &entry.uses, LIMIT_WAITING, ACTOR_KIND_UNSPECIFIED, 3, NOW_US);
	return 0;
}

static int teardown(void **state)
{
	intake_memory_reset(memory);
	intake_store_free(memory->store);
	refusal_store_free(memory->refusals);
	intake_sources_free(memory->sources);
	free(memory);
	arena_free(arena);
	return 0;
}

/* ---- tests ---- */

static void it_has_an_hour_of_its_own(void **state)
{
	struct event event = message();
	struct item item = {.kind = ITEM_RECORD,
	    .inbox = true,
	    .shard = &shard,
	    .arena = arena,
	    .event = &event,
	    .trace = "",
	    .cause = cause_of(7)};
	begin_batch(NOW_US);
	item.slot = &entry;
	intake_decide(&batch, &item);
	assert_int_equal(memory->awaited, 1);
	struct uuid cause = cause_of(7);
	assert_true(is_armed(TIMER_WAITING, &cause, NOW_US + WAITING_US));
}

static void it_is_taken_up_behind_unreadable_ones(void **state)
{
	struct event event = message();
	struct uuid cause = cause_of(7);
	const char *text = wire_cloudevent_json(arena, &event, "");

	begin_batch(NOW_US); /* a page that nobody can read ends the taking up */
	put_stored(1, "{}", true);
	put_stored(2, "{}", true);
	struct item item = timer(TIMER_TAKE_UP, &complaint.id);
	intake_decide(&batch, &item);
	assert_int_equal(misread, 2);
	assert_int_equal(limit_used(&complaint.uses, LIMIT_TAKE_UP, ACTOR_KIND_UNSPECIFIED, NOW_US), 0);

	begin_batch(NOW_US + WAITING_US); /* its own timer finds it */
	put_stored(7, text, false);
	item = timer(TIMER_WAITING, &cause);
	intake_decide(&batch, &item);
	assert_int_equal(memory->accepted, 1);
	assert_true(memory->waiting->ended);
}

static void its_hour_does_not_end_before_its_turn(void **state)
{
	struct event event = message();
	struct uuid cause = cause_of(7);
	begin_batch(NOW_US + WAITING_US);
	put_stored(7, wire_cloudevent_json(arena, &event, ""), false);
	struct item item = timer(TIMER_WAITING, &cause);
	intake_decide(&batch, &item);
	assert_false(memory->waiting->ended);
	assert_true(is_armed(TIMER_WAITING, &cause, NOW_US + WAITING_US + US_PER_MINUTE));
}

/* Those whose turn has not come are not all claimed again by the next batch. */
static void taking_up_beyond_a_batch_comes_by_rank(void **state)
{
	int64_t last_us = NOW_US;
	for (int again = 0; again < 2; again++) {
		begin_batch(NOW_US);
		for (int i = 0; i < TAKE_UPS_MAX + 20; i++) {
			struct uuid subject = cause_of(i);
			struct item item = timer(TIMER_TAKE_UP, &subject);
			intake_decide(&batch, &item);
		}
		assert_int_equal(armed_count, 20);
		for (size_t i = 0; i < armed_count; last_us = armed[i++].due_us)
			assert_true(armed[i].due_us >= last_us + TAKE_UP_TURN_US);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_has_an_hour_of_its_own, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_is_taken_up_behind_unreadable_ones, setup, teardown),
	    cmocka_unit_test_setup_teardown(its_hour_does_not_end_before_its_turn, setup, teardown),
	    cmocka_unit_test_setup_teardown(taking_up_beyond_a_batch_comes_by_rank, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
