/* What a template may say: an event and what is remembered of its complaint, as a tree of values in one language.
 *
 * Nothing personal of one side reaches the other: there is no value for a person's id or address. What parties say to each other
 * (what is complained of and wanted, an answer, a message, a decision's grounds) is there, because it was said to be read by the
 * other side.
 */
#ifndef OMBUD_MODEL_NOTICE_TEXT_H
#define OMBUD_MODEL_NOTICE_TEXT_H

#include <stdbool.h>

#include "common/base/arena.h"
#include "common/model/event.h"
#include "common/model/law.h"
#include "common/model/mustache.h"
#include "common/model/notice.h"

/* The word for a term: group "stage", name "negotiating" -> 协商中. NULL: none, the name itself is shown. Groups: type, stage,
 * clock, party, silence, consequence, remedy, evidence, role, zone, currency (with @ for the number), format. */
typedef const char *notice_word_fn(const char *group, const char *name, void *context);

struct notice_language {
	notice_word_fn *word;
	void *context;
	const char *name;      /* BCP 47 */
	const char *zone;      /* the reader's, IANA */
	const struct law *law; /* what clauses say; NULL: they are cited by their names alone */
};

struct mustache_value *notice_text_values(struct arena *arena, const struct notice_language *language,
    const struct notice_facts *facts, const struct event *event, enum party recipient);

/* Is there such a value in any tree: what a template is checked against. "because.answer_given" and the like included. */
bool notice_text_knows(const char *name);
/* The names of all but those, NULL-ended; inner ones by themselves. */
const char *const *notice_text_names(void);
/* The value that a wrong name was probably meant to be; NULL when none is near. */
const char *notice_text_nearest(const char *name);

/* "2026年11月3日 18:00（北京时间）": the language's format.instant, "%Z" in it being the zone's word. In the arena. */
const char *notice_text_instant(struct arena *arena, const struct notice_language *language, int64_t instant_us);

#endif
