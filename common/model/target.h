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

#endif
