/* Who sees what: the table against the contract, and documents pruned by it. */
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/view/view.h"
#include "tests/unit/check.h"

static struct json *parse(const char *text)
{
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(text, strlen(text), 0, error, NULL);
	if (!json)
		fail_msg("%s: %s", text, error);
	return json;
}

static void check_written(const char *first, const char *second, enum http_role role, const char *id, const char *want)
{
	struct buf got = BUF_EMPTY;
	struct json *parts[] = {parse(first), parse(second), NULL};
	view_write(&got, "complaint", (const struct json *const *)parts, &(struct view_reader){role, id});
	assert_string_equal(buf_string(&got), want);
	json_free(parts[0]);
	json_free(parts[1]);
	buf_free(&got);
}

static void test_what_has_no_row_nobody_sees(void **state)
{
	for (int role = 0; role < HTTP_ROLE_COUNT; role++) {
		assert_false(view_sees("complaint.secret", (enum http_role)role));
		assert_false(view_sees("complaint.order.secret", (enum http_role)role));
		assert_false(view_sees("complaint.order_id.secret", (enum http_role)role));
		assert_false(view_sees("", (enum http_role)role));
		check_written(
		    "{\"secret\": 1, \"order\": {\"secret\": {\"a\": [1]}, \"order_id\": \"o\"}, \"evidence\": [[\"secret\"], 1]}",
		    "{}", (enum http_role)role, "x", "{\"order\":{\"order_id\":\"o\"},\"evidence\":[[],1]}");
	}
}

static void test_a_path_longer_than_any_row(void **state)
{
	char text[700] = "{\"";
	memset(text + 2, 'a', 600);
	strcat(text, "\": 1, \"stage\": \"filed\"}");
	check_written(text, "{}", HTTP_ROLE_BACKEND, "", "{\"stage\":\"filed\"}");
}

static void test_the_earlier_part_counts(void **state)
{
	check_written("{\"stage\": \"filed\", \"order\": {\"status\": null}}", "{\"stage\": \"closed\", \"silence\": null}",
	    HTTP_ROLE_AGENT, "a", "{\"stage\":\"filed\",\"order\":{\"status\":null},\"silence\":null}");
}

static void test_elements_of_ones_own(void **state)
{
	static const char document[] =
	    "{\"complainant_id\": \"b\","
	    " \"clocks\": [{\"clock\": \"confirmation\", \"effect\": \"promised\"}, {\"clock\": \"inspection\", \"effect\": \"internal\"},"
	    "   {\"clock\": \"appeal\", \"effect\": \"statutory\"}, {\"clock\": \"end_to_end\"}],"
	    " \"actions\": [{\"party\": \"merchant\", \"action\": \"answer\"}, {\"party\": \"complainant\", \"action\": \"urge\"}],"
	    " \"notices\": [{\"recipient\": \"merchant\", \"person_id\": \"x\", \"text\": \"1\"},"
	    "   {\"recipient\": \"complainant\", \"person_id\": \"x\", \"text\": \"2\"},"
	    "   {\"recipient\": \"complainant\", \"person_id\": \"y\", \"text\": \"3\"}]}";
	check_written(document, "{}", HTTP_ROLE_MERCHANT, "x",
	    "{\"clocks\":[{\"clock\":\"confirmation\",\"effect\":\"promised\"},{\"clock\":\"appeal\",\"effect\":\"statutory\"}],"
	    "\"actions\":[{\"party\":\"merchant\",\"action\":\"answer\"}],"
	    "\"notices\":[{\"recipient\":\"merchant\",\"person_id\":\"x\",\"text\":\"1\"}]}");
	check_written(document, "{}", HTTP_ROLE_COMPLAINANT, "x",
	    "{\"complainant_id\":\"b\","
	    "\"clocks\":[{\"clock\":\"confirmation\",\"effect\":\"promised\"},{\"clock\":\"appeal\",\"effect\":\"statutory\"}],"
	    "\"actions\":[{\"party\":\"complainant\",\"action\":\"urge\"}],"
	    "\"notices\":[{\"recipient\":\"complainant\",\"person_id\":\"x\",\"text\":\"2\"}]}");
	struct json *clock = parse("{\"effect\": \"internal\"}");
	assert_false(view_sees_element("complaint.clocks[]", clock, &(struct view_reader){HTTP_ROLE_COMPLAINANT, "x"}));
	assert_true(view_sees_element("complaint.clocks[]", clock, &(struct view_reader){HTTP_ROLE_AUDITOR, ""}));
	assert_false(view_sees_element("complaint.clocks", clock, &(struct view_reader){HTTP_ROLE_INSPECTOR, "x"}));
	json_free(clock);
}

/* A path twice would be decided by chance, and one whose container is hidden never seen. */
static void test_the_table_is_whole(void **state)
{
	const char *path;
	for (size_t i = 0; (path = view_path(i)); i++) {
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(path, view_path(other));
		char above[128];
		snprintf(above, sizeof above, "%s", path);
		size_t cut = strlen(above);
		if (cut > 2 && strcmp(above + cut - 2, "[]") == 0)
			above[cut - 2] = '\0';
		else if (strrchr(above, '.'))
			*strrchr(above, '.') = '\0';
		for (int role = 0; role < HTTP_ROLE_COUNT; role++)
			if (view_sees(path, (enum http_role)role) && !view_sees(above, (enum http_role)role))
				fail_msg("role %d sees %s, and not %s", role, path, above);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_has_no_row_nobody_sees),
	    cmocka_unit_test(test_a_path_longer_than_any_row),
	    cmocka_unit_test(test_the_earlier_part_counts),
	    cmocka_unit_test(test_elements_of_ones_own),
	    cmocka_unit_test(test_the_table_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
