/* Who is told what: pure selection by one table, and what notification remembers of a complaint.
 *
 *   event + facts -> notice_select -> tellings {recipient, person, template} -> channels (services/notification/channel.h)
 *
 * A template's name is the `event` of a notice, everywhere: on the wire, in files, in an endpoint's list.
 */
#ifndef OMBUD_MODEL_NOTICE_H
#define OMBUD_MODEL_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/uuid.h"
#include "common/model/event.h"

enum { NOTICE_TELLINGS_MAX = 4 }; /* of one event; no row of the table makes more */

/* The three who are told. PARTY_COMPLAINANT, PARTY_MERCHANT, PARTY_PLATFORM are 1, 2, 3: arrays over them have this size. */
enum { NOTICE_RECIPIENTS = PARTY_PLATFORM + 1 };

/* A deadline that has moved, with all those that a letter tells together. */
struct moved_deadline {
	enum clock_kind clock;
	int32_t cycle;
	enum cause cause;
	int64_t due_us, due_before_us;
};

/* What is remembered of a complaint between events. Strings are never NULL. */
struct notice_facts {
	struct uuid complaint;
	const char *complaint_id; /* the same as text */
	const char *platform_id;
	const char *order_id;
	const char *complainant_id;
	const char *merchant_id;
	const char *owner_id;
	const char *language; /* the complaint's own, BCP 47 */
	enum stage stage;
	enum complaint_type type;
	int64_t due_us[CLOCK_COUNT];        /* of the clocks that run; 0: not running, or not known yet */
	bool internal[CLOCK_COUNT];         /* of those: how the platform watches itself, which no party hears of */
	int64_t told[NOTICE_RECIPIENTS];    /* notices to that recipient so far: the sequence of its last one */
	const struct moved_deadline *moved; /* while a letter about several is written: all that its reader is told of */
	size_t moved_count;
};

struct notice_facts notice_facts_empty(void);

/* What the event teaches, taken over. Events of different topics may come in any order. A refusal teaches nothing about the
 * complaint: a stranger may have spoken. */
void notice_facts_learn(struct arena *arena, struct notice_facts *facts, const struct event *event);

struct telling {
	enum party recipient;
	const char *person_id; /* whose inbox; never "" */
	const char *template;
};

/* Whom the event is told to, after notice_facts_learn. Returns the count. */
int notice_select(const struct notice_facts *facts, const struct event *event, struct telling tellings[NOTICE_TELLINGS_MAX]);

/* Is it told with what else a mass move does to the complaint's deadlines, one letter a reader and day? A version that is applied
 * to all that is open, or a calendar that is corrected; every other cause has its own letter, at once. */
bool notice_joins(const struct event *event);

/* Is whoever is told this no party of that complaint? He has been refused a word about it, and hears of it what he said himself. */
bool notice_to_stranger(const struct notice_facts *facts, const struct event *event, enum party recipient);

/* The recipients of a template, as a set of 1u << party. 0: no such template. */
unsigned notice_recipients(const char *template);

/* The side that such an actor speaks for; PARTY_UNSPECIFIED: none of the three. */
enum party notice_actor(enum actor_kind kind);

/* A warning that is read after its due instant, because somebody was away: it is told to nobody any more. */
bool notice_is_over(const struct event *event, int64_t now_us);

/* Is there a row for events of this type? */
bool notice_tells(enum event_type type);

/* Is somebody told when that is said within a stage? For tests. */
bool notice_tells_cause(enum cause cause);

/* Every template that the table can ask for, NULL-ended, sorted. */
const char *const *notice_templates(void);

/* The clock that whoever must act next runs under, after this event; CLOCK_UNSPECIFIED when none. */
enum clock_kind notice_clock(const struct notice_facts *facts, const struct event *event);

/* The same, and its due instant, as this recipient is told of them: CLOCK_UNSPECIFIED and 0 when that is no affair of his. */
enum clock_kind notice_clock_told(const struct notice_facts *facts, const struct event *event, enum party recipient);
int64_t notice_due_told(const struct notice_facts *facts, const struct event *event, enum party recipient);

/* Is it one of the clocks of which a policy chooses the one under which the platform decides? A stage names one for all. */
bool notice_decides(enum clock_kind clock);

/* Must the event be told after a step that is not here yet? A remedy's command comes by another topic than its reasons.
 */
bool notice_awaits_step(const struct notice_facts *facts, const struct event *event);

/* Does the event start a clock whose due instant is not known yet? Only a step from one stage to another does. */
bool notice_awaits_clock(const struct notice_facts *facts, const struct event *event);

/* Who is reached when this party must act: programs and Ombud's own steps are the platform's affair. */
enum party notice_recipient(enum party party);

/* The text that a notice's id is a digest of: the same on every replica, whoever decides it. */
const char *notice_identity(struct arena *arena, const char *complaint_id, const struct event *cause, enum party recipient,
    enum notice_channel channel, const char *endpoint);

#endif
