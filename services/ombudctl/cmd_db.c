/* ombudctl db: migrations from deploy/sql, one ombudctl at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/migrations.h"
#include "services/ombudctl/ctl.h"
#include "services/ombudctl/migration.h"
#include "services/ombudctl/output.h"

struct work {
	struct ctl *ctl;
	struct migration *migrations;
	int count;
	struct pg_result *applied; /* versions */
};

static const char *find_folder(const struct ctl *ctl)
{
	const char *named = ctl_flag(ctl, "migrations"), *found = named ? named : ctl_data_folder("sql");
	if (found)
		return found;
	die("no folder of migrations found beside the program: name it by --migrations");
}

static bool read_applied(struct work *work)
{
	pg_result_free(work->applied);
	work->applied = ctl_run(work->ctl, &migrations_applied, NULL);
	return work->applied != NULL;
}

static bool work_begin(struct work *work, struct ctl *ctl, bool change)
{
	char error[512];
	*work = (struct work){.ctl = ctl};
	work->migrations = migrations_read(find_folder(ctl), &work->count, error, sizeof error);
	if (!work->migrations) {
		ctl_say("%s", error);
		return false;
	}
	struct pg_result *locked = change ? ctl_run(ctl, &migrations_lock, NULL) : NULL;
	struct pg_result *made = locked ? ctl_run(ctl, &migrations_table, NULL) : NULL;
	bool good = !change || made;
	pg_result_free(locked);
	pg_result_free(made);
	return good && (!change || read_applied(work));
}

static void work_end(struct work *work)
{
	if (work->migrations)
		migrations_free(work->migrations, work->count);
	pg_result_free(work->applied);
}

static bool is_applied(const struct work *work, const char *version)
{
	for (int i = 0; work->applied && i < pg_result_rows(work->applied); i++)
		if (!strcmp(pg_get_text(work->applied, i, 0), version))
			return true;
	return false;
}

/* The half of a migration and its mark in the table: one transaction, unless the half forbids it. */
static bool apply(struct work *work, const struct migration *migration, bool up)
{
	struct pg_session *pg = ctl_pg(work->ctl);
	struct buf script = BUF_EMPTY;
	const char *half = up ? migration->up : migration->down;
	bool together = up ? migration->up_transaction : migration->down_transaction;
	bool good = pg_session_script(pg, "set lock_timeout = '10s'") && (together || pg_session_script(pg, half));
	/* The version is all digits: migration_file_name saw to it. */
	buf_printf(&script,
	    up ? "%s\n; insert into public.schema_migrations (version) values ('%s')"
	       : "%s\n; delete from public.schema_migrations where version = '%s'",
	    together ? half : "", migration->version);
	good = good && pg_session_script(pg, buf_string(&script));
	if (good)
		ctl_say("%s %s_%s", words_in_use(up ? "applied" : "taken back"), migration->version, migration->name);
	else
		ctl_say("%s_%s: %s", migration->version, migration->name, pg_session_error(pg));
	buf_free(&script);
	return good;
}

static bool says_yes(struct ctl *ctl, const struct pg_statement *question)
{
	struct pg_result *result = ctl_run(ctl, question, NULL);
	if (!result)
		exit(EXIT_CODE_FAILED);
	bool yes = pg_get_bool(result, 0, 0);
	pg_result_free(result);
	return yes;
}

/* Each time, for a role may have come meanwhile. */
static bool grant_rights(struct ctl *ctl)
{
	if (!says_yes(ctl, &migrations_rights_exist))
		return true;
	struct pg_result *missing = ctl_run(ctl, &migrations_rights, NULL);
	if (missing && *pg_get_text(missing, 0, 0))
		ctl_say("no such role: %s (an administrator's step: roles.sql, beside the migrations; then db up again)",
		    pg_get_text(missing, 0, 0));
	pg_result_free(missing);
	return missing != NULL;
}

enum exit_code db_up(struct ctl *ctl)
{
	struct work work;
	int done = 0;
	bool good = work_begin(&work, ctl, true);
	for (int i = 0; good && i < work.count; i++) {
		const struct migration *migration = &work.migrations[i];
		if (is_applied(&work, migration->version))
			continue;
		good = apply(&work, migration, true);
		done += good;
	}
	good = good && grant_rights(ctl);
	if (good && !done)
		ctl_say("all %d migrations are applied", work.count);
	work_end(&work);
	return good ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

enum exit_code db_down(struct ctl *ctl)
{
	struct work work;
	bool all = ctl_flag(ctl, "all"), good;
	if (!ctl_confirm(
		ctl, all ? "Take every migration back, and all data with them?" : "Take the last migration back, and its data?"))
		return EXIT_CODE_USAGE;
	good = work_begin(&work, ctl, true);
	for (int i = work.count - 1; good && i >= 0; i--) {
		const struct migration *migration = &work.migrations[i];
		if (!is_applied(&work, migration->version))
			continue;
		good = apply(&work, migration, false);
		if (!all)
			break;
	}
	work_end(&work);
	return good ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static void status_print(const struct work *work)
{
	static const char *const headings[] = {"version", "name", "state"};
	struct table *table = table_new(3, headings);
	struct buf json = BUF_EMPTY;
	for (int i = 0; i < work->count; i++) {
		const struct migration *migration = &work->migrations[i];
		const char *state = is_applied(work, migration->version) ? "applied" : "missing";
		table_cell(table, migration->version);
		table_cell(table, migration->name);
		table_cell(table, state);
		buf_printf(&json, "%s{\"version\": \"%s\", \"name\": ", i ? ", " : "", migration->version);
		buf_json_string(&json, migration->name, strlen(migration->name));
		buf_printf(&json, ", \"state\": \"%s\"}", state);
	}
	if (ctl_json(work->ctl))
		printf("[%s]\n", buf_string(&json));
	else
		table_print(table, "");
	table_free(table);
	buf_free(&json);
}

enum exit_code db_status(struct ctl *ctl)
{
	struct work work;
	if (!work_begin(&work, ctl, false))
		return EXIT_CODE_FAILED;
	if (says_yes(ctl, &migrations_exists) && !read_applied(&work))
		return EXIT_CODE_FAILED;
	int missing = 0;
	for (int i = 0; i < work.count; i++)
		missing += !is_applied(&work, work.migrations[i].version);
	status_print(&work);
	work_end(&work);
	return missing ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* A password does not belong into an argument, which every user of the machine may read. */
static char *hide_password(const char *dsn)
{
	char *copy = xstrdup(dsn), *at = strstr(copy, "password=");
	if (strstr(dsn, "://") && strchr(dsn, '@'))
		die("db dump takes no URI with a password in it: use keywords, or PGPASSWORD");
	if (!at)
		return copy;
	char *value = at + strlen("password="), *end = value + strcspn(value, " ");
	char *password = strndup(value, (size_t)(end - value));
	setenv("PGPASSWORD", password, 1);
	free(password);
	memset(at, ' ', (size_t)(end - at));
	return copy;
}

/* Lines that differ from run to run are left out, so that equal schemas give equal dumps. */
enum exit_code db_dump(struct ctl *ctl)
{
	char *dsn = hide_password(ctl_flag(ctl, "dsn")), *line = NULL;
	const char *folder = getenv("OMBUD_POSTGRES_BIN");
	char path[8192];
	size_t room = 0;
	snprintf(path, sizeof path, "%s:%s", folder ? folder : "", getenv("PATH") ? getenv("PATH") : "/usr/bin");
	setenv("PATH", path, 1);
	setenv("OMBUDCTL_DUMP", dsn, 1);
	free(dsn);
	FILE *dump = popen("exec pg_dump --schema-only --no-owner --no-privileges --dbname=\"$OMBUDCTL_DUMP\"", "re");
	if (!dump)
		return EXIT_CODE_FAILED;
	while (getline(&line, &room, dump) >= 0)
		if (strncmp(line, "\\restrict", 9) && strncmp(line, "\\unrestrict", 11) && strncmp(line, "-- Dumped", 9))
			fputs(line, stdout);
	free(line);
	return pclose(dump) ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}
