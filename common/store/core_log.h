/* The log of a shard, and the letters: written by batches, read again by the relay. */
#ifndef OMBUD_STORE_CORE_LOG_H
#define OMBUD_STORE_CORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"

enum { CORE_LOG_READ_MAX = 250 }; /* rows a reading; times the size of a record it bounds memory */

struct core_log_row {
	int shard;
	int64_t seq;
	int64_t at_us;
	const char *input_topic; /* NULL: a timer or a result caused it */
	int64_t input_offset;
	struct uuid cause; /* zero: none */
	int64_t body_digest;
	int ordinal;
	const char *topic; /* NULL: said to nobody */
	bool elsewhere;    /* to this partition instead of the shard's own: a hop, a record sent on */
	int partition;
	const char *key;
	const char *type;
	struct uuid subject;              /* zero: none */
	int64_t sequence, shard_sequence; /* 0: none */
	const void *payload;              /* NULL: none */
	size_t payload_size;
	const char *note;    /* NULL: none */
	const char *trace;   /* traceparent of what it follows from (common/model/trace.h); "": none */
	const void *headers; /* NULL: none */
	size_t headers_size;
	/* of a dead letter: payload and headers are those of the record, and stored with it */
	const void *record_key;
	size_t record_key_size;
	int64_t record_at_us;
	const char *reason;
	int attempts;
};

struct core_dead_letter {
	const char *cluster, *topic;
	int64_t seq; /* of the log's row that says so */
	int partition;
	int64_t offset, at_us, record_at_us;
	const char *code, *reason;
	int attempts;
	const void *key, *value, *headers; /* NULL key or value: null */
	size_t key_size, value_size, headers_size;
};

struct core_store;
void core_log_add(struct core_store *store, const struct core_log_row *row);
void core_dead_letter_add(struct core_store *store, const struct core_dead_letter *letter);
/* Each sends its set when there is one. */
void core_log_send(struct core_store *store, struct pg *pg);
void core_dead_letters_send(struct core_store *store, struct pg *pg);

/* Rows after after_seq up to until_seq, in order, at most CORE_LOG_READ_MAX. Strings of a row are borrowed from the result. */
void core_log_read(struct pg *pg, int shard, int64_t after_seq, int64_t until_seq, pg_result_fn *fn, void *context);
void core_log_row(const struct pg_result *result, int row, int shard, struct core_log_row *log);

#endif
