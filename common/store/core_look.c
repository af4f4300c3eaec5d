#include "common/store/core_look.h"

#include "common/store/core_private.h"

const struct pg_statement core_look_texts[CORE_COUNT] = {
    [CORE_LOG_SAYS] = {"core_log_says",
	"select place, sequence, digest, coalesce(acknowledged, -1) from ombud.log_says('%1$s', $1, $2, $3, $4)",
	"int4[] text[] int8[] int8[]", 4},

    [CORE_WRITERS_SAY] = {"core_writers_say", "select place, history, sequence, former, formers from ombud.writers_say($1, $2)",
	"int4[] text[]", 5},

    [CORE_HOP_WRITERS_SAY] = {"core_hop_writers_say",
	"select place, from_shard, history, sequence, formers from ombud.hop_writers_say($1, $2)", "int4[] text[]", 5},
};

void core_log_says(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *topics = pg_array_new(PG_TEXT), *seqs = pg_array_new(PG_INT8),
			*acked = pg_array_new(PG_INT8);
	for (int i = 0; i < count; i++) {
		pg_array_int4(shards, looks[i].shard);
		pg_array_text(topics, looks[i].topic);
		pg_array_int8(seqs, looks[i].seq);
		pg_array_int8(acked, looks[i].acked);
	}
	struct pg_array *const arrays[] = {shards, topics, seqs, acked};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_args_array(args, arrays[i]);
	pg_send(pg, &core_made[CORE_LOG_SAYS], args, fn, context);
	pg_args_free(args);
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		pg_array_free(arrays[i]);
}

void core_log_says_row(const struct pg_result *result, int row, struct core_log_said *said)
{
	size_t size = 0;
	const uint8_t *digest = pg_get_bytes(result, row, 2, &size);
	said->place = pg_get_int4(result, row, 0) - 1;
	said->sequence = pg_get_int8(result, row, 1);
	said->digest = 0;
	for (size_t i = 0; i < size; i++)
		said->digest = said->digest << 8 | digest[i];
	said->acknowledged = pg_get_int8(result, row, 3);
}

static void send_pairs(struct pg *pg, int statement, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *shards = pg_array_new(PG_INT4), *topics = pg_array_new(PG_TEXT);
	for (int i = 0; i < count; i++) {
		pg_array_int4(shards, looks[i].shard);
		pg_array_text(topics, looks[i].topic);
	}
	pg_args_array(args, shards);
	pg_args_array(args, topics);
	pg_send(pg, &core_made[statement], args, fn, context);
	pg_args_free(args);
	pg_array_free(shards);
	pg_array_free(topics);
}

void core_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	send_pairs(pg, CORE_WRITERS_SAY, looks, count, fn, context);
}

void core_hop_writers_say(struct pg *pg, const struct core_look *looks, int count, pg_result_fn *fn, void *context)
{
	send_pairs(pg, CORE_HOP_WRITERS_SAY, looks, count, fn, context);
}

static int read_formers(const struct pg_result *result, int row, int64_t *formers)
{
	int count = pg_get_array_count(result, row, 4);
	count = count < TOPIC_HISTORIES_MAX ? count : TOPIC_HISTORIES_MAX;
	for (int i = 0; i < count; i++)
		formers[i] = pg_get_array_int8(result, row, 4, i);
	return count;
}

void core_writers_say_row(const struct pg_result *result, int row, struct core_writer *writer)
{
	*writer = (struct core_writer){.place = pg_get_int4(result, row, 0) - 1,
	    .history = pg_get_int4(result, row, 1),
	    .sequence = pg_get_int8(result, row, 2),
	    .former = pg_get_int8(result, row, 3)};
	writer->formers_count = read_formers(result, row, writer->formers);
}

void core_hop_writers_say_row(const struct pg_result *result, int row, struct core_hop_writer *writer)
{
	*writer = (struct core_hop_writer){.place = pg_get_int4(result, row, 0) - 1,
	    .from_shard = pg_get_int4(result, row, 1),
	    .history = pg_get_int4(result, row, 2),
	    .sequence = pg_get_int8(result, row, 3)};
	(void)read_formers(result, row, writer->formers);
}
