/* Every statement of common/store/intake.c on a real PostgreSQL with all migrations: OMBUD_TEST_DSN says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/intake.h"
#include "tests/store/connection.h"

static const struct pg_statement own_statements[] = {
    {.name = "t_clean",
	.text =
	    "with a as (delete from intake.orders), b as (delete from intake.complaint), c as (delete from intake.evidence),"
	    " d as (delete from intake.remedy), e as (delete from intake.statement_version), s as (delete from intake.said), f as (delete from intake.waiting),"
	    " g as (delete from intake.limit_use)"
	    " delete from intake.log",
	.params = ""},
    {.name = "t_log",
	.text = "insert into intake.log (shard, seq, at, cause, body_digest, ordinal, aggregateid, type, subject, note)"
		" values (3, 1, now(), $1, 77, 0, 'o1', 'ombud.complaint.v1.EventRefused', $2, 'order_unpaid')",
	.params = "uuid uuid"},
    {.name = "t_log_filed",
	.text =
	    "insert into intake.log (shard, seq, at, cause, body_digest, ordinal, aggregatetype, aggregateid, type, subject, sequence)"
	    " select shard, 1, now(), identity, body_digest, 0, 'ombud.complaint.v1', order_id, 'ombud.complaint.v1.ComplaintChanged',"
	    "        complaint_id, 1 from intake.complaint",
	.params = ""},
    {.name = "t_term", .text = "select intake.term($1, $2)", .params = "text int4", .columns = 1},
    {0},
};
enum { CLEAN, LOG, LOG_FILED, TERM };

static struct arena *arena;
static struct intake_store *store;

static int connect_once(void **state)
{
	static const struct pg_statement *const statements[] = {intake_statements, intake_query_statements, own_statements, NULL};
	store = intake_store_new();
	return connection_open(statements);
}

static int disconnect(void **state)
{
	intake_store_free(store);
	return connection_close();
}

static int setup(void **state)
{
	arena = arena_new(0);
	intake_store_reset(store);
	pg_send(pg, &own_statements[CLEAN], NULL, NULL, NULL);
	sync_well();
	return 0;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

/* ---- what is written ---- */

static struct uuid uuid_of(int number)
{
	struct uuid uuid = {{0}};
	uuid.bytes[0] = 1;
	uuid.bytes[15] = (uint8_t)number;
	return uuid;
}

static void add_step(struct complaint *c)
{
	COMPLAINT_GROW(arena, c->steps, c->steps_count);
	c->steps_count++;
	c->steps[c->steps_count - 1] = (struct complaint_step){
	    (int64_t)c->steps_count, 2000, c->stage, CAUSE_COMPLAINT_FILED, REASON_ACCEPTED, ACTOR_KIND_COMPLAINANT};
}

/* Its filing's step with it. */
static struct complaint *sample(int number)
{
	struct complaint *c = arena_alloc(arena, sizeof(*c));
	*c = (struct complaint){
	    .id = uuid_of(number),
	    .identity = uuid_of(100 + number),
	    .body_digest = 70 + number,
	    .platform_id = "p1",
	    .order_id = "o1",
	    .item_id = "i1",
	    .complainant_id = "buyer",
	    .merchant_id = "shop",
	    .stage = STAGE_FILED,
	    .stage_since_us = 1000,
	    .type = COMPLAINT_TYPE_FAKE_SHIPMENT,
	    .type_filed = COMPLAINT_TYPE_OTHER,
	    .custom_type = "own",
	    .standard_code = "010203040",
	    .channel = CHANNEL_HOTLINE,
	    .language = "zh-CN",
	    .statement = {"虚假发货", 500, "退款"},
	    .fault_found_at_us = 600,
	    .claimed = {1234, "CNY"},
	    .complained_at_us = 900,
	    .received_at_us = 1000,
	    .queue = "",
	    .owner_id = "",
	    .policy_id = "",
	    .decision_id = "",
	    .former_decisions = "",
	    .inspector_id = "",
	    .decided_by = "",
	    .inquiries = "",
	    .settlement_id = "",
	    .told = 1,
	    .fresh = true,
	    .changed = true,
	};
	add_step(c);
	return c;
}

static void add_evidence(struct complaint *c)
{
	static const uint8_t digest[32] = {0xab};
	COMPLAINT_GROW(arena, c->evidence, c->evidence_new);
	COMPLAINT_GROW(arena, c->evidence_added_us, c->evidence_new);
	c->evidence[c->evidence_new] =
	    (struct evidence){"e1", "screenshot", "https://x/1", "image/png", 10, digest, 32, PARTY_COMPLAINANT, 0};
	c->evidence_added_us[c->evidence_new++] = 2000;
	c->evidence_count++;
}

static void add_remedy(struct complaint *c, enum remedy_state state)
{
	COMPLAINT_GROW(arena, c->remedies, c->remedies_count);
	c->remedies[c->remedies_count] = (struct remedy_entry){
	    .decision_id = "d1",
	    .number = (int32_t)c->remedies_count + 1,
	    .remedy = {REMEDY_KIND_REFUND, {500, "CNY"}, "i1", "fair", 3},
	    .state = state,
	    .fresh = true,
	};
	c->remedies_count++;
	c->has_remedies = true;
}

static void write_one(struct complaint *c)
{
	intake_store_reset(store);
	intake_write_complaint(store, 3, c, 3000, arena);
	intake_send(store, pg);
	sync_well();
}

/* ---- what is read ---- */

static struct {
	struct complaint complaints[8];
	struct intake_remedy remedies[8];
	struct intake_piece evidence[4];
	int evidence_count;
	struct intake_order orders[4];
	struct intake_id ids[4];
	struct intake_seen seen[4];
	struct intake_waiting waiting[INTAKE_LINE_MAX + 8];
	struct intake_uses uses[4];
	int uses_count;
	int complaints_count, remedies_count, orders_count, ids_count, seen_count, waiting_count;
} got;

#define READER(what, type)                                                                        \
	static void on_##what(enum pg_class class, const struct pg_result *result, void *context) \
	{                                                                                         \
		assert_int_equal(class, PG_DONE);                                                 \
		for (int row = 0; row < pg_result_rows(result); row++)                            \
			intake_##type##_row(result, row, arena, &got.what[got.what##_count++]);   \
	}
READER(orders, order)
READER(complaints, complaint)
READER(remedies, remedy)
READER(evidence, piece)
READER(ids, id)
READER(seen, seen)
READER(waiting, waiting)
READER(uses, uses)

static void read_all(void)
{
	struct intake_readers readers = {
	    on_orders, on_complaints, on_remedies, on_evidence, on_ids, on_seen, on_waiting, on_uses, NULL};
	memset(&got, 0, sizeof(got));
	assert_true(intake_read(store, pg, &readers));
	sync_well();
	intake_store_reset(store);
}

static void read_order(const char *order_id, const char *platform_id)
{
	intake_store_reset(store);
	intake_want_order(store, order_id, platform_id);
	intake_want_remedies(store, order_id, platform_id);
	intake_want_evidence(store, &(struct uuid){{[0] = 1, [15] = 1}});
	read_all();
}

static char *document;

static void on_document(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	document = pg_result_rows(result) ? arena_strdup(arena, pg_get_text(result, 0, 0)) : NULL;
}

static void want_in_document(const char *text)
{
	if (!document || !strstr(document, text))
		fail_msg("no %s in %s", text, document ? document : "nothing");
}

/* ---- tests ---- */

static void a_complaint_comes_back_as_it_was(void **state)
{
	struct complaint *c = sample(1);
	add_evidence(c);
	add_remedy(c, REMEDY_ORDERED);
	write_one(c);
	read_order("o1", "p1");
	assert_int_equal(got.complaints_count, 1);
	const struct complaint *back = &got.complaints[0];
	assert_memory_equal(&back->id, &c->id, sizeof(c->id));
	assert_memory_equal(&back->identity, &c->identity, sizeof(c->identity));
	assert_int_equal(back->body_digest, 71);
	assert_string_equal(back->platform_id, "p1");
	assert_string_equal(back->item_id, "i1");
	assert_string_equal(back->complainant_id, "buyer");
	assert_int_equal(back->stage, STAGE_FILED);
	assert_int_equal(back->type, COMPLAINT_TYPE_FAKE_SHIPMENT);
	assert_int_equal(back->type_filed, COMPLAINT_TYPE_OTHER);
	assert_int_equal(back->channel, CHANNEL_HOTLINE);
	assert_string_equal(back->statement.text, "虚假发货");
	assert_string_equal(back->statement.wanted, "退款");
	assert_int_equal(back->statement.happened_at_us, 500);
	assert_int_equal(back->fault_found_at_us, 600);
	assert_int_equal(back->claimed.minor_units, 1234);
	assert_int_equal(back->complained_at_us, 900);
	assert_int_equal(back->received_at_us, 1000);
	assert_int_equal(back->urged_at_us, 0);
	assert_int_equal(back->evidence_count, 1);
	assert_int_equal(got.evidence_count, 1);
	assert_memory_equal(&got.evidence[0].complaint_id, &c->id, sizeof(c->id));
	assert_string_equal(got.evidence[0].piece.evidence_id, "e1");
	assert_string_equal(got.evidence[0].piece.kind, "screenshot");
	assert_int_equal(got.evidence[0].piece.supplied_by, PARTY_COMPLAINANT);
	assert_int_equal(back->told, 1);
	assert_int_equal(back->told_stored, 1);
	assert_false(back->fresh);
	assert_true(back->has_remedies);
	assert_int_equal(got.remedies_count, 1);
	assert_int_equal(got.remedies[0].entry.remedy.amount.minor_units, 500);
	assert_int_equal(got.remedies[0].entry.remedy.quantity, 3);
	assert_int_equal(got.remedies[0].entry.state, REMEDY_ORDERED);
	assert_string_equal(got.remedies[0].entry.decision_id, "d1");
}

static void a_change_keeps_what_was_not_amended(void **state)
{
	struct complaint *c = sample(1);
	add_remedy(c, REMEDY_ORDERED);
	write_one(c);
	read_order("o1", "p1");
	struct complaint *back = &got.complaints[0];
	back->stage = STAGE_MERCHANT_ANSWERED;
	back->answer = ANSWER_OFFER;
	back->urges = 2;
	back->urged_at_us = 4000;
	back->told = 3;
	back->referred = true;
	back->former_decisions = "d1\nd2\n";
	back->inspector_id = "lab";
	back->assignments = 3;
	back->appeals = 1;
	back->appeal_open = true;
	back->decided_by = "agent";
	back->decided_at_us = 4500;
	back->evidence_owed = 1 << PARTY_COMPLAINANT;
	back->inquiries = "1 open logistics 5000 q 1\n";
	COMPLAINT_GROW(arena, back->remedies, back->remedies_count);
	back->remedies[back->remedies_count++] = got.remedies[0].entry;
	back->remedies[0].state = REMEDY_DONE;
	back->remedies[0].changed = true;
	add_step(back);
	write_one(back);
	read_order("o1", "p1");
	assert_int_equal(got.complaints[0].stage, STAGE_MERCHANT_ANSWERED);
	assert_int_equal(got.complaints[0].answer, ANSWER_OFFER);
	assert_int_equal(got.complaints[0].urges, 2);
	assert_int_equal(got.complaints[0].urged_at_us, 4000);
	assert_true(got.complaints[0].referred);
	assert_string_equal(got.complaints[0].former_decisions, "d1\nd2\n");
	assert_string_equal(got.complaints[0].inspector_id, "lab");
	assert_int_equal(got.complaints[0].assignments, 3);
	assert_int_equal(got.complaints[0].appeals, 1);
	assert_true(got.complaints[0].appeal_open);
	assert_string_equal(got.complaints[0].decided_by, "agent");
	assert_int_equal(got.complaints[0].decided_at_us, 4500);
	assert_string_equal(got.complaints[0].inquiries, "1 open logistics 5000 q 1\n");
	intake_complaint_query(pg, &(struct intake_reader){"p1"}, &c->id, on_document, NULL);
	sync_well();
	want_in_document("\"state\": \"open\"");
	want_in_document("\"evidence_owed\": [\"complainant\"]");
	want_in_document("\"inquiry_id\": \"q 1\"");
	assert_string_equal(got.complaints[0].statement.text, "虚假发货");
	assert_int_equal(got.complaints[0].statement.happened_at_us, 500);
	assert_int_equal(got.remedies[0].entry.state, REMEDY_DONE);
}

static void an_amendment_keeps_the_version_before(void **state)
{
	struct complaint *c = sample(1);
	write_one(c);
	read_order("o1", "p1");
	struct complaint *back = &got.complaints[0];
	struct complaint_version before = {1, back->type, back->custom_type, back->statement, 5000};
	back->statement = (struct statement){"better words", 0, ""};
	back->versions_new = &before;
	back->versions_new_count = 1;
	back->versions = 1;
	back->told = 2;
	write_one(back);
	intake_complaint_query(pg, &(struct intake_reader){"p1"}, &c->id, on_document, NULL);
	sync_well();
	want_in_document("\"statement\": \"better words\"");
	want_in_document("\"statement\": \"虚假发货\"");
	want_in_document("\"happened_at\": null");
}

static void a_taken_id_is_a_data_error(void **state)
{
	write_one(sample(1));
	struct complaint *other = sample(1);
	other->order_id = "o2";
	intake_store_reset(store);
	intake_write_complaint(store, 4, other, 3000, arena);
	intake_send(store, pg);
	assert_int_equal(sync_class(), PG_DATA);
	intake_store_reset(store);
	intake_want_order(store, "o2", "p1");
	intake_want_id(store, &other->id);
	read_all();
	assert_int_equal(got.complaints_count, 0);
	assert_int_equal(got.ids_count, 1);
	assert_string_equal(got.ids[0].order_id, "o1");
}

static void platforms_are_apart(void **state)
{
	write_one(sample(1));
	read_order("o1", "p2");
	assert_int_equal(got.complaints_count, 0);
	struct uuid id = uuid_of(1);
	intake_complaint_query(pg, &(struct intake_reader){"p2"}, &id, on_document, NULL);
	sync_well();
	assert_null(document);
	intake_complaint_query(pg, &(struct intake_reader){0}, &id, on_document, NULL);
	sync_well();
	assert_non_null(document);
}

static void write_order(int64_t recorded_at_us, int64_t total)
{
	struct order_facts facts = {
	    .buyer_id = "buyer", .merchant_id = "shop", .status = ORDER_STATUS_TO_SHIP, .total = {total, "CNY"}};
	struct dossier dossier = {.platform_id = "p1",
	    .order_id = "o1",
	    .order = &facts,
	    .recorded_at_us = recorded_at_us,
	    .claimed_at_us = recorded_at_us + 1,
	    .said_at_us = recorded_at_us - 1000};
	intake_store_reset(store);
	intake_write_order(store, 3, &dossier, "bytes", 5);
	intake_send(store, pg);
	sync_well();
}

/* Which ones are newest, the model says. */
static void an_order_keeps_its_last_written_facts(void **state)
{
	write_order(2000, 10);
	write_order(3000, 20);
	read_order("o1", "p1");
	assert_int_equal(got.orders_count, 1);
	assert_int_equal(got.orders[0].recorded_at_us, 3000);
	assert_int_equal(got.orders[0].claimed_at_us, 3001);
	assert_int_equal(got.orders[0].said_at_us, 2000);
	assert_int_equal(got.orders[0].facts_size, 5);
	assert_memory_equal(got.orders[0].facts, "bytes", 5);
}

static void wait_for_it(int cause, int64_t since_us, int64_t place, const char *event)
{
	intake_write_waiting(store, &(struct intake_waiting){.cause = uuid_of(cause),
					.complaint_id = uuid_of(1),
					.order_id = "o1",
					.platform_id = "p1",
					.since_us = since_us,
					.due_us = 2,
					.place = place,
					.event = event});
}

static void read_line(void)
{
	struct uuid complaint = uuid_of(1);
	intake_store_reset(store);
	intake_want_line(store, "o1", "p1", &complaint);
	read_all();
}

static void what_waits_is_found_by_cause_and_in_line(void **state)
{
	struct uuid cause = uuid_of(8);
	wait_for_it(7, 1, 20, "{}");
	wait_for_it(8, 1, 10, "{}");
	wait_for_it(9, 2, 5, "{}");
	intake_send(store, pg);
	sync_well();
	intake_want_waiting(store, &cause);
	read_all();
	assert_int_equal(got.waiting_count, 1);
	assert_false(got.waiting[0].order_known);
	write_order(1000, 10);
	intake_want_waiting(store, &cause);
	read_all();
	assert_true(got.waiting[0].order_known);
	assert_string_equal(got.waiting[0].event, "{}");
	read_line();
	assert_int_equal(got.waiting_count, 3);
	assert_int_equal(got.waiting[0].place, 10);
	assert_int_equal(got.waiting[2].place, 5);
	intake_end_waiting(store, &cause);
	intake_send(store, pg);
	sync_well();
	read_line();
	assert_int_equal(got.waiting_count, 2);
}

/* However much waits, a batch reads so many of it and so many bytes. */
static void a_line_is_read_piece_by_piece(void **state)
{
	for (int i = 0; i < INTAKE_LINE_MAX + 5; i++)
		wait_for_it(20 + i, 2, i, "{}");
	intake_send(store, pg);
	sync_well();
	read_line();
	assert_int_equal(got.waiting_count, INTAKE_LINE_MAX);
	assert_int_equal(got.waiting[INTAKE_LINE_MAX - 1].place, INTAKE_LINE_MAX - 1);

	char *big = arena_alloc(arena, INTAKE_LINE_BYTES_MAX);
	memset(big, 'x', INTAKE_LINE_BYTES_MAX - 1);
	wait_for_it(2, 1, 0, big);
	wait_for_it(3, 1, 1, big);
	intake_send(store, pg);
	sync_well();
	read_line();
	assert_int_equal(got.waiting_count, 2); /* the second one begins within the bytes */
	assert_int_equal(got.waiting[1].place, 1);
}

static void what_was_used_of_limits_comes_back(void **state)
{
	struct complaint *c = sample(1);
	limit_take(arena, &c->uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 3, 3000);
	write_one(c);
	read_order("o1", "p1");
	assert_int_equal(limit_used(&got.complaints[0].uses, LIMIT_MESSAGES, ACTOR_KIND_COMPLAINANT, 3000), 3);
	assert_false(got.complaints[0].uses.changed);

	intake_write_uses(store, INTAKE_USES_OF_ORDER, "x", "p1", "waiting=5@1");
	intake_write_uses(store, INTAKE_USES_OF_PERSON, "x", "p1", "settings=7@1");
	intake_send(store, pg);
	intake_write_uses(store, INTAKE_USES_OF_ORDER, "x", "p1", "waiting=6@1");
	intake_send(store, pg);
	sync_well();
	intake_want_uses(store, "x", "p1");
	read_all();
	assert_int_equal(got.uses_count, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    limit_used(&got.uses[i].uses, got.uses[i].kind == INTAKE_USES_OF_ORDER ? LIMIT_WAITING : LIMIT_SETTINGS,
			ACTOR_KIND_UNSPECIFIED, 1),
		    got.uses[i].kind == INTAKE_USES_OF_ORDER ? 6 : 7);
}

static struct intake_outcome outcome;
static bool outcome_found;

static void on_outcome(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	outcome_found = intake_outcome_row(result, &outcome);
	if (!outcome_found)
		return;
	outcome.type = arena_strdup(arena, outcome.type);
	outcome.note = arena_strdup(arena, outcome.note);
}

static void ask_outcome(int shard, const struct uuid *cause, const char *key)
{
	intake_outcome_query(pg, shard, cause, key, on_outcome, NULL);
	sync_well();
}

static void an_identity_is_seen_with_its_outcome(void **state)
{
	struct uuid cause = uuid_of(9), subject = uuid_of(1);
	struct pg_args *args = pg_args_new();
	write_one(sample(1));
	pg_args_uuid(args, &cause);
	pg_args_uuid(args, &subject);
	pg_send(pg, &own_statements[LOG], args, NULL, NULL);
	pg_args_free(args);
	sync_well();
	intake_want_cause(store, 3, &cause);
	intake_want_cause(store, 4, &cause);
	read_all();
	assert_int_equal(got.seen_count, 1);
	assert_int_equal(got.seen[0].body_digest, 77);
	ask_outcome(3, &cause, "o1");
	assert_true(outcome_found);
	assert_string_equal(outcome.note, "order_unpaid");
	assert_int_equal(outcome.stage, STAGE_FILED);
	ask_outcome(5, &cause, "o1");
	assert_false(outcome_found);
}

/* It needs no entry among the log's identities, and none but its order's complaints is read for it. */
static void what_filed_a_complaint_is_seen_with_the_complaint(void **state)
{
	const struct complaint *c = sample(1);
	write_one(sample(1));
	pg_send(pg, &own_statements[LOG_FILED], NULL, NULL, NULL);
	sync_well();
	intake_want_cause(store, 3, &c->identity);
	read_all();
	assert_int_equal(got.seen_count, 0);
	ask_outcome(3, &c->identity, "o1");
	assert_true(outcome_found);
	assert_string_equal(outcome.type, "filed");
	assert_memory_equal(&outcome.subject, &c->id, sizeof(c->id));
	assert_int_equal(outcome.stage, STAGE_FILED);
	assert_int_equal(outcome.body_digest, 71);
	ask_outcome(3, &c->identity, "o2");
	assert_false(outcome_found);
}

static void one_event_files_one_complaint(void **state)
{
	struct complaint *again = sample(2);
	write_one(sample(1));
	again->identity = sample(1)->identity;
	intake_store_reset(store);
	intake_write_complaint(store, 3, again, 2000, arena);
	intake_send(store, pg);
	assert_int_equal(sync_class(), PG_DATA);
}

static int listed;
static char last_listed[UUID_TEXT_SIZE];

static void on_listed(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	listed = pg_result_rows(result);
	if (listed)
		snprintf(last_listed, sizeof(last_listed), "%s", pg_get_text(result, listed - 1, 1));
}

static int list_count(struct intake_list list)
{
	intake_list_query(pg, &list, on_listed, NULL);
	sync_well();
	return listed;
}

static void lists_go_on_after_a_key(void **state)
{
	for (int i = 1; i <= 5; i++)
		write_one(sample(i));
	struct uuid after;
	assert_int_equal(list_count((struct intake_list){.limit = 3}), 3);
	assert_true(uuid_parse(last_listed, &after));
	assert_int_equal(list_count((struct intake_list){.limit = 3, .after = &after}), 2);
	assert_int_equal(list_count((struct intake_list){.limit = 9, .stage = STAGE_CLOSED}), 0);
	assert_int_equal(list_count((struct intake_list){.limit = 9, .stage = STAGE_FILED, .order_id = "o1"}), 5);
	assert_int_equal(list_count((struct intake_list){.limit = 9, .reader = {"p2"}}), 0);
	intake_order_query(pg, &(struct intake_reader){"p1"}, "o1", on_document, NULL);
	sync_well();
	want_in_document("\"stage\": \"filed\"");
	intake_order_query(pg, &(struct intake_reader){0}, "o9", on_document, NULL);
	sync_well();
	assert_string_equal(document, "[]");
}

static void the_document_tells_all(void **state)
{
	struct complaint *c = sample(1);
	add_evidence(c);
	add_remedy(c, REMEDY_ORDERED);
	write_order(1000, 10);
	write_one(c);
	intake_complaint_query(pg, &(struct intake_reader){0}, &c->id, on_document, NULL);
	sync_well();
	want_in_document("\"type\": \"fake_shipment\"");
	want_in_document("\"channel\": \"hotline\"");
	want_in_document("\"standard_code\": \"010203040\"");
	want_in_document("/d1/refund/1\"");
	want_in_document("\"state\": \"ordered\"");
	want_in_document("\"kind\": \"screenshot\"");
	want_in_document("\"sha256\": \"ab00");
	want_in_document("\"cause\": \"complaint_filed\"");
	want_in_document("\"status\": \"to_ship\"");
	want_in_document("\"triage\": ");
}

/* ---- the terms of the SQL are those of the code ---- */

static char term[64];

static void on_term(enum pg_class class, const struct pg_result *result, void *context)
{
	assert_int_equal(class, PG_DONE);
	snprintf(term, sizeof(term), "%s", pg_get_text(result, 0, 0));
}

static void want_term(const char *kind, int value, const char *want)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, kind);
	pg_args_int4(args, value);
	pg_send(pg, &own_statements[TERM], args, on_term, NULL);
	pg_args_free(args);
	sync_well();
	if (strcmp(term, want) != 0)
		fail_msg("%s %d: got %s, want %s", kind, value, term, want);
}

static void terms_are_the_same(void **state)
{
#define WANT_TERMS(kind, type, count, name) \
	for (int i = 0; i < (count); i++)   \
		want_term(kind, i, name((enum type)i));
	WANT_TERMS("stage", stage, STAGE_COUNT, stage_name)
	WANT_TERMS("type", complaint_type, COMPLAINT_TYPE_COUNT, complaint_type_name)
	WANT_TERMS("channel", channel, CHANNEL_COUNT, channel_name)
	WANT_TERMS("party", party, PARTY_COUNT, party_name)
	WANT_TERMS("order_status", order_status, ORDER_STATUS_COUNT, order_status_name)
	WANT_TERMS("tier", tier, TIER_COUNT, tier_name)
	WANT_TERMS("answer", answer_kind, ANSWER_COUNT, answer_kind_name)
	WANT_TERMS("outcome", decision_outcome, DECISION_OUTCOME_COUNT, decision_outcome_name)
	WANT_TERMS("remedy", remedy_kind, REMEDY_KIND_COUNT, remedy_kind_name)
	WANT_TERMS("actor", actor_kind, ACTOR_KIND_COUNT, actor_kind_name)
	const struct life_row *rows;
	for (size_t i = 0, count = life_rows(&rows); i < count; i++)
		if (rows[i].from & 1u << STAGE_UNSPECIFIED)
			want_term("filing_reason", rows[i].to, reason_name(rows[i].reason));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_complaint_comes_back_as_it_was),
	    TEST(a_change_keeps_what_was_not_amended),
	    TEST(an_amendment_keeps_the_version_before),
	    TEST(a_taken_id_is_a_data_error),
	    TEST(platforms_are_apart),
	    TEST(an_order_keeps_its_last_written_facts),
	    TEST(what_waits_is_found_by_cause_and_in_line),
	    TEST(a_line_is_read_piece_by_piece),
	    TEST(what_was_used_of_limits_comes_back),
	    TEST(an_identity_is_seen_with_its_outcome),
	    TEST(what_filed_a_complaint_is_seen_with_the_complaint),
	    TEST(one_event_files_one_complaint),
	    TEST(lists_go_on_after_a_key),
	    TEST(the_document_tells_all),
	    TEST(terms_are_the_same),
	};
	return cmocka_run_group_tests(tests, connect_once, disconnect);
}
