#include <stdio.h>
#include <string.h>

#include "services/player/tally.h"

/* Kept in the order of the codes. */
static void count_code(struct tally *tally, const char *code)
{
	int i = 0;
	while (i < tally->refused_count && strcmp(tally->refused[i].code, code) < 0)
		i++;
	if (i < tally->refused_count && strcmp(tally->refused[i].code, code) == 0) {
		tally->refused[i].count++;
		return;
	}
	if (tally->refused_count == TALLY_CODES_MAX)
		return;
	memmove(&tally->refused[i + 1], &tally->refused[i], (size_t)(tally->refused_count++ - i) * sizeof(tally->refused[0]));
	snprintf(tally->refused[i].code, TALLY_CODE_SIZE, "%s", code);
	tally->refused[i].count = 1;
}

static struct tally_clock *clock_of(struct tally *tally, enum clock_kind kind)
{
	return &tally->clocks[kind < CLOCK_COUNT ? kind : CLOCK_UNSPECIFIED];
}

static void count_clock(struct tally_clock *clock, const struct event *fact)
{
	switch (fact->type_id) {
	case EVENT_CLOCK_WARNED:
		clock->warned++;
		break;
	case EVENT_CLOCK_BREACHED:
		clock->breached++;
		clock->late += fact->late;
		break;
	case EVENT_CLOCK_MET:
		clock->met++;
		break;
	case EVENT_CLOCK_CANCELLED:
		clock->cancelled++;
		break;
	default:
		break;
	}
}

void tally_fact(struct tally *tally, const struct event *fact)
{
	tally->told[fact->type_id]++;
	count_clock(clock_of(tally, fact->clock), fact);
	for (size_t i = 0; i < fact->clocks_count; i++)
		clock_of(tally, fact->clocks[i].clock)->started++;
	if (fact->type_id == EVENT_LADDER_STEP_TAKEN)
		tally->ladder_steps++;
	if (fact->type_id == EVENT_REFUSED)
		count_code(tally, fact->code);
	if (fact->type_id == EVENT_NOTICE_DELIVERED && fact->notice_channel < NOTICE_CHANNEL_COUNT) {
		tally->notices[fact->notice_channel]++;
		tally->told_to[fact->party < PARTY_COUNT ? fact->party : PARTY_UNSPECIFIED]++;
	}
	if (fact->type_id == EVENT_NOTICE_FAILED && fact->final)
		tally->notices_failed++;
}
