/* The text that Prometheus reads. */
#include "common/base/metrics.h"
#include "tests/unit/check.h"

enum { PLAIN, LABELLED, GAUGE, LATENESS };
static const double bounds[] = {0.1, 1, 10, 0};
static const struct counter_row rows[] = {
    [PLAIN] = {"ombud_plain_total", "Plain\nand \\ odd.", METRIC_COUNTER},
    [LABELLED] = {"ombud_labelled_total", "Labelled.", METRIC_COUNTER, {"topic", "result"}},
    [GAUGE] = {"ombud_gauge_bytes", "A gauge.", METRIC_GAUGE},
    [LATENESS] = {"ombud_lateness_seconds", "Late.", METRIC_HISTOGRAM, {"kind"}, bounds},
    {0},
};

static int set_up(void **state)
{
	metrics_clear();
	metrics_register(rows);
	return 0;
}

static void check_written(const char *name, const char *want)
{
	struct buf out = BUF_EMPTY;
	metrics_write(&out);
	check_text(name, buf_string(&out), want);
	buf_free(&out);
}

static void test_unlabelled_appear_at_once(void **state)
{
	check_written("empty",
	    "# HELP ombud_plain_total Plain\\nand \\\\ odd.\n# TYPE ombud_plain_total counter\nombud_plain_total 0\n"
	    "# HELP ombud_labelled_total Labelled.\n# TYPE ombud_labelled_total counter\n"
	    "# HELP ombud_gauge_bytes A gauge.\n# TYPE ombud_gauge_bytes gauge\nombud_gauge_bytes 0\n"
	    "# HELP ombud_lateness_seconds Late.\n# TYPE ombud_lateness_seconds histogram\n");
}

static void test_values(void **state)
{
	metric_add(&rows[PLAIN], 1);
	metric_add(&rows[PLAIN], 2);
	metric_add(&rows[LABELLED], 5, "a\"b\\\n", "effect");
	struct metric_series *series = metric_series(&rows[LABELLED], "t", "repeat");
	metric_series_add(series, 1);
	metric_series_add(series, 1);
	assert_ptr_equal(series, metric_series(&rows[LABELLED], "t", "repeat"));
	metric_set(&rows[GAUGE], 1.5);
	metric_observe(&rows[LATENESS], 0.1, "x");
	metric_observe(&rows[LATENESS], 0.2, "x");
	metric_observe(&rows[LATENESS], 100, "x");
	check_written("values",
	    "# HELP ombud_plain_total Plain\\nand \\\\ odd.\n# TYPE ombud_plain_total counter\nombud_plain_total 3\n"
	    "# HELP ombud_labelled_total Labelled.\n# TYPE ombud_labelled_total counter\n"
	    "ombud_labelled_total{topic=\"a\\\"b\\\\\\n\",result=\"effect\"} 5\n"
	    "ombud_labelled_total{topic=\"t\",result=\"repeat\"} 2\n"
	    "# HELP ombud_gauge_bytes A gauge.\n# TYPE ombud_gauge_bytes gauge\nombud_gauge_bytes 1.5\n"
	    "# HELP ombud_lateness_seconds Late.\n# TYPE ombud_lateness_seconds histogram\n"
	    "ombud_lateness_seconds_bucket{kind=\"x\",le=\"0.1\"} 1\n"
	    "ombud_lateness_seconds_bucket{kind=\"x\",le=\"1\"} 2\n"
	    "ombud_lateness_seconds_bucket{kind=\"x\",le=\"10\"} 2\n"
	    "ombud_lateness_seconds_bucket{kind=\"x\",le=\"+Inf\"} 3\n"
	    "ombud_lateness_seconds_sum{kind=\"x\"} 100.3\n"
	    "ombud_lateness_seconds_count{kind=\"x\"} 3\n");
}

static void test_series_are_bounded(void **state)
{
	char topic[32];
	for (int i = 0; i < METRIC_SERIES_MAX + 100; i++) {
		snprintf(topic, sizeof topic, "%d", i);
		metric_add(&rows[LABELLED], 1, topic, "x");
	}
	struct buf out = BUF_EMPTY;
	metrics_write(&out);
	assert_non_null(strstr(buf_string(&out), "{topic=\"other\",result=\"other\"} 100\n"));
	buf_free(&out);
}

static void test_what_is_gone_is_forgotten(void **state)
{
	struct buf out = BUF_EMPTY;
	metric_add(&rows[LABELLED], 1, "here", "x");
	metric_add(&rows[LABELLED], 1, "gone", "x");
	metric_forget(&rows[LABELLED]);
	metric_add(&rows[LABELLED], 2, "here", "x");
	metrics_write(&out);
	assert_null(strstr(buf_string(&out), "gone"));
	assert_non_null(strstr(buf_string(&out), "{topic=\"here\",result=\"x\"} 2\n"));
	buf_free(&out);
}

static void collect(void *context)
{
	metric_set(&rows[GAUGE], 42);
}

static void test_collectors_and_process(void **state)
{
	static const char *const wants[] = {"ombud_gauge_bytes 42\n", "process_cpu_seconds_total ", "process_open_fds ",
	    "process_resident_memory_bytes ", "process_start_time_seconds ",
	    "ombud_build_info{service=\"intake\",version=\"1.0\"} 1\n"};
	metrics_on_collect(collect, NULL);
	metrics_setup("intake", "1.0");
	struct buf out = BUF_EMPTY;
	metrics_write(&out);
	for (size_t i = 0; i < COUNT_OF(wants); i++)
		if (strstr(buf_string(&out), wants[i]) == NULL)
			fail_msg("no %s", wants[i]);
	buf_free(&out);
}

static void too_few_labels(void *context)
{
	metric_add(&rows[LABELLED], 1, "topic");
}

static void test_wrong_labels_are_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(too_few_labels, NULL, output, sizeof output), 134);
	metrics_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_unlabelled_appear_at_once, set_up),
	    cmocka_unit_test_setup(test_values, set_up),
	    cmocka_unit_test_setup(test_series_are_bounded, set_up),
	    cmocka_unit_test_setup(test_what_is_gone_is_forgotten, set_up),
	    cmocka_unit_test_setup(test_collectors_and_process, set_up),
	    cmocka_unit_test_setup(test_wrong_labels_are_a_bug, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
