/* The Mustache project's own test files (tests/unit/data/mustache, MIT), and what they do not say: faults with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/model/mustache.h"

static struct mustache_value *from_json(struct arena *arena, struct mustache_value *parent, const char *name, json_t *json);

static struct mustache_value *object_from_json(struct arena *arena, struct mustache_value *object, json_t *json)
{
	const char *name;
	json_t *value;
	json_object_foreach(json, name, value) from_json(arena, object, name, value);
	return object;
}

static const char *scalar_text(struct arena *arena, json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return json_string_value(json);
	case JSON_INTEGER:
		return arena_printf(arena, "%lld", (long long)json_integer_value(json));
	case JSON_REAL:
		return arena_printf(arena, "%g", json_real_value(json));
	case JSON_TRUE:
		return "true";
	default:
		return "";
	}
}

static struct mustache_value *from_json(struct arena *arena, struct mustache_value *parent, const char *name, json_t *json)
{
	if (json_is_object(json))
		return object_from_json(arena, mustache_add_object(arena, parent, name), json);
	if (!json_is_array(json))
		return json_is_null(json) ? NULL : mustache_add_text(arena, parent, name, scalar_text(arena, json));
	struct mustache_value *list = mustache_add_list(arena, parent, name);
	for (size_t i = 0; i < json_array_size(json); i++)
		from_json(arena, list, NULL, json_array_get(json, i));
	return list;
}

static struct mustache *parse(const char *text)
{
	return mustache_parse(text, strlen(text), NULL, NULL);
}

struct partials {
	json_t *texts;
	struct mustache *parsed[16];
	const char *names[16];
	int count;
};

static const struct mustache *partial(const char *name, void *context)
{
	struct partials *partials = context;
	for (int i = 0; i < partials->count; i++)
		if (strcmp(partials->names[i], name) == 0)
			return partials->parsed[i];
	json_t *text = json_object_get(partials->texts, name);
	if (!text)
		return NULL;
	partials->names[partials->count] = name;
	return partials->parsed[partials->count++] = parse(json_string_value(text));
}

/* A root that is not an object ({{.}} at the top) is beyond what notices need. */
static bool supported(json_t *test)
{
	return json_is_object(json_object_get(test, "data"));
}

static int run_case(const char *file, json_t *test)
{
	struct arena *arena = arena_new(0);
	struct partials partials = {.texts = json_object_get(test, "partials")};
	struct mustache_value *root = object_from_json(arena, mustache_object(arena), json_object_get(test, "data"));
	struct mustache *template = parse(json_string_value(json_object_get(test, "template")));
	const char *want = json_string_value(json_object_get(test, "expected"));
	const char *got = template ? mustache_render(MUSTACHE_HTML, arena, template, root, partial, &partials) : "(does not parse)";
	int wrong = strcmp(got, want) != 0;
	if (wrong)
		print_error("%s, %s: got \"%s\", want \"%s\"\n", file, json_string_value(json_object_get(test, "name")), got, want);
	mustache_free(template);
	for (int i = 0; i < partials.count; i++)
		mustache_free(partials.parsed[i]);
	arena_free(arena);
	return wrong;
}

static void test_the_specification(void **state)
{
	static const char *const files[] = {"comments", "interpolation", "inverted", "partials", "sections"};
	int wrong = 0, run = 0;
	for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
		char path[128];
		snprintf(path, sizeof path, "tests/unit/data/mustache/%s.json", files[f]);
		json_t *json = json_load_file(path, 0, NULL);
		assert_non_null(json);
		json_t *tests = json_object_get(json, "tests");
		for (size_t i = 0; i < json_array_size(tests); i++)
			if (supported(json_array_get(tests, i))) {
				wrong += run_case(files[f], json_array_get(tests, i));
				run++;
			}
		json_decref(json);
	}
	assert_in_range(run, 100, 1000);
	assert_int_equal(wrong, 0);
}

struct faults {
	char text[512];
};

static void note_fault(int line, int column, const char *message, void *context)
{
	struct faults *faults = context;
	size_t used = strlen(faults->text);
	snprintf(faults->text + used, sizeof faults->text - used, "%d:%d %s\n", line, column, message);
}

static void test_faults_are_told_all_at_once_with_their_place(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} cases[] = {
	    {"never closed tag", "a\n  {{b", "2:3 this tag is never closed\n"},
	    {"no name", "{{ }}", "1:1 a tag needs a name without blanks\n"},
	    {"blank in a name", "{{a b}}", "1:1 a tag needs a name without blanks\n"},
	    {"open section", "x {{#a}} y", "1:3 this section is never closed\n"},
	    {"end alone", "{{/a}}", "1:1 a section ends here that was never opened\n"},
	    {"wrong end", "{{#a}}\n{{/b}}\n", "2:1 this end does not belong to the section that is open\n"},
	    {"delimiters", "{{=<% %>=}}", "1:1 changing the delimiters is not supported\n"},
	    {"two at once", "{{ }}\n{{/a}}",
		"1:1 a tag needs a name without blanks\n2:1 a section ends here that was never opened\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct faults faults = {""};
		struct mustache *template = mustache_parse(cases[i].text, strlen(cases[i].text), note_fault, &faults);
		if (template)
			fail_msg("%s: taken", cases[i].name);
		assert_string_equal(faults.text, cases[i].want);
	}
}

static void note_use(enum mustache_use use, const char *name, int line, int column, void *context)
{
	struct faults *faults = context;
	size_t used = strlen(faults->text);
	snprintf(faults->text + used, sizeof faults->text - used, "%d%s@%d:%d ", (int)use, name, line, column);
}

static void test_uses_are_listed(void **state)
{
	struct faults uses = {""};
	struct mustache *template = parse("{{a}}{{#b.c}}{{{d}}}\n{{/b.c}}{{>e}}");
	mustache_uses(template, note_use, &uses);
	mustache_free(template);
	assert_string_equal(uses.text, "0a@1:1 1b.c@1:6 0d@1:14 2e@2:9 ");
}

static void test_a_text_without_end_is_cut(void **state)
{
	struct arena *arena = arena_new(0);
	struct mustache_value *root = mustache_object(arena);
	char *long_text = arena_alloc(arena, 3 * 30000 + 1);
	for (int i = 0; i < 30000; i++)
		memcpy(long_text + 3 * i, "中", 3);
	mustache_add_text(arena, root, "a", long_text);
	struct mustache *template = parse("{{{a}}}");
	size_t size = strlen(mustache_render(MUSTACHE_HTML, arena, template, root, NULL, NULL));
	assert_in_range(size, MUSTACHE_TEXT_MAX - 3, MUSTACHE_TEXT_MAX);
	assert_int_equal(size % 3, 0);
	mustache_free(template);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_specification),
	    cmocka_unit_test(test_faults_are_told_all_at_once_with_their_place),
	    cmocka_unit_test(test_uses_are_listed),
	    cmocka_unit_test(test_a_text_without_end_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
