/* What the files of a batch's memory share: memory.c, what a batch knows and will write; load.c, what it reads before. */
#ifndef OMBUD_SERVICES_NOTIFICATION_MEMORY_PRIVATE_H
#define OMBUD_SERVICES_NOTIFICATION_MEMORY_PRIVATE_H

#include <uthash.h>

#include "services/notification/memory.h"
#include "services/notification/rows.h"

struct known_entry {
	struct known known;
	UT_hash_handle hh;
};

struct notice_entry {
	struct notice notice;
	bool fresh, changed;
	bool sending;              /* as the database has it */
	struct notice_entry *next; /* in the order they were met */
	UT_hash_handle hh;
};

struct reader_entry {
	struct reader reader;
	UT_hash_handle hh; /* by "platform\nperson" */
};

/* An erasure of which this batch has emptied some notices. */
struct erased {
	int shard;
	struct uuid id;
	int64_t emptied;
	bool left; /* some have not come to their end yet */
};

/* Letters, and other notices, that one batch empties for one person, and for so many persons; the others' turn comes next. */
enum { ERASE_LETTERS = 500, ERASE_PERSONS = 2 };

struct disabled {
	const char *endpoint, *url;
	struct disabled *next;
};

struct notification_memory {
	struct notification *notification;
	struct batch *batch; /* the one under way */
	struct known_entry *known;
	struct notice_entry *notices;
	struct notice_entry *first, *last;
	struct reader_entry *readers;
	struct disabled *disabled;
	struct erased erased[ERASE_PERSONS];
	int erased_count;
	int64_t erasure_turn_us; /* given last; stays from batch to batch */
	int64_t hits[LIMIT_COUNT];
	struct memory_asks *asks; /* load.c */
	struct rows rows;
};

/* NULL: this batch knows none. */
struct known_entry *memory_find_known(struct notification_memory *memory, int shard, const struct uuid *complaint);
struct notice_entry *memory_find_notice(struct notification_memory *memory, int shard, const struct uuid *id);
struct reader_entry *memory_find_reader(struct notification_memory *memory, const char *platform_id, const char *person_id);
struct erased *memory_find_erased(struct notification_memory *memory, int shard, const struct uuid *id);

struct known_entry *memory_add_known(struct notification_memory *memory, int shard, const struct uuid *complaint);
struct notice_entry *memory_keep_notice(struct notification_memory *memory, const struct notice *notice);
void memory_keep_reader(
    struct notification_memory *memory, const char *platform_id, const char *person_id, const struct reader *reader);
void memory_keep_disabled(struct notification_memory *memory, const char *endpoint, const char *url);
void memory_add_behind(struct notification_memory *memory, struct known *known, const struct behind *behind);

/* What the queries ask for. */
struct memory_asks *memory_asks_new(void);

#endif
