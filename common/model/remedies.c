#include "common/model/complaint.h"

#include <string.h>

/* What is paid to the complainant and what is taken from the merchant are two purses: an advance payment recovered from the
 * deposit is one sum in each. */
enum purse { PURSE_NONE, PURSE_PAID, PURSE_TAKEN };

static const enum purse purses[REMEDY_KIND_COUNT] = {
    [REMEDY_KIND_REFUND] = PURSE_PAID,
    [REMEDY_KIND_COMPENSATION] = PURSE_PAID,
    [REMEDY_KIND_ADVANCE_PAYMENT] = PURSE_PAID,
    [REMEDY_KIND_DEPOSIT_DEDUCTION] = PURSE_TAKEN,
    [REMEDY_KIND_MERCHANT_PENALTY] = PURSE_TAKEN,
};

static enum purse purse_of(const struct remedy *remedy)
{
	return remedy->kind < REMEDY_KIND_COUNT ? purses[remedy->kind] : PURSE_NONE;
}

static bool state_counts(enum remedy_state state)
{
	return state == REMEDY_ORDERED || state == REMEDY_DONE || state == REMEDY_SETTLED;
}

/* The item that a remedy is for: its own, else its complaint's; "" for the order as a whole. */
static const char *item_for(const struct complaint *complaint, const struct remedy *remedy)
{
	return remedy->item_id[0] != '\0' ? remedy->item_id : complaint->item_id;
}

static int64_t given_by(const struct complaint *complaint, enum purse purse, const char *item_id)
{
	int64_t sum = 0;
	for (size_t i = 0; i < complaint->remedies_count; i++) {
		const struct remedy_entry *entry = &complaint->remedies[i];
		bool same = item_id[0] == '\0' || strcmp(item_for(complaint, &entry->remedy), item_id) == 0;
		if (state_counts(entry->state) && purse_of(&entry->remedy) == purse && same)
			sum += entry->remedy.amount.minor_units;
	}
	return sum;
}

/* Over all complaints of the order; item_id "": for anything. */
static int64_t given(const struct dossier *dossier, enum purse purse, const char *item_id)
{
	int64_t sum = 0;
	for (size_t i = 0; i < dossier->complaints_count; i++)
		sum += given_by(dossier->complaints[i], purse, item_id);
	return sum;
}

static const struct order_item *find_line(const struct order_facts *order, const char *item_id)
{
	for (size_t i = 0; i < order->items_count && item_id[0] != '\0'; i++) {
		if (strcmp(order->items[i].item_id, item_id) == 0)
			return &order->items[i];
	}
	return NULL;
}

int64_t remedies_line_price(const struct order_facts *order, const char *item_id)
{
	const struct order_item *line = find_line(order, item_id);
	int64_t total = order->total.minor_units;
	return line && line->price.currency[0] != '\0' && line->price.minor_units < total ? line->price.minor_units : total;
}

int64_t remedies_part(int64_t price, int32_t units, int32_t quantity)
{
	if (price <= 0 || units >= quantity)
		return price;
	int64_t rest = price % quantity * units; /* below 10^18: both are below the most that a line holds */
	return price / quantity * units + rest / quantity + (rest % quantity != 0);
}

static int64_t left_of(const struct dossier *dossier, enum purse purse, const char *item_id)
{
	int64_t of_order = dossier->order->total.minor_units - given(dossier, purse, "");
	if (item_id[0] == '\0')
		return of_order;
	int64_t of_item = remedies_line_price(dossier->order, item_id) - given(dossier, purse, item_id);
	return of_item < of_order ? of_item : of_order;
}

static enum refusal check_sum(const struct dossier *dossier, const struct remedy *remedy)
{
	if (remedy->amount.minor_units <= 0)
		return REFUSAL_SUM_MISSING;
	if (strcmp(remedy->amount.currency, dossier->order->total.currency) != 0)
		return REFUSAL_CURRENCY_DIFFERS;
	if (remedy->amount.minor_units > dossier->order->total.minor_units)
		return REFUSAL_EXCEEDS_ORDER;
	return REFUSAL_NONE;
}

/* The remedies before index i of the same list: their sum in a purse, for an item or ("") for anything. */
static int64_t sum_before(
    const struct complaint *complaint, const struct remedy *remedies, size_t i, enum purse purse, const char *item_id)
{
	int64_t sum = 0;
	for (size_t j = 0; j < i; j++) {
		if (purse_of(&remedies[j]) == purse &&
		    (item_id[0] == '\0' || strcmp(item_for(complaint, &remedies[j]), item_id) == 0))
			sum += remedies[j].amount.minor_units;
	}
	return sum;
}

/* What is left for the remedy at index i, behind those before it in its list. */
static int64_t left_for(const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t i)
{
	enum purse purse = purse_of(&remedies[i]);
	const char *item_id = item_for(complaint, &remedies[i]);
	int64_t of_order = left_of(dossier, purse, "") - sum_before(complaint, remedies, i, purse, "");
	int64_t of_item = left_of(dossier, purse, item_id) - sum_before(complaint, remedies, i, purse, item_id);
	return of_item < of_order ? of_item : of_order;
}

/* The most that a remedy for some of a line's units can be. */
static int64_t part_for(const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedy)
{
	const char *item_id = item_for(complaint, remedy);
	const struct order_item *line = find_line(dossier->order, item_id);
	int64_t price = remedies_line_price(dossier->order, item_id);
	return remedy->quantity > 0 && line ? remedies_part(price, remedy->quantity, line->quantity) : price;
}

/* A line that a remedy names, and as many units as the line has. */
static enum refusal check_line(const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedy)
{
	const struct order_item *line = dossier->order ? find_line(dossier->order, item_for(complaint, remedy)) : NULL;
	if (!line)
		return remedy->item_id[0] != '\0' || remedy->quantity > 0 ? REFUSAL_ITEM_UNKNOWN : REFUSAL_NONE;
	return remedy->quantity > (line->quantity > 1 ? line->quantity : 1) ? REFUSAL_EXCEEDS_ORDER : REFUSAL_NONE;
}

static enum refusal check_remedy(
    const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t i)
{
	bool money = purse_of(&remedies[i]) != PURSE_NONE;
	if (money && !dossier->order)
		return REFUSAL_ORDER_UNKNOWN;
	enum refusal refusal = check_line(dossier, complaint, &remedies[i]);
	if (refusal == REFUSAL_NONE && money)
		refusal = check_sum(dossier, &remedies[i]);
	if (refusal != REFUSAL_NONE || !money)
		return refusal;
	int64_t sum = remedies[i].amount.minor_units;
	bool fits = sum <= part_for(dossier, complaint, &remedies[i]) && sum <= left_for(dossier, complaint, remedies, i);
	return fits ? REFUSAL_NONE : REFUSAL_EXCEEDS_ORDER;
}

enum refusal remedies_check(
    const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum refusal refusal = check_remedy(dossier, complaint, remedies, i);
		if (refusal != REFUSAL_NONE)
			return refusal;
	}
	return REFUSAL_NONE;
}

static bool wants_sum(const struct remedy *remedy)
{
	return remedy->quantity > 0 && remedy->amount.currency[0] == '\0' && purse_of(remedy) != PURSE_NONE;
}

const struct event *remedies_priced(
    struct arena *arena, const struct dossier *dossier, const struct complaint *complaint, const struct event *event)
{
	struct event *priced = NULL;
	for (size_t i = 0; i < event->remedies_count && dossier->order; i++) {
		if (!wants_sum(&event->remedies[i]))
			continue;
		if (!priced) {
			priced = arena_copy(arena, event, sizeof(*event));
			priced->remedies = arena_copy(arena, event->remedies, event->remedies_count * sizeof(*event->remedies));
		}
		int64_t part = part_for(dossier, complaint, &priced->remedies[i]);
		int64_t left = left_for(dossier, complaint, priced->remedies, i);
		priced->remedies[i].amount = (struct money){left > 0 && left < part ? left : part, dossier->order->total.currency};
	}
	return priced ? priced : event;
}

struct money remedies_left(const struct dossier *dossier, const struct complaint *complaint)
{
	if (!dossier->order)
		return (struct money){0, ""};
	int64_t left = left_of(dossier, PURSE_PAID, complaint->item_id);
	return (struct money){left > 0 ? left : 0, dossier->order->total.currency};
}
