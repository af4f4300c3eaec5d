/* Intake's own metrics. */
#ifndef OMBUD_INTAKE_COUNTERS_H
#define OMBUD_INTAKE_COUNTERS_H

#include "common/base/metrics.h"

enum { COUNTER_ACCEPTED, COUNTER_REFUSED, COUNTER_REPEATED, COUNTER_AWAITED, COUNTER_TIMES_LATER, COUNTER_UNTELLABLE, COUNTER_END };

extern const struct counter_row intake_counters[COUNTER_END + 1];

#endif
