/* Flags and where their values come from; messages; the database. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/base/value.h"
#include "common/base/zone.h"
#include "common/model/clock.h"
#include "common/model/services.h"
#include "common/model/target.h"
#include "common/model/topics.h"
#include "common/store/refusals.h"
#include "services/ombudctl/ctl.h"
#include "services/ombudctl/words.h"

/* The names of a term from 1 on; 0 is none. */
static bool check_name(const char *text, const char *(*name)(unsigned value), unsigned count, char *error, size_t error_size)
{
	struct buf names = BUF_EMPTY;
	for (unsigned value = 1; value < count; value++)
		buf_printf(&names, "%s%s", value > 1 ? "|" : "", name(value));
	bool good = value_check_choice(text, buf_string(&names), error, error_size);
	buf_free(&names);
	return good;
}

static bool check_stage(const char *text, char *error, size_t error_size)
{
	return check_name(text, stage_name, STAGE_COUNT, error, error_size);
}

static bool check_clock_state(const char *text, char *error, size_t error_size)
{
	return check_name(text, clock_state_name, CLOCK_STATE_COUNT, error, error_size);
}

static bool check_place(const char *text, char *error, size_t error_size)
{
	if (!strcmp(text, "beginning") || !strcmp(text, "end"))
		return true;
	size_t digits = strspn(text, "0123456789");
	if (digits && digits < 19 && !text[digits])
		return true;
	snprintf(error, error_size, "%s", tongue("is neither beginning nor end nor an offset"));
	return false;
}

static bool check_lang(const char *text, char *error, size_t error_size)
{
	size_t size = strcspn(text, "-_.");
	if (size == 2 && (!strncmp(text, "zh", 2) || !strncmp(text, "en", 2)))
		return true;
	snprintf(error, error_size, tongue("unknown value \"%s\": want zh-CN or en"), text);
	return false;
}

static bool check_zone(const char *text, char *error, size_t error_size)
{
	if (zone_known(text))
		return true;
	snprintf(error, error_size, tongue("no time zone \"%s\" on this machine"), text);
	return false;
}

static bool check_instant(const char *text, char *error, size_t error_size)
{
	int64_t instant_us;
	if (instant_parse(text, strlen(text), &instant_us))
		return true;
	snprintf(error, error_size, tongue("\"%s\" is no instant: 2026-11-02T09:00:00Z"), text);
	return false;
}

static bool check_cursor(const char *text, char *error, size_t error_size)
{
	struct refusals_cursor cursor;
	if (refusals_cursor_read(text, &cursor))
		return true;
	snprintf(error, error_size, tongue("\"%s\" is not what a page ended with"), text);
	return false;
}

static bool check_target(const char *text, char *error, size_t error_size)
{
	struct clock_target target;
	const char *wrong = target_parse(text, &target);
	if (!wrong)
		return true;
	snprintf(error, error_size, "\"%s\": %s", text, tongue(wrong));
	return false;
}

static bool check_now_or_instant(const char *text, char *error, size_t error_size)
{
	return !strcmp(text, "now") || check_instant(text, error, error_size);
}

#define MISSING(variable) "must be given, here, as " variable ", in a daemon's --config, or in env.sh of the working folder"

/* Of two rows of one name a command takes that of its noun. */
static const struct {
	struct flag flag;
	const char *noun; /* of its commands only; NULL: of all others that list it */
} table[] = {
    {{"after", 0, "CURSOR", {NULL}, NULL, "what the page before ended with", .check = check_cursor}},
    {{"all", 0, NULL, {NULL}, NULL, "all of them"}},
    {{"applied", 0, "CONNINFO", {NULL}, NULL,
	"the database whose newest version of the platform is compared with this machine's time zone data",
	.check = pg_conninfo_check}},
    {{"at", 0, "PLACE", {NULL}, NULL, "beginning, end, or the offset to read next",
	.missing = "must be given: beginning, end or an offset", .check = check_place}},
    {{"brokers", 0, "LIST", {"OMBUD_BROKERS", "OMBUD_KAFKA__BOOTSTRAP_SERVERS"}, NULL, "Kafka's bootstrap servers",
	.missing = MISSING("OMBUD_BROKERS")}},
    {{"calendar", 0, "CALENDAR", {NULL}, NULL, "a calendar of the platform, or a calendar's file",
	.missing = "must be given: a calendar of the platform, or a calendar's file"}},
    {{"check", 0, NULL, {NULL}, NULL, "compare with what is stored; nothing is written"}},
    {{"config", 'c', "FILE", {"OMBUD_CONFIG"}, NULL,
	"a daemon's configuration: where database and broker are, TLS and SASL; user and password of the database are not taken",
	.check = value_check_file}},
    {{"default", 0, "FOLDER", {NULL}, NULL, "the platform under it; else default beside it", .check = value_check_folder}},
    {{"dir", 0, "DIR", {"OMBUD_DIR"}, ".ombud", "working folder whose env.sh says where database and broker are",
	.check = value_check_folder}},
    {{"dsn", 0, "CONNINFO", {"OMBUD_DSN", "OMBUD_POSTGRES__DSN"}, NULL, "the database, as role ombud_operator or ombud_reader",
	.missing = MISSING("OMBUD_DSN"), .check = pg_conninfo_check}},
    {{"dsn", 0, "CONNINFO", {"OMBUD_DSN_MIGRATION", "OMBUD_DSN"}, NULL, "the database, as role ombud_migration",
	 .missing = MISSING("OMBUD_DSN_MIGRATION"), .check = pg_conninfo_check},
	"db"},
    {{"dry-run", 0, NULL, {NULL}, NULL, "only list them, and say how many"}},
    {{"effective-from", 0, "INSTANT", {NULL}, NULL,
	"from when on it holds: an instant (2026-11-02T09:00:00Z), or now; else two minutes from now, so that every copy knows it",
	.check = check_now_or_instant}},
    {{"encoding", 0, "NAME", {NULL}, "json", "of the records", .choices = "json|protobuf|confluent"}},
    {{"from", 0, "VERSION", {NULL}, NULL, "refused when another version is the platform's newest; 0: it has none",
	.most = INT32_MAX}},
    {{"from", 0, "INSTANT", {NULL}, NULL, "when it begins (2026-11-02T09:00:00Z)",
	 .missing = "must be given: an instant, as 2026-11-02T09:00:00Z", .check = check_instant},
	"due"},
    {{"from-shard", 0, "N", {NULL}, NULL, "of a topic of hops: the shard whose number --number is",
	.most = TOPIC_PARTITIONS_MAX - 1}},
    {{"kafka", 0, "K=V[,K=V]", {"OMBUDCTL_KAFKA"}, "", "settings for librdkafka, TLS for instance"}},
    {{"key", 0, "KEY", {NULL}, NULL, "of this key: an order, or a complaint by its id"}},
    {{"lang", 0, "LANG", {"OMBUDCTL_LANG"}, NULL, "the locale's when not named", .check = check_lang}},
    {{"lang", 0, "LIST", {NULL}, NULL, "languages of the letters; else the platform's", .check = NULL}, "letter"},
    {{"least", 0, "N", {NULL}, "0", "with fewer records the answer is unknown", .most = INT64_MAX}},
    {{"ledger", 0, "FILE", {NULL}, NULL, "where to write what was attempted, one JSON object a line"}},
    {{"limit", 0, "N", {NULL}, "50", "rows at most", .least = 1, .most = 1000000}},
    {{"migrations", 0, "DIR", {"OMBUD_MIGRATIONS"}, NULL, "folder of the migrations; else it is looked for beside the program",
	.check = value_check_folder}},
    {{"number", 0, "N", {NULL}, NULL, "the number of the fact that is next to come, when those before it are not missed",
	.least = 1, .most = INT64_MAX}},
    {{"open", 0, "WHAT", {NULL}, NULL,
	"complaints that are open keep the version they go by, or are moved, each by a fact; else apply keeps and retire moves",
	.choices = "keep|move"}},
    {{"order", 0, "ORDER", {NULL}, NULL, "of this order only"}},
    {{"output", 'o', "FORM", {NULL}, "table", "what is printed", .choices = "table|json"}},
    {{"partitions", 0, "N", {"OMBUD_TOPICS__PARTITIONS"}, "8", "partitions of each topic", .least = 1,
	.most = TOPIC_PARTITIONS_MAX}},
    {{"platform", 0, "FOLDER", {NULL}, NULL, "a platform's folder whose words are used; else what is applied",
	.check = value_check_folder}},
    {{"platform", 0, "FOLDER", {NULL}, NULL, "the platform whose calendar it is; else the one that Ombud comes with",
	 .check = value_check_folder},
	"due"},
    {{"platform", 0, "PLATFORM", {NULL}, NULL, "whose publishers' it is", .missing = "must be given: a platform's id"}, "refusal"},
    {{"prefix", 0, "TEXT", {"OMBUD_TOPICS__PREFIX"}, "", "before each topic's name", .check = topic_prefix_check}},
    {{"reason", 0, "CODE", {NULL}, NULL, "with this code, as dlt list shows it"}},
    {{"replication", 0, "N", {NULL}, "1", "copies of each topic", .least = 1, .most = 100}},
    {{"schema-id", 0, "N", {NULL}, "1", "schema id in Confluent frames", .most = INT32_MAX}},
    {{"since", 0, "INSTANT", {NULL}, NULL, "not parked before it (2026-11-02T09:00:00Z)", .check = check_instant}},
    {{"source", 0, "SOURCE", {NULL}, NULL, "of this publisher: the CloudEvent's source"}},
    {{"stage", 0, "STAGE", {NULL}, NULL, "in this stage only", .check = check_stage}},
    {{"state", 0, "STATE", {NULL}, NULL, "in this state only", .check = check_clock_state}, "clock"},
    {{"state", 0, "STATE", {NULL}, NULL, "in this state only", .choices = "coming|running|paused|cancelled|done"}, "campaign"},
    {{"state", 0, "STATE", {NULL}, NULL, "in this state only", .choices = "parked|replayed|discarded"}, "dlt"},
    {{"target", 0, "TARGET", {NULL}, NULL, "N hours (elapsed), N business minutes, N business hours or N business days",
	.missing = "must be given: N hours, N business minutes, N business hours or N business days", .check = check_target}},
    {{"topic", 0, "TOPIC", {NULL}, NULL, "of this topic; only ombud.inbox.v1 can be replayed"}, "dlt"},
    {{"topic", 0, "TOPIC", {NULL}, NULL, "the topic whose place it is; the one that stopped the shard when not named"}},
    {{"type", 0, "TYPE", {NULL}, NULL, "CloudEvents of this type: ComplaintFiled, or in full"}},
    {{"until", 0, "INSTANT", {NULL}, NULL, "parked before it", .check = check_instant}},
    {{"workdir", 0, "DIR", {NULL}, NULL, "folder of the publishers' ledgers (ledger*.ndjson); the working folder when not named",
	.check = value_check_folder}},
    {{"zone", 0, "ZONE", {NULL}, NULL, "time zone of instants in letters; else the platform's", .check = check_zone}},
    {{"yes", 'y', NULL, {NULL}, NULL, "do not ask"}},
};

static const char common_flags[] = "dir lang output";

static bool listed(const char *list, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += size)
		if ((at == list || at[-1] == ' ') && (at[size] == ' ' || !at[size]))
			return true;
	return false;
}

static bool has_own_row(const char *noun, const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].noun && !strcmp(table[i].noun, noun) && !strcmp(table[i].flag.name, name))
			return true;
	return false;
}

void ctl_take_rows(struct ctl *ctl)
{
	const struct command *command = ctl->command;
	int count = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *name = table[i].flag.name;
		bool taken = table[i].noun ? !strcmp(table[i].noun, command->noun) : !has_own_row(command->noun, name);
		if (taken && (listed(common_flags, name) || listed(command->flags, name)))
			ctl->rows[count++] = table[i].flag;
	}
}

bool ctl_takes(const struct ctl *ctl, const char *name)
{
	return listed(ctl->command->flags, name);
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

void ctl_read_env_file(struct ctl *ctl)
{
	for (int i = 0; ctl->rows[i].name; i++) {
		const char *variable = ctl->rows[i].env[0];
		if (!variable || ctl->flags.values[i] || !strcmp(ctl->rows[i].name, "dir"))
			continue;
		ctl->flags.values[i] = env_file_value(ctl_flag(ctl, "dir"), variable);
		ctl->flags.places[i] = variable;
	}
}

const char *ctl_flag(const struct ctl *ctl, const char *name)
{
	return flags_text(&ctl->flags, name);
}

int64_t ctl_number(const struct ctl *ctl, const char *name)
{
	return flags_number(&ctl->flags, name);
}

bool ctl_json(const struct ctl *ctl)
{
	return !strcmp(ctl_flag(ctl, "output"), "json");
}

const char *ctl_service(const char *text)
{
	int index = service_index(text);
	if (index < 0)
		die("there is no service %s (ombudctl service list)", text);
	return service_rows[index].name;
}

int ctl_shard(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);
	if (!*text || *end || number < 0 || number >= TOPIC_PARTITIONS_MAX)
		die("'%s' is no shard: a partition's number", text);
	return (int)number;
}

const char *ctl_who(void)
{
	static char text[128];
	char host[64] = "";
	gethostname(host, sizeof host - 1);
	snprintf(text, sizeof text, "uid %u on %s", (unsigned)getuid(), host);
	return text;
}

/* ---- speaking, and the database ---- */

void ctl_say(const char *format, ...)
{
	struct buf text = BUF_EMPTY;
	va_list args;
	va_start(args, format);
	buf_vprintf(&text, words_in_use(format), args);
	va_end(args);
	char *line = buf_take(&text);
	fprintf(stderr, "ombudctl: %s\n", utf8_blank_unseen(line)); /* ids and reasons in it are others' words */
	free(line);
}

static bool ask(const char *question)
{
	char answer[8] = "";
	if (!isatty(0)) {
		ctl_say("%s Say --yes.", question);
		return false;
	}
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof answer, stdin) && tolower((unsigned char)answer[0]) == 'y';
}

bool ctl_confirm(const struct ctl *ctl, const char *format, ...)
{
	struct buf question = BUF_EMPTY;
	va_list args;
	va_start(args, format);
	buf_vprintf(&question, words_in_use(format), args);
	va_end(args);
	bool yes = ctl_flag(ctl, "yes") || ask(buf_string(&question));
	buf_free(&question);
	return yes;
}

struct pg_session *ctl_pg(struct ctl *ctl)
{
	char error[512];
	if (ctl->pg)
		return ctl->pg;
	ctl->pg = pg_session_open(ctl_flag(ctl, "dsn"), "ombudctl", error, sizeof error);
	if (!ctl->pg) {
		ctl_say("the database cannot be reached: %s", error);
		exit(ctl->unreachable ? ctl->unreachable : EXIT_CODE_FAILED);
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

const char *ctl_data_folder(const char *name)
{
	static const char *const places[] = {"/../../deploy/", "/../share/ombud/", NULL};
	static char path[4200];
	for (int i = 0; places[i]; i++) {
		snprintf(path, sizeof path, "%s%s%s", ctl_program_folder(), places[i], name);
		if (!access(path, R_OK))
			return path;
	}
	snprintf(path, sizeof path, "/etc/ombud/%s", name);
	return access(path, R_OK) ? NULL : path;
}
