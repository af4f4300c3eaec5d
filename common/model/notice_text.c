#include "common/model/notice_text.h"

#include <string.h>

#include "common/base/nearest.h"
#include "common/base/utf8.h"
#include "common/base/zone.h"
#include "common/model/clock.h"
#include "common/model/reason.h"
#include "common/model/refusal.h"

struct builder {
	struct arena *arena;
	const struct notice_language *language;
	const struct notice_facts *facts;
	const struct event *event, *said; /* said: what somebody said, whose fact this may be */
	enum party recipient;
	struct mustache_value *root;
};

static const char *word(const struct builder *b, const char *group, const char *name)
{
	const char *found = b->language->word(group, name, b->language->context);
	return found ? found : name;
}

static void add(const struct builder *b, const char *name, const char *text)
{
	mustache_add_text(b->arena, b->root, name, text);
}

/* Others' ids and names stand in our sentences: what nobody sees in them would turn the sentence around. */
static const char *plain_line(struct arena *arena, const char *text)
{
	return utf8_is_plain(text, strlen(text)) ? text : utf8_blank_unseen(arena_strdup(arena, text));
}

static void add_line(const struct builder *b, const char *name, const char *text)
{
	add(b, name, plain_line(b->arena, text));
}

/* What people write has lines, and joiners within a character; the rest of what nobody sees goes. */
static bool is_writing(uint32_t code)
{
	return code == '\n' || code == '\t' || code == 0x200c || code == 0x200d || (code >= 0xe0020 && code <= 0xe007f);
}

static const char *plain_text(struct arena *arena, const char *text)
{
	if (utf8_is_plain(text, strlen(text)))
		return text;
	char *copy = arena_strdup(arena, text), *to = copy;
	const char *end = copy + strlen(copy);
	for (const char *at = copy; at < end;) {
		size_t size;
		uint32_t code = utf8_first(at, (size_t)(end - at), &size);
		size = size ? size : 1;
		if (utf8_is_unseen(code) && !is_writing(code))
			*to++ = ' ';
		else
			to = (char *)memmove(to, at, size) + size;
		at += size;
	}
	*to = '\0';
	return copy;
}

static void add_text(const struct builder *b, const char *name, const char *text)
{
	add(b, name, plain_text(b->arena, text));
}

static void add_word(const struct builder *b, const char *name, const char *group, unsigned value, const char *term)
{
	add(b, name, value ? word(b, group, term) : "");
}

static void add_number(const struct builder *b, const char *name, int64_t number)
{
	add(b, name, number ? arena_printf(b->arena, "%lld", (long long)number) : "");
}

static void add_instant(const struct builder *b, const char *name, int64_t instant_us)
{
	add(b, name, instant_us ? notice_text_instant(b->arena, b->language, instant_us) : "");
}

/* One true member: {{#because.answer_given}}. */
static void add_switch(const struct builder *b, const char *name, const char *which)
{
	struct mustache_value *object = mustache_add_object(b->arena, b->root, name);
	if (which[0])
		mustache_add_text(b->arena, object, which, "1");
}

static const char *replace_at(struct arena *arena, const char *pattern, const char *mark, const char *by)
{
	const char *at = strstr(pattern, mark);
	if (!at)
		return pattern;
	return arena_printf(arena, "%.*s%s%s", (int)(at - pattern), pattern, by, at + strlen(mark));
}

const char *notice_text_instant(struct arena *arena, const struct notice_language *language, int64_t instant_us)
{
	char offset[ZONE_OFFSET_SIZE], text[128];
	const char *zone = language->word("zone", language->zone, language->context);
	if (!zone)
		zone = zone_offset(language->zone, instant_us, offset);
	const char *pattern = language->word("format", "instant", language->context);
	pattern = replace_at(arena, pattern ? pattern : "%Y-%m-%d %H:%M (%Z)", "%Z", zone);
	return arena_strdup(arena, zone_format(language->zone, instant_us, pattern, text, sizeof text));
}

/* Minor units of the currencies that are not hundredths. */
static int currency_digits(const char *currency)
{
	static const char *const none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
	static const char *const three = "BHD IQD JOD KWD LYD OMR TND";
	if (strlen(currency) != 3)
		return 2;
	return strstr(none, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

static const char *money_text(const struct builder *b, const struct money *money)
{
	if (!money->currency[0])
		return "";
	int digits = currency_digits(money->currency);
	long long scale = digits == 0 ? 1 : digits == 2 ? 100 : 1000;
	long long units = money->minor_units;
	const char *number = digits == 0 ? arena_printf(b->arena, "%lld", units)
					 : arena_printf(b->arena, "%lld.%0*lld", units / scale, digits, units % scale);
	const char *pattern = b->language->word("currency", money->currency, b->language->context);
	if (!pattern)
		return arena_printf(b->arena, "%s %s", number, money->currency);
	return replace_at(b->arena, pattern, "@", number);
}

/* How many the order has of the item that the remedy is about, when the event says it. */
static int32_t units_of(const struct builder *b, const struct remedy *remedy)
{
	const struct order_facts *order = b->event->order;
	const char *item_id = remedy->item_id[0] ? remedy->item_id : b->event->item_id;
	for (size_t i = 0; order && i < order->items_count; i++)
		if (strcmp(order->items[i].item_id, item_id) == 0)
			return order->items[i].quantity;
	return 0;
}

static const char *count_text(const struct builder *b, int32_t count)
{
	return count > 0 ? arena_printf(b->arena, "%d", (int)count) : "";
}

static void add_remedy(const struct builder *b, struct mustache_value *object, const struct remedy *remedy)
{
	mustache_add_text(b->arena, object, "kind", word(b, "remedy", remedy_kind_name(remedy->kind)));
	mustache_add_text(b->arena, object, "amount", money_text(b, &remedy->amount));
	mustache_add_text(b->arena, object, "note", plain_line(b->arena, remedy->note));
	mustache_add_text(b->arena, object, "units", count_text(b, remedy->quantity));
	mustache_add_text(b->arena, object, "units_of", count_text(b, units_of(b, remedy)));
}

static void add_remedies(const struct builder *b)
{
	struct mustache_value *list = mustache_add_list(b->arena, b->root, "remedies");
	const struct event *from = b->said->remedies_count ? b->said : b->event;
	for (size_t i = 0; i < from->remedies_count; i++)
		add_remedy(b, mustache_add_object(b->arena, list, NULL), &from->remedies[i]);
	if (b->event->remedy)
		add_remedy(b, mustache_add_object(b->arena, b->root, "remedy"), b->event->remedy);
}

static void add_words(const struct builder *b, const char *name, const char *group, const char *const *texts, size_t count)
{
	struct mustache_value *list = mustache_add_list(b->arena, b->root, name);
	for (size_t i = 0; i < count; i++)
		mustache_add_text(b->arena, list, NULL, word(b, group, texts[i]));
}

static const struct grounds *grounds_of(const struct builder *b)
{
	return b->event->grounds ? b->event->grounds : b->said->grounds;
}

/* "what it says (its name)" */
static void add_clauses(const struct builder *b, const char *const *names, size_t count)
{
	struct mustache_value *list = mustache_add_list(b->arena, b->root, "clauses");
	for (size_t i = 0; i < count; i++) {
		const struct clause *clause = law_clause(b->language->law, names[i]);
		const char *text = clause ? law_text_in(&clause->text, b->language->name) : "",
			   *name = plain_text(b->arena, names[i]);
		mustache_add_text(b->arena, list, NULL, *text ? arena_printf(b->arena, "%s (%s)", text, name) : name);
	}
}

static void add_responsible(const struct builder *b)
{
	struct mustache_value *list = mustache_add_list(b->arena, b->root, "responsible");
	const struct event *event = b->event->responsibilities_count > 0 ? b->event : b->said;
	for (size_t i = 0; i < event->responsibilities_count; i++) {
		const struct responsibility *of = &event->responsibilities[i];
		if (of->party == PARTY_NOBODY)
			continue;
		struct mustache_value *object = mustache_add_object(b->arena, list, NULL);
		int whole = of->share_per_mille / 10, tenth = of->share_per_mille % 10;
		mustache_add_text(b->arena, object, "party", word(b, "party", party_name(of->party)));
		mustache_add_text(b->arena, object, "share",
		    tenth ? arena_printf(b->arena, "%d.%d%%", whole, tenth) : arena_printf(b->arena, "%d%%", whole));
	}
}

static void add_grounds(const struct builder *b)
{
	const struct grounds *grounds = grounds_of(b);
	add(b, "by_default", b->event->decided == REASON_DECIDED_BY_DEFAULT ? "1" : "");
	if (!grounds) {
		add_clauses(b, b->said->clauses, b->said->clauses_count);
		return;
	}
	add_text(b, "facts_found", grounds->facts_found);
	add_clauses(b, grounds->clauses, grounds->clauses_count);
	add_responsible(b);
	struct mustache_value *list = mustache_add_list(b->arena, b->root, "weighed");
	for (size_t i = 0; i < grounds->weighed_count; i++) {
		const struct weighed_evidence *weighed = &grounds->weighed[i];
		struct mustache_value *object = mustache_add_object(b->arena, list, NULL);
		mustache_add_text(b->arena, object, "supplied_by", word(b, "party", party_name(weighed->supplied_by)));
		mustache_add_text(b->arena, object, "own", weighed->supplied_by == b->recipient ? "1" : "");
		mustache_add_text(b->arena, object, "shows", plain_text(b->arena, weighed->shows));
	}
}

/* What silence leads to: of the clock that runs now, or of the action of whoever must act, the mandatory one first. */
static enum silence_outcome silence(const struct event *event)
{
	enum silence_outcome found = event->silence;
	for (size_t i = 0; i < event->actions_count; i++) {
		const struct allowed_action *action = &event->actions[i];
		if (action->party == event->must_act && action->silence && (!found || action->mandatory))
			found = action->silence;
	}
	return found;
}

static void add_next(const struct builder *b)
{
	const struct event *event = b->event;
	enum clock_kind clock = notice_clock_told(b->facts, event, b->recipient);
	enum silence_outcome outcome = silence(event);
	add_word(b, "must_act", "party", event->must_act, party_name(event->must_act));
	add(b, "you_act", event->must_act == b->recipient ? "1" : "");
	add_word(b, "clock", "clock", clock, clock_kind_name(clock));
	add_instant(b, "due", notice_due_told(b->facts, event, b->recipient));
	add_instant(b, "due_before", event->due_at_before_us);
	add(b, "goes_on", event->type_id == EVENT_CLOCK_PAUSED && event->cause == CAUSE_PAUSE_CAPPED ? "1" : "");
	enum silence_outcome known = outcome > SILENCE_OUTCOME_NONE ? outcome : 0;
	add_word(b, "silence", "silence", known, silence_outcome_name(outcome));
	add_word(b, "consequence", "consequence", known, silence_outcome_name(outcome));
}

/* Of each whose it is, and whether it has ended since: the letter may come a day after the move. */
static void add_moved(const struct builder *b)
{
	struct mustache_value *list = mustache_add_list(b->arena, b->root, "moved");
	for (size_t i = 0; i < b->facts->moved_count; i++) {
		const struct moved_deadline *moved = &b->facts->moved[i];
		struct mustache_value *object = mustache_add_object(b->arena, list, NULL);
		enum party owner = clock_rule(moved->clock) ? clock_owner(moved->clock, moved->cycle) : PARTY_UNSPECIFIED;
		mustache_add_text(b->arena, object, "clock", word(b, "clock", clock_kind_name(moved->clock)));
		mustache_add_text(b->arena, object, "must_act", owner ? word(b, "party", party_name(owner)) : "");
		mustache_add_text(b->arena, object, "you_act", owner == b->recipient ? "1" : "");
		mustache_add_text(b->arena, object, "due", notice_text_instant(b->arena, b->language, moved->due_us));
		mustache_add_text(b->arena, object, "due_before", notice_text_instant(b->arena, b->language, moved->due_before_us));
		mustache_add_text(b->arena, object, "by_calendar", moved->cause == CAUSE_CALENDAR_CORRECTED ? "1" : "");
		mustache_add_text(b->arena, object, "over", b->facts->due_us[moved->clock] ? "" : "1");
	}
}

static void add_reason(const struct builder *b)
{
	const struct event *event = b->event;
	bool silent = event->cause == CAUSE_SILENCE_REACHED;
	add_switch(b, "recipient", party_name(b->recipient));
	add_switch(b, "because", event->cause ? cause_name(event->cause) : "");
	add_switch(b, "ran_out", silent && event->clock ? clock_kind_name(event->clock) : "");
	add_switch(b, "stage_is", stage_name(b->facts->stage));
	add_switch(b, "stage_was", event->stage_before ? stage_name(event->stage_before) : "");
	add_switch(b, "clock_is", clock_kind_name(notice_clock(b->facts, event)));
	add_switch(b, "outcome", event->outcome ? decision_outcome_name(event->outcome) : "");
}

static bool is_own_line(const struct builder *b, const struct order_item *item)
{
	const char *merchant = item->merchant_id[0] ? item->merchant_id : b->event->order->merchant_id;
	return strcmp(merchant, b->facts->merchant_id) == 0;
}

/* Of an order with other merchants' lines a merchant reads what his own cost; nothing when a price is missing. */
static struct money order_total(const struct builder *b)
{
	const struct order_facts *order = b->event->order;
	struct money own = {0, order->total.currency};
	size_t others = 0;
	for (size_t i = 0; i < order->items_count; i++) {
		const struct order_item *item = &order->items[i];
		if (!is_own_line(b, item))
			others++;
		else if (strcmp(item->price.currency, own.currency) == 0)
			own.minor_units += item->price.minor_units;
		else
			own.currency = "";
	}
	return b->recipient == PARTY_MERCHANT && others > 0 ? own : order->total;
}

/* What the merchant is asked about. */
static void add_complained(const struct builder *b)
{
	const struct event *event = b->event;
	add_text(b, "complained", event->statement.text);
	add_text(b, "wanted", event->statement.wanted);
	add(b, "claimed", event->claimed.minor_units ? money_text(b, &event->claimed) : "");
	struct money total = event->order ? order_total(b) : (struct money){0, ""};
	add(b, "order_total", money_text(b, &total));
}

/* In the reader's language, where the code is ours. */
static void add_refusal(const struct builder *b)
{
	enum refusal refusal = refusal_by_code(b->event->code);
	const char *language = b->language->name;
	add_line(b, "code", b->event->code);
	add_line(b, "piece", b->event->refused_evidence_id);
	add(b, "sentence", refusal_sentence(refusal, language));
	add(b, "next_step", refusal_next_step(refusal, language));
}

/* Whoever gives the facts found once more as his words is not read twice. A reason of Ombud's own is told where nobody's words
 * are. */
static const char *text_of(const struct builder *b)
{
	const char *text = b->said->text[0] ? b->said->text : b->event->text;
	const struct grounds *grounds = grounds_of(b);
	if (grounds && strcmp(grounds->facts_found, text) == 0)
		return "";
	if (text[0] == '\0' && b->event->type_id == EVENT_COMPLAINT_CHANGED)
		return refusal_sentence(refusal_by_code(b->event->code), b->language->name);
	return text[0] ? text : reason_sentence(b->event->reason, b->language->name, b->recipient);
}

/* The side that spoke, never the person. */
static const char *said_by(const struct builder *b)
{
	enum party party = notice_actor(b->event->actor.kind);
	return party ? word(b, "party", party_name(party)) : "";
}

/* What was refused; "" where the language has no word for it. */
static const char *request(const struct builder *b)
{
	const char *dot = strrchr(b->event->refused_type, '.');
	enum event_type type = dot ? event_type_by_name(b->event->refused_type) : 0;
	const char *found = type ? b->language->word("request", event_type_short_name(type), b->language->context) : NULL;
	return found ? found : "";
}

struct mustache_value *notice_text_values(struct arena *arena, const struct notice_language *language,
    const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	struct builder builder = {arena, language, facts, event, said_of(event), recipient, mustache_object(arena)};
	/* A step says its own: what triage found may have been read before it, or not. */
	enum complaint_type type = event->type_id == EVENT_COMPLAINT_CHANGED ? event->type : facts->type;
	const struct builder *b = &builder;
	add_line(b, "complaint_id", facts->complaint_id);
	add_line(b, "order_id", facts->order_id);
	add_word(b, "type", "type", type, complaint_type_name(type));
	add_word(b, "stage", "stage", facts->stage, stage_name(facts->stage));
	add_instant(b, "happened_at", event->occurred_at_us);
	add_reason(b);
	add_next(b);
	add_moved(b);
	add_text(b, "text", text_of(b));
	add_complained(b);
	add_grounds(b);
	add_remedies(b);
	add_words(b, "evidence_kinds", "evidence", b->said->evidence_kinds, b->said->evidence_kinds_count);
	add_refusal(b);
	add(b, "said_by", said_by(b));
	add(b, "reached", b->said->reached ? "1" : "");
	add_instant(b, "called_at", b->said->called_at_us);
	add(b, "request", request(b));
	add_number(b, "percent", event->percent);
	add_number(b, "level", event->level);
	add(b, "role", event->role[0] ? word(b, "role", event->role) : "");
	add(b, "late", event->late ? "1" : "");
	add_number(b, "repeats", event->repeats);
	add_number(b, "urges", event->urges);
	add_line(b, "referred_to", b->said->referred_to);
	add_word(b, "asked", "party", b->said->inquiry_id[0] ? b->said->to_party : 0, party_name(b->said->to_party));
	add_line(b, "reference", b->said->reference);
	add_number(b, "complaints_count", event->complaints_count);
	add_line(b, "merchant", event->type_id == EVENT_INCIDENT_OPENED ? event->merchant_id : "");
	add_line(b, "sku", event->sku);
	add_line(b, "category", event->category);
	return builder.root;
}

/* ---- the vocabulary ---- */

static const char *const names[] = {
    "amount",
    "asked",
    "by_calendar",
    "by_default",
    "called_at",
    "category",
    "claimed",
    "clauses",
    "clock",
    "code",
    "complained",
    "complaint_id",
    "complaints_count",
    "consequence",
    "due",
    "due_before",
    "evidence_kinds",
    "facts_found",
    "goes_on",
    "happened_at",
    "kind",
    "late",
    "level",
    "merchant",
    "moved",
    "must_act",
    "next_step",
    "note",
    "order_id",
    "order_total",
    "over",
    "own",
    "percent",
    "party",
    "piece",
    "reference",
    "referred_to",
    "remedies",
    "remedy",
    "remedy.amount",
    "remedy.kind",
    "remedy.note",
    "reached",
    "repeats",
    "request",
    "responsible",
    "role",
    "said_by",
    "sentence",
    "share",
    "shows",
    "silence",
    "sku",
    "stage",
    "supplied_by",
    "text",
    "type",
    "units",
    "units_of",
    "urges",
    "wanted",
    "weighed",
    "you_act",
    NULL,
};

static bool is_cause(const char *name)
{
	return cause_by_name(name) != CAUSE_UNSPECIFIED;
}

static bool is_stage(const char *name)
{
	return stage_by_name(name) != STAGE_UNSPECIFIED;
}

static bool is_clock(const char *name)
{
	return clock_kind_by_name(name) != CLOCK_UNSPECIFIED;
}

static bool is_party(const char *name)
{
	return party_by_name(name) != PARTY_UNSPECIFIED;
}

static bool is_outcome(const char *name)
{
	for (int i = 1; i < DECISION_OUTCOME_COUNT; i++)
		if (strcmp(decision_outcome_name((enum decision_outcome)i), name) == 0)
			return true;
	return false;
}

static const struct {
	const char *name;
	bool (*knows)(const char *member);
} switches[] = {
    {"because", is_cause},
    {"clock_is", is_clock},
    {"outcome", is_outcome},
    {"ran_out", is_clock},
    {"recipient", is_party},
    {"stage_is", is_stage},
    {"stage_was", is_stage},
};

bool notice_text_knows(const char *name)
{
	if (strcmp(name, ".") == 0)
		return true;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
		size_t size = strlen(switches[i].name);
		if (strncmp(switches[i].name, name, size) == 0 && name[size] == '.')
			return switches[i].knows(name + size + 1);
	}
	return false;
}

const char *const *notice_text_names(void)
{
	return names;
}

const char *notice_text_nearest(const char *name)
{
	return nearest_name(name, names);
}
