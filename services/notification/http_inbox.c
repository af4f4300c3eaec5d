/* GET /v1/inbox/{person}: a person's letters, oldest first, in pages by keyset. */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/daemon/service.h"
#include "common/io/http_access.h"
#include "common/store/notification.h"
#include "common/view/view.h"
#include "services/notification/http_inbox.h"
#include "services/notification/notification.h"

enum { LETTERS_DEFAULT = 50, LETTERS_MAX = 200 };

struct page {
	int64_t after_us, after_place;
	struct uuid after;
	int count;
};

/* A cursor is what the last letter of a page said: "<microseconds>_<place>_<notice>". */
static bool read_cursor(const char *text, struct page *page)
{
	char *end;
	page->after_us = strtoll(text, &end, 10);
	if (end == text || *end != '_' || page->after_us < 0)
		return false;
	text = end + 1;
	page->after_place = strtoll(text, &end, 10);
	return end != text && *end == '_' && page->after_place >= 0 && uuid_parse(end + 1, &page->after);
}

static bool read_count(const char *text, struct page *page)
{
	char *end;
	long count = strtol(text, &end, 10);
	page->count = (int)count;
	return end != text && *end == '\0' && count >= 1 && count <= LETTERS_MAX;
}

/* A page on its way through the database. */
struct look {
	struct http_request *request;
	struct view_reader reader;
};

/* Who speaks for one platform need not name it. NULL: answered. */
static const char *platform_of(struct http_request *request, const struct notification *notification, struct view_reader *reader)
{
	const char *wanted = http_request_query(request, "platform");
	struct http_caller caller;
	if (!http_access_check(request, notification->access, &caller))
		return NULL;
	const char *own = caller.platform;
	*reader = (struct view_reader){caller.role, caller.id};
	if (!view_sees_person(reader, http_request_param(request, "person")))
		http_reply_problem(request, 403, "not_for_role", "The token's role does not read this.", NULL);
	else if (!wanted && !own)
		http_reply_problem(request, 400, "missing_field", "Name the platform: ?platform=...", NULL);
	else if (wanted && !http_access_covers(own, wanted))
		http_access_refuse(request);
	else
		return wanted ? wanted : own;
	return NULL;
}

static void reply_away(struct http_request *request)
{
	http_reply_header(request, "Retry-After", "2");
	http_reply_problem(request, 503, "database_away", "The database does not answer now; ask again soon.", NULL);
}

static void answer(enum pg_class class, const struct pg_result *result, void *context)
{
	struct look *look = context;
	char error[JSON_ERROR_SIZE];
	struct buf text = BUF_EMPTY;
	if (!result || pg_result_rows(result) != 1) {
		reply_away(look->request);
		return;
	}
	const char *page = pg_get_text(result, 0, 0);
	struct json *json = json_parse(page, strlen(page), 0, error, NULL);
	if (!json)
		bug("the database's JSON cannot be read: %s", error);
	view_write(&text, "inbox", (const struct json *const[]){json, NULL}, &look->reader);
	http_reply_json(look->request, 200, buf_string(&text));
	buf_free(&text);
	json_free(json);
}

static void ask(struct pg *pg, const char *platform, const struct page *page, struct look *look)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, platform);
	pg_args_text(args, http_request_param(look->request, "person"));
	pg_args_instant(args, page->after_us);
	pg_args_int8(args, page->after_place);
	pg_args_uuid(args, &page->after);
	pg_args_int4(args, page->count);
	pg_args_int4(args, (int32_t)view_recipient(look->reader.role));
	pg_send(pg, notification_inbox_page, args, answer, look);
	pg_sync(pg, NULL, NULL);
	pg_args_free(args);
}

static void get_inbox(struct http_request *request, void *context)
{
	struct daemon *daemon = context;
	struct page page = {0, 0, {{0}}, LETTERS_DEFAULT};
	struct look *look = arena_alloc(http_request_arena(request), sizeof *look);
	const char *after = http_request_query(request, "after"), *limit = http_request_query(request, "limit");
	const char *platform = platform_of(request, daemon_context(daemon), &look->reader);
	look->request = request;
	if (!platform)
		return;
	if (after && !read_cursor(after, &page))
		http_reply_problem(request, 400, "bad_cursor", "after is the cursor of a letter.", NULL);
	else if (limit && !read_count(limit, &page))
		http_reply_problem(request, 400, "bad_limit", "limit is a number from 1 to 200.", NULL);
	else if (pg_state(daemon_query_pg(daemon)) != PG_STATE_READY)
		reply_away(request);
	else
		ask(daemon_query_pg(daemon), platform, &page, look);
}

const struct http_route notification_routes[] = {
    {"GET", "/v1/inbox/{person}", get_inbox, "a person's letters: ?platform=PLATFORM&after=CURSOR&limit=50",
	HTTP_QUERY("platform", "after", "limit")},
    {NULL, NULL, NULL, NULL},
};
