#include "common/io/plain_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "common/base/die.h"

/* What is removed goes first: it may stand between a letter and the mark that NFKC composes with it. A set at the very beginning
 * would be a filter of all the steps, hence Null. */
static const char steps[] = "Null; [[[:Default_Ignorable_Code_Point:][:Cf:][:Cc:][:Me:][:ccc=1:]]-[:White_Space:]] Remove;"
			    "NFKC; Traditional-Simplified";

static const UTransliterator *transliterator(void)
{
	static UTransliterator *made;
	UChar id[sizeof steps];
	UErrorCode error = U_ZERO_ERROR;
	if (made)
		return made;
	u_charsToUChars(steps, id, sizeof steps);
	made = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	return made;
}

/* NFKC makes up to 18 characters of one (U+FDFA); most texts grow by none, so the room doubles where it must. */
static UChar *transform(struct arena *arena, const char *text, int32_t *size)
{
	int32_t source_size = (int32_t)strlen(text), room = source_size + 16;
	for (;; room *= 2) {
		UErrorCode error = U_ZERO_ERROR;
		UChar *chars = arena_new_array(arena, UChar, (size_t)room);
		u_strFromUTF8(chars, room, size, text, source_size, &error);
		int32_t limit = *size;
		utrans_transUChars(transliterator(), chars, size, room, 0, &limit, &error);
		if (U_SUCCESS(error) && *size < room)
			return chars;
		if (U_FAILURE(error) && error != U_BUFFER_OVERFLOW_ERROR)
			bug("ICU: %s", u_errorName(error));
	}
}

static bool is_han(UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	return c > 0x7f && uscript_getScript(c, &error) == USCRIPT_HAN;
}

/* In place. */
static int32_t join_space(UChar *chars, int32_t size)
{
	UChar32 before = 0, c;
	int32_t at = 0, end = 0;
	bool space = false;
	while (at < size) {
		U16_NEXT(chars, at, size, c);
		if (u_isUWhiteSpace(c)) {
			space = true;
			continue;
		}
		if (space && before && !(is_han(before) && is_han(c)))
			chars[end++] = ' ';
		space = false;
		before = c;
		U16_APPEND_UNSAFE(chars, end, c);
	}
	return end;
}

static const char *to_utf8(struct arena *arena, const UChar *chars, int32_t size)
{
	UErrorCode error = U_ZERO_ERROR;
	int32_t room = size * 3 + 1, written;
	char *text = arena_alloc(arena, (size_t)room);
	u_strToUTF8(text, room, &written, chars, size, &error);
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	return text;
}

/* Printable ASCII with single blanks: plain already. */
static bool is_plain(const char *text)
{
	if (*text == ' ')
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || (*text == ' ' && (text[1] == ' ' || !text[1])))
			return false;
	return true;
}

const char *plain_text(struct arena *arena, const char *text)
{
	int32_t size;
	if (is_plain(text))
		return text;
	UChar *chars = transform(arena, text, &size);
	return to_utf8(arena, chars, join_space(chars, size));
}

const char *plain_text_of_pattern(struct arena *arena, const char *pattern)
{
	int32_t size;
	UChar *chars = transform(arena, pattern, &size);
	return to_utf8(arena, chars, size);
}
