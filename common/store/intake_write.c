/* The write sets of a batch: each row once, an array a column. */
#include <string.h>

#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/model/speakers.h"
#include "common/store/intake_columns.h"
#include "common/store/intake_private.h"

void intake_write_order(struct intake_store *store, int shard, const struct dossier *dossier, const void *facts, size_t size)
{
	struct pg_rows *rows = store->orders;
	pg_rows_text(rows, dossier->order_id);
	pg_rows_text(rows, dossier->platform_id);
	pg_rows_int4(rows, shard);
	pg_rows_instant(rows, dossier->recorded_at_us);
	pg_rows_instant(rows, dossier->claimed_at_us);
	pg_rows_instant(rows, dossier->said_at_us);
	pg_rows_text(rows, dossier->order->buyer_id);
	pg_rows_text(rows, dossier->order->merchant_id);
	pg_rows_int2(rows, (int16_t)dossier->order->status);
	pg_rows_int8(rows, dossier->order->total.minor_units);
	pg_rows_text(rows, dossier->order->total.currency);
	pg_rows_bytes(rows, facts, size);
}

/* Is all that an insert does not name as the table's defaults say? */
static bool is_as_filed(const struct complaint *c)
{
	return !(c->uses.count COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_NOT, COLUMN_NOT, COLUMN_IS_SET));
}

/* One that has gone on in the batch that it was filed in is inserted as if nobody had been told, and then updated. */
static void insert_complaint(struct intake_store *store, int shard, const struct complaint *c, bool whole)
{
	struct pg_rows *rows = store->complaints_new;
	COMPLAINT_COLUMNS(COLUMN_WRITE, COLUMN_WRITE, COLUMN_WRITE, COLUMN_NOT)
	pg_rows_int4(rows, shard);
	pg_rows_int8(rows, whole ? c->told : 0);
}

static void update_complaint(struct intake_store *store, const struct complaint *c, int64_t now_us, struct arena *arena)
{
	struct pg_rows *rows = store->complaints;
	bool amended = c->versions_new_count > 0;
	COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_NOT, COLUMN_WRITE, COLUMN_WRITE)
	pg_rows_uuid(rows, &c->id);
	pg_rows_int8(rows, c->told_stored);
	pg_rows_text(rows, amended ? c->statement.text : NULL);
	pg_rows_text(rows, amended ? c->statement.wanted : NULL);
	pg_rows_instant(rows, amended ? c->statement.happened_at_us : 0);
	pg_rows_int8(rows, c->told);
	pg_rows_text(rows, c->uses.changed ? limit_uses_text(arena, &c->uses, now_us) : NULL);
}

/* The first step stands in the complaint's row. */
static void write_steps(struct intake_store *store, const struct complaint *c)
{
	for (size_t i = c->fresh ? 1 : 0; i < c->steps_count; i++) {
		const struct complaint_step *step = &c->steps[i];
		struct pg_rows *rows = store->steps;
		pg_rows_uuid(rows, &c->id);
		pg_rows_int8(rows, step->sequence);
		pg_rows_instant(rows, step->at_us);
		pg_rows_int2(rows, (int16_t)step->stage);
		pg_rows_text(rows, cause_name(step->cause));
		pg_rows_text(rows, reason_name(step->reason));
		pg_rows_text(rows, actor_kind_name(step->actor));
	}
}

static void write_evidence(struct intake_store *store, const struct complaint *c)
{
	for (size_t i = 0; i < c->evidence_new; i++) {
		const struct evidence *evidence = &c->evidence[i];
		struct pg_rows *rows = store->evidence;
		pg_rows_uuid(rows, &c->id);
		pg_rows_int4(rows, c->evidence_count - (int32_t)(c->evidence_new - i) + 1);
		pg_rows_text(rows, evidence->evidence_id);
		pg_rows_text(rows, evidence->kind);
		pg_rows_text(rows, evidence->uri);
		pg_rows_text(rows, evidence->media_type);
		pg_rows_int8(rows, evidence->size_bytes);
		pg_rows_bytes(rows, evidence->sha256_size > 0 ? evidence->sha256 : NULL, evidence->sha256_size);
		pg_rows_int2(rows, (int16_t)evidence->supplied_by);
		pg_rows_instant(rows, evidence->made_at_us);
		pg_rows_instant(rows, c->evidence_added_us[i]);
	}
}

static void write_versions(struct intake_store *store, const struct complaint *c)
{
	for (size_t i = 0; i < c->versions_new_count; i++) {
		const struct complaint_version *version = &c->versions_new[i];
		struct pg_rows *rows = store->versions;
		pg_rows_uuid(rows, &c->id);
		pg_rows_int4(rows, version->version);
		pg_rows_int2(rows, (int16_t)version->type);
		pg_rows_text(rows, version->custom_type);
		pg_rows_text(rows, version->statement.text);
		pg_rows_text(rows, version->statement.wanted);
		pg_rows_instant(rows, version->statement.happened_at_us);
		pg_rows_instant(rows, version->until_us);
	}
}

/* ---- words, as members of a JSON object; what is empty is left out ---- */

static void name_member(struct buf *json, const char *name)
{
	if (json->data[json->size - 1] != '{')
		buf_char(json, ',');
	buf_printf(json, "\"%s\":", name);
}

static void add_text(struct buf *json, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	name_member(json, name);
	buf_json_string(json, text, strlen(text));
}

static void add_texts(struct buf *json, const char *name, const char *const *texts, size_t count)
{
	if (count == 0)
		return;
	name_member(json, name);
	for (size_t i = 0; i < count; i++) {
		buf_char(json, i ? ',' : '[');
		buf_json_string(json, texts[i], strlen(texts[i]));
	}
	buf_char(json, ']');
}

static void add_answers(struct buf *json, const struct grounds *grounds)
{
	for (size_t i = 0; i < grounds->answers_count; i++) {
		const struct criterion_answer *answer = &grounds->answers[i];
		if (i == 0)
			name_member(json, "answers");
		buf_text(json, i ? ",{" : "[{");
		add_text(json, "criterion", answer->criterion);
		add_text(json, "finding", criterion_finding_name(answer->finding));
		add_texts(json, "evidence_ids", answer->evidence_ids, answer->evidence_ids_count);
		add_text(json, "text", answer->text);
		buf_char(json, '}');
	}
	buf_text(json, grounds->answers_count ? "]" : "");
}

/* What the clauses say, in the complaint's language: a decision is read years later, too. */
static void add_cited(struct buf *json, const struct grounds *grounds, const struct law *law, const char *language)
{
	int count = 0;
	for (size_t i = 0; i < grounds->clauses_count; i++) {
		const struct clause *clause = law_clause(law, grounds->clauses[i]);
		if (!clause)
			continue;
		if (count == 0)
			name_member(json, "cited");
		buf_text(json, count++ ? ",{" : "[{");
		add_text(json, "clause", clause->name);
		add_text(json, "text", law_text_in(&clause->text, language));
		buf_char(json, '}');
	}
	buf_text(json, count ? "]" : "");
}

static void add_grounds(struct buf *json, const struct grounds *grounds, const struct complaint *c)
{
	name_member(json, "grounds");
	buf_char(json, '{');
	add_texts(json, "clauses", grounds->clauses, grounds->clauses_count);
	add_texts(json, "criteria", grounds->criteria, grounds->criteria_count);
	add_cited(json, grounds, c->law, c->language);
	add_answers(json, grounds);
	add_text(json, "facts_found", grounds->facts_found);
	for (size_t i = 0; i < grounds->weighed_count; i++) {
		const struct weighed_evidence *weighed = &grounds->weighed[i];
		if (i == 0)
			name_member(json, "weighed");
		buf_text(json, i ? ",{" : "[{");
		add_text(json, "evidence_id", weighed->evidence_id);
		add_text(json, "supplied_by", weighed->supplied_by ? party_name(weighed->supplied_by) : "");
		add_text(json, "shows", weighed->shows);
		buf_char(json, '}');
	}
	buf_text(json, grounds->weighed_count ? "]}" : "}");
}

static void add_responsibilities(struct buf *json, const struct event *event)
{
	for (size_t i = 0; i < event->responsibilities_count; i++) {
		const struct responsibility *of = &event->responsibilities[i];
		if (i == 0)
			name_member(json, "responsibilities");
		buf_printf(json, "%s{\"share_per_mille\":%d", i ? "," : "[", (int)of->share_per_mille);
		add_text(json, "party", party_name(of->party));
		add_text(json, "party_id", of->party_id);
		buf_char(json, '}');
	}
	if (event->responsibilities_count > 0)
		buf_char(json, ']');
}

static void add_call(struct buf *json, const struct event *event)
{
	char at[INSTANT_TEXT_SIZE];
	add_text(json, "called_at", event->called_at_us ? instant_format(event->called_at_us, at) : "");
	name_member(json, "reached");
	buf_text(json, event->reached ? "true" : "false");
}

static const char *words_text(struct intake_store *store, const struct complaint *c, const struct complaint_said *said)
{
	const struct event *event = said->event;
	struct buf *json = &store->json;
	buf_reset(json);
	buf_char(json, '{');
	add_text(json, "text", event->text);
	add_text(json, "answer", event->answer ? answer_kind_name(event->answer) : "");
	add_texts(json, "clauses", event->clauses, event->clauses_count);
	add_texts(json, "evidence_kinds", event->evidence_kinds, event->evidence_kinds_count);
	add_text(json, "decision_id", said->decision_id);
	add_text(json, "outcome", said->outcome ? decision_outcome_name(said->outcome) : "");
	add_text(json, "reason", said->reason ? reason_name(said->reason) : "");
	if (event->type_id == EVENT_CALL_RECORDED)
		add_call(json, event);
	if (said->grounds)
		add_grounds(json, said->grounds, c);
	add_responsibilities(json, event);
	buf_char(json, '}');
	return buf_string(json);
}

static void write_words(struct intake_store *store, const struct complaint *c)
{
	for (size_t i = 0; i < c->said_count; i++) {
		const struct complaint_said *said = &c->said[i];
		struct pg_rows *rows = store->said;
		pg_rows_uuid(rows, &c->id);
		pg_rows_int8(rows, said->sequence);
		pg_rows_instant(rows, said->at_us);
		pg_rows_text(rows, event_type_short_name(said->event->type_id));
		pg_rows_int2(rows, (int16_t)speaker_side(said->event->actor.kind));
		pg_rows_text(rows, said->event->actor.id);
		pg_rows_int2(rows, (int16_t)said->event->to_party);
		pg_rows_jsonb(rows, words_text(store, c, said));
	}
}

static void write_remedies(struct intake_store *store, const struct complaint *c, int64_t now_us)
{
	for (size_t i = 0; i < c->remedies_count; i++) {
		const struct remedy_entry *entry = &c->remedies[i];
		struct pg_rows *rows = store->remedies;
		if (!entry->fresh && !entry->changed)
			continue;
		pg_rows_text(rows, c->order_id);
		pg_rows_text(rows, c->platform_id);
		pg_rows_uuid(rows, &c->id);
		pg_rows_text(rows, entry->decision_id);
		pg_rows_int4(rows, entry->number);
		pg_rows_int2(rows, (int16_t)entry->remedy.kind);
		pg_rows_int8(rows, entry->remedy.amount.minor_units);
		pg_rows_text(rows, entry->remedy.amount.currency);
		pg_rows_text(rows, entry->remedy.item_id);
		pg_rows_text(rows, entry->remedy.note);
		pg_rows_int2(rows, (int16_t)entry->state);
		pg_rows_instant(rows, now_us);
		pg_rows_int4(rows, entry->remedy.quantity);
	}
}

void intake_write_complaint(
    struct intake_store *store, int shard, const struct complaint *complaint, int64_t now_us, struct arena *arena)
{
	bool whole = is_as_filed(complaint);
	if (complaint->fresh)
		insert_complaint(store, shard, complaint, whole);
	if (!complaint->fresh || !whole)
		update_complaint(store, complaint, now_us, arena);
	write_steps(store, complaint);
	write_evidence(store, complaint);
	write_versions(store, complaint);
	write_words(store, complaint);
	write_remedies(store, complaint, now_us);
}

void intake_write_waiting(struct intake_store *store, const struct intake_waiting *waiting)
{
	struct pg_rows *rows = store->waiting;
	pg_rows_uuid(rows, &waiting->cause);
	pg_rows_text(rows, waiting->order_id);
	pg_rows_text(rows, waiting->platform_id);
	pg_rows_uuid(rows, &waiting->complaint_id);
	pg_rows_instant(rows, waiting->since_us);
	pg_rows_instant(rows, waiting->due_us);
	pg_rows_int8(rows, waiting->place);
	pg_rows_text(rows, waiting->event);
}

void intake_write_uses(
    struct intake_store *store, enum intake_use_kind kind, const char *key, const char *platform_id, const char *uses)
{
	struct pg_rows *rows = store->uses;
	pg_rows_int2(rows, (int16_t)kind);
	pg_rows_text(rows, key);
	pg_rows_text(rows, platform_id);
	pg_rows_text(rows, uses);
}

void intake_end_waiting(struct intake_store *store, const struct uuid *cause)
{
	pg_array_uuid(store->ended, cause);
}

/* A stale owner finds rows that have moved on: its fence, behind this, undoes the batch. Without one it is our bug. */
static void on_updated(enum pg_class class, const struct pg_result *result, void *context)
{
	const struct intake_store *store = context;
	if (class == PG_DONE && pg_get_int8(result, 0, 0) != store->complaints_sent)
		log_error("complaints changed under the batch", LOG_NUMBER("rows", store->complaints_sent),
		    LOG_NUMBER("rows_changed", pg_get_int8(result, 0, 0)));
}

void intake_send(struct intake_store *store, struct pg *pg)
{
	pg_rows_send(pg, store->orders, NULL, NULL);
	pg_rows_send(pg, store->complaints_new, NULL, NULL);
	store->complaints_sent = pg_rows_count(store->complaints);
	pg_rows_send(pg, store->complaints, on_updated, store);
	pg_rows_send(pg, store->evidence, NULL, NULL);
	pg_rows_send(pg, store->versions, NULL, NULL);
	pg_rows_send(pg, store->steps, NULL, NULL);
	pg_rows_send(pg, store->said, NULL, NULL);
	pg_rows_send(pg, store->remedies, NULL, NULL);
	pg_rows_send(pg, store->waiting, NULL, NULL);
	pg_rows_send(pg, store->uses, NULL, NULL);
	if (pg_array_count(store->ended) > 0) {
		pg_args_reset(store->args);
		pg_args_array(store->args, store->ended);
		pg_send(pg, &intake_statements[DELETE_WAITING], store->args, NULL, NULL);
	}
}
