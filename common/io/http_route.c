/* Which handler gets a request, and what is wrong with it before one does. */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/http.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/nearest.h"
#include "common/base/utf8.h"
#include "common/io/http_private.h"

/* Unescaped, in the arena. NULL: a broken text. */
static const char *unescape(struct http_request *request, const char *text, size_t size)
{
	char *copy = arena_strndup(request->arena, text, size);
	size_t decoded_size;
	char *decoded = evhttp_uridecode(copy, 0, &decoded_size);
	bool fits = decoded != NULL && strlen(decoded) == decoded_size && utf8_valid(decoded, decoded_size);
	const char *kept = fits ? arena_strdup(request->arena, decoded) : NULL;
	free(decoded);
	return kept;
}

const char *http_escape(struct arena *arena, const char *text)
{
	char *escaped = evhttp_uriencode(text, -1, 0);
	if (!escaped)
		bug("out of memory");
	const char *copy = arena_strdup(arena, escaped);
	free(escaped);
	return copy;
}

/* Fills the parameters; a broken one becomes NULL. */
static bool match_path(struct http_request *request, const char *pattern)
{
	const char *path = request->path;

	request->params_count = 0;
	while (*pattern != '\0' && *path != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		size_t name_size = strcspn(++pattern, "}"), size = strcspn(path, "/");
		if (size == 0 || request->params_count == HTTP_PARAMS_MAX)
			return false;
		request->params[request->params_count++] =
		    (struct http_param){arena_strndup(request->arena, pattern, name_size), unescape(request, path, size)};
		pattern += name_size + 1;
		path += size;
	}
	return *pattern == '\0' && *path == '\0';
}

/* The route for path and method. NULL: *allowed lists the methods that the path has, "" when there is no such path. */
static const struct http_route *find_route(struct http_request *request, struct buf *allowed)
{
	const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;

	for (const struct http_route *const *table = request->server->routes; *table != NULL; table++) {
		for (const struct http_route *route = *table; route->path != NULL; route++) {
			if (!match_path(request, route->path))
				continue;
			if (strcmp(route->method, method) == 0)
				return route;
			buf_printf(allowed, "%s%s", allowed->size > 0 ? ", " : "", route->method);
		}
	}
	return NULL;
}

static bool params_are_fit(const struct http_request *request)
{
	for (int i = 0; i < request->params_count; i++)
		if (request->params[i].value == NULL)
			return false;
	return true;
}

/* evhttp refuses a name without '=' (?verbose): one is put behind it. */
static void complete_query(struct buf *whole, const char *query)
{
	while (*query) {
		size_t size = strcspn(query, "&");
		buf_append(whole, query, size);
		if (size > 0 && memchr(query, '=', size) == NULL)
			buf_text(whole, "=");
		query += size;
		if (*query == '&' && size > 0 && query[1] != '\0')
			buf_text(whole, "&");
		query += *query == '&';
	}
}

static bool parse_query(struct http_request *request)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request->evreq));
	struct buf whole = BUF_EMPTY;
	struct evkeyval *pair;

	if (query == NULL || *query == '\0')
		return true;
	complete_query(&whole, query);
	bool fit = strstr(query, "%00") == NULL && evhttp_parse_query_str(buf_string(&whole), &request->query) == 0;
	buf_free(&whole);
	if (!fit)
		return false;
	TAILQ_FOREACH (pair, &request->query, next)
		if (!utf8_valid(pair->value, strlen(pair->value)) || !utf8_valid(pair->key, strlen(pair->key)))
			return false;
	return true;
}

static bool takes_parameter(const struct http_route *route, const char *name)
{
	for (const char *const *known = route->query; known && *known; known++)
		if (strcmp(*known, name) == 0)
			return true;
	return false;
}

static bool comes_again(const struct evkeyval *pair)
{
	for (const struct evkeyval *other = TAILQ_NEXT(pair, next); other; other = TAILQ_NEXT(other, next))
		if (strcmp(other->key, pair->key) == 0)
			return true;
	return false;
}

static void reply_parameter(
    struct http_request *request, const char *code, const char *name, const char *wrong, const char *nearest)
{
	struct buf more = BUF_EMPTY;
	const char *detail = arena_printf(
	    request->arena, "%s%s%s%s%s", name, wrong, nearest ? " Did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	buf_text(&more, "\"parameter\":");
	buf_json_string(&more, name, strlen(name));
	if (nearest)
		buf_printf(&more, ",\"nearest\":\"%s\"", nearest);
	http_reply_problem(request, 400, code, detail, buf_string(&more));
	buf_free(&more);
}

/* A parameter that nobody reads is a wish that is not heard: ?ordr=o-1 would list everything. false: refused. */
static bool check_query(struct http_request *request)
{
	static const char *const none[] = {NULL};
	const char *const *known = request->route->query ? request->route->query : none;
	struct evkeyval *pair;
	TAILQ_FOREACH (pair, &request->query, next) {
		if (!takes_parameter(request->route, pair->key))
			reply_parameter(request, "unknown_parameter", pair->key, ": this path takes no such parameter.",
			    nearest_name(pair->key, known));
		else if (comes_again(pair))
			reply_parameter(request, "repeated_parameter", pair->key, ": this parameter comes twice.", NULL);
		else
			continue;
		return false;
	}
	return true;
}

void http_request_dispatch(struct http_request *request)
{
	struct buf allowed = BUF_EMPTY;

	request->route = find_route(request, &allowed);
	if (request->route == NULL && allowed.size > 0) {
		http_reply_header(request, "Allow", buf_string(&allowed));
		http_reply_problem(request, 405, "method_not_allowed", "This path has other methods; see Allow.", NULL);
	} else if (request->route == NULL) {
		http_reply_problem(request, 404, "not_found", "There is no such path.", NULL);
	} else if (!params_are_fit(request) || !parse_query(request)) {
		http_reply_problem(request, 400, "bad_escape", "Path or query are not percent-encoded UTF-8.", NULL);
	} else if (check_query(request)) {
		request->route->handler(request, request->server->context);
	}
	buf_free(&allowed);
}
