/* What is otherwise between two platforms: by meaning, never by layout. */
#include "tests/unit/check.h"

#include "common/base/buf.h"
#include "common/platform/difference.h"

static const struct row {
	const char *name, *was, *is; /* NULL: no such file */
	const char *want;            /* a line a difference: member|was|is */
} rows[] = {
    {"a member", "clocks: {final_decision: {target: 24h, unit: elapsed}}\n",
	"clocks: {final_decision: {target: 48h, unit: elapsed}}\n", "clocks.final_decision.target|24h|48h\n"},
    {"comments, layout, order of members", "a: 1 # one\nb: {c: 2, d: 3}\n", "b:\n  d: 3\n  c: 2\na: 1\n", ""},
    {"a member comes, another goes", "a: 1\nb: [x, y]\n", "b: [x, y]\nc: {d: e}\n", "a|1|-\nc|-|{d: e}\n"},
    {"a list of texts as a whole", "b: [x, y]\n", "b: [y]\n", "b|[x, y]|[y]\n"},
    {"a rule by its id", "rules: [{id: a, set: {tier: x}}, {id: b}]\n", "rules: [{id: a, set: {tier: y}}, {id: c}]\n",
	"rules[a].set.tier|x|y\nrules[b]|{id: b}|-\nrules[c]|-|{id: c}\n"},
    {"rules change places", "rules: [{id: a}, {id: b}]\n", "rules: [{id: b}, {id: a}]\n", "rules[]|a|b\n"},
    {"a rule between two", "rules: [{id: a}, {id: b}]\n", "rules: [{id: a}, {id: n}, {id: b}]\n", "rules[n]|-|{id: n}\n"},
    {"another kind of value", "a: x\n", "a: [x]\n", "a|x|[x]\n"},
    {"a file comes", NULL, "a: 1\n", "|-|a: 1\n\n"},
    {"a file goes", "a: 1\n", NULL, "|a: 1\n|-\n"},
    {"no YAML: as a whole", "a: 1\n", "a: [1\n", "|a: 1\n|a: [1\n\n"},
};

static void write_line(const struct difference *difference, void *text)
{
	assert_string_equal(difference->file, "p.yaml");
	buf_printf(
	    text, "%s|%s|%s\n", difference->member, difference->was ? difference->was : "-", difference->is ? difference->is : "-");
}

static void test_differences(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(0);
		struct bundle was = {.arena = arena}, is = {.arena = arena};
		struct buf text = BUF_EMPTY;
		bundle_put(&was, "same.yaml", "x: y\n", 5);
		bundle_put(&is, "same.yaml", "x: y\n", 5);
		if (rows[i].was)
			bundle_put(&was, "p.yaml", rows[i].was, strlen(rows[i].was));
		if (rows[i].is)
			bundle_put(&is, "p.yaml", rows[i].is, strlen(rows[i].is));
		int count = platform_differences(&was, &is, write_line, &text);
		check_text(rows[i].name, buf_string(&text), rows[i].want);
		assert_int_equal(count > 0, rows[i].want[0] != '\0');
		buf_free(&text);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_differences)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
