/* What happened, for people on stdout and as summary.json in the working folder. */
#ifndef OMBUD_SERVICES_PLAYER_SUMMARY_H
#define OMBUD_SERVICES_PLAYER_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "services/player/bus.h"
#include "services/player/play.h"
#include "services/player/sink.h"
#include "services/player/tally.h"

enum { SUMMARY_STEPS_MAX = 8 };

struct summary {
	const char *workdir;
	const struct tally *tally;
	const struct play *play;
	const struct bus *bus;
	const struct sink *sink;
	struct {
		const char *name;
		int64_t from_us; /* wall */
	} steps[SUMMARY_STEPS_MAX];
	int steps_count;
};

/* From here on time goes to this step. */
void summary_step(struct summary *summary, const char *name);

/* Runs `ombudctl audit`, prints, writes. wrong: rows that came out otherwise than the table says. true: the books balance. */
bool summary_make(struct summary *summary, bool played, int wrong);

#endif
