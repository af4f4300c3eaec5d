#include "services/ombudctl/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum language in_use;

void words_use(enum language language)
{
	in_use = language;
}

const char *words_in_use(const char *term)
{
	return in_use == LANGUAGE_ZH ? words_say(LANGUAGE_ZH, term) : term;
}

enum language words_language(const struct ctl *ctl)
{
	const char *named = ctl_flag(ctl, "lang");
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG", NULL};
	for (int i = 0; !named && variables[i]; i++)
		if (getenv(variables[i]) && *getenv(variables[i]))
			named = getenv(variables[i]);
	return named && !strncmp(named, "zh", 2) ? LANGUAGE_ZH : LANGUAGE_EN;
}

const char *words_say(enum language language, const char *term)
{
	static char spaced[4][64];
	static unsigned turn;
	for (const struct word *word = words_zh; word->term; word++) {
		if (strcmp(word->term, term))
			continue;
		if (language == LANGUAGE_ZH)
			return word->zh;
		char *text = spaced[turn++ % 4];
		snprintf(text, sizeof spaced[0], "%s", term);
		for (char *at = text; *at; at++)
			*at = *at == '_' ? ' ' : *at;
		return text;
	}
	return term;
}
