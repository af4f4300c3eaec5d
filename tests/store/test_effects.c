/* One line of the log for each row of the log of facts: hops and campaigns, too, each with a span of its own and its parent. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "tests/store/stories.h"

enum { COMPLAINTS = 60, LINES_MAX = 4000 };

static char path[64];
static struct buf text;
static char *lines[LINES_MAX];
static int lines_count;

static int make_log(void **state)
{
	snprintf(path, sizeof path, "/tmp/ombud-test-effects-XXXXXX");
	int file = mkstemp(path);
	setenv("ENGINE_LOG", path, 1);
	setenv("OMBUD_LOG__LEVEL", "debug", 1);
	return file < 0 || close(file);
}

static int remove_log(void **state)
{
	buf_free(&text);
	return unlink(path);
}

/* Those with an event's id. */
static void read_log(void)
{
	char part[65536], *rest;
	FILE *file = fopen(path, "r");
	size_t size;
	assert_non_null(file);
	buf_reset(&text);
	while ((size = fread(part, 1, sizeof part, file)) > 0)
		buf_append(&text, part, size);
	fclose(file);
	lines_count = 0;
	for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, "\"event_id\":") && lines_count < LINES_MAX)
			lines[lines_count++] = line;
}

static int count(const char *words)
{
	int found = 0;
	for (int i = 0; i < lines_count; i++)
		found += strstr(lines[i], words) != NULL;
	return found;
}

/* The value of a key as it stands there; "" when it does not. */
static void value_of(const char *line, const char *key, char *value, size_t size)
{
	char before[64];
	snprintf(before, sizeof before, "\"%s\":\"", key);
	const char *at = strstr(line, before);
	at = at ? at + strlen(before) : "";
	snprintf(value, size, "%.*s", (int)strcspn(at, "\""), at);
}

static int compare(const void *one, const void *other)
{
	return strcmp(one, other);
}

/* All spans differ, all traces are there, and whatever was caused by one of our own records has its span as its parent. */
static void check_spans(void)
{
	static char spans[LINES_MAX][17];
	char value[64];
	for (int i = 0; i < lines_count; i++) {
		value_of(lines[i], "trace_id", value, sizeof value);
		assert_int_equal(strlen(value), 32);
		value_of(lines[i], "span_id", spans[i], sizeof spans[i]);
		assert_int_equal(strlen(spans[i]), 16);
	}
	qsort(spans, (size_t)lines_count, sizeof *spans, compare);
	for (int i = 1; i < lines_count; i++)
		assert_string_not_equal(spans[i - 1], spans[i]);
	for (int i = 0; i < lines_count; i++) {
		bool ours = strstr(lines[i], "\"input_topic\":\"ombud.toyhop.v1\"");
		value_of(lines[i], "parent_id", value, sizeof value);
		if (ours)
			assert_non_null(bsearch(value, spans, (size_t)lines_count, sizeof *spans, compare));
	}
}

static void end(struct world *world)
{
	pid_t pid = world->pids[0];
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	world_forget(world, pid);
	read_log();
}

static void test_facts_and_hops(void **state)
{
	struct world world;
	world_open(&world);
	world_start(&world, "hopper", "", "100000");
	feed(&world, &(struct feed){0, COMPLAINTS, "ok", -1});
	feed(&world, &(struct feed){0, COMPLAINTS / 2, "ok", -1}); /* again: a row each, too */
	feed(&world, &(struct feed){COMPLAINTS, 1, "park", -1});
	wait_for(&world, "select count(*) from toy.complaint where fired = 1 and answered = 1", COMPLAINTS);
	wait_for(&world, "select count(*) from toy.dead_letter", 1);
	wait_told(&world);
	end(&world);
	assert_int_equal(lines_count, ask(&world, "select count(*) from toy.log"));
	assert_int_equal(count("\"topic\":\"ombud.toyhop.v1\""), 2 * COMPLAINTS);
	assert_int_equal(count("\"msg\":\"repeat\""), COMPLAINTS / 2);
	assert_int_equal(count("\"complaint_id\":"), lines_count);
	assert_int_equal(count("\"order_id\":"), lines_count - count("\"msg\":\"fired\""));
	assert_int_equal(count("\"level\":\"warn\",\"msg\":\"record parked\""), 1);
	assert_int_equal(count("\"code\":\"parked_by_toy\",\"err\":\"because it says so\",\"attempts\":1"), 1);
	check_spans();
	world_close(&world);
}

static void test_campaigns(void **state)
{
	struct world world;
	world_open(&world);
	world_start(&world, "walker", "", "100000");
	feed(&world, &(struct feed){0, COMPLAINTS, "ok", -1});
	wait_fired(&world, COMPLAINTS);
	script(&world, "insert into ombud.campaign (service, kind, given_by) values ('toy', 'mark', 'a test')");
	wait_for(&world, "select count(*) from toy.complaint where marked = 1", COMPLAINTS);
	end(&world);
	assert_int_equal(lines_count, ask(&world, "select count(*) from toy.log"));
	assert_int_equal(count("\"campaign_id\":1"), COMPLAINTS);
	check_spans();
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_facts_and_hops, make_log, remove_log),
	    cmocka_unit_test_setup_teardown(test_campaigns, make_log, remove_log),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
