/* The statements that every daemon has, and the write sets of one connection's batches. Tables in deploy/sql/..._core.sql; why they
 * are as they are in common/daemon/ENGINE.md. Each subject has its room: core_take, core_place, core_look, core_log, core_timers,
 * core_hops, core_walks, core_platforms; here is what they hang on, and the clocks.
 *
 * A core_store belongs to one connection's batches: it holds their write sets. Statements are shared by all connections of a
 * process.
 */
#ifndef OMBUD_STORE_CORE_H
#define OMBUD_STORE_CORE_H

#include <stdint.h>

#include "common/io/pg.h"

/* Of a session that runs batches. Every statement goes by keys: a plan that was made while its tables were small must stay right.
 */
#define CORE_LANE_OPTIONS "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"

/* The statements with the service's schema in their text, ended by name NULL. Made once a process, never freed. */
const struct pg_statement *core_statements(const char *service);

struct core_store;
struct core_store *core_store_new(const char *service, int topics_count, int emits_count);
void core_store_free(struct core_store *store);
void core_store_reset(struct core_store *store);

/* One row: the server's clock, and the virtual clock. Read by core_clocks_row; virtual_us 0 when there is none. */
void core_clocks_read(struct pg *pg, pg_result_fn *fn, void *context);
void core_clocks_row(const struct pg_result *result, int64_t *server_us, int64_t *virtual_us);

#endif
