/* The terms of the field in Chinese and English, for screens. */
#ifndef OMBUD_OMBUDCTL_WORDS_H
#define OMBUD_OMBUDCTL_WORDS_H

enum language { LANGUAGE_EN, LANGUAGE_ZH };

struct word {
	const char *term, *zh;
};
extern const struct word words_zh[]; /* ended by term NULL */

/* The language that tables, messages, help and mistakes speak from now on: English names terms as programs do. */
void words_use(enum language language);
enum language words_language(void);
const char *words_in_use(const char *term) __attribute__((format_arg(1)));

/* Of "zh-CN"; NULL: the locale's, else English. */
enum language words_language_of(const char *named);

/* "platform_review" -> "平台审理" or "platform review". What is no known term comes back as it is. */
const char *words_say(enum language language, const char *term);

/* What a command's arguments are called, "COMPLAINT [CLOCK]": each word in capitals by its own row. Holds until the next call. */
const char *words_arguments(const char *arguments);

#endif
