/* What people look at: one query each, shown by ombudctl as a table or as JSON. The columns' names are the JSON members and, in
 * capitals, the headings. Each query stands once in views.c; both statements are made from it.
 */
#ifndef OMBUD_STORE_VIEWS_H
#define OMBUD_STORE_VIEWS_H

#include "common/io/pg.h"

struct view {
	struct pg_statement json;  /* one row: a JSON array of objects as text, and their count */
	struct pg_statement table; /* a row of two text arrays each: names, values */
};

/* Of every shard: service, shard, topics, next offsets, rows of the log that the broker has not acknowledged, owner. */
extern const struct pg_statement lag_positions;
extern const struct view view_complaints;      /* stage or null, order id or null, limit */
extern const struct view view_clocks;          /* complaint or null, state or null, limit */
extern const struct view view_dead_letters;    /* state or null, limit */
extern const struct view view_shards;          /* service or null, shard or null */
extern const struct view view_campaigns;       /* state or null, limit */
extern const struct view view_campaign_head;   /* campaign: one row */
extern const struct view view_campaign_shards; /* campaign */
extern const struct view view_story_head;      /* complaint: one row */
extern const struct view view_story_steps;     /* complaint */
extern const struct view view_story_clocks;    /* complaint */
extern const struct view view_story_remedies;  /* complaint */
extern const struct view view_story_notices;   /* complaint */

extern const struct pg_statement complaint_find;  /* text: an id or an order -> complaint uuid, shard */
extern const struct pg_statement complaint_whole; /* complaint -> JSON text */
extern const struct pg_statement complaint_facts; /* shard, complaint, message -> payload bytea, at, oldest first */
/* complaint, clock or null -> clock, cycle, state, unit, target, policy, its platform's version, the calendar's, started_at,
 * due_at, provisional, effect, basis, steps as JSON; in the order of their start */
extern const struct pg_statement clock_reasons;

/* complaint or null, most -> shard, complaint, its order, its platform; of those that somebody was told about, in the order of
 * their first letter
 */
extern const struct pg_statement letter_complaints;
/* shard, complaint -> id, template, recipient, language, subject, body, at, in the order told; in-site ones, those emptied left out
 */
extern const struct pg_statement letter_notices;
/* shard, complaint, its order, topics -> message, payload, in the order said; those without a complaint are the order's */
extern const struct pg_statement letter_facts;

extern const struct pg_statement campaign_whole; /* campaign -> JSON text */
extern const struct pg_statement campaign_move;  /* campaign, state: from a state that allows it only; a row when done */
/* service, shard -> the topic that stopped it, or the first one it reads; why it is stopped; its topics, separated by blanks; no
 * row: nobody has ever owned it */
extern const struct pg_statement shard_read;
/* service, shard, topic, offset, next number or null, who -> row of the log (null: no such topic) */
extern const struct pg_statement shard_restart;

/* service, topic, partition, offset, row of the log or 0 -> at, record_at, code, reason, attempts, state, key, value, headers,
 * value as base64, id, row of the log, cluster; several when clusters have come and gone */
extern const struct pg_statement dead_letter_read;
/* code, since, until (instants as text), key (or a complaint's id); null: any -> those of the inbox that are parked: partition,
 * offset, row of the log, id; oldest first */
extern const struct pg_statement dead_letters_parked;
extern const struct pg_statement dead_letters_lock; /* whoever sends them again is alone until its session ends */
/* service, topic, partition, offset, row of the log, state: parked ones only; a row when done */
extern const struct pg_statement dead_letter_mark;

#endif
