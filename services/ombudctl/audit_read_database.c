/* What the database says: positions first, everything else after the topics have been read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/clock.h"
#include "common/model/lifecycle.h"
#include "common/wire/wire.h"

#include "services/ombudctl/audit.h"
#include "services/ombudctl/ctl.h"
#include "services/ombudctl/words.h"

/* ---- positions ---- */

/* Of the nth topic that it writes. */
static void read_formers(const struct pg_result *result, int row, int nth, struct position *position, int topic)
{
	for (int h = 0; h < position->history && h < CORE_HISTORIES_MAX; h++)
		position->formers[topic][h] = pg_get_array_int8(result, row, 8, nth * position->history + h);
}

static void read_position(const struct pg_result *result, int row, const struct books *books, struct position *position)
{
	*position = (struct position){.known = true,
	    .log_seq = pg_get_int8(result, row, 4),
	    .acked_seq = pg_get_int8(result, row, 5),
	    .cluster_since = pg_get_int8(result, row, 6),
	    .history = pg_get_int4(result, row, 7)};
	for (int i = 0; i < pg_get_array_count(result, row, 9) && i < CORE_HISTORIES_MAX; i++)
		position->history_starts[i] = pg_get_array_int8(result, row, 9, i);
	for (int t = 0; t < books->topics_count; t++)
		position->next_offsets[t] = position->in_sequences[t] = -1;
	for (int i = 0; i < pg_get_array_count(result, row, 1); i++) {
		size_t size;
		const char *name = pg_get_array_text(result, row, 1, i, &size);
		for (int t = 0; t < books->topics_count; t++) {
			if (strlen(books->topics[t]->name) != size || memcmp(books->topics[t]->name, name, size))
				continue;
			position->next_offsets[t] = pg_get_array_int8(result, row, 2, i);
			position->in_sequences[t] = pg_get_array_int8(result, row, 3, i);
			if (i < pg_get_array_count(result, row, 10))
				position->in_histories[t] = (int32_t)pg_get_array_int8(result, row, 10, i);
		}
	}
	for (int i = 0; i < pg_get_array_count(result, row, 11); i++) {
		size_t size;
		const char *name = pg_get_array_text(result, row, 11, i, &size);
		for (int t = 0; t < books->topics_count; t++)
			if (strlen(books->topics[t]->name) == size && !memcmp(books->topics[t]->name, name, size))
				read_formers(result, row, i, position, t);
	}
}

/* With another number keys lie in other shards, and nothing here would be what it seems. */
static bool check_partitions(struct ctl *ctl, const struct books *books)
{
	struct pg_result *result = ctl_run(ctl, &audit_partitions, NULL);
	int kept = result && pg_result_rows(result) ? pg_get_int4(result, 0, 0) : books->partitions;
	bool good = result && kept == books->partitions;
	if (result && !good)
		ctl_say("the topics have %d partitions, and this database was made for %d", books->partitions, kept);
	pg_result_free(result);
	return good;
}

bool audit_read_positions(struct ctl *ctl, struct books *books)
{
	if (!check_partitions(ctl, books))
		return false;
	for (int s = 0; s < SERVICES_COUNT; s++) {
		books->positions[s] = xcalloc((unsigned long)books->partitions, sizeof(struct position));
		struct pg_args *args = pg_args_new();
		pg_args_text(args, service_rows[s].name);
		struct pg_result *result = ctl_run(ctl, &audit_ownership, args);
		pg_args_free(args);
		for (int row = 0; result && row < pg_result_rows(result); row++) {
			int shard = pg_get_int4(result, row, 0);
			if (shard < books->partitions)
				read_position(result, row, books, &books->positions[s][shard]);
		}
		pg_result_free(result);
		if (!result)
			return false;
	}
	return true;
}

bool audit_read_stops(struct ctl *ctl, struct books *books)
{
	struct pg_result *result = ctl_run(ctl, &audit_stops, NULL);
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		int service = service_index(pg_get_text(result, row, 0)), shard = pg_get_int4(result, row, 1);
		if (service < 0 || shard < 0 || shard >= books->partitions)
			continue;
		struct position *position = &books->positions[service][shard];
		snprintf(position->stopped, sizeof position->stopped, "%s", pg_get_text(result, row, 2));
	}
	pg_result_free(result);
	return result != NULL;
}

/* ---- logs ---- */

static uint64_t first_bytes_at(const struct pg_result *result, int row, int column)
{
	size_t size;
	const uint8_t *bytes = pg_get_bytes(result, row, column, &size);
	uint64_t number = 0;
	for (size_t i = 0; i < size && i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

static enum outcome_kind outcome_of(const char *type)
{
	if (!strcmp(type, "repeat"))
		return OUTCOME_REPEAT;
	if (!strcmp(type, "forwarded"))
		return OUTCOME_FORWARDED;
	return strcmp(type, "dead_letter") ? OUTCOME_EFFECT : OUTCOME_DEAD_LETTER;
}

/* The first row that an input made is its outcome; what an earlier broker's offsets meant does not count. */
static void take_outcome(struct books *books, int shard, const struct pg_result *result, int row)
{
	const struct position *position = &books->positions[SERVICE_INTAKE][shard];
	if (strcmp(pg_get_text(result, row, 1), books->topics[0]->name) || pg_get_int4(result, row, 3) != 0)
		return;
	if (position->known && pg_get_int8(result, row, 0) <= position->cluster_since)
		return;
	*list_add(&books->outcomes) = (struct outcome){.place = {shard, pg_get_int8(result, row, 2)},
	    .kind = outcome_of(pg_get_text(result, row, 4)),
	    .seq = pg_get_int8(result, row, 0),
	    .cause = pg_get_uuid(result, row, 9),
	    .body_digest = pg_get_int8(result, row, 10)};
}

/* What an earlier broker's offsets meant does not count. */
static void take_taking(struct books *books, int service, int shard, const struct pg_result *result, int row)
{
	const struct position *position = &books->positions[service][shard];
	if (pg_is_null(result, row, 1) || pg_get_int4(result, row, 3) != 0 ||
	    (position->known && pg_get_int8(result, row, 0) <= position->cluster_since))
		return;
	for (int t = 1; t < books->topics_count; t++)
		if (!strcmp(pg_get_text(result, row, 1), books->topics[t]->name))
			*list_add(&books->takings) =
			    (struct taking){t, shard, pg_get_int8(result, row, 2), service, pg_get_int8(result, row, 0)};
}

/* A person has decided of the shard: restarted, restated. */
static void take_decision(struct position *position, const struct pg_result *result, int row)
{
	if (!pg_is_null(result, row, 5) || strncmp(pg_get_text(result, row, 4), "shard_", 6) != 0)
		return;
	position->decided_seq = pg_get_int8(result, row, 0);
	if (!strcmp(pg_get_text(result, row, 4), "shard_restated"))
		position->restated++;
}

static int32_t born(const struct position *position, int64_t seq)
{
	int32_t history = position->history;
	while (history > 0 && position->history_starts[history - 1] >= seq)
		history--;
	return history;
}

/* A person has had a topic read anew from there on: what its offsets meant before does not count from there on. */
static void take_restart(struct books *books, int service, int shard, const struct pg_result *result, int row)
{
	const char *topic = pg_get_text(result, row, 11);
	int64_t from = pg_get_int8(result, row, 12), kept = 0;
	bool inbox = service == SERVICE_INTAKE && !strcmp(topic, books->topics[0]->name);
	for (int64_t i = 0; i < books->outcomes.count; i++) {
		const struct outcome *outcome = &books->outcomes.rows[i];
		if (!inbox || outcome->place.partition != shard || outcome->place.offset < from)
			books->outcomes.rows[kept++] = *outcome;
	}
	books->outcomes.count = kept;
	kept = 0;
	for (int64_t i = 0; i < books->takings.count; i++) {
		const struct taking *taking = &books->takings.rows[i];
		if (taking->service != service || taking->shard != shard || taking->offset < from ||
		    strcmp(books->topics[taking->topic]->name, topic) != 0)
			books->takings.rows[kept++] = *taking;
	}
	books->takings.count = kept;
}

static void take_log_row(struct books *books, int service, int shard, const struct pg_result *result, int row)
{
	take_decision(&books->positions[service][shard], result, row);
	if (service == SERVICE_INTAKE)
		take_outcome(books, shard, result, row);
	take_taking(books, service, shard, result, row);
	if (!pg_is_null(result, row, 11))
		take_restart(books, service, shard, result, row);
	if (!strcmp(pg_get_text(result, row, 4), "dead_letter"))
		*list_add(&books->parked) = (struct log_place){service, shard, pg_get_int8(result, row, 0)};
	for (int t = 1; t < books->topics_count; t++) {
		struct book_topic *topic = books->topics[t];
		if (topic->writer != service || strcmp(topic->name, pg_get_text(result, row, 5)))
			continue;
		*list_add(&topic->log[shard]) = (struct fact){.seq = pg_get_int8(result, row, 0),
		    .sequence = pg_get_int8(result, row, 6),
		    .shard_sequence = pg_get_int8(result, row, 7),
		    .digest = first_bytes_at(result, row, 8),
		    .born = born(&books->positions[service][shard], pg_get_int8(result, row, 0))};
	}
}

static bool read_log(struct ctl *ctl, struct books *books, int service, int shard)
{
	int64_t after = 0;
	for (int rows = AUDIT_LOG_READ_MAX; rows == AUDIT_LOG_READ_MAX;) {
		struct pg_args *args = pg_args_new();
		pg_args_text(args, service_rows[service].name);
		pg_args_int4(args, shard);
		pg_args_int8(args, after);
		struct pg_result *result = ctl_run(ctl, &audit_log, args);
		pg_args_free(args);
		if (!result)
			return false;
		rows = pg_result_rows(result);
		for (int row = 0; row < rows; row++)
			take_log_row(books, service, shard, result, row);
		if (rows)
			after = pg_get_int8(result, rows - 1, 0);
		pg_result_free(result);
	}
	return true;
}

/* ---- rows ---- */

static void take_letter(struct books *books, const struct pg_result *result, int row)
{
	*list_add(&books->kept) = (struct log_place){
	    service_index(pg_get_text(result, row, 0)), pg_get_int4(result, row, 1), pg_get_int8(result, row, 2)};
	if (service_index(pg_get_text(result, row, 0)) != SERVICE_INTAKE ||
	    strcmp(pg_get_text(result, row, 3), books->topics[0]->name))
		return;
	*list_add(&books->letters) =
	    (struct letter){{pg_get_int4(result, row, 1), pg_get_int8(result, row, 4)}, first_bytes_at(result, row, 5)};
}

static void take_complaint(struct books *books, const struct pg_result *result, int row)
{
	*list_add(&books->complaints) = (struct complaint_row){arena_strdup(books->arena, pg_get_text(result, row, 0)),
	    (enum stage)pg_get_int4(result, row, 1), pg_get_int8(result, row, 2)};
}

static void take_remedy(struct books *books, const struct pg_result *result, int row)
{
	*list_add(&books->remedies_kept) =
	    (struct remedy_row){arena_strdup(books->arena, pg_get_text(result, row, 0)), pg_get_int8(result, row, 1)};
}

static void take_identity(struct books *books, const struct pg_result *result, int row)
{
	books->identities.checked += pg_get_int8(result, row, 3);
	if (!*pg_get_text(result, row, 1))
		return;
	finding_add(&books->identities, AUDIT_DOUBLED, "shard %d: identity %s has %lld effects", pg_get_int4(result, row, 0),
	    pg_get_text(result, row, 1), (long long)pg_get_int8(result, row, 2));
}

static void take_overpaid(struct books *books, const struct pg_result *result, int row)
{
	books->overpaid.checked += pg_get_int8(result, row, 3);
	if (!*pg_get_text(result, row, 0))
		return;
	finding_add(&books->overpaid, AUDIT_ILLEGAL, "order %s: %lld paid back of %lld", pg_get_text(result, row, 0),
	    (long long)pg_get_int8(result, row, 1), (long long)pg_get_int8(result, row, 2));
}

/* Not the model's own reckoning: it would agree with itself. INT64_MAX: the facts name no such line, or no sum of it. */
static int64_t line_price(const struct event *facts, const char *item)
{
	for (size_t i = 0; facts && facts->order && i < facts->order->items_count; i++) {
		const struct order_item *line = &facts->order->items[i];
		if (!strcmp(line->item_id, item) && *line->price.currency)
			return line->price.minor_units;
	}
	return INT64_MAX;
}

static void take_line(struct books *books, const struct pg_result *result, int row)
{
	size_t size;
	const uint8_t *facts = pg_get_bytes(result, row, 3, &size);
	const struct event *event = wire_unpack(books->arena, EVENT_ORDER_RECORDED, facts, size);
	const char *item = arena_strdup(books->arena, pg_get_text(result, row, 1));
	*list_add(&books->lines) = (struct line_row){
	    arena_strdup(books->arena, pg_get_text(result, row, 0)), item, pg_get_int8(result, row, 2), line_price(event, item)};
}

static void take_hop(struct books *books, const struct pg_result *result, int row)
{
	static const struct {
		const char *name;
		enum audit_fault fault;
	} kinds[] = {
	    {"illegal", AUDIT_ILLEGAL}, {"doubled", AUDIT_DOUBLED}, {"phantom", AUDIT_PHANTOM}, {"waiting", AUDIT_UNKNOWN}};
	books->hops.checked += pg_get_int8(result, row, 5);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, pg_get_text(result, row, 0)))
			finding_add(&books->hops, kinds[i].fault, "%s, shard %d to %d: %s", pg_get_text(result, row, 1),
			    pg_get_int4(result, row, 2), pg_get_int4(result, row, 3), pg_get_text(result, row, 4));
}

static void take_overdue(struct books *books, const struct pg_result *result, int row)
{
	*list_add(&books->overdues) = (struct overdue){service_index(pg_get_text(result, row, 3)), pg_get_int4(result, row, 4),
	    arena_printf(books->arena, words_in_use("%s of %s was due at %s"), pg_get_text(result, row, 0),
		pg_get_text(result, row, 1), pg_get_text(result, row, 2))};
}

static void take_unarmed(struct books *books, const struct pg_result *result, int row)
{
	finding_add(&books->overdue, AUDIT_DUE_UNFIRED, "clock %s of %s: no timer for %s", pg_get_text(result, row, 0),
	    pg_get_text(result, row, 1), pg_get_text(result, row, 2));
}

static void take_notice(struct books *books, const struct pg_result *result, int row)
{
	finding_add(&books->notices, AUDIT_UNDELIVERED, "notice %s is %s after %d attempts", pg_get_text(result, row, 1),
	    pg_get_text(result, row, 0), pg_get_int4(result, row, 2));
}

static void take_notice_count(struct books *books, const struct pg_result *result, int row)
{
	books->notices.checked = pg_get_int8(result, row, 0);
}

static void take_leaderless(struct books *books, const struct pg_result *result, int row)
{
	books->leaderless.checked += pg_get_int8(result, row, 3);
	if (*pg_get_text(result, row, 0))
		finding_add(&books->leaderless, pg_get_bool(result, row, 2) ? AUDIT_UNKNOWN : AUDIT_ILLEGAL,
		    "complaint %s: no clock leads it out of %s", pg_get_text(result, row, 0), pg_get_text(result, row, 1));
}

/* What silence leads out of a stage is said by the table of clocks: the audit takes no daemon's word for it. */
static bool read_leaderless(struct ctl *ctl, struct books *books)
{
	struct pg_array *open = pg_array_new(PG_INT4), *stages = pg_array_new(PG_INT4), *clocks = pg_array_new(PG_TEXT);
	struct pg_args *args = pg_args_new();
	for (int stage = 1; stage < STAGE_COUNT; stage++) {
		if (life_is_final(stage))
			continue;
		pg_array_int4(open, stage);
		for (int i = 0; i < clock_rules_count; i++)
			if (clock_leads_on(&clock_rules[i], stage)) {
				pg_array_int4(stages, stage);
				pg_array_text(clocks, clock_kind_name(clock_rules[i].kind));
			}
	}
	pg_args_array(args, open);
	pg_args_array(args, stages);
	pg_args_array(args, clocks);
	struct pg_result *result = ctl_run(ctl, &audit_leaderless, args);
	for (int row = 0; result && row < pg_result_rows(result); row++)
		take_leaderless(books, result, row);
	bool done = result != NULL;
	pg_result_free(result);
	pg_args_free(args);
	pg_array_free(open);
	pg_array_free(stages);
	pg_array_free(clocks);
	return done;
}

static void take_clock_count(struct books *books, const struct pg_result *result, int row)
{
	books->overdue.checked = pg_get_int8(result, row, 0);
}

static const struct {
	const struct pg_statement *statement;
	void (*take)(struct books *books, const struct pg_result *result, int row);
	bool grace; /* takes the grace as its parameter */
} reads[] = {
    {&audit_dead_letters, take_letter, false},
    {&audit_complaints, take_complaint, false},
    {&audit_remedies, take_remedy, false},
    {&audit_identities, take_identity, false},
    {&audit_overpaid, take_overpaid, false},
    {&audit_lines, take_line, false},
    {&audit_overdue, take_overdue, true},
    {&audit_unarmed, take_unarmed, false},
    {&audit_hops, take_hop, false},
    {&audit_notices, take_notice, false},
    {&audit_notice_count, take_notice_count, false},
    {&audit_clock_count, take_clock_count, false},
};

static bool read_rows(struct ctl *ctl, struct books *books)
{
	for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
		struct pg_args *args = pg_args_new();
		if (reads[i].grace)
			pg_args_int4(args, AUDIT_GRACE_S);
		struct pg_result *result = ctl_run(ctl, reads[i].statement, args);
		pg_args_free(args);
		if (!result)
			return false;
		for (int row = 0; row < pg_result_rows(result); row++)
			reads[i].take(books, result, row);
		pg_result_free(result);
	}
	return true;
}

bool audit_read_database(struct ctl *ctl, struct books *books)
{
	for (int s = 0; s < SERVICES_COUNT; s++)
		for (int shard = 0; shard < books->partitions; shard++)
			if (!read_log(ctl, books, s, shard))
				return false;
	if (books->outcomes.count)
		qsort(books->outcomes.rows, (size_t)books->outcomes.count, sizeof *books->outcomes.rows, place_compare);
	if (books->takings.count)
		qsort(books->takings.rows, (size_t)books->takings.count, sizeof *books->takings.rows, taking_compare);
	return read_rows(ctl, books) && read_leaderless(ctl, books);
}
