/* Who sees what: the table against tests/lib/views.txt, which is kept by hand, and documents pruned by it. Run from the top of the
 * sources. */
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/model/notice_text.h"
#include "common/view/view.h"
#include "tests/unit/check.h"

#define MATRIX "tests/lib/views.txt"

/* The columns of MATRIX, in its order. */
static const struct {
	const char *name;
	enum http_role role;
} columns[] = {
    {"backend", HTTP_ROLE_BACKEND},
    {"agent", HTTP_ROLE_AGENT},
    {"auditor", HTTP_ROLE_AUDITOR},
    {"merchant", HTTP_ROLE_MERCHANT},
    {"complainant", HTTP_ROLE_COMPLAINANT},
    {"inspector", HTTP_ROLE_INSPECTOR},
    {"stranger", VIEW_STRANGER},
};
enum { COLUMNS = COUNT_OF(columns) };

static const char *cell(const char *path, enum http_role role)
{
	bool platform = role == HTTP_ROLE_BACKEND || role == HTTP_ROLE_AGENT || role == HTTP_ROLE_AUDITOR;
	return !view_sees(path, role) ? "-" : view_picks(path) && !platform ? "own" : "yes";
}

/* The words of a line; how many. */
static int words_of(char *line, const char *words[COLUMNS + 2])
{
	int count = 0;
	char *rest = NULL;
	for (char *word = strtok_r(line, " \n", &rest); word && count < COLUMNS + 2; word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	return count;
}

static void check_line(const char *words[COLUMNS + 2], bool head)
{
	for (int i = 0; i < COLUMNS; i++) {
		const char *want = head ? columns[i].name : cell(words[0], columns[i].role);
		if (strcmp(words[i + 1], want) != 0)
			fail_msg("%s for %s: %s has %s, common/view has %s", words[0], columns[i].name, MATRIX, words[i + 1], want);
	}
	if (!head && !view_knows(words[0]))
		fail_msg("%s stands in %s only", words[0], MATRIX);
}

static void test_the_table_is_what_was_written(void **state)
{
	char line[256];
	const char *words[COLUMNS + 2];
	size_t lines = 0, rows = 0;
	FILE *file = fopen(MATRIX, "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		int count = line[0] == '#' ? 0 : words_of(line, words);
		if (count == 0)
			continue;
		check_number(words[0], count, COLUMNS + 1);
		check_line(words, lines++ == 0);
	}
	fclose(file);
	while (view_path(rows))
		rows++;
	check_number("paths in " MATRIX, lines - 1, rows);
}

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
	json_free(clock);
	struct json *own = parse("{\"effect\": \"promised\", \"must_act\": \"inspector\"}");
	struct json *other = parse("{\"effect\": \"promised\", \"must_act\": \"platform\"}");
	assert_true(view_sees_element("complaint.clocks[]", own, &(struct view_reader){HTTP_ROLE_INSPECTOR, "x"}));
	assert_false(view_sees_element("complaint.clocks[]", other, &(struct view_reader){HTTP_ROLE_INSPECTOR, "x"}));
	json_free(own);
	json_free(other);
}

static void test_lines_of_ones_own(void **state)
{
	static const char document[] = "{\"order\": {\"region\": \"310115\", \"line\": \"r\", \"carrier_id\": \"c\", \"items\": ["
				       "{\"item_id\": \"1\", \"merchant_id\": \"m\", \"sku\": \"s\", \"category\": \"x\"},"
				       " {\"item_id\": \"2\", \"merchant_id\": \"n\", \"sku\": \"t\"}, {\"item_id\": \"3\"}]}}";
	check_written(document, "{}", HTTP_ROLE_MERCHANT, "m",
	    "{\"order\":{\"carrier_id\":\"c\",\"items\":[{\"item_id\":\"1\",\"sku\":\"s\"}]}}");
	check_written(document, "{}", HTTP_ROLE_COMPLAINANT, "b",
	    "{\"order\":{\"region\":\"310115\",\"carrier_id\":\"c\",\"items\":[{\"item_id\":\"1\",\"merchant_id\":\"m\"},"
	    "{\"item_id\":\"2\",\"merchant_id\":\"n\"},{\"item_id\":\"3\"}]}}");
	check_written(document, "{}", HTTP_ROLE_INSPECTOR, "i", "{\"order\":{}}");
}

/* A path twice would be decided by chance, and one whose container is hidden never seen. */
static void test_what_was_said(void **state)
{
	static const char document[] =
	    "{\"said\": [{\"cause\": \"message_posted\", \"from\": \"complainant\", \"to\": null, \"text\": \"1\"},"
	    " {\"cause\": \"message_posted\", \"from\": \"complainant\", \"to\": \"platform\", \"text\": \"2\"},"
	    " {\"cause\": \"message_posted\", \"from\": \"platform\", \"to\": \"merchant\", \"actor_id\": \"a\", \"text\": \"3\"},"
	    " {\"cause\": \"complaint_urged\", \"from\": \"complainant\", \"to\": null, \"text\": \"4\"},"
	    " {\"cause\": \"assignment_changed\", \"from\": \"platform\", \"to\": null, \"text\": \"5\"}]}";
	check_written(document, "{}", HTTP_ROLE_MERCHANT, "m",
	    "{\"said\":[{\"cause\":\"message_posted\",\"from\":\"complainant\",\"to\":null,\"text\":\"1\"},"
	    "{\"cause\":\"message_posted\",\"from\":\"platform\",\"to\":\"merchant\",\"text\":\"3\"}]}");
	check_written(document, "{}", HTTP_ROLE_COMPLAINANT, "b",
	    "{\"said\":[{\"cause\":\"message_posted\",\"from\":\"complainant\",\"to\":null,\"text\":\"1\"},"
	    "{\"cause\":\"message_posted\",\"from\":\"complainant\",\"to\":\"platform\",\"text\":\"2\"},"
	    "{\"cause\":\"complaint_urged\",\"from\":\"complainant\",\"to\":null,\"text\":\"4\"}]}");
}

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

/* The values below, as a text: names and "[" for lists, in order. */
static void put_names(struct buf *out, const struct mustache_value *value)
{
	for (const struct mustache_value *child = value->first; child; child = child->next) {
		buf_printf(out, "%s%s", out->size ? " " : "", child->name ? child->name : child->text ? child->text : "{");
		put_names(out, child);
	}
}

static void check_words(enum http_role role, const char *want)
{
	struct buf got = BUF_EMPTY;
	struct arena *arena = arena_new(0);
	struct mustache_value *root = mustache_object(arena);
	mustache_add_text(arena, root, "secret", "1");
	mustache_add_text(arena, root, "order_id", "o");
	mustache_add_text(arena, root, "stage", "filed");
	mustache_add_text(arena, root, "role", "supervisor");
	mustache_add_text(arena, mustache_add_object(arena, root, "because"), "answer_given", "1");
	struct mustache_value *weighed = mustache_add_object(arena, mustache_add_list(arena, root, "weighed"), NULL);
	mustache_add_text(arena, weighed, "secret", "1");
	mustache_add_text(arena, weighed, "shows", "1");
	mustache_add_text(arena, mustache_add_list(arena, root, "clauses"), NULL, "4.2");
	mustache_add_text(arena, root, "secret", "1");
	view_words(root, role);
	put_names(&got, root);
	assert_string_equal(buf_string(&got), want);
	mustache_add_text(arena, root, "more", "1"); /* the end of what is left is where one can go on */
	buf_reset(&got);
	put_names(&got, root);
	assert_string_equal(buf_string(&got) + got.size - 4, "more");
	arena_free(arena);
	buf_free(&got);
}

static void test_words(void **state)
{
	check_words(HTTP_ROLE_MERCHANT, "order_id stage because answer_given weighed { shows clauses 4.2");
	check_words(HTTP_ROLE_AGENT, "order_id stage role because answer_given weighed { shows clauses 4.2");
	check_words(VIEW_STRANGER, "order_id");
	check_words(HTTP_ROLE_INSPECTOR, "");
}

/* Every value of a letter has its row: by itself, or as a member of something. */
static void test_each_word_has_a_row(void **state)
{
	for (const char *const *name = notice_text_names(); *name; name++) {
		bool found = false;
		const char *path;
		for (size_t i = 0; (path = view_path(i)) && !found; i++) {
			size_t size = strlen(path), end = strlen(*name);
			found = strncmp(path, "words.", 6) == 0 && size > end && strcmp(path + size - end, *name) == 0 &&
				path[size - end - 1] == '.';
		}
		if (!found)
			fail_msg("words.%s has no row", *name);
	}
}

static void test_recipients(void **state)
{
	assert_int_equal(view_role(PARTY_COMPLAINANT), HTTP_ROLE_COMPLAINANT);
	assert_int_equal(view_role(PARTY_MERCHANT), HTTP_ROLE_MERCHANT);
	assert_int_equal(view_role(PARTY_PLATFORM), HTTP_ROLE_AGENT);
	assert_int_equal(view_recipient(HTTP_ROLE_BACKEND), PARTY_UNSPECIFIED);
	assert_int_equal(view_recipient(HTTP_ROLE_MERCHANT), PARTY_MERCHANT);
	assert_int_equal(view_recipient(VIEW_STRANGER), PARTY_NOBODY);
	assert_int_equal(view_reach(HTTP_ROLE_AUDITOR), VIEW_REACH_ALL);
	assert_int_equal(view_reach(HTTP_ROLE_MERCHANT), VIEW_REACH_SOLD);
	assert_int_equal(view_reach(HTTP_ROLE_COMPLAINANT), VIEW_REACH_FILED);
	assert_int_equal(view_reach(HTTP_ROLE_INSPECTOR), VIEW_REACH_ASKED);
	assert_int_equal(view_reach(VIEW_STRANGER), VIEW_REACH_NONE);
	assert_true(view_sees_person(&(struct view_reader){HTTP_ROLE_AUDITOR, ""}, "b"));
	assert_true(view_sees_person(&(struct view_reader){HTTP_ROLE_COMPLAINANT, "b"}, "b"));
	assert_false(view_sees_person(&(struct view_reader){HTTP_ROLE_INSPECTOR, "b"}, "b-2"));
	assert_false(view_sees_person(&(struct view_reader){VIEW_STRANGER, "b"}, "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_table_is_what_was_written),
	    cmocka_unit_test(test_what_has_no_row_nobody_sees),
	    cmocka_unit_test(test_a_path_longer_than_any_row),
	    cmocka_unit_test(test_the_earlier_part_counts),
	    cmocka_unit_test(test_elements_of_ones_own),
	    cmocka_unit_test(test_lines_of_ones_own),
	    cmocka_unit_test(test_what_was_said),
	    cmocka_unit_test(test_the_table_is_whole),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_each_word_has_a_row),
	    cmocka_unit_test(test_recipients),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
