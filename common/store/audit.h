/* What the independent checker reads of the database (services/ombudctl/audit.h). Nothing that a daemon counts: logs, positions,
 * dead letters, and the rows that people see. */
#ifndef OMBUD_STORE_AUDIT_H
#define OMBUD_STORE_AUDIT_H

#include "common/io/pg.h"

enum { AUDIT_LOG_READ_MAX = 20000 };

/* service -> shard, topics[], next_offsets[], in_sequences[], log_seq, acked_seq, cluster_since, history, formers[]: of each
 * topic of out_topics up to which history 0, 1 ... is true, as many as have ended; history_starts[], in_histories[], out_topics[]
 */
extern const struct pg_statement audit_ownership;
extern const struct pg_statement audit_partitions; /* one row or none: of how many partitions the topics are to be */
/* service, shard, after seq -> seq, input_topic, input_offset, ordinal, type, aggregatetype, sequence, shard_sequence, digest
 * bytea: the first 8 bytes of SHA-256 over key and payload, cause uuid, body_digest */
extern const struct pg_statement audit_log;

extern const struct pg_statement audit_dead_letters; /* service, partition, row of the log that says so; in that order;
						      topic, offset, digest: first 8 bytes */
extern const struct pg_statement audit_identities;   /* identities with two effects, or none: shard, cause text, count */
extern const struct pg_statement audit_complaints;   /* id text, stage, last sequence told, order */
extern const struct pg_statement audit_remedies;     /* ordered ones: remedy key text, amount */
extern const struct pg_statement audit_overpaid;     /* orders with more paid back than they cost: order id, paid, total */
extern const struct pg_statement audit_lines;   /* lines with something paid back: order id, item id, paid, facts of the order */
extern const struct pg_statement audit_stops;   /* shards that wait for a person: service, shard, why */
extern const struct pg_statement audit_overdue; /* grace seconds: what is due and unfired: where, subject, due, service, shard */
extern const struct pg_statement audit_unarmed; /* clocks whose next step no timer will fire: clock, subject text, next text */
/* open stages, stages and clocks that lead out of them -> complaint text, stage text, whether that is not known yet; the last row,
 * of no complaint, counts what was looked at */
extern const struct pg_statement audit_leaderless;
/* Of hops: illegal, doubled, phantom or waiting; topic, shard they come from, partition they go to, what; the last row, with no
 * kind, counts what was looked at. */
extern const struct pg_statement audit_hops;
extern const struct pg_statement audit_notices;      /* neither delivered nor dead: state, id text, attempts */
extern const struct pg_statement audit_notice_count; /* notices */
extern const struct pg_statement audit_clock_count;  /* clocks */

#endif
