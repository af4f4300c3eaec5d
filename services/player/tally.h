/* What the player has seen, counted: from the facts alone, each once. */
#ifndef OMBUD_SERVICES_PLAYER_TALLY_H
#define OMBUD_SERVICES_PLAYER_TALLY_H

#include <stdint.h>

#include "common/model/event.h"

enum { TALLY_CODES_MAX = 64, TALLY_CODE_SIZE = 48 };

struct tally_code {
	char code[TALLY_CODE_SIZE];
	int64_t count;
};

struct tally_clock {
	int64_t started, warned, met, breached, cancelled, late;
};

struct tally {
	int64_t said[EVENT_TYPE_COUNT]; /* published, by message */
	int64_t told[EVENT_TYPE_COUNT]; /* facts, by message */
	int64_t encodings[4];
	int64_t notices[NOTICE_CHANNEL_COUNT]; /* delivered */
	int64_t notices_failed;                /* for good */
	int64_t told_to[PARTY_COUNT];
	struct tally_clock clocks[CLOCK_COUNT];
	int64_t ladder_steps;
	struct tally_code refused[TALLY_CODES_MAX];
	int refused_count;
	int64_t steps; /* of the virtual clock */
};

void tally_fact(struct tally *tally, const struct event *fact);

#endif
