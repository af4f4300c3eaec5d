/* GET /v1/refusals: what was refused of a platform's, in the order of time, for its backend. */
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/io/http_access.h"
#include "common/store/refusals.h"
#include "common/view/view.h"

#include "services/intake/http.h"

struct refusals_page {
	struct http_request *request;
	struct refusals_cursor cursor;
};

/* "3-120_5-7": of shard 3 up to 120, of shard 5 up to 7. */
static bool read_cursor(const char *text, struct refusals_cursor *cursor)
{
	cursor->count = 0;
	for (const char *at = text; at && *at;) {
		char *end;
		long shard = strtol(at, &end, 10);
		bool good =
		    end != at && *end == '-' && shard >= 0 && shard < REFUSALS_SHARDS_MAX && cursor->count < REFUSALS_SHARDS_MAX;
		if (!good)
			return false;
		at = end + 1;
		cursor->shards[cursor->count] = (int32_t)shard;
		cursor->seqs[cursor->count] = strtoll(at, &end, 10);
		if (end == at || cursor->seqs[cursor->count] < 0 || (*end && *end != '_'))
			return false;
		cursor->count++;
		at = end + (*end == '_');
	}
	return true;
}

static int find_shard(const struct refusals_cursor *cursor, int32_t shard)
{
	int i = 0;
	while (i < cursor->count && cursor->shards[i] != shard)
		i++;
	return i;
}

/* Shards of which nothing was had yet are read from their beginning. */
static void fill_cursor(struct refusals_cursor *cursor, int shards)
{
	for (int shard = 0; shard < shards && cursor->count < REFUSALS_SHARDS_MAX; shard++) {
		if (find_shard(cursor, shard) < cursor->count)
			continue;
		cursor->shards[cursor->count] = shard;
		cursor->seqs[cursor->count++] = 0;
	}
}

static void move_cursor(struct refusals_cursor *cursor, int32_t shard, int64_t seq)
{
	int i = find_shard(cursor, shard);
	if (i < cursor->count)
		cursor->seqs[i] = seq;
}

/* What was had of a shard; of those of which nothing was had there is nothing to say. */
static void write_cursor(struct buf *json, const struct refusals_cursor *cursor)
{
	const char *before = "";
	for (int i = 0; i < cursor->count; i++) {
		if (cursor->seqs[i] == 0)
			continue;
		buf_printf(json, "%s%d-%lld", before, (int)cursor->shards[i], (long long)cursor->seqs[i]);
		before = "_";
	}
}

static void on_refusals(enum pg_class class, const struct pg_result *result, void *context)
{
	struct refusals_page *page = context;
	struct buf json = BUF_EMPTY;
	if (class != PG_DONE) {
		http_reply_header(page->request, "Retry-After", "2");
		http_reply_problem(page->request, 503, "database_away", "The database cannot be reached now.", NULL);
		return;
	}
	buf_text(&json, "{\"refusals\":[");
	for (int row = 0; row < pg_result_rows(result); row++) {
		buf_text(&json, row ? "," : "");
		buf_text(&json, pg_get_text(result, row, 0));
		move_cursor(&page->cursor, pg_get_int4(result, row, 1), pg_get_int8(result, row, 2));
	}
	buf_text(&json, "],\"next\":\"");
	write_cursor(&json, &page->cursor);
	buf_text(&json, "\"}");
	http_reply_json(page->request, 200, buf_string(&json));
	buf_free(&json);
}

/* Whose: the token's platform; who speaks for any names one. NULL: it has been answered. */
static const char *read_platform(struct http_request *request, const struct http_caller *caller)
{
	const char *wanted = http_request_query(request, "platform");
	if (!view_sees("refusals", caller->role))
		http_reply_problem(request, 403, "not_for_role", "The token's role does not read this.", NULL);
	else if (wanted && !http_access_covers(caller->platform, wanted))
		http_access_refuse(request);
	else if (!wanted && !caller->platform)
		http_reply_problem(request, 400, "platform_needed", "Say of which platform: ?platform=.", NULL);
	else
		return wanted ? wanted : caller->platform;
	return NULL;
}

static bool read_limit(struct http_request *request, int *limit)
{
	const char *text = http_request_query(request, "limit");
	char *end = NULL;
	long value = text ? strtol(text, &end, 10) : HTTP_LIST_DEFAULT;
	*limit = (int)value;
	if (value >= 1 && value <= HTTP_LIST_MAX && (!text || (end != text && *end == '\0')))
		return true;
	http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 500.", NULL);
	return false;
}

void http_get_refusals(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	const struct intake *intake = daemon_context(daemon);
	struct http_caller caller;
	int limit;
	if (!http_access_check(request, intake->access, &caller))
		return;
	const char *platform = read_platform(request, &caller);
	if (!platform || !read_limit(request, &limit))
		return;
	struct refusals_page *page = arena_alloc(http_request_arena(request), sizeof(*page));
	page->request = request;
	if (!read_cursor(http_request_query(request, "after"), &page->cursor)) {
		http_reply_problem(request, 400, "bad_cursor", "after is the next of the page before.", NULL);
		return;
	}
	int shards = daemon_shards(daemon); /* 0: the broker was not reached yet */
	fill_cursor(&page->cursor, shards > 0 ? shards : REFUSALS_SHARDS_MAX);
	refusals_query(daemon_query_pg(daemon), platform, http_request_query(request, "source"),
	    daemon_now_us(daemon) - REFUSALS_KEPT_US, limit, &page->cursor, on_refusals, page);
	pg_sync(daemon_query_pg(daemon), NULL, NULL);
}
