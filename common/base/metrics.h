/* Metrics: a registry by hand, written as Prometheus text 0.0.4. One row per metric; the row is the documentation.
 * One registry a process, used by its one loop thread. Labels come from closed sets, never ids: a metric with METRIC_SERIES_MAX
 * series counts everything new in a series whose labels are all "other".
 *
 *   enum { EVENTS, LATENESS };
 *   static const struct counter_row counters[] = {
 *       [EVENTS] = {"ombud_events_consumed_total", "Records taken, by result.", METRIC_COUNTER, {"topic", "result"}},
 *       [LATENESS] = {"ombud_timer_lateness_seconds", "How late timers fired.", METRIC_HISTOGRAM, .buckets = metric_seconds},
 *       {0}};
 *   metrics_register(counters);
 *   metric_add(&counters[EVENTS], 1, topic, "effect");          looks the series up: for once a batch
 *   struct metric_series *s = metric_series(&counters[EVENTS], topic, "effect");   once, then
 *   metric_series_add(s, 1);                                                        for once a record
 *
 * As many labels are given as the row names. Base units: seconds, bytes.
 */
#ifndef OMBUD_BASE_METRICS_H
#define OMBUD_BASE_METRICS_H

#include "common/base/buf.h"

enum { METRIC_LABELS_MAX = 3, METRIC_SERIES_MAX = 512 };

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct counter_row {
	const char *name; /* whole, with ombud_ and its unit; NULL ends a table */
	const char *help;
	enum metric_kind kind;
	const char *labels[METRIC_LABELS_MAX]; /* names, as many as there are */
	const double *buckets;                 /* histogram: upper bounds, rising, ended by 0 */
};

extern const double metric_seconds[]; /* 100 us to 60 s */
extern const double metric_sizes[];   /* 1 to 1,000, in powers */

/* Makes a table's metrics known; those without labels appear with 0 at once. Borrows the rows for ever. */
void metrics_register(const struct counter_row *rows);
/* Registers process_* and ombud_build_info. */
void metrics_setup(const char *service, const char *version);
/* Called before each writing, to set gauges that are cheaper to ask for than to keep. */
void metrics_on_collect(void (*fn)(void *context), void *context);
/* Appends all metrics. */
void metrics_write(struct buf *out);
void metrics_clear(void); /* forgets everything: for tests */

/* The series with these label values, made when it is new. Lives as long as the registry. */
struct metric_series;
struct metric_series *metric_series_of(const struct counter_row *row, const char *const *values);
void metric_series_add(struct metric_series *series, double delta);
void metric_series_set(struct metric_series *series, double value);
void metric_series_observe(struct metric_series *series, double value); /* histograms */

#define METRIC_VALUES(...) ((const char *const[METRIC_LABELS_MAX + 1]){__VA_ARGS__ __VA_OPT__(, ) NULL})
/* Of a gauge that was set for what is no longer here: it is not told until it is set again. No series of the row may be kept. */
void metric_forget(const struct counter_row *row);

#define metric_series(row, ...) metric_series_of((row), METRIC_VALUES(__VA_ARGS__))
#define metric_add(row, delta, ...) metric_series_add(metric_series((row)__VA_OPT__(, ) __VA_ARGS__), (delta))
#define metric_set(row, value, ...) metric_series_set(metric_series((row)__VA_OPT__(, ) __VA_ARGS__), (value))
#define metric_observe(row, value, ...) metric_series_observe(metric_series((row)__VA_OPT__(, ) __VA_ARGS__), (value))

#endif
