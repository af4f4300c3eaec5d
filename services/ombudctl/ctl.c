/* Flags and where their values come from; messages; the database. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/ombudctl/ctl.h"

const struct flag ctl_flags[] = {
    {"all", 0, NULL, {NULL}, NULL, "all of them"},
    {"brokers", 0, "LIST", {"OMBUD_BROKERS", "OMBUD_KAFKA__BOOTSTRAP_SERVERS"}, NULL, "Kafka's bootstrap servers"},
    {"dir", 0, "DIR", {"OMBUD_DIR"}, ".ombud", "working folder whose env.sh says where database and broker are"},
    {"dsn", 0, "CONNINFO", {"OMBUD_DSN", "OMBUD_POSTGRES__DSN"}, NULL, "the database"},
    {"encoding", 0, "NAME", {NULL}, "json", "json, protobuf or confluent"},
    {"kafka", 0, "K=V[,K=V]", {"OMBUDCTL_KAFKA"}, "", "settings for librdkafka, TLS for instance"},
    {"lang", 0, "LANG", {"OMBUDCTL_LANG"}, NULL, "zh or en; the locale's when not named"},
    {"least", 0, "N", {NULL}, "0", "with fewer records the answer is unknown"},
    {"ledger", 0, "FILE", {NULL}, NULL, "where to write what was attempted, one JSON object a line"},
    {"limit", 0, "N", {NULL}, "50", "rows at most"},
    {"migrations", 0, "DIR", {"OMBUD_MIGRATIONS"}, NULL, "folder of the migrations; else it is looked for beside the program"},
    {"order", 0, "ORDER", {NULL}, NULL, "of this order only"},
    {"output", 'o', "FORM", {NULL}, "table", "table or json"},
    {"partitions", 0, "N", {"OMBUD_TOPICS__PARTITIONS"}, "8", "partitions of each topic"},
    {"prefix", 0, "TEXT", {"OMBUD_TOPICS__PREFIX"}, "", "before each topic's name"},
    {"replication", 0, "N", {NULL}, "1", "copies of each topic"},
    {"schema-id", 0, "N", {NULL}, "1", "schema id in Confluent frames"},
    {"stage", 0, "STAGE", {NULL}, NULL, "in this stage only"},
    {"state", 0, "STATE", {NULL}, NULL, "in this state only"},
    {"workdir", 0, "DIR", {NULL}, NULL, "folder of the publishers' ledgers (ledger*.ndjson); the working folder when not named"},
    {"yes", 'y', NULL, {NULL}, NULL, "do not ask"},
    {NULL, 0, NULL, {NULL}, NULL, NULL},
};

static int flag_row(const char *name)
{
	for (int i = 0; ctl_flags[i].name; i++)
		if (!strcmp(ctl_flags[i].name, name))
			return i;
	bug("no flag %s", name);
}

/* export NAME='VALUE' in the working folder's env.sh, as deploy/local/env writes it. Kept for the program's life. */
static const char *env_file_value(const char *folder, const char *name)
{
	char path[4096], line[4096], start[128];
	snprintf(path, sizeof path, "%s/env.sh", folder);
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	int size = snprintf(start, sizeof start, "export %s='", name);
	char *value = NULL;
	while (!value && fgets(line, sizeof line, file)) {
		char *end = strrchr(line, '\'');
		if (!strncmp(line, start, (size_t)size) && end >= line + size) {
			*end = 0;
			value = xstrdup(line + size);
		}
	}
	fclose(file);
	return value;
}

const char *ctl_flag(const struct ctl *ctl, const char *name)
{
	int row = flag_row(name);
	const struct flag *flag = &ctl_flags[row];
	if (ctl->values[row])
		return ctl->values[row];
	for (int i = 0; i < 2 && flag->env[i]; i++)
		if (getenv(flag->env[i]))
			return getenv(flag->env[i]);
	const char *value = NULL;
	if (flag->env[0] && strcmp(name, "dir"))
		value = env_file_value(ctl_flag(ctl, "dir"), flag->env[0]);
	return value ? value : flag->initial;
}

const char *ctl_need(const struct ctl *ctl, const char *name)
{
	const char *value = ctl_flag(ctl, name);
	if (!value)
		die("no --%s given, no %s in the environment, and no env.sh in %s (make run leaves one)", name,
		    ctl_flags[flag_row(name)].env[0], ctl_flag(ctl, "dir"));
	return value;
}

long ctl_number(const struct ctl *ctl, const char *name, long least, long most)
{
	const char *text = ctl_need(ctl, name);
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (errno || *end || end == text || number < least || number > most)
		die("--%s wants a number from %ld to %ld, not '%s'", name, least, most, text);
	return number;
}

const char *ctl_choice(const struct ctl *ctl, const char *name, const char *const *known)
{
	const char *value = ctl_flag(ctl, name);
	struct buf list = BUF_EMPTY;
	for (int i = 0; value && known[i]; i++) {
		if (!strcmp(known[i], value)) {
			buf_free(&list);
			return value;
		}
		buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
	}
	if (value)
		die("--%s: no '%s'; there are %s", name, value, buf_string(&list));
	return NULL;
}

bool ctl_switch(const struct ctl *ctl, const char *name)
{
	return ctl->values[flag_row(name)] != NULL;
}

bool ctl_json(const struct ctl *ctl)
{
	const char *form = ctl_flag(ctl, "output");
	if (strcmp(form, "json") && strcmp(form, "table"))
		die("--output is table or json, not '%s'", form);
	return !strcmp(form, "json");
}

/* ---- speaking, and the database ---- */

void ctl_say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("ombudctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

bool ctl_confirm(const struct ctl *ctl, const char *question)
{
	char answer[8] = "";
	if (ctl_switch(ctl, "yes"))
		return true;
	if (!isatty(0)) {
		ctl_say("%s Say --yes.", question);
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof answer, stdin) && tolower((unsigned char)answer[0]) == 'y';
}

struct pg_session *ctl_pg(struct ctl *ctl)
{
	char error[512];
	if (ctl->pg)
		return ctl->pg;
	ctl->pg = pg_session_open(ctl_need(ctl, "dsn"), "ombudctl", error, sizeof error);
	if (!ctl->pg) {
		ctl_say("the database cannot be reached: %s", error);
		exit(EXIT_CODE_FAILED);
	}
	if (!pg_session_script(ctl->pg, "set timezone = 'UTC'; set client_min_messages = warning"))
		ctl_say("%s", pg_session_error(ctl->pg));
	return ctl->pg;
}

struct pg_result *ctl_run(struct ctl *ctl, const struct pg_statement *statement, struct pg_args *args)
{
	struct pg_result *result = pg_session_run(ctl_pg(ctl), statement, args);
	if (!result && pg_session_undefined(ctl->pg))
		ctl_say("the database has not all that Ombud needs: %s (ombudctl db status, db up)", pg_session_error(ctl->pg));
	else if (!result)
		ctl_say("%s: %s", statement->name, pg_session_error(ctl->pg));
	return result;
}

const char *ctl_program_folder(void)
{
	static char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
	if (size <= 0)
		return ".";
	path[size] = 0;
	char *slash = strrchr(path, '/');
	if (slash)
		*slash = 0;
	return path;
}
