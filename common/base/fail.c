#include "common/base/fail.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/die.h"

/* All failpoints there are. `before` is just before the operation is begun, `after` when it has been answered or done. */
#define BEFORE_AND_AFTER(name, service) \
	{name ".before", service},      \
	{                               \
		name ".after", service  \
	}
static const struct fail_row rows[] = {
    BEFORE_AND_AFTER("poll", "all"),            /* a record taken from the consumer */
    BEFORE_AND_AFTER("decode", "all"),          /* a record decoded, or found to be poison */
    BEFORE_AND_AFTER("load", "all"),            /* a batch's reads sent; answered */
    BEFORE_AND_AFTER("decide", "all"),          /* a batch decided */
    BEFORE_AND_AFTER("write", "all"),           /* the service's write sets sent */
    BEFORE_AND_AFTER("log", "all"),             /* log rows sent */
    BEFORE_AND_AFTER("timer", "all"),           /* timer rows armed and disarmed */
    BEFORE_AND_AFTER("park", "all"),            /* dead letter rows sent */
    BEFORE_AND_AFTER("hop", "all"),             /* numbers of hops given and taken sent */
    BEFORE_AND_AFTER("fence", "all"),           /* the fence sent */
    BEFORE_AND_AFTER("sync", "all"),            /* the sync sent (before: a zombie holds its locks here); acknowledged */
    BEFORE_AND_AFTER("committed", "all"),       /* the service told, caches filled */
    BEFORE_AND_AFTER("hint", "all"),            /* offsets committed to Kafka as a hint */
    BEFORE_AND_AFTER("produce", "all"),         /* one log row handed to the producer */
    BEFORE_AND_AFTER("delivered", "all"),       /* a delivery report taken */
    BEFORE_AND_AFTER("cursor", "all"),          /* the acknowledged cursor moved */
    BEFORE_AND_AFTER("claim", "all"),           /* due timers taken out of the table */
    BEFORE_AND_AFTER("takeover", "all"),        /* the epoch raised */
    BEFORE_AND_AFTER("look", "all"),            /* what the broker has of ours compared with the log */
    BEFORE_AND_AFTER("revoke", "all"),          /* shards given up */
    BEFORE_AND_AFTER("walk", "toy"),            /* a page of a campaign asked for; answered (until a service walks: the toy) */
    BEFORE_AND_AFTER("walked", "toy"),          /* the campaign's cursor sent */
    BEFORE_AND_AFTER("http_publish", "intake"), /* an HTTP POST put on the inbox */
    BEFORE_AND_AFTER("http_reply", "intake"),   /* its outcome told */
    BEFORE_AND_AFTER("webhook_send", "notification"),   /* a webhook request started */
    BEFORE_AND_AFTER("webhook_answer", "notification"), /* its answer taken; handed to the batch that writes the attempt row */
    {0},
};

static const char *const actions[] = {"kill", "stop", "err", "delay", NULL};
enum fail_action { FAIL_KILL, FAIL_STOP, FAIL_ERR, FAIL_DELAY };

/* By row. nth -1: not armed. */
static struct {
	long nth, hits;
	enum fail_action action;
} armed[sizeof rows / sizeof *rows];
bool fail_armed;

const struct fail_row *fail_rows(void)
{
	return rows;
}

static int find_row(const char *name, size_t size)
{
	for (int i = 0; rows[i].name != NULL; i++)
		if (strlen(rows[i].name) == size && memcmp(rows[i].name, name, size) == 0)
			return i;
	return -1;
}

static void disarm(void)
{
	for (size_t i = 0; i < sizeof armed / sizeof *armed; i++)
		armed[i].nth = -1;
	fail_armed = false;
}

/* "name:nth:action", of the given size. */
static bool arm_one(const char *spec, size_t size)
{
	char text[96];
	char *end;

	if (size >= sizeof text)
		return false;
	memcpy(text, spec, size);
	text[size] = '\0';
	char *nth = strchr(text, ':'), *action = strrchr(text, ':');
	if (nth == NULL || nth == action)
		return false;
	int row = find_row(text, (size_t)(nth - text));
	long count = strtol(nth + 1, &end, 10);
	if (row < 0 || end == nth + 1 || end != action || count < 0)
		return false;
	for (int i = 0; actions[i] != NULL; i++) {
		if (strcmp(action + 1, actions[i]) != 0)
			continue;
		armed[row].nth = count;
		armed[row].hits = 0;
		armed[row].action = (enum fail_action)i;
		fail_armed = true;
		return true;
	}
	return false;
}

bool fail_arm(const char *spec)
{
	disarm();
	while (spec != NULL && *spec != '\0') {
		size_t size = strcspn(spec, ",");
		if (!arm_one(spec, size)) {
			disarm();
			return false;
		}
		spec += size;
		spec += *spec == ',';
	}
	return true;
}

void fail_setup(void)
{
	const char *spec = getenv("OMBUD_FAIL");

	if (spec == NULL || *spec == '\0')
		return;
#ifndef OMBUD_FAILPOINTS
	die("OMBUD_FAIL is set, but this build has no failpoints (make FAILPOINTS=1)");
#endif
	if (strcmp(spec, "list") == 0) {
		for (const struct fail_row *row = rows; row->name != NULL; row++)
			printf("%s %s\n", row->name, row->service);
		exit(EXIT_CODE_OK);
	}
	if (!fail_arm(spec))
		die("OMBUD_FAIL=%s: want point:nth:{kill,stop,err,delay}[,...]; OMBUD_FAIL=list names the points", spec);
}

/* Straight to the descriptor: what kills us must still be seen. */
static void tell(int row)
{
	char text[128];
	int size = snprintf(text, sizeof text, "failpoint %s: %s\n", rows[row].name, actions[armed[row].action]);
	if (write(STDERR_FILENO, text, (size_t)size) < 0)
		return;
}

static bool act(int row)
{
	tell(row);
	switch (armed[row].action) {
	case FAIL_KILL:
		kill(getpid(), SIGKILL);
		return false;
	case FAIL_STOP:
		kill(getpid(), SIGSTOP);
		return false;
	case FAIL_DELAY:
		nanosleep(&(struct timespec){.tv_sec = FAIL_DELAY_MS / 1000, .tv_nsec = FAIL_DELAY_MS % 1000 * 1000000L}, NULL);
		return false;
	case FAIL_ERR:
		return true;
	}
	return false;
}

bool fail_hit(const char *name)
{
	int row = find_row(name, strlen(name));

	if (row < 0)
		bug("failpoint %s is not in the table", name);
	if (armed[row].nth < 0)
		return false;
	armed[row].hits++;
	if (armed[row].nth != 0 && armed[row].nth != armed[row].hits)
		return false;
	return act(row);
}
