/* Who may call: bearer tokens, each of which speaks for one platform, or for any. The file of tokens has lines of
 *
 *   <SHA-256 of the token in hex> <platform id, or *> [role [id]]
 *
 * and comments (#). The role is a backend's when none is named; backend and auditor have no id, all others need theirs, and a
 * platform. The file holds digests only, so it holds nothing that opens a door; but whoever may write it opens doors, so a file
 * that others than its owner may write is refused. Neither a token nor a digest is ever printed or logged.
 *
 * Without tokens only this machine may call, and only in its own name. What merely comes over loopback need not be that: a browser
 * here brings what any page tells it to (foreign Origin), also under a name that was made to point here (DNS rebinding: a foreign
 * Host), and a proxy here brings the whole world (forwarding headers). All of that is refused.
 */
#ifndef OMBUD_IO_HTTP_ACCESS_H
#define OMBUD_IO_HTTP_ACCESS_H

#include <stdbool.h>

#include "common/base/problems.h"
#include "common/io/http_server.h"

#define HTTP_ACCESS_HELP "lines of: SHA-256 of a bearer token in hex, platform id (* for any), role, id; empty: loopback only"

/* Who a token speaks for. A backend speaks for its platform and its users, an agent as that person of the platform; a merchant, a
 * complainant, an inspector as themselves; an auditor says nothing. */
enum http_role {
	HTTP_ROLE_BACKEND,
	HTTP_ROLE_AGENT,
	HTTP_ROLE_MERCHANT,
	HTTP_ROLE_COMPLAINANT,
	HTTP_ROLE_INSPECTOR,
	HTTP_ROLE_AUDITOR,
	HTTP_ROLE_COUNT
};

/* Whose a request is. In the request's arena. */
struct http_caller {
	const char *platform; /* NULL: any */
	enum http_role role;
	const char *id; /* "" of a backend or an auditor */
};

struct http_access;

/* path "": NULL, which asks for no token and lets only loopback call. Every wrong line becomes a problem; NULL then, too. */
struct http_access *http_access_load(const char *path, struct problems *problems);
void http_access_free(struct http_access *access);

/* At the head, before a body is kept (http_server_settings.admit): may this one come in at all? NULL: yes. */
const struct http_refusal *http_access_admit(const struct http_access *access, const struct http_head *head);

/* Whose the request is; loopback without tokens is a backend of any platform. false: it has been answered with 401. */
bool http_access_check(struct http_request *request, const struct http_access *access, struct http_caller *caller);
/* May who speaks for own (NULL: for any) see or say what is wanted's? */
bool http_access_covers(const char *own, const char *wanted);
void http_access_refuse(struct http_request *request); /* 403: it speaks for another platform */

#endif
