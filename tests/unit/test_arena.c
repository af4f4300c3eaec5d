/* Alignment, budgets, many blocks, reset. */
#include "common/base/arena.h"
#include "tests/unit/check.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
	struct arena *arena = arena_new(0);
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *memory = arena_alloc(arena, size);
		assert_int_equal((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	arena_free(arena);
}

static void test_nothing_overlaps(void **state)
{
	static const size_t sizes[] = {1, 16, 4096, 4097, 130000, 140000, 300000, 2000000, 33, 0, 8000};
	unsigned char *memories[COUNT_OF(sizes) * 20];
	struct arena *arena = arena_new(0);
	for (size_t i = 0; i < COUNT_OF(memories); i++) {
		memories[i] = arena_alloc(arena, sizes[i % COUNT_OF(sizes)]);
		memset(memories[i], (int)i & 0xff, sizes[i % COUNT_OF(sizes)]);
	}
	for (size_t i = 0; i < COUNT_OF(memories); i++)
		for (size_t at = 0; at < sizes[i % COUNT_OF(sizes)]; at += 13)
			assert_int_equal(memories[i][at], i & 0xff);
	arena_free(arena);
}

static void test_reset_starts_anew(void **state)
{
	struct arena *arena = arena_new(0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			memset(arena_alloc(arena, 500), 1, 500);
		arena_alloc(arena, 1000000);
		assert_true(arena_used(arena) >= 1500000);
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
		assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
	}
	arena_free(arena);
	arena_free(NULL);
}

static void test_budget_bounds_bytes(void **state)
{
	struct arena *arena = arena_new(1000);
	assert_non_null(arena_try_alloc(arena, 900));
	assert_null(arena_try_alloc(arena, 900));
	assert_non_null(arena_try_alloc(arena, 10));
	assert_null(arena_try_alloc(arena, SIZE_MAX));
	assert_null(arena_try_alloc(arena, SIZE_MAX - 8));
	assert_non_null(arena_alloc(arena, 5000)); /* what we ask for ourselves is not a stranger's */
	assert_null(arena_try_alloc(arena, 1));
	arena_free(arena);
}

static void test_budget_bounds_calls(void **state)
{
	struct arena *arena = arena_new(64 * 1024);
	int calls = 0;
	while (arena_try_alloc(arena, 0) != NULL)
		calls++;
	assert_in_range(calls, 1000, 64 * 1024 / 16);
	arena_free(arena);
}

static void test_texts(void **state)
{
	struct arena *arena = arena_new(0);
	assert_string_equal(arena_strdup(arena, "卡密"), "卡密");
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, NULL, 0), "");
	assert_string_equal(arena_printf(arena, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_number(arena, 0), "0");
	assert_string_equal(arena_number(arena, INT64_MAX), "9223372036854775807");
	assert_string_equal(arena_number(arena, INT64_MIN), "-9223372036854775808");
	assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 3);
	int *numbers = arena_new_array(arena, int, 5);
	assert_int_equal(numbers[4], 0);
	arena_free(arena);
}

static void ask_for_too_much(void *context)
{
	arena_alloc(arena_new(0), SIZE_MAX / 2 + 1);
}

static void test_no_memory_is_a_bug(void **state)
{
	char output[500];
	assert_int_equal(run_in_child(ask_for_too_much, NULL, output, sizeof output), 128 + 6);
	assert_non_null(strstr(output, "out of memory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_memory_is_zeroed_and_aligned),
	    cmocka_unit_test(test_nothing_overlaps),
	    cmocka_unit_test(test_reset_starts_anew),
	    cmocka_unit_test(test_budget_bounds_bytes),
	    cmocka_unit_test(test_budget_bounds_calls),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_no_memory_is_a_bug),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
