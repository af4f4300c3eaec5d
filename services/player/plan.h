/* What is to be said to Ombud, in the order of virtual time. */
#ifndef OMBUD_SERVICES_PLAYER_PLAN_H
#define OMBUD_SERVICES_PLAYER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/model/event.h"

enum encoding { ENCODING_BINARY, ENCODING_STRUCTURED, ENCODING_CONFLUENT, ENCODING_RAW };

/* One record for the inbox. Memory of the play's arena. */
struct input {
	int64_t at_us;
	struct event *event; /* its identity even when raw bytes are sent: they have none that can be read */
	enum encoding encoding;
	const char *key;
	bool misplaced;  /* put into another partition than the key's, as stock clients with other partitioners do */
	bool early;      /* an order: it neither reads nor sets a clock, so it may go out with the step that follows it */
	unsigned stages; /* said only if the complaint then stands in one of these (1 << stage); 0: in any case */
	const void *raw; /* ENCODING_RAW */
	size_t raw_size;
	uint64_t place; /* of planning: breaks ties */
};

struct plan {
	struct input **heap;
	size_t count, capacity;
	uint64_t planned;
};

void plan_add(struct plan *plan, struct input *input);
struct input *plan_first(const struct plan *plan); /* NULL: nothing is planned */
struct input *plan_take(struct plan *plan);
void plan_free(struct plan *plan);

#endif
