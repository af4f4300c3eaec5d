/* The database refuses, and no record is at fault: nothing is parked, and all of it is done once the database serves again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/store/stories.h"

/* Nothing is written to the toy's complaints; whatever tries fails so, and is counted: a sequence is not undone. */
static void refuse(struct world *world, const char *sqlstate)
{
	char sql[512];
	snprintf(sql, sizeof sql,
	    "alter sequence toy.refused restart;"
	    "create or replace function toy.refuse() returns trigger language plpgsql as"
	    " $$ begin perform nextval('toy.refused'); raise exception 'refused' using errcode = '%s'; end $$;"
	    "create trigger refuse before insert on toy.complaint for each statement execute function toy.refuse()",
	    sqlstate);
	script(world, sql);
}

/* A full disk refuses at each try, and is told now and then: a line for each connection that has met it. */
static void check_told_once(const char *path, const char *words)
{
	char line[4096];
	int told = 0, all = 0;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		told += strstr(line, words) && strstr(line, "\"level\":\"warn\"");
		all++;
	}
	fclose(file);
	if (told < 1 || told > 4 || all > 40)
		fail_msg("%d of %d lines say: %s", told, all, words);
}

/* ... and so when a shard cannot even be taken over. */
static void test_a_full_disk_at_a_start(void **state)
{
	char path[] = "/tmp/ombud-test-refusals-XXXXXX";
	int file = mkstemp(path);
	struct world world;
	assert_true(file >= 0 && !close(file));
	story_left(&world, 20);
	script(&world, "create sequence toy.refused; grant all on toy.refused to public;"
		       "create function toy.refuse() returns trigger language plpgsql as"
		       " $$ begin perform nextval('toy.refused'); raise exception 'refused' using errcode = '53100'; end $$;"
		       "create trigger refuse before update on toy.ownership for each statement execute function toy.refuse()");
	setenv("ENGINE_LOG", path, 1);
	world_start(&world, "toy", "", "100000");
	unsetenv("ENGINE_LOG");
	wait_for(&world, "select count(*) from toy.refused where last_value >= 10", 1);
	check_told_once(path, "cannot take shards over");
	script(&world, "drop trigger refuse on toy.ownership");
	feed(&world, &(struct feed){100, 20, "ok", -1});
	wait_quiet(&world, 40);
	unlink(path);
	world_close(&world);
}

static void test_a_full_disk_is_told_now_and_then(void **state)
{
	char path[] = "/tmp/ombud-test-refusals-XXXXXX";
	int file = mkstemp(path);
	struct world world;
	assert_true(file >= 0 && !close(file));
	story_left(&world, 20);
	script(&world, "create sequence toy.refused; grant all on toy.refused to public");
	setenv("ENGINE_LOG", path, 1);
	world_start(&world, "toy", "", "100000");
	unsetenv("ENGINE_LOG");
	assert_true(page_says(&world, "/readyz?verbose", "[+]shards ok"));
	wait_owned(&world);
	refuse(&world, "53100");
	feed(&world, &(struct feed){100, 20, "ok", -1});
	wait_for(&world, "select count(*) from toy.refused where last_value >= 16", 1);
	check_told_once(path, "database away");
	script(&world, "drop trigger refuse on toy.complaint");
	wait_quiet(&world, 40);
	unlink(path);
	world_close(&world);
}

/* A server that is read-only now, a plan that does not fit any more, a statement that is not there any more, a full disk. */
static void test_no_record_is_at_fault(void **state)
{
	static const char *const codes[] = {"25006", "0A000", "26000", "53100"};
	struct world world;
	int fed = 20;
	story_left(&world, fed);
	script(&world, "create sequence toy.refused; grant all on toy.refused to public");
	world_start(&world, "toy", "", "100000");
	wait_owned(&world);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++, fed += 20) {
		refuse(&world, codes[i]);
		feed(&world, &(struct feed){100 + fed, 20, "ok", -1});
		wait_for(&world, "select count(*) from toy.refused where last_value >= 12", 1);
		script(&world, "drop trigger refuse on toy.complaint");
		wait_quiet(&world, fed + 20);
		assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	}
	check_said_once(&world);
	world_close(&world);
}

/* A standby answers in the primary's place: that is no database, and nobody stays with it when it is one, or another. */
static void test_not_to_be_written_to(void **state)
{
	struct world world;
	char sql[256];
	story_left(&world, 20);
	snprintf(sql, sizeof sql, "alter database %s set default_transaction_read_only = on", world.database);
	script(&world, sql);
	world_start(&world, "toy", "", "100000");
	feed(&world, &(struct feed){100, 20, "ok", -1});
	assert_true(page_says(&world, "/readyz?verbose", "[-]db"));
	snprintf(sql, sizeof sql, "alter database %s reset default_transaction_read_only", world.database);
	script(&world, sql);
	wait_quiet(&world, 40);
	assert_int_equal(ask(&world, "select count(*) from toy.dead_letter"), 0);
	world_close(&world);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_record_is_at_fault),
	    cmocka_unit_test(test_not_to_be_written_to),
	    cmocka_unit_test(test_a_full_disk_is_told_now_and_then),
	    cmocka_unit_test(test_a_full_disk_at_a_start),
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
