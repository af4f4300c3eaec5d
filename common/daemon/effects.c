#include "common/daemon/effects.h"

#include <string.h>

#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/daemon.h"
#include "common/daemon/emit.h"
#include "common/daemon/lane.h"
#include "common/daemon/options.h"
#include "common/daemon/shard.h"
#include "common/io/loop.h"
#include "common/model/trace.h"

/* Of each message that is more than its own name at debug. */
static const struct effect_row {
	bool known;
	enum log_level level;
	const char *message;
} rows[EVENT_TYPE_COUNT] = {
    [EVENT_COMPLAINT_CHANGED] = {true, LOG_LEVEL_INFO, "complaint moved"},
    [EVENT_REFUSED] = {true, LOG_LEVEL_INFO, "refused"},
    [EVENT_COMPLAINT_TRIAGED] = {true, LOG_LEVEL_INFO, "complaint triaged"},
    [EVENT_REMEDY_ORDERED] = {true, LOG_LEVEL_INFO, "remedy ordered"},
    [EVENT_CLOCK_BREACHED] = {true, LOG_LEVEL_INFO, "deadline broken"},
    [EVENT_BREACH_WITHDRAWN] = {true, LOG_LEVEL_INFO, "a broken deadline was met after all"},
    [EVENT_LADDER_STEP_TAKEN] = {true, LOG_LEVEL_INFO, "escalated"},
    [EVENT_SILENCE_REACHED] = {true, LOG_LEVEL_INFO, "somebody was silent: the next step is asked for"},
    [EVENT_NOTICE_FAILED] = {true, LOG_LEVEL_WARN, "notice given up"},
};

static struct {
	int64_t second; /* monotonic: the one that is counted */
	int64_t written, passed_over;
	struct loop_timer *teller;
} pace;

static const char *message_of(const struct core_log_row *row, const struct effect *effect)
{
	if (!effect->type)
		return row->attempts ? "record parked" : row->type;
	if (!rows[effect->type].known)
		return event_type_short_name(effect->type);
	if (effect->type == EVENT_COMPLAINT_CHANGED && !effect->stage_before)
		return "complaint filed";
	return rows[effect->type].message;
}

/* Much of what is told of a complaint (messages, evidence, urging) moves nothing. */
static enum log_level level_of(const struct effect *effect)
{
	if (effect->failed)
		return LOG_LEVEL_WARN;
	bool moved = effect->type != EVENT_COMPLAINT_CHANGED || effect->stage != effect->stage_before;
	return rows[effect->type].known && moved ? rows[effect->type].level : LOG_LEVEL_DEBUG;
}

static void write_line(struct lane *lane, enum log_level level, const struct core_log_row *row, const struct effect *effect)
{
	char subject[UUID_TEXT_SIZE], traceparent[TRACE_TEXT_SIZE], trace[TRACE_ID_SIZE], span[TRACE_SPAN_SIZE];
	char parent_trace[TRACE_ID_SIZE], parent[TRACE_SPAN_SIZE];
	const struct daemon *daemon = lane->daemon;
	const char *id = emit_id(lane->arena, &daemon->shards[row->shard], row->seq);
	const char *complaint = uuid_is_zero(&row->subject) ? effect->complaint_id : uuid_format(&row->subject, subject);
	trace_next(row->trace, &row->subject, daemon->source, id, traceparent);
	trace_read(traceparent, trace, span);
	trace_read(row->trace, parent_trace, parent);
	log_pairs(level, message_of(row, effect),
	    (const struct log_pair[]){
		LOG_TEXT("complaint_id", complaint),
		LOG_TEXT("order_id", effect->order_id),
		LOG_TEXT("event_id", id),
		LOG_TEXT("event_type", effect->type ? row->type : NULL),
		LOG_TEXT("trace_id", trace),
		LOG_TEXT("span_id", span),
		LOG_TEXT("parent_id", *parent ? parent : NULL),
		LOG_TEXT("topic", row->topic),
		LOG_NUMBER("shard", row->shard),
		LOG_NUMBER("seq", row->seq),
		LOG_TEXT("input_topic", row->input_topic),
		LOG_NUMBER_IF("input_offset", row->input_topic, row->input_offset),
		LOG_NUMBER_IF("campaign_id", effect->campaign, effect->campaign),
		LOG_TEXT("stage", effect->stage ? stage_name(effect->stage) : NULL),
		LOG_TEXT("clock", effect->clock ? clock_kind_name(effect->clock) : NULL),
		LOG_TEXT("type", effect->complaint_type ? complaint_type_name(effect->complaint_type) : NULL),
		LOG_TEXT("tier", effect->tier ? tier_name(effect->tier) : NULL),
		LOG_NUMBER_IF("priority", effect->priority, effect->priority),
		LOG_TEXT("code", effect->reason ? NULL : row->note),
		LOG_TEXT("reason", effect->reason ? reason_name(effect->reason) : NULL),
		LOG_TEXT("err", effect->failed ? row->reason : NULL),
		LOG_NUMBER_IF("attempts", row->attempts, row->attempts),
		{0},
	    });
}

/* ---- not too many ---- */

static void tell(void *context)
{
	if (pace.passed_over)
		log_info("effects not written: more than log.effects in a second", LOG_NUMBER("effects", pace.passed_over));
	pace.passed_over = 0;
}

static bool has_room(int64_t second, int64_t most)
{
	if (log_least == LOG_LEVEL_DEBUG)
		return true;
	if (second != pace.second) {
		pace.second = second;
		pace.written = 0;
	}
	if (pace.written++ < most)
		return true;
	if (!pace.passed_over++)
		loop_timer_start(pace.teller, US_PER_SECOND);
	return false;
}

void effects_committed(struct lane *lane)
{
	int64_t second = instant_monotonic_us() / US_PER_SECOND;
	int64_t most = options_integer(lane->daemon->options, "log.effects");
	for (int i = 0; i < lane->rows_count; i++) {
		enum log_level level = level_of(&lane->effects[i]);
		if (level >= log_least && has_room(second, most))
			write_line(lane, level, &lane->rows[i], &lane->effects[i]);
	}
}

void effects_start(struct daemon *daemon)
{
	pace.teller = loop_timer_new(daemon->loop, tell, NULL);
}

void effects_end(void)
{
	tell(NULL);
}
