#include "common/store/restate.h"

const struct pg_statement restate_shard_load = {"restate_shard_load",
    "select history, log_seq, out_topics, out_sequences, stopped::text from ombud.ownership where service = $1 and shard = $2",
    "text int4", 5};

const struct pg_statement restate_shard = {"restate_shard",
    "select history, log_seq from ombud.restate_shard($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    "text int4 text text[] int4[] int8[] text[] int4[] int4[] int8[]", 2};

const struct pg_statement restate_row_load = {"restate_row_load",
    "select sequence, digest from ombud.log_says($1, array[$2], array[$3], array[$4], array[9223372036854775807])",
    "text int4 text int8", 2}; /* what is acknowledged is not asked */
