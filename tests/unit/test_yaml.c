/* What becomes a tree, and what is refused and where. */
#include <stdlib.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/io/yaml.h"
#include "tests/unit/check.h"

/* The tree as text: maps {k:v,}, lists [a,], texts as they are, quoted ones in ''. */
static void write_tree(struct buf *out, const struct node *node)
{
	if (node->key != NULL)
		buf_printf(out, "%s:", node->key);
	if (node->kind == NODE_TEXT) {
		buf_printf(out, node->quoted ? "'%s'" : "%s", node->text);
		return;
	}
	buf_char(out, node->kind == NODE_MAP ? '{' : '[');
	for (const struct node *entry = node->first; entry != NULL; entry = entry->next) {
		write_tree(out, entry);
		buf_char(out, ',');
	}
	buf_char(out, node->kind == NODE_MAP ? '}' : ']');
}

static void test_trees_and_refusals(void **state)
{
	static const struct {
		const char *text, *want, *problems;
	} rows[] = {
	    {"", "{}", ""},
	    {"# only a comment\n", "{}", ""},
	    {"a: 1\nb: [x, 'y', ~]\n", "{a:1,b:[x,'y',~,],}", ""},
	    {"{\"a\": {\"b\": [1, true, null]}}", "{a:{b:[1,true,null,],},}", ""},
	    {"a: &x {k: v}\nb: *x\n", "{a:{k:v,},b:{k:v,},}", ""},
	    {"名: 卡密\n", "{名:卡密,}", ""},
	    {"a: |\n  one\n  two\n", "{a:'one\ntwo\n',}", ""},
	    {"just a text", "just a text", ""},
	    {"---\na: 1\n...\n", "{a:1,}", ""},
	    {"a: 1\na: 2\n", NULL, "t:2:1: key \"a\" stands here for the second time\n"},
	    {"a: 1\n---\nb: 2\n", NULL, "t:2:1: a second document; want one a file\n"},
	    {"a: [1, 2\nb: 3\n", NULL, "t:2:2: while parsing a flow sequence, did not find expected ',' or ']'\n"},
	    {"a: b: c\n", NULL, "t:1:5: mapping values are not allowed in this context\n"},
	    {"\ta: 1\n", NULL, "t:1:1: while scanning for the next token, found character that cannot start any token\n"},
	    {"a: *nope\n", NULL, "t:1:4: found undefined alias\n"},
	    {"? [a]\n: b\n", NULL, "t:1:3: a key must be a text\n"},
	    {"a: \"x\\0y\"\n", NULL, "t:1:4: a text with a NUL inside\n"},
	    {"a: &a [*a]\n", NULL, "t:1:4: too deep or too large\n"},
	    {"a: \xff\n", NULL, "t:1:4: invalid leading UTF-8 octet\n"},
	    {"a: 1\nb: \x01\n", NULL, "t:2:4: control characters are not allowed\n"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct problems problems = {0};
		struct buf out = BUF_EMPTY;
		struct yaml_tree *tree = yaml_tree_load_text("t", rows[i].text, strlen(rows[i].text), &problems);
		if (tree != NULL)
			write_tree(&out, yaml_tree_root(tree));
		check_text(rows[i].text, buf_string(&out), rows[i].want == NULL ? "" : rows[i].want);
		check_text(rows[i].text, problems_text(&problems), rows[i].problems);
		check_number(rows[i].text, problems.count, *rows[i].problems != '\0');
		yaml_tree_free(tree);
		buf_free(&out);
		problems_free(&problems);
	}
}

/* Nine lists of nine of the one before: 9^9 nodes, if nobody counted. */
static void test_a_bomb_of_aliases_is_bounded(void **state)
{
	struct buf text = BUF_EMPTY;
	struct problems problems = {0};
	buf_text(&text, "l0: &l0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++) {
		buf_printf(&text, "l%d: &l%d [", i, i);
		for (int n = 0; n < 9; n++)
			buf_printf(&text, "%s*l%d", n ? "," : "", i - 1);
		buf_text(&text, "]\n");
	}
	assert_null(yaml_tree_load_text("bomb", buf_string(&text), text.size, &problems));
	assert_int_equal(problems.count, 1);
	buf_free(&text);
	problems_free(&problems);
}

static void test_deep_nesting_is_bounded(void **state)
{
	struct problems problems = {0};
	char deep[2 * 1000];
	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	assert_null(yaml_tree_load_text("deep", deep, sizeof deep, &problems));
	assert_non_null(strstr(problems_text(&problems), "too deep or too large"));
	struct yaml_tree *tree = yaml_tree_load_text("fits", deep + 1000 - 30, 60, &problems);
	assert_non_null(tree);
	yaml_tree_free(tree);
	problems_free(&problems);
}

static void test_files(void **state)
{
	char path[] = "/tmp/ombud-test-yaml-XXXXXX";
	struct problems problems = {0};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	struct yaml_tree *tree = yaml_tree_load_file(path, &problems);
	assert_non_null(tree);
	assert_string_equal(yaml_tree_root(tree)->file, path);
	yaml_tree_free(tree);
	assert_int_equal(ftruncate(fd, YAML_FILE_SIZE_MAX + 1), 0);
	assert_null(yaml_tree_load_file(path, &problems));
	close(fd);
	unlink(path);
	assert_null(yaml_tree_load_file(path, &problems));
	assert_null(yaml_tree_load_file("/tmp", &problems));
	assert_int_equal(problems.count, 3);
	assert_non_null(strstr(problems_text(&problems), "larger than"));
	assert_non_null(strstr(problems_text(&problems), "No such file"));
	problems_free(&problems);
	yaml_tree_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trees_and_refusals),
	    cmocka_unit_test(test_a_bomb_of_aliases_is_bounded),
	    cmocka_unit_test(test_deep_nesting_is_bounded),
	    cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
