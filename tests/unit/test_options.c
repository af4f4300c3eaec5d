/* Where values come from, which wins, and every mistake told at once. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/daemon/options.h"
#include "common/io/http_server.h"
#include "common/io/kafka.h"
#include "common/io/pg.h"
#include "tests/unit/check.h"

static const struct option base_rows[] = {
    {"clock.source", OPTION_CHOICE, "database", .choices = "database|virtual", .help = "where now comes from"},
    {"dev.mock", OPTION_BOOL, "false", .help = "the broker is the mock"}, {"lanes", OPTION_INTEGER, "2", 1, 8, .help = "lanes"},
    {"log.level", OPTION_CHOICE, "info", .choices = "debug|info|warn|error", .reload = true, .help = "least level"},
    {"postgres.dsn", OPTION_TEXT, NULL, .secret = true, .help = "where PostgreSQL is"}, {0}};
static const struct option own_rows[] = {{"rules.file", OPTION_FILE, "rules.yaml", .reload = true, .help = "the rules"},
    {"batch.count", OPTION_INTEGER, "500", 1, 500, .unit = "records", .reload = true, .help = "most in a batch"}, {0}};
static const struct option *const rows[] = {base_rows, own_rows, NULL};

/* One reading: a file's text (NULL: none), environment and arguments ("" ends), then what is asked for. */
struct reading {
	const char *file;
	const char *environment[6];
	char *arguments[6];
	const char *asked;                /* option to print; NULL: options_print */
	const struct option *const *rows; /* NULL: those above */
};

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (file == NULL)
		exit(99);
	fputs(text, file);
	fclose(file);
}

static void read_options(void *context)
{
	const struct reading *reading = context;
	char *argv[12] = {"ombud-test"};
	int argc = 1;
	enum options_action action;

	clearenv();
	if (reading->file != NULL) {
		write_file("test.yaml", reading->file);
		argv[argc++] = "--config";
		argv[argc++] = "./test.yaml";
	}
	for (int i = 0; reading->environment[i] != NULL; i++)
		putenv((char *)reading->environment[i]);
	for (int i = 0; reading->arguments[i] != NULL; i++)
		argv[argc++] = reading->arguments[i];
	struct problems problems = {0};
	struct options *options = options_read("ombud-test", reading->rows ? reading->rows : rows, argc, argv, &action, &problems);
	if (problems.count > 0) {
		problems_print(&problems);
		_exit(2);
	}
	if (reading->asked != NULL)
		printf("%s\n", options_text(options, reading->asked));
	else
		options_print(options);
	options_free(options);
}

static void check_read(const char *name, const struct reading *reading, const char *want, int code)
{
	char output[4000];
	int got = run_in_child(read_options, (void *)(uintptr_t)reading, output, sizeof output);
	check_text(name, output, want);
	check_number(want, got, code);
}

#define DSN "OMBUD_POSTGRES__DSN=host=db password=x"

static void test_the_stronger_source_wins(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{NULL, {DSN}, {NULL}, "lanes"}, "2\n"},
	    {{"lanes: 3\n", {DSN}, {NULL}, "lanes"}, "3\n"},
	    {{"lanes: 3\n", {DSN, "OMBUD_LANES=4"}, {NULL}, "lanes"}, "4\n"},
	    {{"lanes: 3\n", {DSN, "OMBUD_LANES=4"}, {"--lanes=5"}, "lanes"}, "5\n"},
	    {{"lanes: 3\n", {DSN, "OMBUD_LANES=4"}, {"--lanes", "6"}, "lanes"}, "6\n"},
	    {{"lanes:\n", {DSN}, {NULL}, "lanes"}, "2\n"},
	    {{"log:\n", {DSN}, {NULL}, "log.level"}, "info\n"},
	    {{"log: {level: debug}\n", {DSN}, {NULL}, "log.level"}, "debug\n"},
	    {{NULL, {DSN}, {"--log-level", "warn"}, "log.level"}, "warn\n"},
	    {{NULL, {DSN}, {"--postgres.dsn="}, "postgres.dsn"}, "\n"},
	    {{NULL, {DSN}, {"--postgres.dsn=a=b"}, "postgres.dsn"}, "a=b\n"},
	    {{"rules: {file: r.yaml}\n", {DSN}, {NULL}, "rules.file"}, "./r.yaml\n"},
	    {{"rules: {file: /etc/r.yaml}\n", {DSN}, {NULL}, "rules.file"}, "/etc/r.yaml\n"},
	    {{NULL, {DSN, "OMBUD_RULES__FILE=r.yaml"}, {NULL}, "rules.file"}, "r.yaml\n"},
	    {{"postgres: {dsn: from-file}\n", {NULL}, {NULL}, "postgres.dsn"}, "from-file\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=secret"}, {NULL}, "postgres.dsn"}, "the secret\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=windows"}, {NULL}, "postgres.dsn"}, "the secret\n"},
	    {{NULL, {"CREDENTIALS_DIRECTORY=credentials"}, {NULL}, "postgres.dsn"}, "credential\n"},
	    {{NULL, {"CREDENTIALS_DIRECTORY=credentials", DSN}, {NULL}, "postgres.dsn"}, "host=db password=x\n"},
	    {{NULL, {DSN, "OMBUD_FAIL=x", "OMBUD_OTHER__THING=1"}, {NULL}, "lanes"}, "2\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		check_read(table[i].want, &table[i].reading, table[i].want, 0);
}

static void test_print_masks_secrets(void **state)
{
	static const struct reading reading = {"kafka: {bootstrap.servers: 'h:1', sasl.password: p}\n",
	    {DSN, "OMBUD_KAFKA__SOCKET_NAGLE_DISABLE=true", "OMBUD_KAFKA__SSL_KEY_PEM=k"}, {"--kafka.bootstrap.servers=h:2"}, NULL};
	check_read("printed", &reading,
	    "batch:\n  count: 500\nclock:\n  source: database\ndev:\n  mock: false\nlanes: 2\nlog:\n  level: info\n"
	    "postgres:\n  dsn: \"***\"\nrules:\n  file: \"rules.yaml\"\n"
	    "kafka:\n  bootstrap.servers: \"h:2\"\n  sasl.password: \"***\"\n  socket.nagle.disable: \"true\"\n  ssl.key.pem: \"***\"\n",
	    0);
}

static void test_every_mistake_is_told(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{NULL, {NULL}, {NULL}}, "ombud-test: postgres.dsn: must be given\n"},
	    {{"lanes: 9\nlog: {levl: x}\npostgress: {dsn: x}\nclock: {source: atomic}\ndev: {mock: yes}\nlanes2: 1\n", {NULL},
		 {NULL}},
		"./test.yaml:1:8: lanes: 9 is out of bounds, want 1 to 8\n"
		"./test.yaml:2:7: unknown option \"log.levl\"; did you mean \"log.level\"?\n"
		"./test.yaml:3:1: unknown option \"postgress\"; did you mean \"postgres\"?\n"
		"./test.yaml:4:17: clock.source: unknown value \"atomic\", want one of database|virtual\n"
		"./test.yaml:5:13: dev.mock: unknown value \"yes\", want one of true|false\n"
		"./test.yaml:6:1: unknown option \"lanes2\"; did you mean \"lanes\"?\n"},
	    {{"batch: 3\nkafka: [a]\nlog: {level: [a]}\n", {DSN}, {NULL}}, "./test.yaml:1:8: want a map, got a text\n"
									   "./test.yaml:2:8: want a map, got a list\n"
									   "./test.yaml:3:14: want a text, got a list\n"},
	    {{"a: [\n", {DSN}, {NULL}}, "./test.yaml:2:1: while parsing a flow node, did not find expected node content\n"},
	    {{NULL, {DSN, "OMBUD_BATCH__COUNT=501"}, {NULL}},
		"OMBUD_BATCH__COUNT: batch.count: 501 is out of bounds, want 1 to 500 records\n"},
	    {{NULL, {DSN, "OMBUD_BATCH__CONT=1"}, {NULL}},
		"OMBUD_BATCH__CONT: unknown option \"batch.cont\"; did you mean \"batch.count\"?\n"},
	    {{NULL, {DSN, "OMBUD_POSTGRES__DSN_FILE=secret"}, {NULL}},
		"OMBUD_POSTGRES__DSN_FILE: OMBUD_POSTGRES__DSN is set as well\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=nowhere"}, {NULL}},
		"OMBUD_POSTGRES__DSN_FILE: nowhere: No such file or directory\n"},
	    {{NULL, {DSN}, {"--lanes=x", "--lans=1", "--lanes"}}, "--lanes: lanes: \"x\" is not a whole number\n"
								  "--lans: unknown option; did you mean --lanes?\n"
								  "--lanes: wants a value\n"},
	    {{NULL, {DSN}, {"--nope", "--lanes=x"}}, "--nope: unknown option\n--lanes: lanes: \"x\" is not a whole number\n"},
	    {{NULL, {DSN}, {"--nope", "2", "--lanes", "--log-levl", "warn"}},
		"--nope: unknown option\n--lanes: wants a value\n--log-levl: unknown option; did you mean --log.level?\n"},
	    {{NULL, {DSN}, {"--chek-config", "--config", "--lanes=-1"}},
		"--config: wants a value\n--chek-config: unknown option; did you mean --check-config?\n"
		"--lanes: lanes: -1 is out of bounds, want 1 to 8\n"},
	    {{NULL, {DSN}, {"stray", "-x"}},
		"stray: want options as --section.key=value\n-x: want options as --section.key=value\n"},
	    {{NULL, {DSN, "OMBUD_LOG_LEVEL=debug", "OMBUD_BATCH_COUNT=1", "OMBUD_LANES_=1"}, {NULL}},
		"OMBUD_LOG_LEVEL: unknown option; did you mean OMBUD_LOG__LEVEL?\n"
		"OMBUD_BATCH_COUNT: unknown option; did you mean OMBUD_BATCH__COUNT?\n"},
	    {{NULL, {"OMBUD_POSTGRES_DSN=x"}, {NULL}}, "OMBUD_POSTGRES_DSN: unknown option; did you mean OMBUD_POSTGRES__DSN?\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=/tmp"}, {NULL}}, "OMBUD_POSTGRES__DSN_FILE: /tmp: Is a directory\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=open"}, {NULL}},
		"OMBUD_POSTGRES__DSN_FILE: open: everybody may write it; take that right away (chmod o-w)\n"},
	    {{NULL, {"OMBUD_POSTGRES__DSN_FILE=/dev/zero"}, {NULL}},
		"OMBUD_POSTGRES__DSN_FILE: /dev/zero: not a text, or too long\n"},
	    {{NULL, {DSN}, {"--config=", "--lanes=99999999999999999999"}},
		"--config: wants a value\n--lanes: lanes: 99999999999999999999 is out of bounds, want 1 to 8\n"},
	    {{NULL, {DSN, "OMBUD_CONFIG=nowhere.yaml"}, {NULL}}, "nowhere.yaml: No such file or directory\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		check_read("mistakes", &table[i].reading, table[i].want, 2);
}

static void test_actions_of_the_command_line(void **state)
{
	static const struct {
		char *argument;
		enum options_action want;
	} table[] = {
	    {"--check-config", OPTIONS_CHECK},
	    {"--print-config", OPTIONS_PRINT},
	    {"--healthcheck", OPTIONS_HEALTHCHECK},
	    {"--version", OPTIONS_VERSION},
	    {"--help", OPTIONS_HELP},
	    {"-h", OPTIONS_HELP},
	    {"--lanes=3", OPTIONS_RUN},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char *argv[] = {"ombud-test", table[i].argument, "--postgres.dsn=x", NULL};
		enum options_action action;
		struct problems problems = {0};
		struct options *options = options_read("ombud-test", rows, 3, argv, &action, &problems);
		check_text(table[i].argument, problems_text(&problems), "");
		check_number(table[i].argument, action, table[i].want);
		options_free(options);
	}
}

/* The checks that the daemons' own rows have. */
static const struct option checked_rows[] = {
    {"http.listen", OPTION_TEXT, "127.0.0.1:0", .check = http_listen_check, .help = "where"},
    {"postgres.dsn", OPTION_TEXT, "", .secret = true, .check = pg_conninfo_check, .help = "database"}, {0}};
static const struct option *const checked[] = {checked_rows, NULL};

static void test_what_a_text_must_be(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{"http: {listen: nonsense}\npostgres: {dsn: nonsense}\n", .rows = checked},
		"./test.yaml:1:16: http.listen: \"nonsense\" is not host:port, with a port of 0 to 65535\n"
		"./test.yaml:2:17: postgres.dsn: missing \"=\" after \"***\" in connection info string\n"},
	    {{NULL, {"OMBUD_HTTP__LISTEN=127.0.0.1:99999"}, {"--postgres.dsn=host=x hst=\"y\""}, .rows = checked},
		"OMBUD_HTTP__LISTEN: http.listen: \"127.0.0.1:99999\" is not host:port, with a port of 0 to 65535\n"
		"--postgres.dsn: postgres.dsn: invalid connection option \"***\"\n"},
	    {{NULL, {NULL}, {"--http.listen=:x", "--postgres.dsn=postgresql://[me:canary"}, .rows = checked},
		"--http.listen: http.listen: \":x\" is not host:port, with a port of 0 to 65535\n"
		"--postgres.dsn: postgres.dsn: end of string reached when looking for matching \"]\" in IPv6 host address in URI: "
		"\"***\"\n"},
	    {{NULL, {NULL}, {"--postgres.dsn=password=a canary\"7\"", "--http.listen=[::1]:0"}, .rows = checked},
		"--postgres.dsn: postgres.dsn: missing \"=\" after \"***\" in connection info string\n"},
	    {{NULL, {NULL}, {"--postgres.dsn=postgresql://me:canary@h:1/d?sslmode=disable", "--http.listen=[::1]:65535"},
		 "http.listen", checked},
		"[::1]:65535\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		check_read("checked", &table[i].reading, table[i].want, table[i].reading.asked ? 0 : 2);
}

/* A row may say more of one of the free map. */
static const struct option server_rows[] = {{"kafka.bootstrap.servers", OPTION_TEXT, NULL, .help = "where Kafka is"},
    {"lanes", OPTION_INTEGER, "2", 1, 8, .help = "lanes"}, {0}};
static const struct option *const servers[] = {server_rows, NULL};

static void test_where_kafka_is_must_be_given(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
		int code;
	} table[] = {
	    {{NULL, {NULL}, {NULL}, .rows = servers}, "ombud-test: kafka.bootstrap.servers: must be given\n", 2},
	    {{"kafka:\n  bootstrap.servers:\n  acks: all\nlanes: x\n", .rows = servers},
		"./test.yaml:4:8: lanes: \"x\" is not a whole number\n./test.yaml: kafka.bootstrap.servers: must be given\n", 2},
	    {{"kafak: {bootstrap.servers: h}\n", .rows = servers},
		"./test.yaml:1:1: unknown option \"kafak\"; did you mean \"kafka\"?\n", 2},
	    {{"lanes: [\n", .rows = servers}, "./test.yaml:2:1: while parsing a flow node, did not find expected node content\n",
		2},
	    {{"kafka: {acks: all}\n", {NULL}, {"--kafka.bootstrap.servers=h, [::1]:2,::1"}, "kafka.bootstrap.servers", servers},
		"h, [::1]:2,::1\n"},
	    {{"kafka.acks: all\n", {NULL}, {"--kafka.bootstrap.servers=h"}, NULL, servers},
		"lanes: 2\nkafka:\n  acks: \"all\"\n  bootstrap.servers: \"h\"\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		check_read("servers", &table[i].reading, table[i].want, table[i].code);
}

/* Whether a mistake may hide what the operator means by rules.file, lanes and the required postgres.dsn. */
static void ask_meant(void *context)
{
	const struct reading *reading = context;
	char *argv[8] = {"ombud-test", "--config", "test.yaml"};
	int argc = 3;
	enum options_action action;
	struct problems problems = {0};

	clearenv();
	write_file("test.yaml", reading->file);
	for (int i = 0; reading->arguments[i] != NULL; i++)
		argv[argc++] = reading->arguments[i];
	struct options *options = options_read("ombud-test", rows, argc, argv, &action, &problems);
	printf("%d %d%d%d\n", problems.count, options_meant(options, "rules.file"), options_meant(options, "lanes"),
	    options_meant(options, "postgres.dsn"));
	problems_free(&problems);
	options_free(options);
}

static void test_what_a_mistake_may_hide(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{"lanes: 1\n", {NULL}, {"--postgres.dsn=x"}}, "0 111\n"},
	    {{"lanes: 1\n", {NULL}, {NULL}}, "1 111\n"}, /* not set is told */
	    {{"lanes: many\nrules: {file: x}\n", {NULL}, {NULL}}, "2 101\n"},
	    {{"lanes: many\n", {NULL}, {"--lanes=3", "--postgres.dsn=x"}}, "1 111\n"},
	    {{"rules: {fil: x}\npostgress: {dsn: x}\n", {NULL}, {NULL}}, "2 010\n"},
	    {{"rules: {file: [x]}\npostgres: 3\n", {NULL}, {NULL}}, "2 010\n"},
	    {{"lanes: [\n", {NULL}, {"--rules.file=x"}}, "1 100\n"},
	    {{"lanes: 1\n", {NULL}, {"--rules.fil=x", "--nope", "--postgres.dsn=x"}}, "2 011\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char output[2000];
		check_number("code", run_in_child(ask_meant, (void *)&table[i].reading, output, sizeof output), 0);
		check_text(table[i].reading.file, output, table[i].want);
	}
}

static const struct option path_rows[] = {{"a.file", OPTION_FILE, "", .help = "may be none"},
    {"b.file", OPTION_FILE, "rules.yaml", .help = "must be one"}, {"c.folder", OPTION_FOLDER, "credentials", .help = "a folder"},
    {"d.folder", OPTION_FOLDER, "", .help = "may be none"}, {0}};
static const struct option *const paths[] = {path_rows, NULL};

static void tell_files(void *context)
{
	const struct reading *reading = context;
	char *argv[8] = {"ombud-test"};
	int argc = 1;
	enum options_action action;
	struct problems problems = {0};

	clearenv();
	for (int i = 0; reading->arguments[i] != NULL; i++)
		argv[argc++] = reading->arguments[i];
	struct options *options = options_read("ombud-test", paths, argc, argv, &action, &problems);
	options_check_files(options, &problems);
	printf("%s%d%d%d%d\n", problems_text(&problems), options_meant(options, "a.file"), options_meant(options, "b.file"),
	    options_meant(options, "c.folder"), options_meant(options, "d.folder"));
	problems_free(&problems);
	options_free(options);
}

static void test_files_and_folders_that_are_not_there(void **state)
{
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{.arguments = {"--b.file=secret"}}, "1111\n"},
	    {{.arguments = {NULL}}, "b.file: rules.yaml: No such file or directory\n1011\n"},
	    {{.arguments = {"--b.file=", "--c.folder="}},
		"b.file: \"\": No such file or directory\nc.folder: \"\": No such file or directory\n1001\n"},
	    {{.arguments = {"--a.file=credentials", "--b.file=secret", "--c.folder=secret", "--d.folder=nowhere"}},
		"a.file: credentials: Is a directory\nc.folder: secret: Not a directory\n"
		"d.folder: nowhere: No such file or directory\n0100\n"},
	    {{.arguments = {"--b.fil=x"}}, "--b.fil: unknown option; did you mean --b.file?\n1011\n"},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char output[2000];
		check_number("code", run_in_child(tell_files, (void *)&table[i].reading, output, sizeof output), 0);
		check_text(table[i].want, output, table[i].want);
	}
}

static void tell_kafka(void *context)
{
	const struct reading *reading = context;
	char *argv[] = {"ombud-test", "--config", "test.yaml", "--kafka.socket.timeout.ms=y", NULL};
	enum options_action action;
	struct kafka_settings settings = {0};
	struct problems problems = {0};

	clearenv();
	write_file("test.yaml", reading->file);
	putenv((char *)DSN);
	struct options *options = options_read("ombud-test", rows, reading->asked ? 3 : 4, argv, &action, &problems);
	settings.count = options_kafka(options, &settings.keys, &settings.values, &settings.places);
	kafka_settings_check(&settings, &problems);
	printf("%s", problems_text(&problems));
	problems_free(&problems);
	options_free(options);
}

static void test_every_wrong_kafka_setting_is_told(void **state)
{
#define NOT_HOST_PORT(text) "test.yaml:1:28: kafka.bootstrap.servers: \"" text "\" is not host:port, with a port of 1 to 65535\n"
	static const struct {
		struct reading reading;
		const char *want;
	} table[] = {
	    {{"lanes: 9\nkafka:\n  no.such: 1\n  acks: 1\n  socket.timeout.ms: x\n"},
		"test.yaml:1:8: lanes: 9 is out of bounds, want 1 to 8\n"
		"test.yaml:3:12: kafka.no.such: No such configuration property: \"no.such\"\n"
		"test.yaml:4:9: kafka.acks: acks is always all\n"
		"--kafka.socket.timeout.ms: kafka.socket.timeout.ms: Invalid value for configuration property \"socket.timeout.ms\"\n"},
	    {{"kafka:\n  delivery.timeout.ms: 300000\n  request.required.acks: 1\n  compression.type: lz4\n  linger.ms: 7\n"
	      "  message.timeout.ms: 0\n  acks: -1\n  enable.auto.commit: true\n",
		 .asked = "file"},
		"test.yaml:2:24: kafka.delivery.timeout.ms: message.timeout.ms is always 0\n"
		"test.yaml:3:26: kafka.request.required.acks: acks is always all\n"
		"test.yaml:8:23: kafka.enable.auto.commit: enable.auto.commit is always false\n"},
	    {{"kafka: {bootstrap.servers: 'h, [::1]:2,::1,h:65535'}\n", .asked = "file"}, ""},
	    {{"kafka: {bootstrap.servers: 'h:1,h:0'}\n", .asked = "file"}, NOT_HOST_PORT("h:0")},
	    {{"kafka: {bootstrap.servers: ''}\n", .asked = "file"}, NOT_HOST_PORT("")},
	    {{"kafka: {bootstrap.servers: 'http://h:9092'}\n", .asked = "file"}, NOT_HOST_PORT("http://h:9092")},
	    {{"kafka: {bootstrap.servers: 'h:9092x'}\n", .asked = "file"}, NOT_HOST_PORT("h:9092x")},
	    {{"kafka: {bootstrap.servers: 'h:65536'}\n", .asked = "file"}, NOT_HOST_PORT("h:65536")},
	    {{"kafka: {bootstrap.servers: ':9092'}\n", .asked = "file"}, NOT_HOST_PORT(":9092")},
	    {{"kafka: {bootstrap.servers: 'a b:1'}\n", .asked = "file"}, NOT_HOST_PORT("a b:1")},
	    {{"kafka: {security.protocol: sasl_ssl, sasl.mechanisms: PLAIN}\n", .asked = "file"},
		"kafka: sasl.username and sasl.password must be set\n"},
	    {{"kafka: {security.protocol: sasl_plaintext, sasl.mechanisms: PLAIN, sasl.username: u, sasl.password: p}\n",
		 .asked = "file"},
		""},
	    {{"kafka: {session.timeout.ms: 5000}\n", .asked = "file"},
		"test.yaml:1:29: kafka.session.timeout.ms: 5000: brokers refuse less than 6000\n"},
	    {{"kafka: {heartbeat.interval.ms: 2001}\n", .asked = "file"},
		"test.yaml:1:32: kafka.heartbeat.interval.ms: 2001: more than a third of the session's 6000\n"},
	    {{"kafka: {statistics.interval.ms: 0}\n", .asked = "file"},
		"test.yaml:1:33: kafka.statistics.interval.ms: 0: out of 1 to 1500, or a broker that hangs is not told in time\n"},
	    {{"kafka: {statistics.interval.ms: 1501}\n", .asked = "file"},
		"test.yaml:1:33: kafka.statistics.interval.ms: 1501: out of 1 to 1500, or a broker that hangs is not told in time\n"},
	    {{"kafka: {dev.mock: true, session.timeout.ms: 900, statistics.interval.ms: 600000}\n", .asked = "file"}, ""},
	};
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char output[2000];
		check_number("code", run_in_child(tell_kafka, (void *)&table[i].reading, output, sizeof output), 0);
		check_text(table[i].reading.file, output, table[i].want);
	}
}

/* What a service sees while it looks at its files: what it would be given, and a mistake of its own to add. */
struct looking {
	struct options *options;
	const char *mistake;
};

static void look(struct problems *problems, void *context)
{
	const struct looking *looking = context;
	const char *const *keys, *const *values, *const *places;
	int count = options_kafka(looking->options, &keys, &values, &places);
	printf("seen: %d problems, lanes %s, rules %s%s, %s, kafka %s\n", problems->count, options_text(looking->options, "lanes"),
	    options_text(looking->options, "rules.file"), options_meant(looking->options, "rules.file") ? "" : " doubted",
	    options_text(looking->options, "log.level"), count ? values[0] : "none");
	if (looking->mistake)
		problems_add(problems, "%s", looking->mistake);
}

static void look_at_files(struct problems *problems, void *context)
{
	options_check_files(context, problems);
}

static void reload(void *context)
{
	static const struct {
		const char *file, *mistake;
	} steps[] = {
	    {"lanes: 4\nlog: {level: error}\nkafka: {a: b}\n", NULL},
	    {"lanes: 4\nrules: {file: new}\nlog: {level: debug}\n", "new:1:1: no rules"},
	    {"lanes: 40\nrules: {file: new}\nlog: {levl: debug}\n", "new:1:1: no rules"},
	    {"rules: {file: [x]}\nlog: {level: debug}\n", NULL},
	    {"rules: {file: new}\n", NULL},
	};
	char *argv[] = {"ombud-test", "--config", "test.yaml", "--postgres.dsn=x", NULL};
	enum options_action action;
	write_file("test.yaml", "lanes: 3\nlog: {level: warn}\nbatch: {count: 7}\n");
	struct problems first = {0};
	struct options *options = options_read("ombud-test", rows, 4, argv, &action, &first);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct problems problems = {0}, changed = {0};
		write_file("test.yaml", steps[i].file);
		bool good = options_reload(options, &problems, &changed, look, &(struct looking){options, steps[i].mistake});
		const char *const *keys, *const *values, *const *places;
		printf("%s%s: lanes %s, rules %s, %s, count %s, %d kafka\n", problems_text(&problems), good ? "taken" : "refused",
		    options_text(options, "lanes"), options_text(options, "rules.file"), options_text(options, "log.level"),
		    options_text(options, "batch.count"), options_kafka(options, &keys, &values, &places));
		printf("changed: %s", problems_text(&changed));
		fflush(stdout);
		problems_free(&problems);
		problems_free(&changed);
	}
	options_free(options);
}

static void test_reload_takes_all_that_may_change_or_nothing(void **state)
{
	static const char *const wants[] = {"seen: 0 problems, lanes 3, rules rules.yaml, error, kafka b\n", "\"option\":\"lanes\"",
	    "\"option\":\"kafka\"",
	    "taken: lanes 3, rules rules.yaml, error, count 500, 0 kafka\n"
	    "changed: batch.count: 500, before: 7\nlog.level: error, before: warn\n",
	    "seen: 0 problems, lanes 3, rules new, debug, kafka none\n"
	    "new:1:1: no rules\nrefused: lanes 3, rules rules.yaml, error, count 500, 0 kafka\n",
	    "seen: 2 problems, lanes 3, rules new, info, kafka none\n"
	    "test.yaml:1:8: lanes: 40 is out of bounds, want 1 to 8\n"
	    "test.yaml:3:7: unknown option \"log.levl\"; did you mean \"log.level\"?\n"
	    "new:1:1: no rules\nrefused: lanes 3, rules rules.yaml, error, count 500, 0 kafka\n",
	    "seen: 1 problems, lanes 3, rules rules.yaml doubted, debug, kafka none\n",
	    "want a text, got a list\nrefused: lanes 3, rules rules.yaml, error, count 500, 0 kafka\n",
	    "seen: 0 problems, lanes 3, rules new, info, kafka none\n",
	    "taken: lanes 3, rules new, info, count 500, 0 kafka\n"
	    "changed: log.level: info, before: error\nrules.file: new, before: rules.yaml\n"};
	char output[4000];
	assert_int_equal(run_in_child(reload, NULL, output, sizeof output), 0);
	for (size_t i = 0; i < COUNT_OF(wants); i++)
		if (strstr(output, wants[i]) == NULL)
			fail_msg("want: %s\ngot: %s", wants[i], output);
}

/* The same name with other words in it. */
static void edit_file(void *context)
{
	char *argv[] = {"ombud-test", "--postgres.dsn=x", "--rules.file=secret", NULL};
	enum options_action action;
	struct problems problems = {0}, changed = {0};
	struct options *options = options_read("ombud-test", rows, 3, argv, &action, &problems);
	options_check_files(options, &problems);
	options_reload(options, &problems, &changed, look_at_files, options);
	printf("untouched: %s\n", problems_text(&changed));
	write_file("secret", "another\n");
	options_reload(options, &problems, &changed, look_at_files, options);
	printf("edited: %s", problems_text(&changed));
	fflush(stdout);
	write_file("secret", "the secret\n");
	problems_free(&changed);
	options_free(options);
}

static void test_a_reload_sees_that_a_file_is_another(void **state)
{
	char output[1000];
	assert_int_equal(run_in_child(edit_file, NULL, output, sizeof output), 0);
	check_text("changed", output, "untouched: \nedited: rules.file: secret: what is in it\n");
}

static void print_help(void *context)
{
	options_help("ombud-test", rows);
}

static void test_help_has_every_row(void **state)
{
	char output[4000];
	assert_int_equal(run_in_child(print_help, NULL, output, sizeof output), 0);
	for (const struct option *const *list = rows; *list != NULL; list++)
		for (const struct option *row = *list; row->name != NULL; row++)
			if (strstr(output, row->name) == NULL || strstr(output, row->help) == NULL)
				fail_msg("no help for %s", row->name);
	assert_non_null(strstr(output, "most in a batch; 1 to 500 records; taken at reload\n"));
	assert_non_null(strstr(output, "where PostgreSQL is; required; secret\n"));
}

static void ask_unknown(void *context)
{
	static const struct reading reading = {NULL, {DSN}, {NULL}, "no.such"};
	read_options((void *)&reading);
}

static void test_asking_for_an_unknown_one_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(ask_unknown, NULL, output, sizeof output), 134);
}

static char folder[] = "/tmp/ombud-test-options-XXXXXX";

static int enter_folder(void **state)
{
	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("credentials", 0700) != 0)
		return -1;
	write_file("secret", "the secret\n");
	write_file("windows", "the secret\r\n");
	write_file("open", "the secret\n");
	if (chmod("open", 0666) != 0)
		return -1;
	write_file("credentials/postgres.dsn", "credential");
	return 0;
}

static int leave_folder(void **state)
{
	unlink("secret");
	unlink("windows");
	unlink("open");
	unlink("test.yaml");
	unlink("credentials/postgres.dsn");
	rmdir("credentials");
	return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_stronger_source_wins),
	    cmocka_unit_test(test_print_masks_secrets),
	    cmocka_unit_test(test_every_mistake_is_told),
	    cmocka_unit_test(test_what_a_text_must_be),
	    cmocka_unit_test(test_where_kafka_is_must_be_given),
	    cmocka_unit_test(test_what_a_mistake_may_hide),
	    cmocka_unit_test(test_files_and_folders_that_are_not_there),
	    cmocka_unit_test(test_every_wrong_kafka_setting_is_told),
	    cmocka_unit_test(test_actions_of_the_command_line),
	    cmocka_unit_test(test_reload_takes_all_that_may_change_or_nothing),
	    cmocka_unit_test(test_a_reload_sees_that_a_file_is_another),
	    cmocka_unit_test(test_help_has_every_row),
	    cmocka_unit_test(test_asking_for_an_unknown_one_is_a_bug),
	};
	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
