/* Options: one row per option; the row is the documentation (--help, --print-config, the sample file).
 * Values: default < file (YAML) < environment (OMBUD_SECTION__KEY) < flags (--section.key=value).
 * Names are "section.key"; in the file they stand nested. The section "kafka" is a free map handed to librdkafka.
 * NAME_FILE beside NAME in the environment reads the value from a file; both set is an error.
 * All mistakes go to one list, as file:line:column: message (or the variable's or flag's name), an unknown key with the nearest
 * known one.
 */
#ifndef OMBUD_DAEMON_OPTIONS_H
#define OMBUD_DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problems.h"

enum option_type {
	OPTION_TEXT,
	OPTION_INTEGER, /* with least and most */
	OPTION_BOOL,
	OPTION_CHOICE, /* one of choices, separated by | */
	OPTION_FILE,   /* a path, relative to the configuration file's folder when it came from there */
	OPTION_FOLDER, /* the same */
};

struct option {
	const char *name; /* "postgres.dsn" */
	enum option_type type;
	const char *value;   /* default, as text; NULL: required */
	int64_t least, most; /* OPTION_INTEGER */
	const char *choices; /* OPTION_CHOICE */
	const char *unit;    /* "ms", "s", "bytes"; NULL for none */
	bool reload;         /* SIGHUP takes a new value */
	bool secret;         /* never printed */
	const char *help;    /* no capital, no full stop: --help adds the bounds behind it */
	/* What else a text must be. NULL: nothing; else error says what is wrong with it, without what is secret. */
	bool (*check)(const char *text, char *error, size_t error_size);
};

struct options;

/* rows: NULL-ended list of arrays, each ended by name NULL. Reads the command line, the environment and the file. Mistakes go to
 * problems; the options can then serve to look for more of them, and for nothing else. *action says what the command line asked for
 * beside running; for OPTIONS_HELP and OPTIONS_VERSION nothing else was read. rows and argv are borrowed. The file is that of
 * --config, or of OMBUD_CONFIG. */
enum options_action { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_CHECK, OPTIONS_PRINT, OPTIONS_HEALTHCHECK, OPTIONS_VERSION };
struct options *options_read(const char *program, const struct option *const *rows, int argc, char **argv,
    enum options_action *action, struct problems *problems);
/* What a tool wants to know of a daemon's settings: rows only, from the file, systemd's credentials and the environment. Names that
 * are not among the rows are somebody else's, and nothing must be given. file: NULL: none. */
struct options *options_read_some(
    const char *program, const struct option *const *rows, const char *file, struct problems *problems);
void options_free(struct options *options);
/* Reads again, all or nothing. While look() looks for more mistakes, the rows with reload and the kafka section are what was read,
 * right or wrong; without any mistake these rows keep it, a line each in changed says what is another now (a file's content, too),
 * and a warning what else has changed. false: told; old values stay. */
typedef void options_look_fn(struct problems *problems, void *context);
bool options_reload(
    struct options *options, struct problems *problems, struct problems *changed, options_look_fn *look, void *context);
void options_print(const struct options *options); /* --print-config: YAML, secrets masked */
void options_help(const char *program, const struct option *const *rows);

/* Tells the files and folders that are not there or cannot be read, by their option. An empty path names none where that is the
 * default, too. */
void options_check_files(struct options *options, struct problems *problems);
/* Is its value what the operator means? Not when a mistake is told of it, or may hide it (a name misspelt, a file that cannot be
 * read): what depends on it need not be looked at then. */
bool options_meant(const struct options *options, const char *name);
/* An unknown name is a bug(). A text is valid until options_reload; NULL when it is required, not set, and that was told. */
const char *options_text(const struct options *options, const char *name);
int64_t options_integer(const struct options *options, const char *name);
/* The kafka section: keys, values, and the places where these were set; returns the count. */
int options_kafka(const struct options *options, const char *const **keys, const char *const **values, const char *const **places);

#endif
