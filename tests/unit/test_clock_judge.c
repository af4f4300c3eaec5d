/* Two of three clocks: when the database's has moved against the carried one, the machine's decides. */
#include "common/daemon/clock_judge.h"
#include "tests/unit/check.h"

#define S INT64_C(1000000)

#define CARRIED_AHEAD (1000 * S)

static const struct {
	const char *name;
	bool known;
	int64_t moved_us, wall_moved_us, took_us; /* against what is carried; how long the answer took */
	enum clock_verdict want;
	bool apart;
} rows[] = {
    {"nothing has moved", true, 0, 0, 0, CLOCK_FOLLOWED, false},
    {"drift", true, 2 * S, 0, 0, CLOCK_FOLLOWED, false},
    {"drift back", true, -2 * S, 0, 0, CLOCK_FOLLOWED, false},
    {"back by five minutes, the machine's not (T13)", true, -300 * S, 0, 0, CLOCK_CARRIED, true},
    {"forward by an hour, the machine's not", true, 3600 * S, 0, 0, CLOCK_CARRIED, true},
    {"just more than is granted", true, 2 * S + 1, 0, 0, CLOCK_CARRIED, true},
    {"both forward: the machine slept", true, 3600 * S, 3600 * S, 0, CLOCK_MOVED, false},
    {"both back", true, -300 * S, -301 * S, 0, CLOCK_MOVED, false},
    {"both, but not alike", true, 3600 * S, 1800 * S, 0, CLOCK_CARRIED, true},
    {"only the machine's", true, 0, 3600 * S, 0, CLOCK_FOLLOWED, true},
    {"a slow answer is no movement", true, -4 * S, 0, 5 * S, CLOCK_FOLLOWED, false},
    {"a slow answer beside a movement", true, -300 * S, 0, 5 * S, CLOCK_CARRIED, true},
    {"at the start the database's counts", false, 3600 * S, 0, 0, CLOCK_FOLLOWED, true},
    {"at the start, alike", false, 0, 0, 0, CLOCK_FOLLOWED, false},
};

static void c9_two_of_three(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const int64_t asked_us = 50 * S, answered_us = asked_us + rows[i].took_us, carried_us = answered_us + CARRIED_AHEAD;
		const struct clock_look look = {
		    .asked_us = asked_us,
		    .answered_us = answered_us,
		    .server_us = carried_us + rows[i].moved_us,
		    .wall_us = carried_us + rows[i].wall_moved_us,
		};
		check_number(rows[i].name, clock_judge(rows[i].known, CARRIED_AHEAD, &look), rows[i].want);
		check_number(rows[i].name, clock_is_apart(&look), rows[i].apart);
	}
}

/* An answer that is looked at late moves nothing while what is carried may be true. */
static void what_is_carried_stays_where_it_can(void **state)
{
	static const struct {
		const char *name;
		bool known;
		int64_t ahead_us, want_us;
	} carried[] = {
	    {"between question and answer", true, CARRIED_AHEAD + 2 * S, CARRIED_AHEAD + 2 * S},
	    {"at the answer", true, CARRIED_AHEAD, CARRIED_AHEAD},
	    {"behind the answer", true, CARRIED_AHEAD - 1, CARRIED_AHEAD},
	    {"ahead of the question", true, CARRIED_AHEAD + 4 * S, CARRIED_AHEAD + 3 * S},
	    {"moved away", true, CARRIED_AHEAD + 3600 * S, CARRIED_AHEAD},
	    {"nothing is known", false, CARRIED_AHEAD + 2 * S, CARRIED_AHEAD},
	};
	const struct clock_look look = {50 * S, 53 * S, 53 * S + CARRIED_AHEAD, 53 * S + CARRIED_AHEAD};
	for (size_t i = 0; i < COUNT_OF(carried); i++)
		check_number(carried[i].name, clock_ahead_us(carried[i].known, carried[i].ahead_us, &look), carried[i].want_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(c9_two_of_three), cmocka_unit_test(what_is_carried_stays_where_it_can)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
