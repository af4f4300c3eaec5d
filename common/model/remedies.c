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

/* What an item cost, never more than the order; an item that is not among the facts costs what the order did. */
static int64_t price_of(const struct order_facts *order, const char *item_id)
{
	int64_t total = order->total.minor_units;
	for (size_t i = 0; i < order->items_count && item_id[0] != '\0'; i++) {
		const struct order_item *item = &order->items[i];
		int64_t sum = 0;
		if (strcmp(item->item_id, item_id) != 0)
			continue;
		if (__builtin_mul_overflow(item->price.minor_units, item->quantity > 1 ? item->quantity : 1, &sum))
			return total;
		return sum < total ? sum : total;
	}
	return total;
}

static int64_t left_of(const struct dossier *dossier, enum purse purse, const char *item_id)
{
	int64_t of_order = dossier->order->total.minor_units - given(dossier, purse, "");
	if (item_id[0] == '\0')
		return of_order;
	int64_t of_item = price_of(dossier->order, item_id) - given(dossier, purse, item_id);
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

static bool fits(const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t i)
{
	enum purse purse = purse_of(&remedies[i]);
	const char *item_id = item_for(complaint, &remedies[i]);
	int64_t sum = remedies[i].amount.minor_units;
	int64_t order_left = left_of(dossier, purse, "") - sum_before(complaint, remedies, i, purse, "");
	int64_t item_left = left_of(dossier, purse, item_id) - sum_before(complaint, remedies, i, purse, item_id);
	return sum <= order_left && sum <= item_left;
}

enum refusal remedies_check(
    const struct dossier *dossier, const struct complaint *complaint, const struct remedy *remedies, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (purse_of(&remedies[i]) == PURSE_NONE)
			continue;
		if (!dossier->order)
			return REFUSAL_ORDER_UNKNOWN;
		enum refusal refusal = check_sum(dossier, &remedies[i]);
		if (refusal != REFUSAL_NONE)
			return refusal;
		if (!fits(dossier, complaint, remedies, i))
			return REFUSAL_EXCEEDS_ORDER;
	}
	return REFUSAL_NONE;
}

struct money remedies_left(const struct dossier *dossier, const struct complaint *complaint)
{
	if (!dossier->order)
		return (struct money){0, ""};
	int64_t left = left_of(dossier, PURSE_PAID, complaint->item_id);
	return (struct money){left > 0 ? left : 0, dossier->order->total.currency};
}
