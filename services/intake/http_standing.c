/* Where a complaint stands, as its document says it: who must act, by when, what happens if nobody does, and what each party can
 * do. The life's tables say it (common/model/lifecycle.h); the instants are those of escalation's clocks that run. */
#include <string.h>

#include "common/base/instant.h"
#include "common/model/notice.h"
#include "services/intake/http.h"

static enum clock_kind kind_of(const struct json *clock)
{
	return clock_kind_by_name(json_text_of(json_member(clock, "clock")));
}

/* Does it run, as far as the reader is told, as the clock that the stage names? */
static bool is_clock(const struct json *clock, enum clock_kind named, const struct view_reader *reader)
{
	enum clock_kind kind = kind_of(clock);
	bool ended = json_kind_of(json_member(clock, "ended_at")) == JSON_KIND_TEXT;
	return !ended && (kind == named || (notice_decides(named) && notice_decides(kind))) &&
	       view_sees_element("complaint.clocks[]", clock, reader);
}

/* The one due first; NULL: none. Instants of one form are in the order of time. */
static const struct json *find_clock(const struct json *document, enum clock_kind named, const struct view_reader *reader)
{
	const struct json *clocks = json_member(document, "clocks"), *found = NULL;
	for (size_t i = 0; named && i < json_count(clocks); i++) {
		const struct json *clock = json_at(clocks, i);
		if (is_clock(clock, named, reader) &&
		    (!found || strcmp(json_text_of(json_member(clock, "due_at")), json_text_of(json_member(found, "due_at"))) < 0))
			found = clock;
	}
	return found;
}

static void write_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, "\"%s\":", name);
	if (text[0] == '\0')
		buf_text(json, "null");
	else
		buf_json_string(json, text, strlen(text));
}

/* Clock and due instant; null where there is none, or none that the reader is told of. */
static void write_due(struct buf *json, const struct json *document, enum clock_kind kind, const struct view_reader *reader)
{
	const struct json *clock = find_clock(document, kind, reader);
	write_text(json, "clock", clock ? clock_kind_name(kind_of(clock)) : "");
	buf_char(json, ',');
	write_text(json, "due_at", json_text_of(json_member(clock, "due_at")));
	buf_char(json, ',');
}

static const char *silence_text(enum silence_outcome silence)
{
	return silence > SILENCE_OUTCOME_NONE ? silence_outcome_name(silence) : "";
}

static void write_action(
    struct buf *json, const struct allowed_action *action, const struct json *document, const struct view_reader *reader)
{
	buf_char(json, '{');
	write_text(json, "party", party_name(action->party));
	buf_char(json, ',');
	write_text(json, "action", action_name(action->action));
	buf_printf(json, ",\"mandatory\":%s,", action->mandatory ? "true" : "false");
	write_due(json, document, action->clock, reader);
	write_text(json, "silence", silence_text(action->silence));
	buf_char(json, '}');
}

/* Does one wait for its answer? (common/model/inquiry.h) */
static bool inquiries_wait_in(const struct json *document)
{
	const struct json *inquiries = json_member(document, "inquiries");
	for (size_t i = 0; i < json_count(inquiries); i++) {
		const char *state = json_text_of(json_member(json_at(inquiries, i), "state"));
		if (strcmp(state, "open") == 0 || strcmp(state, "lapsed") == 0)
			return true;
	}
	return false;
}

static unsigned open_of(const struct json *document, int64_t now_us, int64_t amend_us)
{
	bool appealed = json_integer_of(json_member(document, "appeals")) > 0;
	bool appealable = json_bool_of(json_member(document, "appeal_open"));
	unsigned open = appealable ? appealed ? LIFE_APPEALABLE_AGAIN : LIFE_APPEALABLE : 0;
	int64_t settlement = json_integer_of(json_member(json_member(document, "settlement"), "number"));
	open |= life_settlement_open((int32_t)settlement);
	const struct json *received = json_member(document, "received_at");
	int64_t received_us = 0;
	if (json_count(json_member(document, "evidence_owed")) > 0)
		open |= LIFE_REQUESTED;
	if (inquiries_wait_in(document))
		open |= LIFE_INQUIRED;
	bool amendable =
	    instant_parse(json_text_of(received), json_text_size(received), &received_us) && now_us - received_us <= amend_us;
	return amendable ? open | LIFE_AMENDABLE : open;
}

void standing_write(
    struct buf *json, const struct json *document, int64_t now_us, int64_t amend_us, const struct view_reader *reader)
{
	enum stage stage = stage_by_name(json_text_of(json_member(document, "stage")));
	enum answer_kind answer = answer_kind_by_name(json_text_of(json_member(document, "answer")));
	const struct life_stage *place = life_stage(stage, answer);
	struct allowed_action actions[LIFE_ACTIONS_MAX];
	size_t count = life_allowed(stage, answer, open_of(document, now_us, amend_us), actions);
	buf_char(json, '{');
	write_text(json, "must_act", place ? party_name(place->owner) : "");
	buf_char(json, ',');
	write_due(json, document, place ? place->clock : CLOCK_UNSPECIFIED, reader);
	write_text(json, "silence", place ? silence_text(place->silence) : "");
	buf_text(json, ",\"actions\":[");
	for (size_t i = 0; i < count; i++) {
		buf_text(json, i ? "," : "");
		write_action(json, &actions[i], document, reader);
	}
	buf_text(json, "]}");
}
