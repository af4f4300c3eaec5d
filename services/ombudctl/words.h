/* The terms of the field in Chinese and English, for screens. */
#ifndef OMBUD_OMBUDCTL_WORDS_H
#define OMBUD_OMBUDCTL_WORDS_H

#include "services/ombudctl/ctl.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH };

struct word {
	const char *term, *zh;
};
extern const struct word words_zh[]; /* ended by term NULL */

/* The language that tables and messages speak from now on: English names terms as programs do. */
void words_use(enum language language);
const char *words_in_use(const char *term);

/* --lang, else the locale's, else English. */
enum language words_language(const struct ctl *ctl);

/* "platform_review" -> "平台审理" or "platform review". What is no known term comes back as it is. */
const char *words_say(enum language language, const char *term);

#endif
