/* The command line of a tool (a daemon has common/daemon/options.h). One row per flag; the row is the documentation. A value is
 * what the flag says (--name value, --name=value, -x value), else the first variable of the environment that is set, else the row's
 * own. All mistakes go to one list, as "place: message": the flag's or the variable's name. What is no flag is a word. Help and
 * mistakes are said in the tool's tongue (tongue.h).
 */
#ifndef OMBUD_BASE_FLAGS_H
#define OMBUD_BASE_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problems.h"

enum { FLAGS_MAX = 32, FLAGS_WORDS_MAX = 16 };

struct flag {
	const char *name;
	char letter;         /* 0: none */
	const char *value;   /* what the help calls its value; NULL: a switch */
	const char *env[2];  /* where it is looked for when not given */
	const char *initial; /* NULL: no default */
	const char *help;
	const char *missing;                                             /* it must be given: said when it is not */
	int64_t least, most;                                             /* unless most is 0: a whole number */
	const char *choices;                                             /* one of these, separated by |; NULL: any text */
	bool (*check)(const char *text, char *error, size_t error_size); /* what else it must be; NULL: nothing */
};

struct flags {
	const struct flag *rows;                           /* ended by name NULL; borrowed, as argv is */
	const char *values[FLAGS_MAX], *places[FLAGS_MAX]; /* by row; a place is a variable's name, or NULL: the flag itself */
	bool told[FLAGS_MAX];                              /* a mistake was told of it, or may hide it */
	const char *words[FLAGS_WORDS_MAX];
	int words_count;
	bool unknown; /* there was an unknown flag whose value may be among the words */
};

/* argv: without the program's name. For anything but FLAGS_RUN nothing was told. */
enum flags_asked { FLAGS_RUN, FLAGS_HELP, FLAGS_VERSION };
enum flags_asked flags_read(struct flags *flags, const struct flag *rows, int argc, char **argv, struct problems *problems);
/* Every value, those that must be given, and the words: "COMPLAINT [CLOCK]" wants one or two. */
void flags_check(const struct flags *flags, const char *words, struct problems *problems);
void flags_help(const struct flag *rows);
/* A line of help without its end: two blanks, left in so many columns, right. */
void flags_help_line(const char *left, int columns, const char *right);

/* The row's number; a name that is not among the rows is a bug(). */
int flags_row(const struct flags *flags, const char *name);
const char *flags_text(const struct flags *flags, const char *name); /* NULL: none; of a switch: none when it was not given */
int64_t flags_number(const struct flags *flags, const char *name);

/* The whole for a program that has flags only: --help, --version and mistakes end it here. */
void flags_main(struct flags *flags, const char *program, const char *about, const struct flag *rows, int argc, char **argv);

#endif
