#include "common/model/target.h"

#include "common/model/terms_private.h"

static const char *const unit_names[TARGET_UNIT_COUNT] = {"unspecified", "elapsed", "business_time", "business_days"};

const char *target_unit_name(enum target_unit unit)
{
	return terms_name_at(unit_names, TARGET_UNIT_COUNT, (unsigned)unit);
}

enum target_unit target_unit_by_name(const char *name)
{
	return (enum target_unit)terms_value_of(unit_names, TARGET_UNIT_COUNT, name);
}
