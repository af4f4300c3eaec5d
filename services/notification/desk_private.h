/* What the rooms of the desk share: desk.c, what a batch knows and will write; desk_load.c, what it reads before. */
#ifndef OMBUD_SERVICES_NOTIFICATION_DESK_PRIVATE_H
#define OMBUD_SERVICES_NOTIFICATION_DESK_PRIVATE_H

#include <uthash.h>

#include "services/notification/desk.h"
#include "services/notification/rows.h"

struct dossier_entry {
	struct dossier dossier;
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

struct desk {
	struct notification *notification;
	struct batch *batch; /* the one under way */
	struct dossier_entry *dossiers;
	struct notice_entry *notices;
	struct notice_entry *first, *last;
	struct reader_entry *readers;
	struct disabled *disabled;
	struct erased erased[ERASE_PERSONS];
	int erased_count;
	int64_t erasure_turn_us; /* given last; stays from batch to batch */
	int64_t hits[LIMIT_COUNT];
	struct desk_asks *asks; /* desk_load.c */
	struct rows rows;
};

/* NULL: this batch knows none. */
struct dossier_entry *desk_find_dossier(struct desk *desk, int shard, const struct uuid *complaint);
struct notice_entry *desk_find_notice(struct desk *desk, int shard, const struct uuid *id);
struct reader_entry *desk_find_reader(struct desk *desk, const char *platform_id, const char *person_id);
struct erased *desk_find_erased(struct desk *desk, int shard, const struct uuid *id);

struct dossier_entry *desk_add_dossier(struct desk *desk, int shard, const struct uuid *complaint);
struct notice_entry *desk_keep_notice(struct desk *desk, const struct notice *notice);
void desk_keep_reader(struct desk *desk, const char *platform_id, const char *person_id, const struct reader *reader);
void desk_keep_disabled(struct desk *desk, const char *endpoint, const char *url);
void desk_add_behind(struct desk *desk, struct dossier *dossier, const struct behind *behind);

/* What the queries ask for. */
struct desk_asks *desk_asks_new(void);

#endif
