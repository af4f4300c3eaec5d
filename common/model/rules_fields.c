/* The words of rules: which fields there are and how each is read of a complaint, which operators fit them. */
#include <string.h>

#include "common/model/rules_private.h"

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct order_facts no_order = {
    .region = "",
    .carrier_id = "",
    .line = "",
    .buyer_id = "",
    .merchant_id = "",
    .category = "",
    .total = {0, ""},
    .payment_method = "",
    .member_level = "",
};

static const struct order_item *item_of(const struct event *complaint, const struct order_facts *order)
{
	for (size_t i = 0; i < order->items_count; i++) {
		if (complaint->item_id[0] != '\0' && strcmp(order->items[i].item_id, complaint->item_id) == 0)
			return &order->items[i];
	}
	return order->items_count == 1 ? &order->items[0] : NULL;
}

struct subject rule_subject(const struct event *complaint, const struct rules_result *result)
{
	const struct order_facts *order = complaint->order ? complaint->order : &no_order;
	return (struct subject){complaint, order, item_of(complaint, order), result};
}

/* ---- fields ---- */

static struct fact fact_number(int64_t number, bool exists)
{
	return (struct fact){.exists = exists, .number = number};
}

static struct fact fact_text(const char *text)
{
	return (struct fact){.exists = text[0] != '\0', .text = text};
}

static struct fact fact_instant(int64_t instant_us)
{
	return fact_number(instant_us, instant_us != 0);
}

static struct fact get_amount(const struct subject *s)
{
	const struct money *money = s->complaint->item_id[0] != '\0' && s->item ? &s->item->price : &s->order->total;
	return fact_number(money->minor_units, money->currency[0] != '\0');
}

static struct fact get_category(const struct subject *s)
{
	return fact_text(s->item && s->item->category[0] != '\0' ? s->item->category : s->order->category);
}

static struct fact get_goods_kind(const struct subject *s)
{
	int kind = (int)(s->item && s->item->goods_kind != GOODS_KIND_UNSPECIFIED ? s->item->goods_kind : s->order->goods_kind);
	return fact_number(kind, kind != 0);
}

/* How long after its promise the order came; or, when it has not come, how long the promise had passed at the complaint. */
static struct fact get_late_by(const struct subject *s)
{
	int64_t until = s->order->delivered_at_us ? s->order->delivered_at_us : s->complaint->complained_at_us;
	bool known = s->order->promised_at_us != 0 && until != 0;
	int64_t late_us = known ? until - s->order->promised_at_us : 0;
	return fact_number(late_us > 0 ? late_us : 0, known);
}

static struct fact get_age(const struct subject *s)
{
	bool known = s->order->purchased_at_us != 0 && s->complaint->complained_at_us != 0;
	return fact_number(known ? s->complaint->complained_at_us - s->order->purchased_at_us : 0, known);
}

static struct fact get_merchants(const struct subject *s)
{
	int64_t count = 0;
	for (size_t i = 0; i < s->order->items_count && i < 64; i++) {
		size_t before = 0;
		while (before < i && strcmp(s->order->items[before].merchant_id, s->order->items[i].merchant_id) != 0)
			before++;
		count += before == i;
	}
	return fact_number(count, true);
}

static struct fact get_evidence(const struct subject *s)
{
	return (struct fact){
	    .exists = said_of(s->complaint)->evidence_count > 0,
	    .evidence = said_of(s->complaint)->evidence,
	    .evidence_count = said_of(s->complaint)->evidence_count,
	};
}

/* What the platform itself supplied proves something; the same kind from a party only claims it. */
static struct fact get_platform_evidence(const struct subject *s)
{
	struct fact fact = get_evidence(s);
	fact.only_from_platform = true;
	fact.exists = false;
	for (size_t i = 0; i < fact.evidence_count; i++)
		fact.exists |= fact.evidence[i].supplied_by == PARTY_PLATFORM;
	return fact;
}

static struct fact get_sku(const struct subject *s)
{
	return fact_text(s->item ? s->item->sku : "");
}

#define GETTER(name, expression)                               \
	static struct fact get_##name(const struct subject *s) \
	{                                                      \
		return expression;                             \
	}
GETTER(type, fact_number(s->result->type, s->result->type != COMPLAINT_TYPE_UNSPECIFIED))
GETTER(custom_type, fact_text(s->result->custom_type))
GETTER(tier, fact_number(s->result->tier, s->result->tier != TIER_UNSPECIFIED))
GETTER(priority, fact_number(s->result->priority, true))
GETTER(first_answer, fact_number(s->result->first_answer, s->result->first_answer != PARTY_UNSPECIFIED))
GETTER(platform, fact_text(s->complaint->platform_id))
GETTER(statement, fact_text(s->complaint->statement.text))
GETTER(wanted, fact_text(s->complaint->statement.wanted))
GETTER(language, fact_text(s->complaint->language))
GETTER(channel, fact_number(s->complaint->channel, s->complaint->channel != CHANNEL_UNSPECIFIED))
GETTER(claimed, fact_number(s->complaint->claimed.minor_units, s->complaint->claimed.currency[0] != '\0'))
GETTER(repeats, fact_number(s->complaint->repeats, true))
GETTER(urges, fact_number(s->complaint->urges, true))
GETTER(merchant, fact_text(s->complaint->merchant_id))
GETTER(complained_at, fact_instant(s->complaint->complained_at_us))
GETTER(currency, fact_text(s->order->total.currency))
GETTER(order_status, fact_number(s->order->status, s->order->status != ORDER_STATUS_UNSPECIFIED))
GETTER(member_level, fact_text(s->order->member_level))
GETTER(payment_method, fact_text(s->order->payment_method))
GETTER(items, fact_number((int64_t)s->order->items_count, true))
GETTER(purchased_at, fact_instant(s->order->purchased_at_us))
GETTER(promised_at, fact_instant(s->order->promised_at_us))
GETTER(delivered_at, fact_instant(s->order->delivered_at_us))
GETTER(paid, fact_number(s->order->paid_at_us != 0, true))
GETTER(shipped, fact_number(s->order->shipped_at_us != 0, true))
GETTER(delivered, fact_number(s->order->delivered_at_us != 0, true))
GETTER(receipt_confirmed, fact_number(s->order->receipt_confirmed_at_us != 0, true))

#define TERM_FUNCTIONS(prefix, type)                    \
	static int prefix##_value(const char *name)     \
	{                                               \
		return (int)prefix##_by_name(name);     \
	}                                               \
	static const char *prefix##_text(int value)     \
	{                                               \
		return prefix##_name((enum type)value); \
	}
TERM_FUNCTIONS(complaint_type, complaint_type)
TERM_FUNCTIONS(tier, tier)
TERM_FUNCTIONS(party, party)
TERM_FUNCTIONS(channel, channel)
TERM_FUNCTIONS(goods_kind, goods_kind)
TERM_FUNCTIONS(order_status, order_status)

typedef struct fact get_fn(const struct subject *subject);

/* Two tables in step: what a field is called and means, and how it is read. One macro list keeps them so. */
#define PLAIN(name, kind, help) X(name, kind, NULL, NULL, help)
#define TERM(name, prefix, help) X(name, RULE_KIND_TERM, prefix##_value, prefix##_text, help)
#define RULE_FIELDS                                                                                          \
	PLAIN(age, RULE_KIND_DURATION, "from the purchase to the complaint")                                 \
	PLAIN(amount, RULE_KIND_NUMBER, "the item's price or the order's total, in minor units")             \
	PLAIN(category, RULE_KIND_TEXT, "of the goods")                                                      \
	TERM(channel, channel, "by which it was filed")                                                      \
	PLAIN(claimed, RULE_KIND_NUMBER, "sum claimed, in minor units")                                      \
	PLAIN(complained_at, RULE_KIND_INSTANT, "when it was said")                                          \
	PLAIN(currency, RULE_KIND_TEXT, "of the order, ISO 4217")                                            \
	PLAIN(custom_type, RULE_KIND_TEXT, "a type of the platform's own")                                   \
	PLAIN(delivered, RULE_KIND_FLAG, "whether the order was delivered")                                  \
	PLAIN(delivered_at, RULE_KIND_INSTANT, "when")                                                       \
	PLAIN(evidence, RULE_KIND_TEXTS, "kinds of the evidence given")                                      \
	TERM(first_answer, party, "as the rules before have said")                                           \
	TERM(goods_kind, goods_kind, "digital, physical, service")                                           \
	PLAIN(items, RULE_KIND_NUMBER, "how many items the order has")                                       \
	PLAIN(language, RULE_KIND_TEXT, "of the complaint, BCP 47")                                          \
	PLAIN(late_by, RULE_KIND_DURATION, "delivery after its promise; undelivered: until the complaint")   \
	PLAIN(member_level, RULE_KIND_TEXT, "of the buyer")                                                  \
	PLAIN(merchant, RULE_KIND_TEXT, "id")                                                                \
	PLAIN(merchants, RULE_KIND_NUMBER, "how many merchants the order has")                               \
	TERM(order_status, order_status, "as the platform told last")                                        \
	PLAIN(paid, RULE_KIND_FLAG, "whether the order was paid")                                            \
	PLAIN(payment_method, RULE_KIND_TEXT, "as the platform names it")                                    \
	PLAIN(platform, RULE_KIND_TEXT, "id")                                                                \
	PLAIN(platform_evidence, RULE_KIND_TEXTS, "kinds of the evidence that the platform itself supplied") \
	PLAIN(priority, RULE_KIND_NUMBER, "as the rules before have added it up")                            \
	PLAIN(promised_at, RULE_KIND_INSTANT, "promised delivery")                                           \
	PLAIN(purchased_at, RULE_KIND_INSTANT, "when the order was made")                                    \
	PLAIN(receipt_confirmed, RULE_KIND_FLAG, "whether the buyer confirmed receipt")                      \
	PLAIN(repeats, RULE_KIND_NUMBER, "how often the same complaint was filed again")                     \
	PLAIN(shipped, RULE_KIND_FLAG, "whether the order was shipped")                                      \
	PLAIN(sku, RULE_KIND_TEXT, "of the item")                                                            \
	PLAIN(statement, RULE_KIND_WORDS, "the complainant's words")                                         \
	TERM(tier, tier, "as the rules before have said")                                                    \
	TERM(type, complaint_type, "as the complaint names it, or as the rules before have said")            \
	PLAIN(urges, RULE_KIND_NUMBER, "how often the complainant urged")                                    \
	PLAIN(wanted, RULE_KIND_WORDS, "the result that the complainant wants")

static const struct rule_field field_rows[] = {
#define X(name, kind, value, text, help) {#name, kind, value, text, help},
    RULE_FIELDS
#undef X
};

static get_fn *const getters[] = {
#define X(name, kind, value, text, help) get_##name,
    RULE_FIELDS
#undef X
};

struct fact rule_fact(const struct rule_field *field, const struct subject *subject)
{
	return getters[field - field_rows](subject);
}

size_t rule_fields(const struct rule_field **rows)
{
	*rows = field_rows;
	return ARRAY_COUNT(field_rows);
}

const struct rule_field *rule_field_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(field_rows); i++) {
		if (strcmp(field_rows[i].name, name) == 0)
			return &field_rows[i];
	}
	return NULL;
}

/* ---- operators ---- */

#define FITS(kind) (1u << (kind))

static const struct {
	const char *name;
	unsigned kinds;
} operator_rows[] = {
    [RULE_IS] = {"is",
	FITS(RULE_KIND_TERM) | FITS(RULE_KIND_TEXT) | FITS(RULE_KIND_WORDS) | FITS(RULE_KIND_NUMBER) | FITS(RULE_KIND_FLAG)},
    [RULE_IN] = {"in", FITS(RULE_KIND_TERM) | FITS(RULE_KIND_TEXT) | FITS(RULE_KIND_WORDS) | FITS(RULE_KIND_TEXTS)},
    [RULE_MATCHES] = {"matches", FITS(RULE_KIND_TEXT) | FITS(RULE_KIND_WORDS)},
    [RULE_AT_LEAST] = {"at_least", FITS(RULE_KIND_NUMBER) | FITS(RULE_KIND_DURATION)},
    [RULE_AT_MOST] = {"at_most", FITS(RULE_KIND_NUMBER) | FITS(RULE_KIND_DURATION)},
    [RULE_BEFORE] = {"before", FITS(RULE_KIND_INSTANT)},
    [RULE_AFTER] = {"after", FITS(RULE_KIND_INSTANT)},
    [RULE_EXISTS] = {"exists", ~0u},
};

const char *rule_operator_name(enum rule_operator operator)
{
	return operator_rows[operator].name;
}

bool rule_operator_by_name(const char *name, enum rule_operator *operator)
{
	for (size_t i = 0; i < ARRAY_COUNT(operator_rows); i++) {
		if (strcmp(operator_rows[i].name, name) == 0) {
			*operator=(enum rule_operator) i;
			return true;
		}
	}
	return false;
}

bool rule_operator_fits(enum rule_kind kind, enum rule_operator operator)
{
	return (operator_rows[operator].kinds & FITS(kind)) != 0;
}
