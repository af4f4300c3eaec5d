#include "services/ombudctl/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/tongue.h"

static enum language in_use;

void words_use(enum language language)
{
	in_use = language;
	tongue_use(language == LANGUAGE_EN ? NULL : words_in_use);
}

enum language words_language(void)
{
	return in_use;
}

const char *words_in_use(const char *term)
{
	return in_use == LANGUAGE_ZH ? words_say(LANGUAGE_ZH, term) : term;
}

enum language words_language_of(const char *named)
{
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

const char *words_arguments(const char *arguments)
{
	static struct buf text;
	buf_reset(&text);
	while (*arguments) {
		char name[32];
		size_t size = strspn(arguments, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (!size)
			buf_char(&text, *arguments++);
		if (!size)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)size, arguments);
		buf_text(&text, words_in_use(name));
		arguments += size;
	}
	return buf_string(&text);
}
