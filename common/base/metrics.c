#include "common/base/metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <dirent.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/base/instant.h"

const double metric_seconds[] = {0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 0};
const double metric_sizes[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 0};

enum { METRIC_COLLECTORS_MAX = 8 };

struct metric_series {
	struct metric_series *next; /* in the order they were made */
	char *values[METRIC_LABELS_MAX];
	double value;           /* of a histogram: the sum */
	uint64_t count;         /* histogram */
	const double *bounds;   /* histogram */
	uint64_t bucket_hits[]; /* histogram: one per bound, not cumulated */
};

struct family {
	struct family *next;
	const struct counter_row *row;
	struct metric_series *series;
	int labels_count, series_count, buckets_count;
};

static struct {
	struct family *first;
	struct {
		void (*fn)(void *context);
		void *context;
	} collectors[METRIC_COLLECTORS_MAX];
	int collectors_count;
	const char *service, *version;
	int64_t start_us;
} registry;

/* ---- families and series ---- */

static struct family **find_family(const struct counter_row *row)
{
	struct family **place = &registry.first;
	while (*place != NULL && (*place)->row != row)
		place = &(*place)->next;
	return place;
}

static struct family *family_new(const struct counter_row *row)
{
	struct family *family = xcalloc(1, sizeof *family);
	family->row = row;
	while (family->labels_count < METRIC_LABELS_MAX && row->labels[family->labels_count] != NULL)
		family->labels_count++;
	while (row->buckets != NULL && row->buckets[family->buckets_count] != 0)
		family->buckets_count++;
	if ((row->kind == METRIC_HISTOGRAM) != (row->buckets != NULL))
		bug("metric %s: histograms, and they only, have buckets", row->name);
	return family;
}

static struct family *family_of(const struct counter_row *row)
{
	struct family **place = find_family(row);
	if (*place == NULL)
		*place = family_new(row);
	return *place;
}

static bool has_values(const struct family *family, const struct metric_series *series, const char *const *values)
{
	for (int i = 0; i < family->labels_count; i++)
		if (strcmp(series->values[i], values[i]) != 0)
			return false;
	return true;
}

static struct metric_series *series_new(const struct family *family, const char *const *values)
{
	struct metric_series *series = xcalloc(1, sizeof *series + (size_t)family->buckets_count * sizeof *series->bucket_hits);
	series->bounds = family->row->buckets;
	for (int i = 0; i < family->labels_count; i++)
		series->values[i] = xstrdup(values[i]);
	return series;
}

struct metric_series *metric_series_of(const struct counter_row *row, const char *const *values)
{
	static const char *const others[METRIC_LABELS_MAX] = {"other", "other", "other"};
	struct family *family = family_of(row);

	for (int i = 0; i <= METRIC_LABELS_MAX; i++)
		if ((i < family->labels_count) != (values[i] != NULL))
			bug("metric %s wants %d labels", row->name, family->labels_count);
	for (;;) {
		struct metric_series **place = &family->series;
		while (*place != NULL && !has_values(family, *place, values))
			place = &(*place)->next;
		if (*place != NULL)
			return *place;
		if (family->series_count < METRIC_SERIES_MAX || values == others) {
			family->series_count++;
			return *place = series_new(family, values);
		}
		values = others;
	}
}

void metric_series_add(struct metric_series *series, double delta)
{
	series->value += delta;
}

void metric_series_set(struct metric_series *series, double value)
{
	series->value = value;
}

void metric_series_observe(struct metric_series *series, double value)
{
	series->value += value;
	series->count++;
	for (int i = 0; series->bounds != NULL && series->bounds[i] != 0; i++) {
		if (value <= series->bounds[i]) {
			series->bucket_hits[i]++;
			return;
		}
	}
}

void metrics_register(const struct counter_row *rows)
{
	for (; rows->name != NULL; rows++)
		if (family_of(rows)->labels_count == 0)
			metric_series(rows);
}

void metrics_on_collect(void (*fn)(void *context), void *context)
{
	if (registry.collectors_count == METRIC_COLLECTORS_MAX)
		bug("more than %d metric collectors", METRIC_COLLECTORS_MAX);
	registry.collectors[registry.collectors_count].fn = fn;
	registry.collectors[registry.collectors_count++].context = context;
}

static void family_empty(struct family *family)
{
	family->series_count = 0;
	while (family->series != NULL) {
		struct metric_series *series = family->series;
		family->series = series->next;
		for (int i = 0; i < family->labels_count; i++)
			free(series->values[i]);
		free(series);
	}
}

void metric_forget(const struct counter_row *row)
{
	struct family *family = family_of(row);
	family_empty(family);
	if (family->labels_count == 0)
		metric_series(row);
}

void metrics_clear(void)
{
	while (registry.first != NULL) {
		struct family *family = registry.first;
		registry.first = family->next;
		family_empty(family);
		free(family);
	}
	registry.collectors_count = 0;
}

/* ---- process_* and build_info ---- */

enum { PROCESS_CPU, PROCESS_OPEN_FDS, PROCESS_MAX_FDS, PROCESS_RESIDENT, PROCESS_VIRTUAL, PROCESS_START, BUILD_INFO };
static const struct counter_row process_rows[] = {
    [PROCESS_CPU] = {"process_cpu_seconds_total", "User and system CPU time spent.", METRIC_COUNTER},
    [PROCESS_OPEN_FDS] = {"process_open_fds", "Open file descriptors.", METRIC_GAUGE},
    [PROCESS_MAX_FDS] = {"process_max_fds", "Most file descriptors allowed.", METRIC_GAUGE},
    [PROCESS_RESIDENT] = {"process_resident_memory_bytes", "Resident memory.", METRIC_GAUGE},
    [PROCESS_VIRTUAL] = {"process_virtual_memory_bytes", "Virtual memory.", METRIC_GAUGE},
    [PROCESS_START] = {"process_start_time_seconds", "Start of the process, seconds since 1970.", METRIC_GAUGE},
    [BUILD_INFO] = {"ombud_build_info", "Constant 1; what runs here.", METRIC_GAUGE, {"service", "version"}},
    {0},
};

static int count_open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	if (folder == NULL)
		return 0;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 3; /* ".", ".." and the folder's own */
}

static void read_memory(double *virtual_bytes, double *resident_bytes)
{
	long pages_all = 0, pages_resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file != NULL) {
		if (fscanf(file, "%ld %ld", &pages_all, &pages_resident) != 2)
			pages_all = pages_resident = 0;
		fclose(file);
	}
	double page = (double)sysconf(_SC_PAGESIZE);
	*virtual_bytes = (double)pages_all * page;
	*resident_bytes = (double)pages_resident * page;
}

static double timeval_seconds(struct timeval value)
{
	return (double)value.tv_sec + (double)value.tv_usec / 1e6;
}

static void collect_process(void *context)
{
	struct rusage usage;
	struct rlimit files = {0};
	double virtual_bytes, resident_bytes;

	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_NOFILE, &files);
	read_memory(&virtual_bytes, &resident_bytes);
	metric_set(&process_rows[PROCESS_CPU], timeval_seconds(usage.ru_utime) + timeval_seconds(usage.ru_stime));
	metric_set(&process_rows[PROCESS_OPEN_FDS], count_open_fds());
	metric_set(&process_rows[PROCESS_MAX_FDS], (double)files.rlim_cur);
	metric_set(&process_rows[PROCESS_RESIDENT], resident_bytes);
	metric_set(&process_rows[PROCESS_VIRTUAL], virtual_bytes);
}

void metrics_setup(const char *service, const char *version)
{
	metrics_register(process_rows);
	metric_set(&process_rows[PROCESS_START], (double)(instant_wall_us() / 1000) / 1000);
	metric_set(&process_rows[BUILD_INFO], 1, service, version);
	metrics_on_collect(collect_process, NULL);
}

/* ---- text ---- */

static void write_escaped(struct buf *out, const char *text, bool quotes)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			buf_text(out, "\\\\");
		else if (*text == '\n')
			buf_text(out, "\\n");
		else if (*text == '"' && quotes)
			buf_text(out, "\\\"");
		else
			buf_char(out, *text);
	}
}

static void write_number(struct buf *out, double value)
{
	if (value == trunc(value) && fabs(value) < 9007199254740992.0)
		buf_printf(out, "%.0f", value);
	else if (isinf(value))
		buf_text(out, value > 0 ? "+Inf" : "-Inf");
	else
		buf_printf(out, "%.15g", value);
}

/* name_suffix{labels...,le="bound"} value; no le without a bound */
static void write_sample(struct buf *out, const struct family *family, const struct metric_series *series, const char *suffix,
    const double *bound, double value)
{
	const char *glue = "{";

	buf_printf(out, "%s%s", family->row->name, suffix);
	for (int i = 0; i < family->labels_count; i++, glue = ",") {
		buf_printf(out, "%s%s=\"", glue, family->row->labels[i]);
		write_escaped(out, series->values[i], true);
		buf_char(out, '"');
	}
	if (bound != NULL) {
		buf_printf(out, "%sle=\"", glue);
		write_number(out, *bound);
		buf_char(out, '"');
	}
	buf_text(out, bound != NULL || family->labels_count > 0 ? "} " : " ");
	write_number(out, value);
	buf_char(out, '\n');
}

static void write_histogram(struct buf *out, const struct family *family, const struct metric_series *series)
{
	uint64_t cumulated = 0;
	double infinite = INFINITY;

	for (int i = 0; i < family->buckets_count; i++) {
		cumulated += series->bucket_hits[i];
		write_sample(out, family, series, "_bucket", &series->bounds[i], (double)cumulated);
	}
	write_sample(out, family, series, "_bucket", &infinite, (double)series->count);
	write_sample(out, family, series, "_sum", NULL, series->value);
	write_sample(out, family, series, "_count", NULL, (double)series->count);
}

static void write_family(struct buf *out, const struct family *family)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};

	buf_printf(out, "# HELP %s ", family->row->name);
	write_escaped(out, family->row->help, false);
	buf_printf(out, "\n# TYPE %s %s\n", family->row->name, kinds[family->row->kind]);
	for (const struct metric_series *series = family->series; series != NULL; series = series->next) {
		if (family->row->kind == METRIC_HISTOGRAM)
			write_histogram(out, family, series);
		else
			write_sample(out, family, series, "", NULL, series->value);
	}
}

void metrics_write(struct buf *out)
{
	for (int i = 0; i < registry.collectors_count; i++)
		registry.collectors[i].fn(registry.collectors[i].context);
	for (const struct family *family = registry.first; family != NULL; family = family->next)
		write_family(out, family);
}
