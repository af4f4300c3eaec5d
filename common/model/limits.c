#include "common/model/limits.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"

/* Generous for people, small for floods. An hour is what people wait, a day would lock somebody out for a mistake. */
static const struct limit_row rows[LIMIT_COUNT] = {
    [LIMIT_NONE] = {"none"},
    [LIMIT_AMENDMENTS] = {"amendments", LIMIT_OF_COMPLAINT, "amendments", 20, 0, LIMIT_REFUSE, REFUSAL_TOO_MANY_AMENDMENTS},
    [LIMIT_COMPLAINTS] = {"complaints", LIMIT_OF_ORDER, "complaints about it", 100, 0, LIMIT_REFUSE, REFUSAL_TOO_MANY_COMPLAINTS},
    [LIMIT_COUNTER_OFFERS] = {"counter_offers", LIMIT_OF_COMPLAINT, "counter-offers", 2, 0, LIMIT_REFUSE,
	REFUSAL_TOO_MANY_COUNTER_OFFERS},
    [LIMIT_DEAD_LETTERS] = {"dead_letters", LIMIT_OF_SOURCE, "records told that could not be read", 60, US_PER_MINUTE,
	LIMIT_COUNT_ON, REFUSAL_TOO_MANY_DEAD_LETTERS},
    [LIMIT_DECISIONS] = {"decisions", LIMIT_OF_COMPLAINT, "decisions", 50, 0, LIMIT_REFUSE, REFUSAL_TOO_MANY_DECISIONS},
    [LIMIT_ENDPOINT_QUEUE] = {"endpoint_queue", LIMIT_OF_ENDPOINT, "webhooks in memory, of one process", 1000, 0, LIMIT_DEFER},
    [LIMIT_ERASURES] = {"erasures", LIMIT_OF_PERSON, "erasures under way", 1, 0, LIMIT_COALESCE},
    [LIMIT_EVIDENCE] = {"evidence", LIMIT_OF_SPEAKER, "pieces of evidence", 200, 0, LIMIT_REFUSE, REFUSAL_TOO_MUCH_EVIDENCE},
    [LIMIT_FILED_AGAIN] = {"filed_again", LIMIT_OF_COMPLAINT, "filings that join it", 50, 0, LIMIT_REFUSE, REFUSAL_FILED_TOO_OFTEN},
    [LIMIT_INQUIRIES] = {"inquiries", LIMIT_OF_COMPLAINT, "inquiries", 20, 0, LIMIT_REFUSE, REFUSAL_TOO_MANY_INQUIRIES},
    [LIMIT_INSPECTIONS] = {"inspections", LIMIT_OF_COMPLAINT, "inspections", 5, 0, LIMIT_REFUSE, REFUSAL_TOO_MANY_INSPECTIONS},
    [LIMIT_LINE] = {"line", LIMIT_OF_COMPLAINT, "webhooks on their way to one endpoint", 1, 0, LIMIT_DEFER},
    [LIMIT_MESSAGES] = {"messages", LIMIT_OF_SPEAKER, "messages", 60, US_PER_HOUR, LIMIT_REFUSE, REFUSAL_TOO_MANY_MESSAGES},
    [LIMIT_REFUSALS] = {"refusals", LIMIT_OF_SPEAKER, "refusals told", 20, US_PER_HOUR, LIMIT_COUNT_ON, REFUSAL_TOO_MANY_REFUSALS},
    [LIMIT_REMARKS] = {"remarks", LIMIT_OF_SPEAKER, "whatever else moves no complaint to another stage", 300, US_PER_HOUR,
	LIMIT_REFUSE, REFUSAL_TOO_MANY_REMARKS},
    [LIMIT_SETTINGS] = {"settings", LIMIT_OF_PERSON, "changes of contacts and preferences", 60, US_PER_HOUR, LIMIT_REFUSE,
	REFUSAL_TOO_MANY_CHANGES},
    [LIMIT_SETTLEMENTS] = {"settlements", LIMIT_OF_SPEAKER, "proposals to settle", 10, 0, LIMIT_REFUSE,
	REFUSAL_TOO_MANY_SETTLEMENTS},
    [LIMIT_TAKE_UP] = {"take_up", LIMIT_OF_COMPLAINT, "waiting events taken up by one batch", 100, 0, LIMIT_DEFER},
    [LIMIT_URGES] = {"urges", LIMIT_OF_COMPLAINT, "urges (and one in its platform's urge_every)", 200, 0, LIMIT_REFUSE,
	REFUSAL_URGED_TOO_SOON},
    [LIMIT_WAITING] = {"waiting", LIMIT_OF_ORDER,
	"urges, messages and evidence that wait for a complaint; what else waits is taken", 500, 0, LIMIT_REFUSE,
	REFUSAL_TOO_MANY_WAITING},
};

const struct limit_row *limit_row(enum limit limit)
{
	return &rows[(unsigned)limit < LIMIT_COUNT ? limit : LIMIT_NONE];
}

bool limit_is_platforms(enum limit limit)
{
	const struct limit_row *row = limit_row(limit);
	return row->refusal && row->of != LIMIT_OF_SOURCE;
}

const char *limit_name(enum limit limit)
{
	return limit_row(limit)->name;
}

const char *limit_of_name(enum limit_of of)
{
	static const char *const names[] = {
	    [LIMIT_OF_COMPLAINT] = "complaint",
	    [LIMIT_OF_SPEAKER] = "complaint and kind of actor",
	    [LIMIT_OF_ORDER] = "order",
	    [LIMIT_OF_PERSON] = "person",
	    [LIMIT_OF_SOURCE] = "source and partition",
	    [LIMIT_OF_ENDPOINT] = "endpoint",
	};
	return names[of];
}

const char *limit_beyond_name(enum limit_beyond beyond)
{
	static const char *const names[] = {
	    [LIMIT_REFUSE] = "refused",
	    [LIMIT_COUNT_ON] = "told once, then counted",
	    [LIMIT_DEFER] = "its turn comes later",
	    [LIMIT_COALESCE] = "joins",
	};
	return names[beyond];
}

enum limit limit_by_refusal(enum refusal refusal)
{
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
		if (refusal != REFUSAL_NONE && rows[i].refusal == refusal)
			return (enum limit)i;
	return LIMIT_NONE;
}

const struct limit_figures limit_figures_standard = {.amend_us = 24 * US_PER_HOUR, .urge_cooldown_us = US_PER_HOUR};

int32_t limit_most(const struct limit_figures *figures, enum limit limit)
{
	int32_t own = figures && (unsigned)limit < LIMIT_COUNT ? figures->most[limit] : 0;
	return own ? own : limit_row(limit)->most;
}

bool limit_reached(const struct limit_figures *figures, enum limit limit, int64_t used)
{
	return used >= limit_most(figures, limit);
}

int64_t limit_turn_us(int64_t *turn_us, int64_t soonest_us, int64_t apart_us)
{
	*turn_us = *turn_us + apart_us > soonest_us ? *turn_us + apart_us : soonest_us;
	return *turn_us;
}

/* ---- what has been used ---- */

static enum actor_kind speaker_of(enum limit limit, enum actor_kind speaker)
{
	bool apart = limit_row(limit)->of == LIMIT_OF_SPEAKER && (unsigned)speaker < ACTOR_KIND_COUNT;
	return apart ? speaker : ACTOR_KIND_UNSPECIFIED;
}

static struct limit_use *find(const struct limit_uses *uses, enum limit limit, enum actor_kind speaker)
{
	for (size_t i = 0; i < uses->count; i++)
		if (uses->entries[i].limit == limit && uses->entries[i].speaker == speaker_of(limit, speaker))
			return &uses->entries[i];
	return NULL;
}

static bool is_over(const struct limit_use *use, int64_t now_us)
{
	int64_t window_us = limit_row(use->limit)->window_us;
	return use->used <= 0 || (window_us && now_us - use->since_us >= window_us);
}

int32_t limit_used(const struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int64_t now_us)
{
	const struct limit_use *use = find(uses, limit, speaker);
	return use && !is_over(use, now_us) ? use->used : 0;
}

bool limit_room(const struct limit_figures *figures, const struct limit_uses *uses, enum limit limit, enum actor_kind speaker,
    int32_t count, int64_t now_us)
{
	return count <= limit_most(figures, limit) - limit_used(uses, limit, speaker, now_us);
}

/* One more than there is room for: an array that grows by this alone has the next power of two. */
static struct limit_use *add(struct arena *arena, struct limit_uses *uses)
{
	if (!(uses->count & (uses->count - 1))) {
		struct limit_use *room = arena_new_array(arena, struct limit_use, uses->count ? uses->count * 2 : 1);
		if (uses->count)
			memcpy(room, uses->entries, uses->count * sizeof *room);
		uses->entries = room;
	}
	return &uses->entries[uses->count++];
}

int32_t limit_take(
    struct arena *arena, struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int32_t count, int64_t now_us)
{
	struct limit_use *use = find(uses, limit, speaker);
	if (!use) {
		use = add(arena, uses);
		*use = (struct limit_use){.limit = limit, .speaker = speaker_of(limit, speaker)};
	}
	if (is_over(use, now_us)) {
		use->used = 0;
		use->since_us = now_us;
	}
	use->used = count < INT32_MAX - use->used ? use->used + count : INT32_MAX;
	uses->changed = true;
	return use->used;
}

void limit_give_back(struct limit_uses *uses, enum limit limit, enum actor_kind speaker, int32_t count)
{
	struct limit_use *use = find(uses, limit, speaker);
	if (!use)
		return;
	use->used = use->used > count ? use->used - count : 0;
	uses->changed = true;
}

/* ---- as text ---- */

const char *limit_uses_text(struct arena *arena, const struct limit_uses *uses, int64_t now_us)
{
	const char *text = "";
	for (size_t i = 0; i < uses->count; i++) {
		const struct limit_use *use = &uses->entries[i];
		if (is_over(use, now_us))
			continue;
		text = arena_printf(arena, "%s%s%s%s%s=%d@%lld", text, *text ? " " : "", limit_name(use->limit),
		    use->speaker ? "/" : "", use->speaker ? actor_kind_name(use->speaker) : "", (int)use->used,
		    (long long)use->since_us);
	}
	return text;
}

static bool is_named(const char *name, const char *text, size_t size)
{
	return strlen(name) == size && !memcmp(name, text, size);
}

/* "name" or "name/speaker". */
static bool read_names(const char *text, size_t size, struct limit_use *use)
{
	size_t name = strcspn(text, "/=");
	name = name < size ? name : size;
	for (int i = LIMIT_NONE + 1; i < LIMIT_COUNT; i++)
		if (is_named(rows[i].name, text, name))
			use->limit = (enum limit)i;
	if (name == size)
		return use->limit != LIMIT_NONE;
	for (int i = ACTOR_KIND_UNSPECIFIED + 1; i < ACTOR_KIND_COUNT; i++)
		if (is_named(actor_kind_name((enum actor_kind)i), text + name + 1, size - name - 1))
			use->speaker = (enum actor_kind)i;
	return use->limit != LIMIT_NONE && use->speaker != ACTOR_KIND_UNSPECIFIED;
}

void limit_uses_read(struct arena *arena, const char *text, struct limit_uses *uses)
{
	*uses = (struct limit_uses){NULL, 0, false};
	while (*text) {
		struct limit_use use = {.limit = LIMIT_NONE};
		size_t size = strcspn(text, "=");
		char *end = (char *)text + size;
		bool known = *end == '=' && read_names(text, size, &use);
		if (*end == '=')
			use.used = (int32_t)strtol(end + 1, &end, 10);
		if (known && *end == '@') {
			use.since_us = strtoll(end + 1, &end, 10);
			*add(arena, uses) = use;
		}
		text = end + strcspn(end, " ");
		text += *text == ' ';
	}
}
