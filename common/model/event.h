/* One flat struct for every message of Ombud, inbox events and facts alike.
 *
 * common/wire fills it from bytes and packs bytes from it; everything else sees only this. A field name means the same in
 * every message of proto/, so one struct serves all: which members a type has is said by its .proto message, the rest are zero.
 * The tables of common/wire/fields.c tie each member to its wire name, and a test ties those tables to the descriptors.
 *
 * Strings are never NULL: "" means absent (proto3). Instants are microseconds since 1970-01-01 UTC, 0 means absent.
 * All memory belongs to the arena that the event was decoded into or built in.
 */
#ifndef OMBUD_MODEL_EVENT_H
#define OMBUD_MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/model/target.h"
#include "common/model/terms.h"

struct money {
	int64_t minor_units;
	const char *currency; /* ISO 4217, three capitals; "" with 0 units means no sum named */
};

struct actor {
	enum actor_kind kind;
	const char *id;
	const char *role;
};

struct evidence {
	const char *evidence_id;
	const char *kind;
	const char *uri;
	const char *media_type;
	int64_t size_bytes;
	const uint8_t *sha256; /* 32 bytes or NULL */
	size_t sha256_size;
	enum party supplied_by;
	int64_t made_at_us;
};

struct order_item {
	const char *item_id;
	const char *merchant_id;
	const char *sku;
	const char *title;
	const char *category;
	enum goods_kind goods_kind;
	int32_t quantity;
	struct money price; /* of all its units together */
	const char *listing_uri;
	const uint8_t *listing_sha256; /* 32 bytes or NULL */
	size_t listing_sha256_size;
};

struct order_facts {
	const char *buyer_id;
	const char *merchant_id;
	enum order_status status;
	enum goods_kind goods_kind;
	const char *category;
	struct money total;
	const char *payment_method;
	const char *member_level;
	int64_t purchased_at_us;
	int64_t paid_at_us;
	int64_t shipped_at_us;
	int64_t promised_at_us;
	int64_t delivered_at_us;
	int64_t receipt_confirmed_at_us;
	struct order_item *items;
	size_t items_count;
	const char *region;
	const char *carrier_id;
	const char *line;
};

/* What a platform knows of one digital good; hashes by a key of the platform's. */
struct goods_trace {
	const char *item_id;
	const uint8_t *key_hash; /* 32 bytes or NULL */
	size_t key_hash_size;
	int64_t issued_at_us;
	int64_t delivered_at_us;
	int64_t redeemed_at_us;
	const uint8_t *redeemed_by_hash; /* 32 bytes or NULL */
	size_t redeemed_by_hash_size;
	int64_t checked_at_us;
	enum key_check key_check;
};

/* Part of a piece of evidence, as it was read. */
struct evidence_reading {
	const char *name;
	const char *value;
	int32_t certainty_per_mille;
	const char *reader;
};

/* Which orders and complaints something holds for: all that fit every member that is said. */
struct scope {
	const char *merchant_id;
	const char *category;
	const char *region;
	const char *carrier_id;
	const char *line;
	const char *sku;
	int64_t ordered_from_us;
	int64_t ordered_until_us;
};

/* Who bears a decision, and in what share. */
struct responsibility {
	enum party party;
	int32_t share_per_mille;
	const char *party_id;
};

struct statement {
	const char *text;
	int64_t happened_at_us;
	const char *wanted;
};

struct remedy {
	enum remedy_kind kind;
	struct money amount;
	const char *item_id;
	const char *note;
	int32_t quantity; /* of the item's units; 0: all that there are */
};

struct weighed_evidence {
	const char *evidence_id;
	enum party supplied_by;
	const char *shows;
};

/* Of one thing that the criteria ask for. */
struct criterion_answer {
	const char *criterion; /* its id within the criteria that the grounds name */
	enum criterion_finding finding;
	const char **evidence_ids; /* that show it */
	size_t evidence_ids_count;
	const char *text;
};

struct grounds {
	const char **clauses;
	size_t clauses_count;
	struct weighed_evidence *weighed;
	size_t weighed_count;
	const char *facts_found;
	const char **criteria; /* id@version */
	size_t criteria_count;
	struct criterion_answer *answers;
	size_t answers_count;
};

struct allowed_action {
	enum party party;
	enum action action;
	bool mandatory;
	enum clock_kind clock;
	enum silence_outcome silence;
	enum clock_effect_kind effect;
	const char *basis; /* of the clock: a clause, a law */
};

/* One of the clocks that a fact starts. */
struct started_clock {
	enum clock_kind clock;
	int32_t cycle;
	enum party must_act;
	int64_t started_at_us;
	int64_t due_at_us;
	int64_t *warn_at_us;
	size_t warn_at_count;
	struct clock_target target;
	const char *policy_id;
	int32_t policy_version;
	const char *calendar_id;
	int32_t calendar_version;
	enum silence_outcome silence;
	bool provisional;
	enum clock_effect_kind effect;
	const char *basis; /* a clause, a law */
};

struct triage_reason {
	const char *field;
	const char *value;
	const char *rule_id;
	const char *condition;
};

/* What a fact follows from: the record that was read, and what it was called. */
struct fact_input {
	const char *topic; /* without prefix; "": a clock of Ombud's own */
	int32_t partition;
	int64_t offset;
	const char *source;
	const char *event_id;
	int64_t occurred_at_us;
};

struct event {
	enum event_type type_id; /* which message; see terms.h */

	/* meta: who speaks, for which platform, when */
	const char *platform_id;
	const char *source;
	const char *event_id;
	int64_t occurred_at_us;
	struct actor actor;

	const char *order_id;
	const char *complaint_id; /* canonical lower-case UUID text */
	const char *item_id;
	const char *person_id;
	const char *subject_id; /* of what is neither an order nor a person: a command for many */
	const char *complainant_id;
	const char *merchant_id;

	/* what was said */
	enum channel channel;
	enum complaint_type type;
	const char *custom_type;
	struct statement statement;
	int64_t fault_found_at_us;
	struct evidence *evidence;
	size_t evidence_count;
	const char *language;
	struct money claimed;
	const char *text;
	enum party to_party;
	const char **evidence_kinds;
	size_t evidence_kinds_count;
	bool admitted;
	bool conclusive;
	const char *inspector_id;
	const char *owner_id;
	const char *queue;
	const char *referred_to;
	const char *reference;
	const char *notice_id;
	int32_t rating;

	/* the order's facts */
	struct order_facts *order; /* NULL when the message carries none */

	/* answer, decision, remedy */
	enum answer_kind answer; /* AnswerGiven: offer or defence */
	const char **clauses;
	size_t clauses_count;
	struct remedy *remedies;
	size_t remedies_count;
	struct grounds *grounds; /* NULL when absent */
	enum decision_outcome outcome;
	const char *decision_id;
	const char *remedy_key;
	enum remedy_outcome remedy_outcome;
	struct remedy *remedy; /* RemedyOrdered's one; NULL when absent */

	struct responsibility *responsibilities;
	size_t responsibilities_count;
	const char *settlement_id;
	enum mediation_outcome mediation_outcome;

	/* what is not in service yet */
	const char *standard_code; /* GB/T 42499-2023 */
	struct goods_trace *traces;
	size_t traces_count;
	const char *inquiry_id;
	const char *asked_id;
	bool reached;
	int64_t called_at_us;
	bool solved;
	int64_t told_at_us;
	const char *evidence_id; /* the piece that was read */
	struct evidence_reading *readings;
	size_t readings_count;
	int64_t away_from_us;
	int64_t away_until_us;
	const char *deputy_id;
	struct scope *scope; /* NULL when absent */
	const char *basis;
	int64_t valid_from_us;
	int64_t valid_until_us;

	/* contacts and preferences */
	enum party party;
	enum notice_channel notice_channel;
	const char *address;
	int32_t *notice_channels; /* enum notice_channel */
	size_t notice_channels_count;
	const char *quiet_from;
	const char *quiet_until;
	const char *zone;

	/* facts of a complaint */
	enum cause cause;
	enum reason reason;
	enum reason decided; /* DECIDED or DECIDED_BY_DEFAULT, where a decision is told */
	struct fact_input input;
	const struct event *said; /* the message that brought it, as it was said; NULL: nobody said anything */
	enum stage stage_before;
	enum stage stage;
	enum party must_act;
	struct allowed_action *actions;
	size_t actions_count;
	int64_t complained_at_us;
	int64_t received_at_us;
	int32_t repeats;
	int32_t urges;
	int32_t assignments;
	const char *owner_before_id;
	bool late;
	const char *code;
	const char *refused_type;
	const char *refused_source;
	const char *refused_event_id;
	int64_t refused_most, refused_count;
	bool dead_letter;
	const char *refused_evidence_id; /* one piece only; "#2": the second, which has no id that can be read */
	const char *refused_member;

	/* triage */
	enum tier tier;
	int32_t priority;
	enum party first_answer;
	const char *policy_id;
	int32_t policy_version;
	struct triage_reason *reasons;
	size_t reasons_count;
	const char *rules_version;

	/* clocks and ladders */
	struct started_clock *clocks;
	size_t clocks_count;
	enum clock_kind clock;
	int32_t cycle;
	int32_t level;
	const char *role;
	int64_t due_at_us;
	int64_t due_at_before_us;
	int64_t next_level_at_us;
	int64_t met_at_us;
	enum silence_outcome silence;
	enum clock_effect_kind effect;
	int32_t percent;
	int64_t overdue_us;
	enum silence_ground ground;

	/* notices */
	const char *recipient;
	const char *template;
	const char *subject;
	int32_t attempts;
	int64_t delivered_at_us;
	bool final;

	/* risk */
	const char *incident_id;
	const char *sku;
	const char *category;
	int32_t complaints_count;
	int64_t baseline_per_mille;
	int64_t window_from_us;
	int64_t window_until_us;
	bool freeze_proposed;
	enum measure measure;
	int32_t score_before_per_mille;
	int32_t score_per_mille;
	const char *rule_id;
};

/* What was said: of a complaint's fact its `said`, or nothing at all; any other event itself. Never NULL. */
const struct event *said_of(const struct event *event);

/* An event with every string "" and every number 0. Start from this, never from memset. */
struct event event_empty(enum event_type type);
void event_init(struct event *event, enum event_type type); /* the same in place */

#endif
