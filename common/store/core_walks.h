/* Campaigns, one command for many (deploy/sql/..._campaign.sql), and how far each shard has walked. */
#ifndef OMBUD_STORE_CORE_WALKS_H
#define OMBUD_STORE_CORE_WALKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/uuid.h"
#include "common/io/pg.h"

struct core_store;

enum { CORE_CAMPAIGNS_MAX = 100 };
#define CORE_CAMPAIGNS_MAX_TEXT "100"

struct core_campaign {
	int64_t id;
	const char *kind, *scope, *body; /* borrowed; the last two are JSON */
	int64_t at_us;
	int64_t new_until_us; /* what comes before is reached as it comes; 0: it is not */
	int32_t round;
	int64_t begins_us; /* nothing is walked before; 0: at once */
};
/* The service's running ones that are not done, at most CORE_CAMPAIGNS_MAX. */
void core_campaigns_read(struct pg *pg, pg_result_fn *fn, void *context);
void core_campaign_row(const struct pg_result *result, int row, struct core_campaign *campaign);

/* How far a shard has come with a running campaign. */
struct core_walk {
	struct core_campaign campaign;
	int shard;
	int32_t round; /* other than the campaign's: not begun */
	const char *position;
	bool done;
};
/* Of the shards that are being taken over; to be sent like core_hops_read. */
void core_walks_read(struct pg *pg, const int *shards, int count, pg_result_fn *fn, void *context);
void core_walk_row(const struct pg_result *result, int row, struct core_walk *walk); /* texts are borrowed */

/* A service's statement that reads a page of the subjects of a shard. query: select them as (subject uuid, position text,
 * concerned boolean), of shard $1, after position $2 ('' at first), in that order, at most $3, for the campaign $4; what is not
 * concerned is passed. seen: where identities that had an effect stand, as (shard,
 * cause): intake.seen. */
#define CORE_PAGE(name, seen, query)                                                                                         \
	{                                                                                                                    \
		name,                                                                                                        \
		    "select p.subject, p.position, p.identity, not p.concerned or exists (select from " seen                 \
		    " s where s.shard = $1 and s.cause = p.identity)"                                                        \
		    "  from (select q.*, ombud.campaign_identity($4, q.subject) as identity from (" query ") q offset 0) p", \
		    "int4 text int4 int8", 4                                                                                 \
	}
struct core_page {
	int shard;
	const char *after;
	int most;
	int64_t campaign;
};
void core_page_send(struct pg *pg, const struct pg_statement *page, const struct core_page *from, pg_result_fn *fn, void *context);
struct core_subject {
	struct uuid id, identity;
	const char *position; /* borrowed */
	bool done;            /* not concerned, or the campaign has reached it already, as it came or in an earlier round */
};
void core_page_row(const struct pg_result *result, int row, struct core_subject *subject);

struct core_walk_step {
	int shard;
	int64_t campaign;
	int32_t round;
	const char *position;
	int walked, reached, failed; /* by this batch */
	bool done;
};
void core_walk_step_add(struct core_store *store, const struct core_walk_step *step);
/* So many were reached as they came. Not in one batch with a step of the same campaign and shard. */
void core_walk_new_add(struct core_store *store, int shard, int64_t campaign, int64_t reached);
void core_walks_send(struct core_store *store, struct pg *pg);

#endif
