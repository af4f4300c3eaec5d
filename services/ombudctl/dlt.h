/* What the commands about dead letters share. */
#ifndef OMBUD_OMBUDCTL_DLT_H
#define OMBUD_OMBUDCTL_DLT_H

#include "common/model/topics.h"
#include "common/wire/wire.h"
#include "services/ombudctl/ctl.h"

struct letter_id {
	char service[32], topic[TOPIC_NAME_SIZE];
	int partition;
	long long offset, seq; /* seq 0: whichever there is */
};

/* The first word of the command line; exits with a message when it is none. */
struct letter_id dlt_id(const struct ctl *ctl);
/* Columns of dead_letter_read; completes the id. NULL: *code says why, the message has been printed. */
struct pg_result *dlt_read(struct ctl *ctl, struct letter_id *id, enum exit_code *code);
/* false: they cannot be read, which has been told. */
bool dlt_headers(struct arena *arena, const struct pg_result *letter, struct headers *headers);
/* What a person has decided of one that is still parked; tells it, by that name. */
enum exit_code dlt_mark(struct ctl *ctl, const struct letter_id *id, const char *name, const char *state);

#endif
