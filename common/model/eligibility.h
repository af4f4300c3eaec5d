/* Can this order be complained about, by this person, now? Pure.
 *
 * To ship, to receive, in after-sales: always. Cancelled or not supplied: when it was paid. Completed: within the window, 15 days
 * after receipt was confirmed, or for digital goods 7 days after the fault was found. Past the window a person decides about
 * admission; what is not known never counts against the complainant.
 */
#ifndef OMBUD_MODEL_ELIGIBILITY_H
#define OMBUD_MODEL_ELIGIBILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/model/event.h"
#include "common/model/refusal.h"

struct eligibility_limits {
	int64_t window_us;         /* after receipt was confirmed */
	int64_t window_digital_us; /* after the fault was found */
};

struct eligibility {
	enum refusal refusal; /* REFUSAL_NONE: eligible */
	bool past_window;
	int64_t window_ends_us;        /* 0: none runs */
	const struct order_item *item; /* the one complained about; NULL when the order as a whole */
	const char *merchant_id;       /* whom it concerns; "" when refused or not known */
};

struct eligibility eligibility_check(const struct order_facts *order, const char *complainant_id, const char *item_id,
    int64_t complained_at_us, int64_t fault_found_at_us, const struct eligibility_limits *limits);

#endif
