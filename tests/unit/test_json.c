/* Trees of JSON: values of each kind, and what is refused before it is built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/json.h"

static struct json *parse(const char *text)
{
	char error[JSON_ERROR_SIZE];
	struct json *root = json_parse(text, strlen(text), 0, error, NULL);
	if (root == NULL)
		fail_msg("%s: %s", text, error);
	return root;
}

static void values_of_each_kind(void **state)
{
	struct json *root =
	    parse("{\"t\":\"a\\u0000b\",\"i\":-7,\"r\":2.5,\"b\":true,\"n\":null,\"l\":[1,2,3],\"m\":{\"x\":\"y\"}}");

	assert_int_equal(json_kind_of(root), JSON_KIND_MAP);
	assert_int_equal(json_kind_of(json_member(root, "t")), JSON_KIND_TEXT);
	assert_int_equal(json_text_size(json_member(root, "t")), 3);
	assert_memory_equal(json_text_of(json_member(root, "t")), "a\0b", 3);
	assert_int_equal(json_integer_of(json_member(root, "i")), -7);
	assert_true(json_real_of(json_member(root, "i")) == -7.0);
	assert_true(json_real_of(json_member(root, "r")) == 2.5);
	assert_true(json_bool_of(json_member(root, "b")));
	assert_int_equal(json_kind_of(json_member(root, "n")), JSON_KIND_NULL);
	assert_int_equal(json_count(json_member(root, "l")), 3);
	assert_int_equal(json_integer_of(json_at(json_member(root, "l"), 2)), 3);
	assert_null(json_at(json_member(root, "l"), 3));
	assert_string_equal(json_text_of(json_member(json_member(root, "m"), "x")), "y");
	char *text = json_format(json_member(root, "l"));
	assert_string_equal(text, "[1,2,3]");
	free(text);
	json_free(root);
}

static void what_is_not_there(void **state)
{
	struct json *root = parse("[1]");

	assert_null(json_member(root, "x"));
	assert_null(json_member(NULL, "x"));
	assert_int_equal(json_kind_of(NULL), JSON_KIND_NONE);
	assert_string_equal(json_text_of(NULL), "");
	assert_string_equal(json_text_of(root), "");
	assert_int_equal(json_text_size(NULL), 0);
	assert_int_equal(json_integer_of(NULL), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_false(json_bool_of(NULL));
	json_free(root);
	json_free(NULL);
}

static bool count_until_c(const char *name, const struct json *value, void *context)
{
	++*(int *)context;
	return strcmp(name, "c") != 0;
}

static void members_one_by_one(void **state)
{
	struct json *root = parse("{\"a\":1,\"b\":2}"), *stopped = parse("{\"a\":1,\"c\":2,\"d\":3}");
	int count = 0;

	assert_true(json_each(root, count_until_c, &count));
	assert_int_equal(count, 2);
	count = 0;
	assert_false(json_each(stopped, count_until_c, &count));
	assert_int_equal(count, 2);
	json_free(root);
	json_free(stopped);
}

static const struct refused {
	const char *text;
	size_t values_max;
	enum json_fault fault;
	const char *error; /* begins so */
} refused[] = {
    {"", 100, JSON_FAULT_SYNTAX, "1:0:"},
    {"{", 100, JSON_FAULT_SYNTAX, "1:1:"},
    {"{\"a\":1,\n \"b\" 2}", 100, JSON_FAULT_SYNTAX, "2:"},
    {"{\"a\":1,\"a\":2}", 100, JSON_FAULT_SYNTAX, "1:"},
    {"[1] 2", 100, JSON_FAULT_SYNTAX, "1:"},
    {"\"\xff\"", 100, JSON_FAULT_UTF8, "1:"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 100, JSON_FAULT_DEPTH, "nested"},
    {"[1,2,3,4,5,6,7,8,9,10,11]", 10, JSON_FAULT_SIZE, "too many"},
};

static void what_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		char error[JSON_ERROR_SIZE] = "";
		enum json_fault fault = JSON_FAULT_NONE;
		assert_null(json_parse(refused[i].text, strlen(refused[i].text), refused[i].values_max, error, &fault));
		if (fault != refused[i].fault || strncmp(error, refused[i].error, strlen(refused[i].error)) != 0)
			fail_msg("%s: got %d, '%s', want %d, '%s...'", refused[i].text, fault, error, refused[i].fault,
			    refused[i].error);
	}
}

/* Punctuation within strings is no structure. */
static void strings_do_not_count(void **state)
{
	char error[JSON_ERROR_SIZE];
	const char *text = "{\"a\":\"[[[[[,,,,,,::::{{{{\\\"]]]]\\\\\"}";
	struct json *root = json_parse(text, strlen(text), 4, error, NULL);

	assert_non_null(root);
	json_free(root);
}

/* What a person wrote near an error is not told. */
static void errors_do_not_quote(void **state)
{
	char error[JSON_ERROR_SIZE];
	const char *text = "{\"statement\": \"secret\" \"more secret\"}";

	assert_null(json_parse(text, strlen(text), 0, error, NULL));
	assert_null(strstr(error, "secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_of_each_kind),
	    cmocka_unit_test(what_is_not_there),
	    cmocka_unit_test(members_one_by_one),
	    cmocka_unit_test(what_is_refused),
	    cmocka_unit_test(strings_do_not_count),
	    cmocka_unit_test(errors_do_not_quote),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
