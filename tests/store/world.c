#include "tests/store/world.h"

#include <arpa/inet.h>
#include <libgen.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/io/kafka_mock.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/model/topics.h"
#include "tests/store/session.h"
#include "tests/store/toy.h"

struct kafka_mock *mock;
static struct loop *loop;
static int worlds_count;

struct loop *world_loop(void)
{
	return loop;
}

struct kafka_settings world_kafka(void)
{
	static const char *keys[] = {"bootstrap.servers", "dev.mock", "linger.ms", "compression.type"};
	static const char *values[] = {NULL, "true", "5", "none"}; /* so that what is fed fills the mock as it says */
	values[0] = kafka_mock_address(mock);
	return (struct kafka_settings){keys, values, sizeof keys / sizeof *keys, "test"};
}

/* ---- what the program says ---- */

static int open_port(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Below the range that outgoing connections take theirs from, and below the flows' (tests/lib/ombud.py). */
static int free_port(void)
{
	static int tried;
	for (;;) {
		int port = 10000 + ((int)getpid() * 31 + tried++) % 2000, fd = open_port(port);
		if (fd < 0)
			return port;
		close(fd);
	}
}

static bool page_read(struct world *world, const char *path, char *into, size_t room)
{
	char question[128];
	int fd = open_port(world->port);
	if (fd < 0)
		return false;
	size_t size = 0;
	ssize_t got = write(fd, question, (size_t)snprintf(question, sizeof question, "GET %s HTTP/1.0\r\n\r\n", path));
	while (got > 0 && size < room - 1 && (got = read(fd, into + size, room - 1 - size)) > 0)
		size += (size_t)got;
	into[size] = 0;
	close(fd);
	return size > 0;
}

static char page[100000];

bool page_has(struct world *world, const char *path, const char *text)
{
	return page_read(world, path, page, sizeof page) && strstr(page, text);
}

bool page_says(struct world *world, const char *path, const char *text)
{
	for (int64_t until_us = instant_monotonic_us() + WAIT_SECONDS * US_PER_SECOND; instant_monotonic_us() < until_us;
	     usleep(50000))
		if (page_has(world, path, text))
			return true;
	print_message("%s does not say %s:\n%s\n", path, text, page);
	return false;
}

/* ---- a world ---- */

static void topic_make(const char *name, bool dead_letter, void *context)
{
	assert_true(kafka_mock_topic(mock, name, PARTITIONS));
}

static void topics_make(struct world *world, const char *const *topics)
{
	char name[TOPIC_NAME_SIZE];
	for (; *topics; topics++) {
		snprintf(name, sizeof name, "%s%s", world->prefix, *topics);
		topic_make(name, false, NULL);
	}
}

static void toy_topics_make(struct world *world, const struct service_row *toy)
{
	char letters[TOPIC_NAME_SIZE];
	topics_make(world, toy->emits);
	topics_make(world, toy->hops);
	for (const struct subscription *read = toy->reads; read->topic; read++)
		topics_make(world, (const char *const[]){topic_dead_letter_name(letters, read->topic, toy->name), NULL});
}

static void add_topics(struct buf *sql, const char *const *topics)
{
	buf_text(sql, ", array[");
	for (const char *const *topic = topics; *topic; topic++)
		buf_printf(sql, "%s'%s'", topic == topics ? "" : ",", *topic);
	buf_text(sql, "]::text[]");
}

/* As a migration would add them. The roles are the cluster's, so they may be there already. */
static void add_toys(struct world *world)
{
	struct buf sql = BUF_EMPTY;
	buf_printf(&sql, "grant create on database %s to ombud_migration; set role ombud_migration;", world->database);
	for (const struct service_row *toy = toy_rows; toy->name; toy++) {
		const char *reads[SERVICE_TOPICS_MAX + 1] = {NULL};
		for (int i = 0; toy->reads[i].topic; i++)
			reads[i] = toy->reads[i].topic;
		buf_printf(&sql, "insert into ombud.service (name, reads, emits, hops, walks) values ('%s'", toy->name);
		add_topics(&sql, reads);
		add_topics(&sql, toy->emits);
		add_topics(&sql, toy->hops);
		add_topics(&sql, toy->walks);
		buf_printf(&sql, "); select ombud.create_core('%s');", toy->name);
	}
	buf_printf(&sql, "%s; select ombud.create_views(); reset role;", toy_schema);
	for (const struct service_row *toy = toy_rows; toy->name; toy++)
		buf_printf(
		    &sql, "do $$ begin create role ombud_%s login; exception when duplicate_object then null; end $$;", toy->name);
	buf_text(&sql, "select ombud.grant_rights()");
	session_script(world->session, buf_string(&sql));
	buf_free(&sql);
}

void world_open(struct world *world)
{
	char more[64], sql[128];
	*world = (struct world){.pids_count = 0};
	snprintf(world->database, sizeof world->database, "engine%d_%d", (int)getpid(), ++worlds_count);
	snprintf(world->prefix, sizeof world->prefix, "w%d.", worlds_count);
	struct pg_session *session = session_to("dbname=postgres");
	assert_non_null(session);
	snprintf(sql, sizeof sql, "create database %s template ombud_template", world->database);
	session_script(session, sql);
	pg_session_close(session);
	snprintf(more, sizeof more, "dbname=%s", world->database);
	snprintf(world->dsn, sizeof world->dsn, "%s %s", getenv("OMBUD_TEST_DSN"), more);
	world->session = session_to(more);
	assert_non_null(world->session);
	add_toys(world);
	topic_each(world->prefix, topic_make, NULL);
	for (const struct service_row *toy = toy_rows; toy->name; toy++)
		toy_topics_make(world, toy);
	world->port = free_port();
}

static const struct program {
	const char *name;
	const struct service *service;
} programs[] = {{"toy", &toy_service}, {"hopper", &toy_hopper}, {"walker", &toy_walker}, {"echo", &toy_echo}, {NULL, NULL}};

static const struct service *service_of(const char *program)
{
	for (const struct program *row = programs; row->name; row++)
		if (!strcmp(row->name, program))
			return row->service;
	return NULL;
}

pid_t world_start(struct world *world, const char *program, const char *failpoint, const char *timer_us)
{
	char listen[32], dsn[600];
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nobody behind */
		snprintf(dsn, sizeof dsn, "%s user=ombud_%s", world->dsn, service_of(program)->row->name);
		setenv("OMBUD_POSTGRES__DSN", dsn, 1);
		setenv("OMBUD_KAFKA__BOOTSTRAP_SERVERS", kafka_mock_address(mock), 1);
		setenv("OMBUD_KAFKA__DEV_MOCK", "true", 1);
		setenv("OMBUD_TOPICS__PREFIX", world->prefix, 1);
		setenv("OMBUD_FAIL", failpoint, 1);
		snprintf(listen, sizeof listen, "127.0.0.1:%d", world->pids_count ? 0 : world->port);
		setenv("OMBUD_HEALTH__LISTEN", listen, 1);
		setenv("TOY_TIMER_US", timer_us, 1);
		const char *log = getenv("ENGINE_LOG");
		const char *path = log == NULL ? "/dev/null" : log[0] == '/' ? log : NULL;
		if (path && !freopen(path, "a", stdout))
			_exit(127);
		execl("/proc/self/exe", program, (char *)NULL);
		_exit(127);
	}
	world->pids[world->pids_count++] = pid;
	return pid;
}

/* PostgreSQL may still be at a killed program's last statement: what is looked at, or written, must come behind it. A backend that
 * somebody holds on purpose is waited for 5 s. */
static void wait_backends_gone(struct world *world)
{
	int64_t until_us = instant_monotonic_us() + 5 * US_PER_SECOND;
	while (ask(world, "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
			  " and usename like 'ombud\\_%'") > 0 &&
	       instant_monotonic_us() < until_us)
		usleep(20000);
}

void world_forget(struct world *world, pid_t pid)
{
	for (int i = 0; i < world->pids_count; i++)
		if (world->pids[i] == pid)
			world->pids[i] = world->pids[--world->pids_count];
	if (world->pids_count == 0)
		wait_backends_gone(world);
}

void world_end(struct world *world, pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	world_forget(world, pid);
}

void world_close(struct world *world)
{
	for (int i = 0; i < world->pids_count; i++) {
		kill(world->pids[i], SIGKILL);
		kill(world->pids[i], SIGCONT);
		waitpid(world->pids[i], NULL, 0);
	}
	pg_session_close(world->session);
}

void script(struct world *world, const char *sql)
{
	session_script(world->session, sql);
}

int64_t ask(struct world *world, const char *sql)
{
	return session_number(world->session, sql);
}

void wait_for_long(struct world *world, const char *sql, int64_t want, int seconds)
{
	int64_t got = -1, until_us = instant_monotonic_us() + seconds * US_PER_SECOND;
	while (instant_monotonic_us() < until_us && (got = ask(world, sql)) != want)
		usleep(50000);
	if (got != want)
		fail_msg("%s (%s): got %lld, want %lld", sql, world->database, (long long)got, (long long)want);
}

void wait_for(struct world *world, const char *sql, int64_t want)
{
	wait_for_long(world, sql, want, WAIT_SECONDS);
}

/* ---- a database that goes back ---- */

static const char each_table[] =
    "do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = '%1$s' loop %2$s end loop; end $$;";

static void in_each_table(struct world *world, const char *schema, const char *what)
{
	char sql[1024];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(sql, sizeof sql, each_table, schema, what);
#pragma GCC diagnostic pop
	script(world, sql);
}

void backup(struct world *world, const char *schema)
{
	char what[256];
	snprintf(what, sizeof what,
	    "execute format('drop table if exists public.%s_%%1$s; create table public.%s_%%1$s as select * from %s.%%1$I', t);",
	    schema, schema, schema);
	in_each_table(world, schema, what);
}

/* Generated columns cannot be given back as they are. */
void restore(struct world *world, const char *schema)
{
	char what[512];
	snprintf(what, sizeof what,
	    "if t <> 'dead_letter' then execute format('lock %s.%%1$I in access exclusive mode; delete from %s.%%1$I; insert into %s.%%1$I "
	    "select * from public.%s_%%1$s', t); end if;",
	    schema, schema, schema, schema);
	in_each_table(world, schema, what);
	ask(world, "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'ombud-%'"
		   " and datname = current_database()");
}

int world_main(int argc, char **argv, const struct CMUnitTest *tests, size_t count)
{
	if (service_of(argv[0]))
		return daemon_main(service_of(argv[0]), argc, argv);
	if (getenv("ENGINE_TEST"))
		cmocka_set_test_filter(getenv("ENGINE_TEST"));
	loop = loop_new();
	mock = kafka_mock_new();
	int failed = _cmocka_run_group_tests(basename(argv[0]), tests, count, NULL, NULL);
	kafka_mock_free(mock);
	loop_free(loop);
	return failed;
}
