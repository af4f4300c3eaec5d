/* The database refuses, and no record is at fault: nothing is parked, and all of it is done once the database serves again. */
#include <stdio.h>
#include <stdlib.h>

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
	};
	return world_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
