/* What the files of triage share. */
#ifndef OMBUD_SERVICES_TRIAGE_H
#define OMBUD_SERVICES_TRIAGE_H

#include "common/daemon/service.h"
#include "common/model/event.h"
#include "common/model/rules.h"
#include "common/platform/rules_file.h"

/* facts.c: what has been told of a complaint, as one ComplaintChanged: each step adds what it brings. known may be NULL. found: the
 * type that triage told last. */
struct event *facts_merge(struct arena *arena, const struct event *known, const struct event *change, enum complaint_type found);

/* batch.c */
void *triage_batch_new(struct daemon *daemon);
void triage_batch_reset(void *state);
bool triage_load(struct batch *batch, int round);
void triage_decide(struct batch *batch, struct item *item);
void triage_write(struct batch *batch);

#endif
