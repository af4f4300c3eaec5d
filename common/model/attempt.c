#include "common/model/attempt.h"

const char *attempt_outcome_name(enum attempt_outcome outcome)
{
	static const char *const names[ATTEMPT_OUTCOME_COUNT] = {"delivered", "failed", "throttled", "gone"};
	return names[outcome];
}
