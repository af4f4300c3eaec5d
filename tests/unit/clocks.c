#include "tests/unit/clocks.h"

#include "common/base/instant.h"
#include "common/io/yaml.h"
#include "common/model/policy_read.h"
#include "tests/unit/check.h"

struct policy_set *shipped_policies(void)
{
	struct problems problems = {0};
	struct yaml_tree *tree = yaml_tree_load_file("deploy/platforms/default/policies.yaml", &problems);
	struct policy_set *set = policy_read(yaml_tree_root(tree), &problems);
	assert_non_null(set);
	yaml_tree_free(tree);
	return set;
}

struct calendar *weekdays(int days)
{
	struct calendar *calendar = calendar_new(0, days * US_PER_DAY);
	for (int day = 0; day < days; day++) {
		calendar_put_day(calendar, day, day * US_PER_DAY, (day + 1) * US_PER_DAY);
		if ((day + 3) % 7 < 5)
			calendar_put_window(calendar, day * US_PER_DAY + 9 * US_PER_HOUR, day * US_PER_DAY + 18 * US_PER_HOUR);
	}
	assert_int_equal(calendar_finish(calendar), CALENDAR_OK);
	return calendar;
}
