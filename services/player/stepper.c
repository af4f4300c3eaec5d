#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/pg.h"

#include "services/player/stepper.h"

static const struct pg_statement look_statement = {
    .name = "player_look",
    .text = "select busy, next_due, topics, said from ombud.quiet($1)",
    .params = "int8[]",
    .columns = 4,
};
static const struct pg_statement step_statement = {
    .name = "player_step",
    .text = "select ombud.step_clock($1)::text",
    .params = "timestamptz",
    .columns = 1,
};
static const struct pg_statement now_statement = {
    .name = "player_now",
    .text = "select now from ombud.virtual_clock",
    .params = "",
    .columns = 1,
};
static const struct pg_statement noted_statement = {
    .name = "player_noted",
    .text = "select (select count(*) from intake.orders),"
	    "       count(*) filter (where type = 'repeat'), count(*) filter (where type = 'forwarded'),"
	    "       (select count(*) from intake.dead_letter)"
	    "  from intake.log"
	    " where type in ('repeat', 'forwarded')",
    .params = "",
    .columns = 4,
};

struct stepper {
	const char *dsn;
	struct pg_session *session;
	struct pg_args *args;
	struct pg_array *ends;
};

static bool connect_again(struct stepper *stepper, char *error, size_t error_size)
{
	if (stepper->session)
		pg_session_close(stepper->session);
	stepper->session = pg_session_open(stepper->dsn, "ombud-player", error, error_size);
	return stepper->session != NULL;
}

struct stepper *stepper_new(const char *dsn)
{
	char error[256];
	struct stepper *stepper = xcalloc(1, sizeof(*stepper));
	stepper->dsn = dsn;
	stepper->args = pg_args_new();
	stepper->ends = pg_array_new(PG_INT8);
	if (!connect_again(stepper, error, sizeof(error)))
		die("the database cannot be reached: %s", error);
	return stepper;
}

void stepper_free(struct stepper *stepper)
{
	if (stepper->session)
		pg_session_close(stepper->session);
	pg_array_free(stepper->ends);
	pg_args_free(stepper->args);
	free(stepper);
}

/* NULL: the database was away; it is connected anew. */
static struct pg_result *run(struct stepper *stepper, const struct pg_statement *statement)
{
	char error[256];
	struct pg_result *result = stepper->session ? pg_session_run(stepper->session, statement, stepper->args) : NULL;
	if (!result && stepper->session)
		fprintf(stderr, "player: %s\n", pg_session_error(stepper->session));
	if (!result)
		connect_again(stepper, error, sizeof(error));
	return result;
}

bool stepper_look(struct stepper *stepper, const int64_t *inbox_ends, int partitions, struct quiet *quiet)
{
	*quiet = (struct quiet){0};
	pg_args_reset(stepper->args);
	pg_array_reset(stepper->ends);
	for (int p = 0; p < partitions; p++)
		pg_array_int8(stepper->ends, inbox_ends[p]);
	pg_args_array(stepper->args, stepper->ends);
	struct pg_result *result = run(stepper, &look_statement);
	if (!result) {
		snprintf(quiet->busy, sizeof(quiet->busy), "the database does not answer");
		return false;
	}
	snprintf(quiet->busy, sizeof(quiet->busy), "%s", pg_get_text(result, 0, 0));
	quiet->next_due_us = pg_get_instant(result, 0, 1);
	quiet->topics_count = pg_is_null(result, 0, 2) ? 0 : pg_get_array_count(result, 0, 2);
	for (int i = 0; i < quiet->topics_count && i < STEPPER_TOPICS_MAX; i++) {
		size_t size;
		const char *topic = pg_get_array_text(result, 0, 2, i, &size);
		snprintf(quiet->topics[i], sizeof(quiet->topics[i]), "%.*s", (int)size, topic);
		quiet->said[i] = pg_get_array_int8(result, 0, 3, i);
	}
	pg_result_free(result);
	return true;
}

bool stepper_step(struct stepper *stepper, int64_t to_us)
{
	pg_args_reset(stepper->args);
	pg_args_instant(stepper->args, to_us);
	struct pg_result *result = run(stepper, &step_statement);
	if (result)
		pg_result_free(result);
	return result != NULL;
}

int64_t stepper_now(struct stepper *stepper)
{
	pg_args_reset(stepper->args);
	struct pg_result *result = run(stepper, &now_statement);
	int64_t now_us = result && pg_result_rows(result) > 0 ? pg_get_instant(result, 0, 0) : 0;
	if (result)
		pg_result_free(result);
	return now_us;
}

struct noted stepper_noted(struct stepper *stepper)
{
	pg_args_reset(stepper->args);
	struct pg_result *result = run(stepper, &noted_statement);
	if (!result)
		return (struct noted){-1, -1, -1, -1};
	struct noted noted = {
	    pg_get_int8(result, 0, 0), pg_get_int8(result, 0, 1), pg_get_int8(result, 0, 2), pg_get_int8(result, 0, 3)};
	pg_result_free(result);
	return noted;
}
