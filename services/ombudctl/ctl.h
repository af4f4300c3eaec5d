/* What every command of ombudctl is given: its flags, its arguments, a database session, and how to speak.
 * Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 the answer is no or it failed, 2 usage, 3 not found, 4 partly
 * done, or not known yet.
 */
#ifndef OMBUD_OMBUDCTL_CTL_H
#define OMBUD_OMBUDCTL_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/flags.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"

struct ctl;

/* One row and one function a command. */
struct command {
	const char *noun, *verb; /* verb NULL: the noun says it all */
	const char *arguments;   /* "COMPLAINT [CLOCK]" */
	const char *flags;       /* beside those of every command, separated by blanks */
	const char *help;
	enum exit_code (*run)(struct ctl *ctl);
};

struct options;

struct ctl {
	const struct command *command;
	struct flag rows[FLAGS_MAX + 1]; /* the flags of this command */
	struct flags flags;
	struct options *settings; /* of the daemons: --config and the environment */
	struct pg_session *pg;
	enum exit_code unreachable; /* the exit code of a command that cannot reach the database; EXIT_CODE_OK: EXIT_CODE_FAILED */
};

/* The rows of the flag table that the command takes. */
void ctl_take_rows(struct ctl *ctl);
bool ctl_takes(const struct ctl *ctl, const char *name);
/* What neither the command line nor the environment says comes from a daemon's configuration file, else from the working folder's
 * env.sh. */
void ctl_read_settings(struct ctl *ctl, struct problems *problems);
void ctl_read_env_file(struct ctl *ctl);
/* What a flag says; NULL when it says nothing. One that the command does not take is a bug(). */
const char *ctl_flag(const struct ctl *ctl, const char *name);
int64_t ctl_number(const struct ctl *ctl, const char *name);
bool ctl_json(const struct ctl *ctl);

/* The session, opened at first use; exits with a message when the database cannot be reached. */
struct pg_session *ctl_pg(struct ctl *ctl);
/* Runs a statement; NULL: the message has been printed. */
struct pg_result *ctl_run(struct ctl *ctl, const struct pg_statement *statement, struct pg_args *args);

/* A message for people, on stderr, with "ombudctl: " before it. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Asks on the terminal; --yes answers. Without a terminal: no, and says that --yes is wanted. */
bool ctl_confirm(const struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a word names; exits with a message when it does not. */
const char *ctl_service(const char *text);
int ctl_shard(const char *text);
/* Who has called, as a log keeps it. */
const char *ctl_who(void);

/* The complaint that the first argument names: its id, or the id of its order (the newest of several, saying so). false: *code, and
 * the message has been printed. */
bool ctl_find_complaint(struct ctl *ctl, struct uuid *complaint, int *shard, enum exit_code *code);

/* The folder that the running program lies in. */
const char *ctl_program_folder(void);
/* A folder of what comes with Ombud ("sql", "platforms"), beside the program: in a checkout, installed, in the image. NULL: none.
 * Holds until the next call. */
const char *ctl_data_folder(const char *name);

/* The commands. */
enum exit_code db_up(struct ctl *ctl);
enum exit_code db_down(struct ctl *ctl);
enum exit_code db_status(struct ctl *ctl);
enum exit_code db_dump(struct ctl *ctl);
enum exit_code refusal_list(struct ctl *ctl);
enum exit_code service_list(struct ctl *ctl);
enum exit_code version(struct ctl *ctl);
enum exit_code topics_create(struct ctl *ctl);
enum exit_code topics_check(struct ctl *ctl);
enum exit_code publish(struct ctl *ctl);
enum exit_code complaint_list(struct ctl *ctl);
enum exit_code complaint_show(struct ctl *ctl);
enum exit_code campaign_cancel(struct ctl *ctl);
enum exit_code campaign_list(struct ctl *ctl);
enum exit_code campaign_pause(struct ctl *ctl);
enum exit_code campaign_resume(struct ctl *ctl);
enum exit_code campaign_show(struct ctl *ctl);
enum exit_code platform_apply_folder(struct ctl *ctl);
enum exit_code platform_check_folder(struct ctl *ctl);
enum exit_code platform_diff_folders(struct ctl *ctl);
enum exit_code platform_list(struct ctl *ctl);
enum exit_code platform_retire_version(struct ctl *ctl);
enum exit_code platform_show(struct ctl *ctl);
enum exit_code clock_list(struct ctl *ctl);
enum exit_code clock_explain(struct ctl *ctl);
enum exit_code clock_rebuild(struct ctl *ctl);
enum exit_code due(struct ctl *ctl);
enum exit_code letter_list(struct ctl *ctl);
enum exit_code dlt_list(struct ctl *ctl);
enum exit_code dlt_show(struct ctl *ctl);
enum exit_code dlt_replay(struct ctl *ctl);
enum exit_code dlt_discard(struct ctl *ctl);
enum exit_code shard_restate(struct ctl *ctl);
enum exit_code shard_show(struct ctl *ctl);
enum exit_code shard_restart_at(struct ctl *ctl);
enum exit_code limit_list(struct ctl *ctl);
enum exit_code lag(struct ctl *ctl);
enum exit_code audit(struct ctl *ctl);
enum exit_code config_check(struct ctl *ctl);

#endif
