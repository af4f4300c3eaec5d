/* The topics of version 1 and what their keys are; who writes and reads them stands in common/model/services.h. Names are without
 * the configurable prefix. All have the same number of partitions, so that the partition is the shard; for each
 * reader there is a dead-letter topic beside it. proto/README.md shows this table, `ombudctl topics` makes and checks it.
 */
#ifndef OMBUD_MODEL_TOPICS_H
#define OMBUD_MODEL_TOPICS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TOPIC_PARTITIONS_DEFAULT = 8,
	TOPIC_PARTITIONS_MAX = 1024, /* a daemon's arrays of shards */
	TOPIC_HISTORIES_MAX = 64,    /* of a shard: each is a person's decision after a disaster (ombudctl shard restate) */
	TOPIC_NAME_SIZE = 250,       /* Kafka's limit is 249 */
};

struct topic_row {
	const char *name;
	const char *key;
};

extern const struct topic_row topic_rows[]; /* ended by name NULL */

/* "ombud.inbox.v1.intake.dlt" into name (TOPIC_NAME_SIZE bytes); returns it. topic may carry a prefix. */
const char *topic_dead_letter_name(char *name, const char *topic, const char *service);

/* Calls fn for every topic there is to make, dead-letter topics included, each with the prefix before it. */
typedef void topic_fn(const char *name, bool dead_letter, void *context);
void topic_each(const char *prefix, topic_fn *fn, void *context);

/* May it stand before them all? error says why not. */
bool topic_prefix_check(const char *prefix, char *error, size_t error_size);

#endif
