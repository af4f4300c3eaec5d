/* What the tests of clocks stand on: the policies that are shipped, and a calendar without surprises. */
#ifndef OMBUD_TESTS_UNIT_CLOCKS_H
#define OMBUD_TESTS_UNIT_CLOCKS_H

#include "common/model/calendar.h"
#include "common/model/policy.h"

struct policy_set *shipped_policies(void);
struct calendar *weekdays(int days); /* from 1970-01-01: Monday to Friday, 9 to 18 UTC */

#endif
