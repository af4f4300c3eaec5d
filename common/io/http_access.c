#include "common/io/http_access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/file_mode.h"
#include "common/io/crypto.h"

enum { DIGEST_TEXT_SIZE = 2 * CRYPTO_SHA256_SIZE + 1 };

struct token {
	char digest[DIGEST_TEXT_SIZE];
	char *platform; /* NULL: any */
	enum http_role role;
	char *id;
	int line;
	struct token *next;
};

struct http_access {
	struct token *first;
};

void http_access_free(struct http_access *access)
{
	if (!access)
		return;
	for (struct token *token = access->first, *next; token; token = next) {
		next = token->next;
		free(token->platform);
		free(token->id);
		free(token);
	}
	free(access);
}

/* All are compared, so the time tells nothing. */
static const struct token *find_digest(const struct http_access *access, const char *digest)
{
	const struct token *found = NULL;
	for (const struct token *token = access->first; token; token = token->next) {
		if (crypto_equal(token->digest, digest, DIGEST_TEXT_SIZE - 1))
			found = token;
	}
	return found;
}

/* ---- the file ---- */

static bool lower_digest(const char *text, char digest[DIGEST_TEXT_SIZE])
{
	if (strlen(text) != DIGEST_TEXT_SIZE - 1 || strspn(text, "0123456789abcdefABCDEF") != DIGEST_TEXT_SIZE - 1)
		return false;
	for (int i = 0; i < DIGEST_TEXT_SIZE; i++)
		digest[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + 'a' - 'A') : text[i];
	return true;
}

static const struct {
	const char *name;
	bool named; /* it is somebody's, of one platform */
} roles[HTTP_ROLE_COUNT] = {
    [HTTP_ROLE_BACKEND] = {"backend", false},
    [HTTP_ROLE_AGENT] = {"agent", true},
    [HTTP_ROLE_MERCHANT] = {"merchant", true},
    [HTTP_ROLE_COMPLAINANT] = {"complainant", true},
    [HTTP_ROLE_INSPECTOR] = {"inspector", true},
    [HTTP_ROLE_AUDITOR] = {"auditor", false},
};

static enum http_role role_named(const char *name)
{
	int role = HTTP_ROLE_BACKEND;
	while (role < HTTP_ROLE_COUNT && strcmp(roles[role].name, name) != 0)
		role++;
	return (enum http_role)role;
}

/* What is wrong with the words behind the digest; NULL: nothing. */
static const char *words_fault(const char *platform, const char *role, const char *id, const char *more)
{
	enum http_role known = role ? role_named(role) : HTTP_ROLE_BACKEND;
	if (known == HTTP_ROLE_COUNT)
		return "a role is backend, agent, merchant, complainant, inspector or auditor";
	if (roles[known].named && !id)
		return "behind this role the id is missing of whoever the token speaks as";
	if (roles[known].named && strcmp(platform, "*") == 0)
		return "an id is of one platform: * is for backends and auditors";
	if (more || (id && !roles[known].named))
		return "a line has SHA-256, platform id, role and, but for backend and auditor, an id";
	return NULL;
}

static void add_token(
    struct http_access *access, const char *digest, const char *platform, const char *role, const char *id, int line)
{
	struct token *token = xcalloc(1, sizeof(*token));
	memcpy(token->digest, digest, DIGEST_TEXT_SIZE);
	token->platform = strcmp(platform, "*") == 0 ? NULL : xstrdup(platform);
	token->role = role ? role_named(role) : HTTP_ROLE_BACKEND;
	token->id = xstrdup(id ? id : "");
	token->line = line;
	token->next = access->first;
	access->first = token;
}

static void read_line(struct http_access *access, char *line, const char *path, int number, struct problems *problems)
{
	static const char blanks[] = " \t\r\n";
	char *rest = NULL, digest[DIGEST_TEXT_SIZE];
	const char *first = strtok_r(line, blanks, &rest);
	const char *platform = first ? strtok_r(NULL, blanks, &rest) : NULL;
	const char *role = platform ? strtok_r(NULL, blanks, &rest) : NULL;
	const char *id = role ? strtok_r(NULL, blanks, &rest) : NULL;
	const char *more = id ? strtok_r(NULL, blanks, &rest) : NULL;
	if (!first || first[0] == '#')
		return;
	const char *fault = platform ? words_fault(platform, role, id, more) : NULL;
	const struct token *same = lower_digest(first, digest) ? find_digest(access, digest) : NULL;
	if (!lower_digest(first, digest))
		problems_add(
		    problems, "%s:%d:%d: not the SHA-256 of a token: 64 hex digits", path, number, (int)(first - line) + 1);
	else if (!platform)
		problems_add(problems, "%s:%d:%d: a platform id, or *, is missing behind the SHA-256", path, number,
		    (int)(first - line) + DIGEST_TEXT_SIZE);
	else if (fault)
		problems_add(problems, "%s:%d:%d: %s", path, number, (int)((role ? role : platform) - line) + 1, fault);
	else if (same)
		problems_add(
		    problems, "%s:%d:%d: the same token stands in line %d", path, number, (int)(first - line) + 1, same->line);
	else
		add_token(access, digest, platform, role, id, number);
}

struct http_access *http_access_load(const char *path, struct problems *problems)
{
	char *line = NULL;
	size_t size = 0;
	int before = problems->count;
	if (path[0] == '\0')
		return NULL;
	struct http_access *access = xcalloc(1, sizeof(*access));
	FILE *file = fopen(path, "re");
	const char *open_to = file ? file_mode_fault(fileno(file)) : NULL;
	if (open_to)
		problems_add(problems, "%s:1:1: %s", path, open_to);
	for (int number = 1; file && getline(&line, &size, file) >= 0; number++)
		read_line(access, line, path, number, problems);
	if (!file || ferror(file))
		problems_add(problems, "%s:1:1: cannot be read: %m", path);
	if (file)
		fclose(file);
	free(line);
	if (problems->count == before)
		return access;
	http_access_free(access);
	return NULL;
}

/* ---- requests ---- */

static bool is_loopback(const char *peer)
{
	return strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0 || strncmp(peer, "::ffff:127.", 11) == 0;
}

/* The token of "Bearer token"; NULL: none is said so. */
static const char *bearer_of(const char *authorization)
{
	static const char scheme[] = "Bearer ";
	if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	return authorization + strspn(authorization + sizeof(scheme) - 1, " ") + sizeof(scheme) - 1;
}

static const struct token *find_token(const struct http_access *access, const char *bearer)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[DIGEST_TEXT_SIZE];
	crypto_sha256(&(struct crypto_part){bearer, strlen(bearer)}, 1, digest);
	crypto_hex(digest, sizeof(digest), text);
	return find_digest(access, text);
}

/* ---- at the head ---- */

#define BEARER "WWW-Authenticate: Bearer realm=\"ombud\""

static const struct http_refusal no_tokens = {
    401, "unauthorised", "No tokens are configured (http.tokens), so only loopback may call.", BEARER "\r\n"};
static const struct http_refusal no_bearer = {
    401, "unauthorised", "A bearer token is needed: Authorization: Bearer ...", BEARER "\r\n"};
static const struct http_refusal unknown_bearer = {
    401, "unauthorised", "This bearer token is not known here.", BEARER ", error=\"invalid_token\"\r\n"};
static const struct http_refusal foreign_host = {
    403, "foreign_host", "Without tokens (http.tokens) Host must be localhost, 127.0.0.1 or [::1].", NULL};
static const struct http_refusal foreign_origin = {
    403, "foreign_origin", "Without tokens (http.tokens) no page of another origin may call.", NULL};
static const struct http_refusal forwarded = {
    403, "forwarded", "This came through a proxy, for whose callers tokens are needed (http.tokens).", NULL};

static bool is_own_host(const char *host)
{
	static const char *const own[] = {"localhost", "127.0.0.1", "[::1]"};
	for (size_t i = 0; host && i < sizeof(own) / sizeof(own[0]); i++) {
		size_t size = strlen(own[i]);
		if (strncasecmp(host, own[i], size) == 0 && (host[size] == '\0' || host[size] == ':'))
			return true;
	}
	return false;
}

static bool is_own_site(const char *site)
{
	return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool is_own_origin(const char *origin, const char *host)
{
	return strncasecmp(origin, "http://", 7) == 0 && strcasecmp(origin + 7, host) == 0;
}

/* A browser says where a page came from: in Origin when something could be changed, in Sec-Fetch-Site always. Whoever says it twice
 * must be right twice. */
static bool is_foreign(const struct http_head *head)
{
	for (int i = 0; i < head->lines_count; i++) {
		const struct http_head_line *line = &head->lines[i];
		if ((strcasecmp(line->name, "Sec-Fetch-Site") == 0 && !is_own_site(line->value)) ||
		    (strcasecmp(line->name, "Origin") == 0 && !is_own_origin(line->value, head->host)))
			return true;
	}
	return false;
}

static bool is_forwarded(const struct http_head *head)
{
	static const char *const names[] = {"Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP",
	    "CF-Connecting-IP", "Fastly-Client-IP", "X-Envoy-External-Address", "X-Original-Forwarded-For"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (http_head_find(head, names[i]))
			return true;
	for (int i = 0; i < head->lines_count; i++)
		if (strncasecmp(head->lines[i].name, "X-Forwarded", 11) == 0)
			return true;
	return false;
}

static const struct http_refusal *admit_without_tokens(const struct http_head *head)
{
	if (!is_loopback(head->peer))
		return &no_tokens;
	if (is_forwarded(head))
		return &forwarded;
	if (!is_own_host(head->host))
		return &foreign_host;
	return is_foreign(head) ? &foreign_origin : NULL;
}

const struct http_refusal *http_access_admit(const struct http_access *access, const struct http_head *head)
{
	if (!access)
		return admit_without_tokens(head);
	const char *bearer = bearer_of(http_head_find(head, "Authorization"));
	if (!bearer)
		return &no_bearer;
	return find_token(access, bearer) ? NULL : &unknown_bearer;
}

/* ---- at the handler: the tokens may have been reloaded since ---- */

static void refuse_unknown(struct http_request *request, const struct http_refusal *why)
{
	http_reply_header(request, "WWW-Authenticate", "Bearer realm=\"ombud\"");
	http_reply_problem(request, why->status, why->code, why->detail, NULL);
}

bool http_access_check(struct http_request *request, const struct http_access *access, struct http_caller *caller)
{
	const char *bearer = bearer_of(http_request_header(request, "Authorization"));
	*caller = (struct http_caller){NULL, HTTP_ROLE_BACKEND, ""};
	if (!access && is_loopback(http_request_peer(request)))
		return true;
	const struct token *token = access && bearer ? find_token(access, bearer) : NULL;
	if (!token) {
		refuse_unknown(request, access ? &unknown_bearer : &no_tokens);
		return false;
	}
	/* Copied: a reload may free the tokens while the request waits. */
	caller->platform = token->platform ? arena_strdup(http_request_arena(request), token->platform) : NULL;
	caller->role = token->role;
	caller->id = arena_strdup(http_request_arena(request), token->id);
	return true;
}

bool http_access_covers(const char *own, const char *wanted)
{
	return !own || strcmp(own, wanted) == 0;
}

void http_access_refuse(struct http_request *request)
{
	http_reply_problem(request, 403, "other_platform", "The token speaks for another platform.", NULL);
}
