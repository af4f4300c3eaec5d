/* Who may say what: an option of each message of the inbox (proto/ombud/options) says it. It says which kinds of actors may say it
 * at all; of those that are one side of a dispute also in which relation they stand to what they speak about: its complainant, the
 * merchant who sold, the inspector who was asked, the person himself. A platform speaks for itself and for its users, since its
 * channels hear them. Nobody speaks as Ombud.
 *
 * The same cells, written by hand, are tests/lib/speakers.txt; tests hold the options and whole daemons against it.
 */
#ifndef OMBUD_MODEL_SPEAKERS_H
#define OMBUD_MODEL_SPEAKERS_H

#include "common/base/arena.h"
#include "common/model/event.h"
#include "common/model/refusal.h"

/* The side of a dispute that an actor is of; PARTY_UNSPECIFIED: nobody who may speak. */
enum party speaker_side(enum actor_kind kind);

/* No program, and not Ombud. */
bool speaker_is_person(enum actor_kind kind);

/* May the event's actor say it? complaint: the one that it is about; order: its order's facts, where they are known. Both may be
 * NULL. */
struct complaint;
enum refusal speaker_check(const struct event *event, const struct complaint *complaint, const struct order_facts *order);

/* Is it a refusal for who speaks? Then the speaker is told nothing of the complaint. */
bool speaker_refusal(enum refusal refusal);

/* The event with its evidence supplied by its speaker; only a platform says who else did. The event itself when nothing changes. */
const struct event *speaker_evidence(struct arena *arena, const struct event *event);

#endif
