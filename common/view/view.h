/* Who sees what: one table, path of a document x role, default deny (README). Members are divided by dots, elements of a list are
 * "[]": "complaint.evidence[].uri". The roles are those of the tokens; whom a letter is for counts as that party's role.
 */
#ifndef OMBUD_VIEW_VIEW_H
#define OMBUD_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/io/http_access.h"
#include "common/io/json.h"
#include "common/model/mustache.h"
#include "common/model/terms.h"

/* Beside the tokens' roles: whoever was refused a word about a complaint that is not his, and is told so. */
#define VIEW_STRANGER ((enum http_role)HTTP_ROLE_COUNT)
enum { VIEW_ROLES = HTTP_ROLE_COUNT + 1 };

struct view_reader {
	enum http_role role;
	const char *id; /* the party's or person's own; "" of a backend or an auditor */
};

/* A path without a row: nobody. Elements that a role sees of its own only count as seen. */
bool view_sees(const char *path, enum http_role role);

/* Does the reader see this element of a list, "complaint.clocks[]"? */
bool view_sees_element(const char *path, const struct json *element, const struct view_reader *reader);

/* Appends what the reader sees of a document. parts: objects whose members together are the document, NULL-ended; of two members of
 * one name the earlier part's counts. */
void view_write(struct buf *json, const char *document, const struct json *const *parts, const struct view_reader *reader);

/* Which complaints there are for a role: none, its own ones, or all of its platform's. */
enum view_reach { VIEW_REACH_NONE, VIEW_REACH_SOLD, VIEW_REACH_FILED, VIEW_REACH_ASKED, VIEW_REACH_ALL };
enum view_reach view_reach(enum http_role role);

/* Has the path a row? And one whose elements are not all for everybody who sees it? */
bool view_knows(const char *path);
bool view_picks(const char *path);

/* May the reader ask for what is this person's? The platform for everybody's, others for their own. */
bool view_sees_person(const struct view_reader *reader, const char *person);

/* Whose view has a recipient of letters; PARTY_COMPLAINANT, PARTY_MERCHANT, else the platform's. And the reverse: to whom letters
 * must be that this role reads; PARTY_UNSPECIFIED: anybody's. */
enum http_role view_role(enum party recipient);
enum party view_recipient(enum http_role role);

/* Takes out of a letter's values ("words") what the role does not see. */
void view_words(struct mustache_value *values, enum http_role role);

/* The table's paths, as they stand there; NULL behind the last. For tests. */
const char *view_path(size_t index);

#endif
