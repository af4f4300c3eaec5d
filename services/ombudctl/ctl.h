/* What every command of ombudctl is given: its flags, its arguments, a database session, and how to speak.
 * Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 the answer is no or it failed, 2 usage, 3 not found, 4 partly
 * done.
 */
#ifndef OMBUD_OMBUDCTL_CTL_H
#define OMBUD_OMBUDCTL_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/io/pg.h"

enum { CTL_FLAGS_MAX = 32, CTL_ARGUMENTS_MAX = 16 };

struct ctl;

/* One row and one function a command. */
struct command {
	const char *noun, *verb; /* verb NULL: the noun says it all */
	const char *arguments;   /* as the help shows them: "COMPLAINT [CLOCK]" */
	int least, most;         /* arguments */
	const char *flags;       /* beside those of every command, separated by blanks */
	const char *help;
	enum exit_code (*run)(struct ctl *ctl);
};

struct flag {
	const char *name;
	char letter;         /* 0: none */
	const char *value;   /* what the help calls its value; NULL: a switch */
	const char *env[2];  /* where it is looked for when not given */
	const char *initial; /* NULL: no default */
	const char *help;
};

extern const struct flag ctl_flags[]; /* ended by name NULL */

struct ctl {
	const struct command *command;
	const char *values[CTL_FLAGS_MAX]; /* by row of the flag table */
	const char *arguments[CTL_ARGUMENTS_MAX];
	int arguments_count;
	struct pg_session *pg;
};

/* The value of a flag: given, or from the environment, or from the working folder's env.sh, or its default; NULL when none. A name
 * that is not in the table is a bug(). */
const char *ctl_flag(const struct ctl *ctl, const char *name);
long ctl_number(const struct ctl *ctl, const char *name, long least, long most); /* die() when out of bounds or no number */
const char *ctl_choice(const struct ctl *ctl, const char *name, const char *const *known); /* die() when it is none of these */
bool ctl_switch(const struct ctl *ctl, const char *name);
const char *ctl_need(const struct ctl *ctl, const char *name); /* die() when there is none */
bool ctl_json(const struct ctl *ctl);

/* The session, opened at first use; exits EXIT_CODE_FAILED with a message when the database cannot be reached. */
struct pg_session *ctl_pg(struct ctl *ctl);
/* Runs a statement; NULL: the message has been printed. */
struct pg_result *ctl_run(struct ctl *ctl, const struct pg_statement *statement, struct pg_args *args);

/* A message for people, on stderr, with "ombudctl: " before it. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Asks on the terminal; --yes answers. Without a terminal: no, and says that --yes is wanted. */
bool ctl_confirm(const struct ctl *ctl, const char *question);

/* The folder that the running program lies in. */
const char *ctl_program_folder(void);

/* The commands. */
enum exit_code db_up(struct ctl *ctl);
enum exit_code db_down(struct ctl *ctl);
enum exit_code db_status(struct ctl *ctl);
enum exit_code db_dump(struct ctl *ctl);
enum exit_code topics_create(struct ctl *ctl);
enum exit_code topics_check(struct ctl *ctl);
enum exit_code publish(struct ctl *ctl);
enum exit_code complaint_list(struct ctl *ctl);
enum exit_code complaint_show(struct ctl *ctl);
enum exit_code clock_list(struct ctl *ctl);
enum exit_code clock_explain(struct ctl *ctl);
enum exit_code dlt_list(struct ctl *ctl);
enum exit_code dlt_show(struct ctl *ctl);
enum exit_code dlt_replay(struct ctl *ctl);
enum exit_code dlt_discard(struct ctl *ctl);
enum exit_code lag(struct ctl *ctl);
enum exit_code audit(struct ctl *ctl);
enum exit_code config_check(struct ctl *ctl);

#endif
