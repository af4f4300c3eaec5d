#include "common/io/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "common/base/die.h"

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static bool compile(struct regex *regex, const char *pattern, bool ignore_case, char *error, size_t error_size, size_t *offset)
{
	uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | (ignore_case ? PCRE2_CASELESS : 0);
	int code;

	*offset = 0;
	if (strlen(pattern) > REGEX_PATTERN_SIZE_MAX) {
		snprintf(error, error_size, "longer than %d bytes", REGEX_PATTERN_SIZE_MAX);
		return false;
	}
	regex->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &code, offset, NULL);
	if (regex->code == NULL) {
		PCRE2_UCHAR text[256];
		pcre2_get_error_message(code, text, sizeof text);
		snprintf(error, error_size, "%s", (const char *)text);
		return false;
	}
	pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* without it the same, but slower */
	return true;
}

struct regex *regex_new(const char *pattern, bool ignore_case, char *error, size_t error_size, size_t *offset)
{
	struct regex *regex = xcalloc(1, sizeof *regex);

	if (!compile(regex, pattern, ignore_case, error, error_size, offset)) {
		regex_free(regex);
		return NULL;
	}
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->limits = pcre2_match_context_create(NULL);
	if (regex->match == NULL || regex->limits == NULL)
		bug("out of memory for a regular expression");
	pcre2_set_match_limit(regex->limits, REGEX_STEPS_MAX);
	pcre2_set_heap_limit(regex->limits, REGEX_HEAP_KB_MAX);
	return regex;
}

void regex_free(struct regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_context_free(regex->limits);
	pcre2_match_data_free(regex->match);
	pcre2_code_free(regex->code);
	free(regex);
}

static void copy_spans(const struct regex *regex, int groups, struct regex_span *spans, int spans_count)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);

	for (int i = 0; i < spans_count; i++) {
		bool took_part = i < groups && offsets[2 * i] != PCRE2_UNSET;
		spans[i] = took_part ? (struct regex_span){offsets[2 * i], offsets[2 * i + 1]} : (struct regex_span){0};
	}
}

enum regex_outcome regex_match(const struct regex *regex, const char *text, size_t size, struct regex_span *spans, int spans_count)
{
	int groups = pcre2_match(regex->code, (PCRE2_SPTR)text, size, 0, PCRE2_NO_UTF_CHECK, regex->match, regex->limits);

	if (groups == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	if (groups < 0)
		return REGEX_LIMIT; /* match, heap, depth or JIT stack limit: all of them say "too hard" */
	copy_spans(regex, groups, spans, spans_count);
	return REGEX_YES;
}
