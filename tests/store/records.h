/* The records of a world's topics: what is fed to them, and what lies there in the end. What is fed is all there before the call
 * returns.
 */
#ifndef OMBUD_TESTS_STORE_RECORDS_H
#define OMBUD_TESTS_STORE_RECORDS_H

#include "tests/store/world.h"

struct feed {
	int from, count;
	const char *text;
	int partition;     /* -1: where it belongs */
	int64_t record_us; /* the record's time, and the event has none; 0: the other way round */
};
void feed(struct world *world, const struct feed *feed); /* complaints, to the inbox */
/* Facts of ombud.toy.v1 with these numbers, to one partition. */
void feed_facts(struct world *world, int partition, const int *sequences, int count);
/* The same, in a history of a number whose former one is true up to `former`. */
void feed_history(struct world *world, int partition, int history, int former, const int *sequences, int count);
/* One that cannot be decoded; and one whose ce_history says that. */
void feed_broken(struct world *world, int partition, int history, int sequence);
void feed_odd_history(struct world *world, int partition, const char *says, int sequence);
void feed_bytes(struct world *world, const char *topic, int partition, size_t size, int count);
void feed_record(struct world *world, const char *topic, const struct kafka_message *message); /* its topic is not looked at */

/* Questions of the hopper with these numbers, to one partition of its topic. */
struct fed_hop {
	int from; /* -1: it does not say; -2: what is no number */
	int sequence;
	int history, former; /* as feed_history() has them */
};
void feed_hops(struct world *world, int partition, const struct fed_hop *hops, int count);

/* Every record that is on the topic now, in order within a partition. */
void topic_read(
    struct world *world, const char *plain, void (*take)(const struct kafka_record *record, void *context), void *context);
/* The topic, read raw: first occurrences of shard_sequence are 1, 2, 3 ... in each partition, from one history to the next (of
 * hops: and from each shard). Returns how many there are that are true. */
int64_t topic_check(struct world *world, const char *plain);
int64_t topic_second(struct world *world, const char *plain); /* records said in the history of number 1 */

#endif
