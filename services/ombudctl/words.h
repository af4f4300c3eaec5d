/* The terms of the field in Chinese and English, for screens. */
#ifndef OMBUD_OMBUDCTL_WORDS_H
#define OMBUD_OMBUDCTL_WORDS_H

#include "services/ombudctl/ctl.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH };

/* --lang, else the locale's, else English. */
enum language words_language(const struct ctl *ctl);

/* "platform_review" -> "平台审理" or "platform review". What is no known term comes back as it is. */
const char *words_say(enum language language, const char *term);

#endif
