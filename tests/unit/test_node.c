/* Readers of configuration trees: good values, and a message with its place for each bad one. Trees come from YAML. */
#include "common/base/node.h"
#include "common/io/yaml.h"
#include "tests/unit/check.h"

static const char text[] = "name: ombud\n"
			   "count: 7\n"
			   "wait: 1h30m\n"
			   "on: true\n"
			   "kind: refund\n"
			   "ratio: 0.5\n"
			   "nothing: ~\n"
			   "quoted: '~'\n"
			   "list: [a, b]\n"
			   "map: {x: 1}\n";

struct fixture {
	struct yaml_tree *tree;
	struct problems problems;
	const struct node *root;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){0};
	fixture.tree = yaml_tree_load_text("a.yaml", text, strlen(text), &fixture.problems);
	assert_non_null(fixture.tree);
	fixture.root = yaml_tree_root(fixture.tree);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	yaml_tree_free(f->tree);
	problems_free(&f->problems);
	return 0;
}

static const char *const kinds[] = {"refund", "replacement", NULL};

static void test_good_values(void **state)
{
	struct fixture *f = *state;
	struct problems *p = &f->problems;
	const struct node *r = f->root;
	assert_string_equal(node_text(p, r, "name", NULL), "ombud");
	assert_string_equal(node_text(p, r, "absent", "else"), "else");
	assert_string_equal(node_text(p, r, "nothing", "else"), "else");
	assert_string_equal(node_text(p, r, "quoted", NULL), "~");
	assert_int_equal(node_integer(p, r, "count", 1, 7, NODE_REQUIRED), 7);
	assert_int_equal(node_integer(p, r, "absent", 1, 7, 3), 3);
	assert_int_equal(node_duration(p, r, "wait", NODE_REQUIRED), INT64_C(5400000000));
	assert_int_equal(node_duration(p, r, "absent", 5), 5);
	assert_true(node_bool(p, r, "on", false));
	assert_true(node_bool(p, r, "absent", true));
	assert_int_equal(node_choice(p, r, "kind", kinds, -1), 0);
	assert_int_equal(node_choice(p, r, "absent", kinds, 1), 1);
	assert_int_equal(node_list(p, r, "list", true)->count, 2);
	assert_string_equal(node_first(node_list(p, r, "list", true))->next->text, "b");
	assert_int_equal(node_map(p, r, "map", true)->count, 1);
	assert_null(node_list(p, r, "absent", false));
	assert_null(node_first(NULL));
	assert_null(node_get(NULL, "x"));
	assert_null(node_get(node_get(r, "name"), "x"));
	assert_string_equal(problems_text(p), "");
}

static void test_bad_values_are_told_with_their_place(void **state)
{
	struct fixture *f = *state;
	struct problems *p = &f->problems;
	const struct node *r = f->root;
	assert_string_equal(node_text(p, r, "absent", NULL), "");
	assert_string_equal(node_text(p, r, "list", "else"), "else");
	assert_int_equal(node_integer(p, r, "name", 0, 9, 4), 4);
	assert_int_equal(node_integer(p, r, "count", 8, 9, 4), 4);
	assert_int_equal(node_integer(p, r, "count", 0, 6, NODE_REQUIRED), 0);
	assert_int_equal(node_integer(p, r, "absent", 0, 6, NODE_REQUIRED), 0);
	assert_int_equal(node_integer(p, r, "nothing", 0, 6, NODE_REQUIRED), 0);
	assert_int_equal(node_duration(p, r, "count", 9), 9);
	assert_false(node_bool(p, r, "count", false));
	assert_int_equal(node_choice(p, r, "name", kinds, -1), 0);
	assert_null(node_list(p, r, "map", false));
	assert_null(node_map(p, r, "list", true));
	check_text("problems", problems_text(p),
	    "a.yaml:1:1: key \"absent\" is missing\n"
	    "a.yaml:9:7: want a text, got a list\n"
	    "a.yaml:1:7: \"ombud\" is not a whole number\n"
	    "a.yaml:2:8: 7 is out of bounds, want 8 to 9\n"
	    "a.yaml:2:8: 7 is out of bounds, want 0 to 6\n"
	    "a.yaml:1:1: key \"absent\" is missing\n"
	    "a.yaml:1:1: key \"nothing\" is missing\n"
	    "a.yaml:2:8: \"7\" is not a duration; want for example 90s, 1h30m or 7d\n"
	    "a.yaml:2:8: \"7\" is neither true nor false\n"
	    "a.yaml:1:7: unknown value \"ombud\"\n"
	    "a.yaml:10:6: want a list, got a map\n"
	    "a.yaml:9:7: want a map, got a list\n");
	assert_int_equal(p->count, 12);
}

static void test_unknown_keys_come_with_the_nearest(void **state)
{
	struct fixture *f = *state;
	node_check_keys(&f->problems, f->root,
	    (const char *const[]){"name", "counts", "wait", "on", "kind", "ratio", "nothing", "quoted", "list", NULL});
	node_check_keys(&f->problems, node_get(f->root, "list"), (const char *const[]){NULL});
	check_text("problems", problems_text(&f->problems),
	    "a.yaml:2:1: unknown key \"count\"; did you mean \"counts\"?\n"
	    "a.yaml:10:1: unknown key \"map\"\n"
	    "a.yaml:9:7: want a map, got a list\n");
}

static void test_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
	    {"0", true},
	    {"-5", true},
	    {"9223372036854775807", true},
	    {"-9223372036854775808", true},
	    {"9223372036854775808", false},
	    {"1e3", false},
	    {"1.0", false},
	    {"0x10", false},
	    {"+5", false},
	    {"5 ", false},
	    {" 5", false},
	    {"-", false},
	    {"--5", false},
	};
	struct problems problems = {0};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct node node = {.kind = NODE_TEXT, .text = rows[i].text, .quoted = true, .file = "x"};
		int64_t value;
		check_number(rows[i].text, node_read_integer(&problems, &node, INT64_MIN, INT64_MAX, &value), rows[i].want);
	}
	problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_good_values, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_bad_values_are_told_with_their_place, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_unknown_keys_come_with_the_nearest, set_up, tear_down),
	    cmocka_unit_test(test_whole_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
