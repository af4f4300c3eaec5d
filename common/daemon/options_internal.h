/* What the three files of options share; nobody else includes it. */
#ifndef OMBUD_DAEMON_OPTIONS_INTERNAL_H
#define OMBUD_DAEMON_OPTIONS_INTERNAL_H

#include "common/base/problems.h"
#include "common/daemon/options.h"

struct option_value {
	const struct option *row;
	char *text;       /* NULL: required and not set yet */
	bool doubted;     /* a mistake was told of it, or may hide it */
	uint64_t content; /* of a file or folder, when it was looked at last (common/base/content.h); 0: it was not */
};

struct options {
	const char *program;
	const struct option *const *rows;
	int argc;
	char **argv;
	char *file;                  /* configuration file, NULL for none */
	bool some;                   /* what is not among the rows is passed over */
	struct option_value *values; /* sorted by name */
	int count;
	struct kafka_map {
		char **keys, **values, **places;
		int count;
	} kafka; /* the free map, in the order they were first set */
};

struct option_value *options_find(const struct options *options, const char *name); /* NULL: unknown */
bool options_is_kafka(const char *name); /* of the free map; a row may say more of it (what is required, a check) */
bool options_is_section(const struct options *options, const char *name, size_t size);
/* Checks and takes a value; what is wrong is told as "place: message". The name may be one of the kafka section. */
void options_set(struct options *options, struct problems *problems, const char *place, const char *name, const char *text);
/* An option, or all of a section's ("log" or "log."), or all that there are (""). */
void options_doubt(struct options *options, const char *name);
void options_tell_unknown(struct options *options, struct problems *problems, const char *place, const char *name);

/* options_sources.c: from the least to the strongest. */
void options_from_file(struct options *options, struct problems *problems);
void options_from_credentials(struct options *options, struct problems *problems);
void options_from_environment(struct options *options, struct problems *problems);
void options_from_flags(struct options *options, struct problems *problems);
/* --config and what else the command line asks for, before anything is read. */
void options_command_line(struct options *options, struct problems *problems, enum options_action *action);

#endif
