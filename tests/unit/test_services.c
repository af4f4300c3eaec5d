/* The one table of services: what hangs together in it, and that what goes by a service's name is there. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/text_file.h"
#include "common/model/services.h"
#include "common/model/topics.h"
#include "tests/unit/check.h"

static bool is_topic(const char *name)
{
	for (const struct topic_row *row = topic_rows; row->name; row++)
		if (!strcmp(row->name, name))
			return true;
	return false;
}

static void test_topics(void **state)
{
	for (const struct service_row *service = service_rows; service->name; service++) {
		for (const struct subscription *read = service->reads; read->topic; read++) {
			assert_true(is_topic(read->topic));
			check_number(read->topic, read->inbox, service_writer(read->topic) < 0);
			check_number(read->topic, read->hop, service_hops(read->topic));
		}
		for (const char *const *topic = service->emits; *topic; topic++) {
			assert_true(is_topic(*topic));
			check_number(*topic, service_writer(*topic), service - service_rows); /* and nobody else */
			check_number(*topic, service_reads(service, *topic), false);
		}
		for (const char *const *topic = service->hops; *topic; topic++) {
			assert_true(is_topic(*topic));
			check_number(*topic, service_writer(*topic), service - service_rows);
		}
		check_number(service->name, service_index(service->name), service - service_rows);
	}
	check_number("end", service_rows[SERVICES_COUNT].name == NULL, true);
	check_number("nobody", service_index("nobody"), -1);
}

static void test_every_topic_is_somebodys(void **state)
{
	for (const struct topic_row *row = topic_rows; row->name; row++) {
		int readers = 0;
		for (const struct service_row *service = service_rows; service->name; service++)
			readers += service_reads(service, row->name);
		if (!readers)
			fail_msg("nobody reads %s", row->name);
	}
}

static void test_what_has_its_name(void **state)
{
	struct buf compose = BUF_EMPTY, roles = BUF_EMPTY;
	struct problems problems = {0};
	char path[256], line[64];
	assert_true(text_file_read("docker-compose.yml", 1 << 20, &compose, &problems));
	assert_true(text_file_read("deploy/sql/roles.sql", 1 << 20, &roles, &problems));
	for (const struct service_row *service = service_rows; service->name; service++) {
		snprintf(path, sizeof path, "services/%s/main.c", service->name);
		assert_int_equal(access(path, R_OK), 0);
		snprintf(path, sizeof path, "deploy/config/%s.yaml", service->name);
		assert_int_equal(access(path, R_OK), 0);
		snprintf(line, sizeof line, "\n  %s:\n", service->name);
		if (!strstr(buf_string(&compose), line))
			fail_msg("docker-compose.yml has no %s", service->name);
		snprintf(line, sizeof line, "'ombud_%s'", service->name);
		if (!strstr(buf_string(&roles), line))
			fail_msg("deploy/sql/roles.sql has no %s", line);
	}
	buf_free(&compose);
	buf_free(&roles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_topics),
	    cmocka_unit_test(test_every_topic_is_somebodys),
	    cmocka_unit_test(test_what_has_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
