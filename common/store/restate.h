/* What ombudctl shard restate reads and does (deploy/sql/..._core.sql). */
#ifndef OMBUD_STORE_RESTATE_H
#define OMBUD_STORE_RESTATE_H

#include "common/io/pg.h"

/* service, shard -> one row or none: history, log_seq, out_topics text[], out_sequences int8[], stopped text or null */
extern const struct pg_statement restate_shard_load;
/* service, shard, who, of the highest record on each topic: topics, histories, former sequences, and of the highest hop in each
 * partition: topics, partitions, histories, former sequences -> history, log_seq; none: there is no such shard */
extern const struct pg_statement restate_shard;
/* service, shard, topic, row of the log -> the row's number on that topic and the first 8 bytes of SHA-256 over key and payload */
extern const struct pg_statement restate_row_load;

#endif
