/* How long somebody has: an amount with its unit. On the wire a oneof that says both (proto: Target). Pure. */
#ifndef OMBUD_MODEL_TARGET_H
#define OMBUD_MODEL_TARGET_H

#include <stdint.h>

enum target_unit {
	TARGET_UNIT_UNSPECIFIED = 0,
	TARGET_UNIT_ELAPSED = 1,       /* microseconds, whatever the hour */
	TARGET_UNIT_BUSINESS_TIME = 2, /* microseconds of working time */
	TARGET_UNIT_BUSINESS_DAYS = 3, /* working days: from the day after, to the end of the last one */
	TARGET_UNIT_COUNT
};

/* "business_days"; "unspecified" for 0, "?" out of range. The reverse gives 0 for what is unknown. */
const char *target_unit_name(enum target_unit unit);
enum target_unit target_unit_by_name(const char *name);

struct clock_target {
	enum target_unit unit;
	int64_t amount;
};

/* As people write it: "36 hours" (elapsed), "90 business minutes", "8 business hours", "3 business days"; one of them without s. At
 * least 1, at most ten years (TARGET_US_MAX, TARGET_DAYS_MAX). NULL: it is one; else what is wrong with it, in English. */
#define TARGET_US_MAX (INT64_C(3650) * 24 * 60 * 60 * 1000000)
enum { TARGET_DAYS_MAX = 2500 };
const char *target_parse(const char *text, struct clock_target *target);

#endif
