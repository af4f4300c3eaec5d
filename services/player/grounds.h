/* Whole grounds for a decision, and who bears it. */
#ifndef OMBUD_SERVICES_PLAYER_GROUNDS_H
#define OMBUD_SERVICES_PLAYER_GROUNDS_H

#include "common/base/arena.h"
#include "common/model/event.h"

/* By the criteria of the type; whoever decides says more in its own members. */
struct grounds *player_grounds(struct arena *arena, enum complaint_type type, const char *found);
/* One party bears all of it. */
void player_responsible(struct arena *arena, struct event *decision, enum party party);

#endif
