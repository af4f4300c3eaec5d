/* Plays the table of the day and holds what came of it against the table. */
#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"

#include "services/player/day.h"

enum { OTHER_ORDERS = 140 };

/* One row as it is played. */
struct day_complaint {
	const struct day_row *row;
	const struct story *story;
	const char *buyer;
	struct input *filing;
	int reviews, remedies, dones; /* how often seen */
	bool done[DAY_ACTS_MAX];
	enum complaint_type found;
};

const char *day_buyer(const struct life *life)
{
	const struct day_complaint *complaint = life->row;
	return complaint->buyer;
}

static const struct story *story_find(const char *name)
{
	for (const struct story *story = day_stories; story->name; story++) {
		if (strcmp(story->name, name) == 0)
			return story;
	}
	bug("no story of that name");
}

/* ---- what nobody has to be asked for ---- */

static void plan_order(struct play *play, const char *order_id, const struct day_goods *goods, enum order_shape shape,
    const char *buyer, int64_t filed_us, int64_t at_us)
{
	struct input *input = play_input(play, at_us, EVENT_ORDER_RECORDED, "orders", order_id);
	day_order_event(play, input, goods, shape, buyer, filed_us);
	input->encoding = (enum encoding)(input->event->order->total.minor_units / 100 % 3);
	input->early = true;
	play_say(play, input);
}

static struct input *filing_input(struct play *play, struct day_complaint *complaint, const char *order_id, int64_t at_us)
{
	const struct day_row *row = complaint->row;
	struct input *input = play_input(play, at_us, EVENT_COMPLAINT_FILED, channel_name(row->channel), order_id);
	struct event *event = input->event;
	struct evidence *evidence = arena_alloc(play->arena, sizeof(*evidence));
	*evidence = (struct evidence){
	    .evidence_id = arena_printf(play->arena, "%s-buyer-screenshot", order_id),
	    .kind = "screenshot",
	    .uri = arena_printf(play->arena, "https://files.cards.example/%s/buyer.png", order_id),
	    .media_type = "image/png",
	    .size_bytes = 120311,
	    .supplied_by = PARTY_COMPLAINANT,
	    .made_at_us = at_us - 10 * US_PER_MINUTE,
	};
	event->complaint_id = "";
	event->actor = (struct actor){ACTOR_KIND_COMPLAINANT, complaint->buyer, ""};
	event->complainant_id = complaint->buyer;
	event->channel = row->channel;
	event->type = row->type;
	event->statement = (struct statement){row->statement, at_us - US_PER_HOUR, row->wanted};
	event->evidence = evidence;
	event->evidence_count = 1;
	event->language = (unsigned char)row->statement[0] < 0x80 ? "en" : "zh-CN";
	input->encoding = row->encoding;
	return input;
}

static void plan_row(struct play *play, const struct day_row *row, int place)
{
	struct day_complaint *complaint = arena_alloc(play->arena, sizeof(*complaint));
	const char *order_id = arena_printf(play->arena, "CT20260302%03d", place);
	int64_t filed_us = DAY_MIDNIGHT_US + row->filed * US_PER_MINUTE;
	struct life *life = play_life(play, order_id);

	complaint->row = row;
	complaint->story = story_find(row->story);
	complaint->buyer = arena_printf(play->arena, "b_%05d", 10007 + place * 37);
	life->row = complaint;
	enum order_shape shape = complaint->story->shape;
	if (shape != SHAPE_UNKNOWN)
		plan_order(play, order_id, &day_goods[row->goods], shape, shape == SHAPE_ANOTHERS ? "b_99999" : complaint->buyer,
		    filed_us, play->starts_us);
	complaint->filing = filing_input(play, complaint, order_id, filed_us);
	complaint->filing->misplaced = place == 3;
	play_say(play, complaint->filing);
}

static void plan_others(struct play *play)
{
	for (int i = 0; i < OTHER_ORDERS; i++) {
		int64_t at_us = play->starts_us + (i < 100 ? 0 : (i - 100) * 20 * US_PER_MINUTE);
		plan_order(play, arena_printf(play->arena, "CT20260301%03d", i), &day_goods[i * 7 % day_goods_count],
		    i % 5 ? SHAPE_DELIVERED : SHAPE_SHIPPED, arena_printf(play->arena, "b_%05d", 20011 + i * 53), at_us, at_us);
	}
}

/* Bytes that are no message at all, and a message with broken UTF-8: each must end as a dead letter, and nothing else may suffer.
 */
static void plan_poison(struct play *play)
{
	static const char bytes[] = "\xff\xfe\x08\x96\x01 not a message";
	struct input *input =
	    play_input(play, DAY_MIDNIGHT_US + CLOCK(11, 0) * US_PER_MINUTE, EVENT_COMPLAINT_FILED, "broken", "CT20260302001");
	input->encoding = ENCODING_RAW;
	input->raw = bytes;
	input->raw_size = sizeof(bytes) - 1;
	play_say(play, input);
}

static void plan_contact(struct play *play, const char *person, enum party party, enum notice_channel channel, const char *address)
{
	struct input *input = play_input(play, play->starts_us, EVENT_CONTACT_SET, "contacts", person);
	input->event->order_id = "";
	input->event->complaint_id = "";
	input->event->person_id = input->key;
	input->event->actor = (struct actor){ACTOR_KIND_PLATFORM_PROGRAM, "contacts", ""};
	input->event->party = party;
	input->event->notice_channel = channel;
	input->event->address = address;
	input->event->language = "zh-CN";
	play_say(play, input);
}

static bool begin(struct play *play)
{
	play->starts_us = DAY_MIDNIGHT_US + CLOCK(8, 0) * US_PER_MINUTE;
	play->sink_down_from_us = DAY_MIDNIGHT_US + CLOCK(10, 0) * US_PER_MINUTE;
	play->sink_down_until_us = DAY_MIDNIGHT_US + CLOCK(12, 30) * US_PER_MINUTE;
	plan_others(play);
	for (int place = 1; day_rows[place - 1].story; place++)
		plan_row(play, &day_rows[place - 1], place);
	plan_poison(play);
	for (int i = 0; i < day_goods_count; i++) {
		if (i == 0 || strcmp(day_goods[i].merchant, day_goods[i - 1].merchant) != 0)
			plan_contact(play, day_goods[i].merchant, PARTY_MERCHANT, NOTICE_CHANNEL_EMAIL,
			    arena_printf(play->arena, "%s@merchants.example", day_goods[i].merchant));
	}
	return true;
}

/* ---- seeing and doing ---- */

static void file_again(struct play *play, struct life *life, const struct act *act, int64_t at_us)
{
	struct day_complaint *complaint = life->row;
	struct input *input;
	if (act->does == SENDS_AGAIN) {
		input = arena_copy(play->arena, complaint->filing, sizeof(*input));
		input->at_us = at_us;
	} else {
		input = filing_input(play, complaint, life->order_id, at_us);
		input->event->source = "/cards/hotline";
		input->event->channel = CHANNEL_HOTLINE;
		input->event->type = complaint->found; /* the clerk at the telephone sees what it is */
		input->event->statement.text = act->words;
	}
	play_say(play, input);
}

static void act_do(struct play *play, struct life *life, const struct act *act, const struct event *fact)
{
	struct day_complaint *complaint = life->row;
	int64_t at_us = fact->occurred_at_us + act->after * US_PER_MINUTE;
	switch (act->does) {
	case SENDS_AGAIN:
	case FILES_AGAIN:
		file_again(play, life, act, at_us);
		return;
	case RECORDS_ORDER:
		plan_order(play, life->order_id, &day_goods[complaint->row->goods], SHAPE_UNKNOWN, complaint->buyer, at_us, at_us);
		return;
	default:
		day_do(play, life, act, at_us, fact);
		return;
	}
}

/* What a fact looks like to the parties. */
static enum sees seen_of(struct day_complaint *complaint, const struct event *fact)
{
	if (fact->type_id == EVENT_REMEDY_ORDERED)
		return complaint->remedies++ ? REMEDY_AGAIN : REMEDY;
	if (fact->type_id == EVENT_REFUSED)
		return REFUSAL;
	if (fact->type_id == EVENT_COMPLAINT_CHANGED && fact->reason == REASON_SETTLEMENT_PROPOSED)
		return PROPOSAL;
	if (fact->type_id != EVENT_COMPLAINT_CHANGED || fact->stage == fact->stage_before)
		return SEES_NOTHING;
	switch (fact->stage) {
	case STAGE_MANUAL_ADMISSION:
		return ADMISSION;
	case STAGE_NEGOTIATING:
		return NEGOTIATION;
	case STAGE_MERCHANT_ANSWERED:
		return ANSWER;
	case STAGE_PLATFORM_REVIEW:
		return complaint->reviews++ ? REVIEW_AGAIN : REVIEW;
	case STAGE_DECIDED:
		return DECISION;
	case STAGE_AWAITING_CONFIRMATION:
		return complaint->dones++ ? DONE_AGAIN : DONE;
	default:
		return SEES_NOTHING;
	}
}

static void react(struct play *play, struct life *life, enum sees sees, const struct event *fact)
{
	struct day_complaint *complaint = life->row;
	for (int i = 0; i < DAY_ACTS_MAX; i++) {
		const struct act *act = &complaint->story->acts[i];
		if (sees == SEES_NOTHING || act->sees != sees || complaint->done[i])
			continue;
		complaint->done[i] = true;
		act_do(play, life, act, fact);
	}
}

static void sees(struct play *play, struct life *life, const struct event *fact)
{
	struct day_complaint *complaint = life ? life->row : NULL;
	if (!complaint)
		return;
	if (fact->type_id == EVENT_COMPLAINT_TRIAGED)
		complaint->found = fact->type;
	if (fact->type_id == EVENT_COMPLAINT_CHANGED && fact->stage_before == STAGE_UNSPECIFIED)
		react(play, life, FILING, fact);
	react(play, life, seen_of(complaint, fact), fact);
}

/* ---- the table as a test ---- */

static const char *clock_state(const struct life *life, enum clock_kind kind)
{
	const char *state = "never started";
	for (int i = 0; i < life->clocks_count; i++) {
		const struct clock_seen *clock = &life->clocks[i];
		if (clock->kind != kind)
			continue;
		if (clock->breached)
			return "breached";
		state = clock->met ? "met" : clock->cancelled ? "cancelled" : "running";
	}
	return state;
}

/* What the table wants of a clock; NULL: it does not say. */
static const char *clock_wanted(const char *clocks, enum clock_kind kind, char *text, size_t size)
{
	const char *name = clock_kind_name(kind);
	for (const char *at = clocks; at[0] != '\0'; at += strcspn(at, ","), at += strspn(at, ", ")) {
		size_t length = strlen(name);
		if (strncmp(at, name, length) != 0 || at[length] != ' ')
			continue;
		snprintf(text, size, "%.*s", (int)strcspn(at + length + 1, ","), at + length + 1);
		return text;
	}
	return NULL;
}

static int check_clocks(const struct life *life, const struct story *story)
{
	int wrong = 0;
	for (int kind = 1; kind < CLOCK_COUNT; kind++) {
		char text[32];
		const char *got = clock_state(life, (enum clock_kind)kind);
		const char *want = clock_wanted(story->clocks, (enum clock_kind)kind, text, sizeof(text));
		if (want ? strcmp(got, want) == 0 : strcmp(got, "breached") != 0)
			continue;
		fprintf(stderr, "%s (%s): clock %s: got %s, want %s\n", life->order_id, story->name,
		    clock_kind_name((enum clock_kind)kind), got, want ? want : "not breached");
		wrong++;
	}
	return wrong;
}

static int check_row(const struct life *life)
{
	const struct day_complaint *complaint = life->row;
	const struct story *story = complaint->story;
	enum complaint_type want_type = complaint->row->found ? complaint->row->found : complaint->row->type;
	int wrong = check_clocks(life, story);
	if (life->stage != story->ends) {
		fprintf(stderr, "%s (%s): ends: got %s, want %s\n", life->order_id, story->name, stage_name(life->stage),
		    stage_name(story->ends));
		wrong++;
	}
	if (complaint->found != want_type && complaint->found != COMPLAINT_TYPE_UNSPECIFIED) {
		fprintf(stderr, "%s (%s): type: got %s, want %s\n", life->order_id, story->name,
		    complaint_type_name(complaint->found), complaint_type_name(want_type));
		wrong++;
	}
	if (life->repeats != story->repeats) {
		fprintf(stderr, "%s (%s): joined repeats: got %d, want %d\n", life->order_id, story->name, life->repeats,
		    story->repeats);
		wrong++;
	}
	if (life->refusals != story->refusals) {
		fprintf(stderr, "%s (%s): refusals: got %d (last %s), want %d\n", life->order_id, story->name, life->refusals,
		    life->last_refusal, story->refusals);
		wrong++;
	}
	return wrong != 0;
}

/* What no complaint tells: of the whole day. A second run over the same data may have said more. */
static int check_noted(const char *what, int64_t got, int64_t least)
{
	if (got >= least)
		return 0;
	fprintf(stderr, "the day: %s: got %lld, want %lld\n", what, (long long)got, (long long)least);
	return 1;
}

static int check(struct play *play)
{
	int wrong = check_noted("records that came again", play->noted.repeats, 2);
	wrong += check_noted("misplaced records sent on", play->noted.forwarded, 1);
	wrong += check_noted("dead letters", play->noted.dead_letters, 1);
	for (const struct life *life = play->lives; life; life = life->hh.next)
		wrong += life->row ? check_row(life) : 0;
	return wrong;
}

const struct scenario scenario_day = {"cards", begin, sees, check};
