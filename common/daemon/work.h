/* A raw record to an item: decoding, placement, repeats and gaps. */
#ifndef OMBUD_DAEMON_WORK_H
#define OMBUD_DAEMON_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/daemon/service.h"
#include "common/io/kafka.h"
#include "common/wire/wire.h"

struct lane;

/* A record in a lane, from the consumer to its commit. item is first: a struct item of a record is one of these. */
struct work {
	struct item item;
	struct kafka_record record;
	struct wire_record wire;
	struct wire_decoded decoded;
	const char *fault_code;  /* it goes to the dead letters: not decodable, or poison */
	struct wire_fault fault; /* of what is not decodable */
	char fault_reason[256];
	const struct event *attributed; /* of a stranger's: who sent which event about what; NULL: not known */
	bool mute;                      /* told once already, and that failed too */
	bool says_nothing;              /* it has no value: a tombstone */
	bool decoded_once;
	int64_t shard_sequence; /* said by the record, 0: none */
	bool undecodable;       /* what it says may be anybody's */
	int32_t history;        /* ... in which it is said */
	int64_t former;         /* ... and up to which the former one is true */
	int attempts;
	int ordinal; /* rows logged for it in this run */
	bool in_run; /* handed to the service in this run */
};

struct work *work_new(struct lane *lane, struct kafka_record *record); /* takes the record */
void work_free(struct lane *lane, struct work *work);
void work_decode(struct lane *lane, struct work *work);
/* Does this run give it to the service? Advances the shard's run over it either way. */
bool work_admit(struct lane *lane, struct work *work);

#endif
