/* A platform's words: templates/<locale>/<event>.mustache (subject, a line "---", body), _<partial>.mustache, words.yaml.
 *
 * Loaded as a whole and checked as a whole: every template of notice_templates() in every language of the platform, every name in
 * it known, every partial there. All mistakes are told at once, as file:line:column.
 */
#ifndef OMBUD_LETTER_TEMPLATES_H
#define OMBUD_LETTER_TEMPLATES_H

#include "common/base/arena.h"
#include "common/base/problems.h"
#include "common/model/notice_text.h"
#include "common/platform/manner.h"

struct templates;

/* Of the platform's languages. NULL: what is wrong has been added to problems. */
struct templates *templates_new(const struct bundle *files, const struct manner *manner, struct problems *problems);
void templates_free(struct templates *templates);
/* All that is wrong in how the platform speaks. own: the files that it has itself: none in a language that it does not speak. */
void templates_check(const struct bundle *files, const struct bundle *own, struct problems *problems);

/* The locale to use for a wish: itself, else one of the same language, else the platform's first. The name lives as long as
 * templates. */
const char *templates_locale(const struct templates *templates, const char *wish);

struct rendered {
	const char *locale, *subject, *body;
};

/* The template in the locale, in the arena, as plain text: what makes HTML of it escapes it there. zone: the reader's. */
struct rendered templates_render(const struct templates *templates, struct arena *arena, const char *locale, const char *zone,
    const char *template, const struct notice_facts *facts, const struct event *event, enum party recipient);

#endif
