/* What is refused, for whoever asks afterwards; and records of strangers that could not be read, told to whom they are of: so many
 * a minute of each source, the rest by one fact with their number, when the minute is over.
 *
 *   parked -> within LIMIT_DEAD_LETTERS: EventRefused, a row (told)
 *          -> beyond: a row (not told); the first one arms a timer for the end of the minute
 *          -> of a source too many: a row (not told), no timer
 *   timer  -> what of the source is not told is counted and marked: EventRefused with the count
 *
 * How many were told of a source is kept in memory, by minutes of the clock: whoever takes a shard over tells a few more. What is
 * still to be told stands in the table.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/store/refusals.h"
#include "common/wire/wire.h"

#include "services/intake/intake.h"

enum {
	SOURCES_MAX = 256
}; /* of a lane, in a minute: whoever makes up a source a record makes no fact of each; beyond it there is the row */

/* A source of a platform in a shard, and what was told of it in this minute: durably, and by the run in hand. */
struct source_entry {
	char *key;
	int told, told_run;
	bool timed, timed_run; /* the timer is armed */
	UT_hash_handle hh;
};

struct source_table {
	struct source_entry *entries;
	int64_t minute;
	bool touched; /* by the run in hand */
};

struct untold_entry {
	struct refusals_untold untold;
	struct untold_entry *next;
};

struct source_table *intake_sources_new(void)
{
	return xcalloc(1, sizeof(struct source_table));
}

static void forget_sources(struct source_table *table)
{
	struct source_entry *entry, *next;
	HASH_ITER (hh, table->entries, entry, next) {
		HASH_DEL(table->entries, entry);
		free(entry->key);
		free(entry);
	}
}

void intake_sources_free(struct source_table *table)
{
	forget_sources(table);
	free(table);
}

void intake_sources_end_run(struct source_table *table, bool committed)
{
	if (!table->touched)
		return;
	table->touched = false;
	for (struct source_entry *entry = table->entries; entry; entry = entry->hh.next) {
		entry->told += committed ? entry->told_run : 0;
		entry->timed |= committed && entry->timed_run;
		entry->told_run = 0;
		entry->timed_run = false;
	}
}

/* NULL: too many are remembered. */
static struct source_entry *source_of(struct batch *batch, int shard, const struct event *said)
{
	struct source_table *table = ((struct intake_memory *)batch->memory)->sources;
	const char *key = arena_printf(batch->arena, "%d %s\n%s", shard, said->platform_id, said->source);
	struct source_entry *entry = NULL;
	if (table->minute != batch->now_us / US_PER_MINUTE)
		forget_sources(table);
	table->minute = batch->now_us / US_PER_MINUTE;
	table->touched = true;
	HASH_FIND_STR(table->entries, key, entry);
	if (entry || HASH_COUNT(table->entries) >= SOURCES_MAX)
		return entry;
	entry = xcalloc(1, sizeof(*entry));
	entry->key = xstrdup(key);
	HASH_ADD_KEYPTR(hh, table->entries, entry->key, strlen(entry->key), entry);
	return entry;
}

/* ---- the timer's subject: which refusal was the first that is not told ---- */

static struct uuid subject_of(int shard, int64_t seq)
{
	struct uuid subject = {{0}};
	for (int i = 0; i < 4; i++)
		subject.bytes[i] = (uint8_t)((uint32_t)shard >> (24 - 8 * i));
	for (int i = 0; i < 8; i++)
		subject.bytes[8 + i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
	return subject;
}

static int64_t seq_of(const struct uuid *subject)
{
	uint64_t seq = 0;
	for (int i = 0; i < 8; i++)
		seq = seq << 8 | subject->bytes[8 + i];
	return (int64_t)seq;
}

/* ---- told in decide() ---- */

static const struct actor ombud = {ACTOR_KIND_OMBUD, "", ""};

/* A command for many is about its subject. */
static const char *key_of(const struct event *refused)
{
	if (refused->order_id[0] != '\0')
		return refused->order_id;
	return refused->person_id[0] != '\0' ? refused->person_id : refused->subject_id;
}

/* What Ombud asked itself is nobody's to ask for. */
void intake_keep_refusal(struct batch *batch, const struct item *item, const struct event *refused, int64_t seq)
{
	struct intake_memory *memory = batch->memory;
	static const struct uuid nothing;
	bool record = item->kind == ITEM_RECORD && item->inbox;
	if (event_type_is_inbox(event_type_by_name(refused->refused_type)))
		refusal_write(memory->refusals, shard_number(item->shard), seq, batch->now_us, record ? &item->cause : &nothing,
		    refused, true);
}

/* A reader of our facts takes nothing that the contract does not allow, and what a broken record says may be anything. What
 * names it is made to fit (wire_attribute), so a refusal that does not is our own mistake, and told aloud. */
static bool is_readable(struct batch *batch, const struct event *refused)
{
	struct event whole = *refused;
	size_t size = 0;
	whole.source = whole.event_id = "x"; /* the skeleton's to give */
	whole.occurred_at_us = batch->now_us;
	const void *bytes = wire_pack(batch->arena, &whole, &size);
	return wire_unpack(batch->arena, EVENT_REFUSED, bytes, size) != NULL;
}

static struct event *refused_new(struct batch *batch, const struct parked *why)
{
	const struct event *said = why->said;
	struct event *refused = arena_alloc(batch->arena, sizeof(*refused));
	event_init(refused, EVENT_REFUSED);
	refused->platform_id = said->platform_id;
	refused->actor = said->actor.kind != ACTOR_KIND_UNSPECIFIED ? said->actor : ombud;
	refused->order_id = said->order_id;
	refused->person_id = said->order_id[0] == '\0' ? said->person_id : "";
	refused->subject_id = said->order_id[0] == '\0' && said->person_id[0] == '\0' ? said->subject_id : "";
	refused->refused_type = said->type_id != EVENT_NONE ? event_type_name(said->type_id) : "";
	refused->refused_source = said->source;
	refused->refused_event_id = said->event_id;
	refused->input.source = said->source;
	refused->input.event_id = said->event_id;
	refused->code = why->code;
	refused->refused_member = why->member;
	refused->refused_most = why->most;
	refused->dead_letter = true;
	return refused;
}

static int64_t emit(struct batch *batch, struct item *item, const struct event *refused)
{
	return batch_emit(batch, item,
	    &(struct emission){.topic = "ombud.complaint.v1",
		.key = key_of(refused),
		.event = refused,
		.note = refused->code,
		.without_cause = true});
}

static void arm(struct batch *batch, struct item *item, struct source_entry *source, int64_t seq)
{
	struct uuid subject = subject_of(shard_number(item->shard), seq);
	if (!source || source->timed || source->timed_run)
		return;
	source->timed_run = true;
	batch_arm(batch, item, (batch->now_us / US_PER_MINUTE + 1) * US_PER_MINUTE, &subject, TIMER_UNTOLD, 0);
}

/* Nothing of it stands in the log but the dead letter, whose row is the last one: the fact that tells it comes behind. */
void intake_parked(struct batch *batch, struct item *item, const struct parked *why)
{
	struct intake_memory *memory = batch->memory;
	int shard = shard_number(item->shard);
	static const struct uuid nothing;
	struct source_entry *source = source_of(batch, shard, why->said);
	bool tells = source && !limit_reached(NULL, LIMIT_DEAD_LETTERS, source->told + source->told_run);
	const struct event *refused = refused_new(batch, why);
	if (!is_readable(batch, refused)) {
		memory->untellable++;
		log_warn("a record could not be taken, and no refusal can say so: it is a dead letter alone",
		    LOG_NUMBER("shard", shard), LOG_NUMBER("seq", why->seq), LOG_TEXT("code", why->code));
		return;
	}
	int64_t seq = tells ? emit(batch, item, refused) : why->seq;
	if (tells)
		source->told_run++;
	else
		arm(batch, item, source, seq);
	memory->hits[LIMIT_DEAD_LETTERS] += !tells;
	refusal_write(memory->refusals, shard, seq, batch->now_us, &nothing, refused, tells);
}

/* ---- the end of the minute ---- */

void intake_want_untold(struct intake_memory *memory, const struct item *item)
{
	refusal_want_untold(memory->refusals, shard_number(item->shard), seq_of(&item->subject));
}

void intake_on_untold(enum pg_class class, const struct pg_result *result, void *context)
{
	struct batch *batch = context;
	struct intake_memory *memory = batch->memory;
	for (int row = 0; class == PG_DONE && row < pg_result_rows(result); row++) {
		struct untold_entry *entry = arena_alloc(batch->arena, sizeof(*entry));
		refusal_untold_row(result, row, batch->arena, &entry->untold);
		entry->next = memory->untold;
		memory->untold = entry;
	}
}

void intake_decide_untold(struct batch *batch, struct item *item)
{
	const struct intake_memory *memory = batch->memory;
	const struct untold_entry *entry = memory->untold;
	while (entry && (entry->untold.shard != shard_number(item->shard) || entry->untold.seq != seq_of(&item->subject)))
		entry = entry->next;
	if (!entry)
		return; /* told meanwhile, or forgotten */
	struct event refused = event_empty(EVENT_REFUSED);
	refused.platform_id = entry->untold.platform_id;
	refused.actor = ombud;
	refused.order_id = entry->untold.order_id;
	refused.person_id = entry->untold.person_id;
	refused.refused_source = entry->untold.source;
	refused.code = refusal_code(limit_row(LIMIT_DEAD_LETTERS)->refusal);
	refused.refused_most = limit_row(LIMIT_DEAD_LETTERS)->most;
	refused.refused_count = entry->untold.count;
	refused.dead_letter = true;
	emit(batch, item, &refused);
}
