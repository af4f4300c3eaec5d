#include "tests/store/stories.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/fail.h"
#include "common/base/instant.h"

/* ---- how one begins ---- */

pid_t story_begin(struct world *world, int complaints)
{
	world_open(world);
	pid_t pid = world_start(world, "toy", "", "100000");
	feed(world, &(struct feed){0, complaints, "ok", -1});
	wait_quiet(world, complaints);
	return pid;
}

void story_left(struct world *world, int complaints)
{
	world_end(world, story_begin(world, complaints));
}

/* ---- what is waited for ---- */

void wait_owned(struct world *world)
{
	wait_for(world, "select count(*) from toy.ownership", PARTITIONS);
}

void wait_taken(struct world *world, int64_t count)
{
	wait_for(world, "select count(*) from toy.complaint", count);
}

void wait_fired(struct world *world, int64_t count)
{
	wait_for(world, "select count(*) from toy.complaint where fired = 1", count);
}

void wait_told(struct world *world)
{
	wait_for(world, "select count(*) from toy.ownership where acked_seq < log_seq", 0);
}

void wait_quiet(struct world *world, int64_t count)
{
	wait_fired(world, count);
	wait_told(world);
}

void check_said_once(struct world *world)
{
	assert_int_equal(ask(world, "select count(*) from (select subject, sequence from toy.log where sequence is not null"
				    " group by 1, 2 having count(*) > 1) d"),
	    0);
}

/* ---- ended, stopped ---- */

pid_t zombie_start(struct world *world, const char *program, const char *failpoint, const char *timer_us)
{
	pid_t zombie = world_start(world, program, failpoint, timer_us);
	assert_int_equal(waitpid(zombie, NULL, WUNTRACED), zombie);
	return zombie;
}

void tour_failpoints(const char *service, void (*run)(const char *const *points, int count))
{
	const char *points[TOUR_AT_ONCE];
	int count = 0;
	for (const struct fail_row *row = fail_rows(); row->name; row++) {
		if (strcmp(row->service, "all") && (!service || strcmp(row->service, service)))
			continue;
		points[count++] = row->name;
		if (count == TOUR_AT_ONCE) {
			run(points, count);
			count = 0;
		}
	}
	if (count)
		run(points, count);
}

static bool is_rare(const char *point)
{
	static const char *const rare[] = {"takeover", "look", "revoke", "cursor", "hint"};
	for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
		if (!strncmp(point, rare[i], strlen(rare[i])))
			return true;
	return false;
}

pid_t tour_start(struct world *world, const char *program, const char *point, int nth, const char *action, const char *timer_us)
{
	char spec[128];
	snprintf(spec, sizeof spec, "%s:%d:%s", point, is_rare(point) ? 1 : nth, action);
	return world_start(world, program, spec, timer_us);
}

void tour_wait_ended(struct world *world, pid_t pid, const char *point)
{
	int64_t until_us = instant_monotonic_us() + 12 * US_PER_SECOND;
	bool asked = false;
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		usleep(20000);
		if (instant_monotonic_us() < until_us || asked)
			continue;
		kill(pid, strncmp(point, "revoke", 6) ? SIGKILL : SIGTERM);
		asked = true;
	}
	world_forget(world, pid);
}
