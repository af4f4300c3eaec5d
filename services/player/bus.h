/* The player's two ends of Kafka: it publishes to the inbox and keeps the ledger of it, and reads everything that Ombud tells from
 * offset 0, each fact handed out once. */
#ifndef OMBUD_SERVICES_PLAYER_BUS_H
#define OMBUD_SERVICES_PLAYER_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "services/player/plan.h"

struct bus;
struct loop;

enum { BUS_PARTITIONS_MAX = 256 };

struct bus_settings {
	const char *brokers;
	const char *prefix;
	const char *ledger; /* path; one JSON line a record, told to the disk at every bus_flush */
	/* A fact; freed afterwards. */
	void (*fact)(const char *topic, const struct event *fact, void *context);
	void *context;
};

/* Dies with a message when the broker does not answer or the topics are not there. */
struct bus *bus_new(struct loop *loop, const struct bus_settings *settings);

/* Has the ledger seen it acknowledged, in an earlier run over the same folder? Then it is not published again. */
bool bus_published(const struct bus *bus, const struct event *event);
void bus_publish(struct bus *bus, const struct input *input);
/* Waits until all is acknowledged and the ledger is on the disk. false: not within a minute. */
bool bus_flush(struct bus *bus);

/* By partition: the end of what was published to the inbox. */
const int64_t *bus_ends(const struct bus *bus, int *partitions);
int64_t bus_published_count(const struct bus *bus);

/* Hands out the facts that have come. Returns how many. */
int bus_read(struct bus *bus);
/* How many facts of a topic have come, over all shards (each once). */
int64_t bus_facts(const struct bus *bus, const char *topic);
int bus_topics(const struct bus *bus, const char *const **topics);

#endif
