/* A target as people write it. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/model/target.h"

static const struct {
	const char *name; /* of one; several have an s */
	enum target_unit unit;
	int64_t one, most;
} written[] = {
    {"hour", TARGET_UNIT_ELAPSED, US_PER_HOUR, TARGET_US_MAX},
    {"business minute", TARGET_UNIT_BUSINESS_TIME, US_PER_MINUTE, TARGET_US_MAX},
    {"business hour", TARGET_UNIT_BUSINESS_TIME, US_PER_HOUR, TARGET_US_MAX},
    {"business day", TARGET_UNIT_BUSINESS_DAYS, 1, TARGET_DAYS_MAX},
};

static bool is_name(const char *text, const char *name)
{
	size_t size = strlen(name);
	return strncmp(text, name, size) == 0 && strcmp(text + size, text[size] == 's' ? "s" : "") == 0;
}

const char *target_parse(const char *text, struct clock_target *target)
{
	size_t digits = strspn(text, "0123456789"), blanks = strspn(text + digits, " ");
	if (digits == 0)
		return "want a whole number and a unit, as 3 business days";
	if (text[digits + blanks] == '\0')
		return "a unit is missing: hours, business minutes, business hours or business days";
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		if (!is_name(text + digits + blanks, written[i].name))
			continue;
		int64_t amount = digits > 9 ? written[i].most : strtoll(text, NULL, 10);
		if (amount < 1)
			return "must be at least 1";
		if (digits > 9 || amount > written[i].most / written[i].one)
			return "must be at most ten years";
		*target = (struct clock_target){written[i].unit, amount * written[i].one};
		return NULL;
	}
	return "unknown unit: want hours, business minutes, business hours or business days";
}
