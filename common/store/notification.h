/* notification's statements. A statement is a row; its parameters and columns stand beside it, in order. Reads and writes
 * of a batch are executions with arrays, one element a row (pg_rows), unless their row says otherwise. Text of columns is borrowed
 * from the result. */
#ifndef OMBUD_STORE_NOTIFICATION_H
#define OMBUD_STORE_NOTIFICATION_H

#include "common/io/pg.h"

/* For pg_settings and struct service: ended by name NULL. */
extern const struct pg_statement notification_statements[];

/* ---- reads of a batch ---- */

/* shard int4[], complaint uuid[] -> those of notification_columns.h, held bytea, held_until, waiting bytea, held_trace, lines,
 * moves bytea */
extern const struct pg_statement *const notification_complaint_load;
/* shard int4[], complaint uuid[] -> shard, complaint, clock int2, due, internal bool */
/* shard int4[], complaint uuid[], endpoint text[], place int8[] -> shard, complaint, endpoint, id, place, attempts int4: of each
 * line the first that is pending behind that place */
extern const struct pg_statement *const notification_next_load;
/* shard int4[], id uuid[] -> those of notification_columns.h that are KEPT, state, attempts int4, sending bool */
extern const struct pg_statement *const notification_notice_load;
/* platform_id text[], person_id text[] -> platform_id, person_id, language, channels int4, zone */
extern const struct pg_statement *const notification_preference_load;
/* platform_id text[], person_id text[] -> platform_id, person_id, channel int2, address ("": taken away), language */
extern const struct pg_statement *const notification_contact_load;
/* -> endpoint, url */
extern const struct pg_statement *const notification_disabled_load;

/* The next notices of an erasure, so many letters and so many others of each, lose their words, and it moves behind them.
 * shard int4[], id uuid[], count int4 -> shard, id, emptied int8, left bool: others have not come to their end, and wait */
extern const struct pg_statement *const notification_erasure_page;

/* ---- writes of a batch ---- */

extern const struct pg_statement *const notification_complaint_put; /* shard ... moves, as loaded */
/* those of notification_columns.h, at, state, attempts, finished */
extern const struct pg_statement *const notification_notice_insert;
extern const struct pg_statement *const notification_notice_update;  /* shard, id, state, attempts int4, finished, reason */
extern const struct pg_statement *const notification_sending_insert; /* shard, notice: an attempt begins */
extern const struct pg_statement *const notification_sending_delete; /* shard, notice: it is over */
extern const struct pg_statement *const notification_attempt_insert; /* shard, notice, attempt int4, at, outcome, status int4,
									reason, duration_us int8 */
extern const struct pg_statement *const notification_inbox_insert;   /* platform_id, person_id, at, place, notice, shard */
extern const struct pg_statement *const notification_inbox_read;     /* shard, notice, at */
extern const struct pg_statement *const notification_preference_put; /* platform_id, person_id, language, channels int4, quiet_from,
									  quiet_until, zone, changed_at; the newest wins */
extern const struct pg_statement *const notification_contact_put;    /* platform_id, person_id, channel int2, party int2, address,
									  language, changed_at; the newest wins */
extern const struct pg_statement *const notification_person_erase;   /* platform_id, person_id: addresses and wishes go */
extern const struct pg_statement
    *const notification_erasure_put; /* shard, id, platform_id, person_id, until: letters lose their words */
extern const struct pg_statement *const notification_erasure_delete;   /* shard, id: it is done */
extern const struct pg_statement *const notification_endpoint_disable; /* endpoint, url, disabled_at, reason */

/* ---- a shard taken over ---- */

/* shard int4 -> id, complaint, channel int2, endpoint, payload, attempts int4, trace, contact (its reader's address there; null:
 * none) */
extern const struct pg_statement *const notification_sending_load;

/* ---- HTTP ---- */

/* platform_id text, person_id text, after timestamptz, place int8, after_notice uuid, count int4, recipient int4 (0: any; one name
 * may be a buyer's and a merchant's) -> the page as JSON text, oldest first */
extern const struct pg_statement *const notification_inbox_page;

#endif
