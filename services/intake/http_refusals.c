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
	bool gone; /* what it had is not there any more */
};

static void on_gone(enum pg_class class, const struct pg_result *result, void *context)
{
	struct refusals_page *page = context;
	page->gone = class == PG_DONE && pg_get_int8(result, 0, 0) > 0;
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
	if (page->gone) {
		http_reply_problem(page->request, 410, "cursor_gone",
		    "What this cursor had is not there any more: Ombud's database had to go back. Ask again without after.", NULL);
		return;
	}
	buf_text(&json, "{\"refusals\":[");
	for (int row = 0; row < pg_result_rows(result); row++) {
		buf_text(&json, row ? "," : "");
		buf_text(&json, refusals_row(result, row, &page->cursor));
	}
	buf_text(&json, "],\"next\":\"");
	refusals_cursor_write(&json, &page->cursor);
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

static void ask(struct pg *pg, const char *platform, const char *source, int64_t since_us, int limit, struct refusals_page *page)
{
	struct refusals_question *question = refusals_question_new(platform, source, since_us, limit, &page->cursor);
	struct pg_args *args;
	const struct pg_statement *statement = refusals_gone(question, &args);
	pg_send(pg, statement, args, on_gone, page);
	statement = refusals_page(question, &args);
	pg_send(pg, statement, args, on_refusals, page);
	pg_sync(pg, NULL, NULL);
	refusals_question_free(question);
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
	*page = (struct refusals_page){.request = request};
	if (!refusals_cursor_read(http_request_query(request, "after"), &page->cursor)) {
		http_reply_problem(request, 400, "bad_cursor", "after is the next of the page before.", NULL);
		return;
	}
	int shards = daemon_shards(daemon); /* 0: the broker was not reached yet */
	int64_t since_us = daemon_now_us(daemon) - REFUSALS_KEPT_US;
	refusals_cursor_fill(&page->cursor, shards > 0 ? shards : REFUSALS_SHARDS_MAX, since_us);
	ask(daemon_query_pg(daemon), platform, http_request_query(request, "source"), since_us, limit, page);
}
