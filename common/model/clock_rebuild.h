/* The clocks of a complaint anew, from its facts alone, and what is stored of them otherwise than they come out. Pure.
 *
 * Compared to the bit is what follows from the facts: start, due, terms, met or ended, breach, overdue, and the instant of the step
 * that is pending. When a timer fired, what was told of it and how late (how many steps are done, warned, level, the instant of
 * breached_at, the revision) is the ledger beside it, and not compared: of a breach only whether it is one.
 */
#ifndef OMBUD_MODEL_CLOCK_REBUILD_H
#define OMBUD_MODEL_CLOCK_REBUILD_H

#include "common/model/clock_fact.h"

/* member: as the column of escalation.clock is called; both texts last for the call. */
typedef void clock_differs_fn(const char *member, const char *stored, const char *computed, void *context);

/* An empty board in that version, whose effects nobody hears of. */
void clock_rebuild_begin(struct clock_board *board, struct arena *arena, const struct clock_version *version);
/* NULL: the board has none of that kind and cycle. */
struct clock *clock_rebuild_find(const struct clock_board *board, enum clock_kind kind, int32_t cycle);
/* Returns how many members differ. computed has caught up with stored (clock_board_catch_up). stored: as it was read, by its
 * numbers of versions; its terms and times are not looked at. */
int clock_rebuild_compare(const struct clock *stored, const struct clock *computed, clock_differs_fn *fn, void *context);

#endif
