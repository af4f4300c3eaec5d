#include "common/io/plain_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "common/base/die.h"

/* Marks of one character that are kept: beyond 30 it is no text (UAX #15 section 13, Stream-Safe Text), and bringing them into
 * their order would cost the square of their number. */
enum { MARKS_MAX = 30 };

static const USet *removed(void)
{
	static const char pattern[] = "[[[:Default_Ignorable_Code_Point:][:Cf:][:Cc:][:Me:][:ccc=1:]]-[:White_Space:]]";
	static USet *set;
	UChar chars[sizeof pattern];
	UErrorCode error = U_ZERO_ERROR;
	if (set)
		return set;
	u_charsToUChars(pattern, chars, sizeof pattern);
	set = uset_openPattern(chars, -1, &error);
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	uset_freeze(set);
	return set;
}

static const UTransliterator *transliterator(void)
{
	static const char name[] = "Traditional-Simplified";
	static UTransliterator *made;
	UChar id[sizeof name];
	UErrorCode error = U_ZERO_ERROR;
	if (made)
		return made;
	u_charsToUChars(name, id, sizeof name);
	made = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	return made;
}

/* In place. */
static int32_t remove_marks(UChar *chars, int32_t size)
{
	const USet *set = removed();
	int32_t at = 0, end = 0, marks = 0;
	UChar32 c;
	while (at < size) {
		U16_NEXT(chars, at, size, c);
		if (uset_contains(set, c))
			continue;
		marks = u_getCombiningClass(c) ? marks + 1 : 0;
		if (marks <= MARKS_MAX)
			U16_APPEND_UNSAFE(chars, end, c);
	}
	return end;
}

/* NFKC makes up to 18 characters of one (U+FDFA); most texts grow by none, so the room is made again where it must. */
static UChar *normalize(struct arena *arena, const UChar *chars, int32_t *size)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&error);
	int32_t room = *size + 16;
	UChar *out = arena_new_array(arena, UChar, (size_t)room);
	int32_t needed = unorm2_normalize(nfkc, chars, *size, out, room, &error);
	if (error == U_BUFFER_OVERFLOW_ERROR) {
		error = U_ZERO_ERROR;
		out = arena_new_array(arena, UChar, (size_t)needed);
		unorm2_normalize(nfkc, chars, *size, out, needed, &error);
	}
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	*size = needed;
	return out;
}

/* Character by character; few of them become two. */
static UChar *simplify(struct arena *arena, const UChar *chars, int32_t *size)
{
	for (int32_t room = *size + 16;; room *= 2) {
		UErrorCode error = U_ZERO_ERROR;
		UChar *out = arena_new_array(arena, UChar, (size_t)room);
		int32_t length = *size, limit = *size;
		u_memcpy(out, chars, *size);
		utrans_transUChars(transliterator(), out, &length, room, 0, &limit, &error);
		if (U_SUCCESS(error)) {
			*size = length;
			return out;
		}
		if (error != U_BUFFER_OVERFLOW_ERROR)
			bug("ICU: %s", u_errorName(error));
	}
}

/* What is removed goes first: it may stand between a letter and the mark that NFKC composes with it. Each step costs as much as the
 * text is long; ICU's transliterators for the first two would move the rest of the text with each change. */
static UChar *transform(struct arena *arena, const char *text, int32_t *size)
{
	UErrorCode error = U_ZERO_ERROR;
	int32_t source_size = (int32_t)strlen(text);
	UChar *chars = arena_new_array(arena, UChar, (size_t)source_size + 1);
	u_strFromUTF8(chars, source_size + 1, size, text, source_size, &error);
	if (U_FAILURE(error))
		bug("ICU: %s", u_errorName(error));
	*size = remove_marks(chars, *size);
	return simplify(arena, normalize(arena, chars, size), size);
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
