#include "common/base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Unicode 15, table 3-7: what may follow a lead byte. The bytes after the second are always 80..BF. */
static const struct {
	uint8_t lead_first, lead_last, second_first, second_last, size;
} forms[] = {
    {0x01, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, /* no overlong form */
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},                              /* no surrogate */
    {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},                              /* no overlong form */
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},                              /* up to U+10FFFF */
};

static bool is_tail(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t utf8_first_size(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	if (size == 0)
		return 0;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (bytes[0] < forms[i].lead_first || bytes[0] > forms[i].lead_last)
			continue;
		if (forms[i].size > size)
			return 0;
		if (forms[i].size > 1 && (bytes[1] < forms[i].second_first || bytes[1] > forms[i].second_last))
			return 0;
		for (size_t tail = 2; tail < forms[i].size; tail++)
			if (!is_tail(bytes[tail]))
				return 0;
		return forms[i].size;
	}
	return 0;
}

/* Nearly all of Chinese, Japanese and Korean: the fourth row of the table. */
static bool is_common(const uint8_t *bytes, size_t size)
{
	return size >= 3 && bytes[0] - 0xe1u <= 0xec - 0xe1u && is_tail(bytes[1]) && is_tail(bytes[2]);
}

/* Eight bytes at once: none from 0x80 on, none below 0x20, none that one more makes 0x80. */
static bool is_plain_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x80 * ones;

	return ((word | (word - 0x20 * ones) | (word + ones)) & tops) == 0;
}

bool utf8_is_plain(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t word;

	for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
		memcpy(&word, bytes, sizeof word);
		if (!is_plain_word(word))
			return false;
	}
	for (size_t i = 0; i < size; i++)
		if (bytes[i] < 0x20 || bytes[i] >= 0x7f)
			return false;
	return true;
}

bool utf8_valid(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size > 0) {
		size_t step = bytes[0] - 1u < 0x7f ? 1 : is_common(bytes, size) ? 3 : utf8_first_size(bytes, size);
		if (step == 0)
			return false;
		bytes += step;
		size -= step;
	}
	return true;
}

size_t utf8_whole_size(const char *text, size_t size, size_t size_max)
{
	size_t whole = size < size_max ? size : size_max, last = whole;

	while (last > 0 && whole - last < 4 && is_tail((uint8_t)text[last - 1]))
		last--;
	bool leads = last > 0 && (uint8_t)text[last - 1] >= 0xc2 && (uint8_t)text[last - 1] <= 0xf4;
	return leads && utf8_first_size(text + last - 1, whole - last + 1) == 0 ? last - 1 : whole;
}

char *utf8_trim(char *text)
{
	size_t size = strlen(text);

	text[utf8_whole_size(text, size, size)] = '\0';
	return text;
}

uint32_t utf8_first(const void *data, size_t size_max, size_t *size)
{
	static const uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const uint8_t *bytes = data;

	*size = utf8_first_size(data, size_max);
	uint32_t code = *size > 0 ? bytes[0] & first_bits[*size] : 0;
	for (size_t i = 1; i < *size; i++)
		code = code << 6 | (bytes[i] & 0x3f);
	return code;
}

/* Unicode 15: categories Cc, Zl, Zp, and of Cf what is not seen. */
static const struct {
	uint32_t from, to;
} unseen[] = {{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

bool utf8_is_unseen(uint32_t code)
{
	if ((code >= 0x20 && code < 0x7f) || (code > 0x206f && code < 0xfeff)) /* nearly all that people write */
		return false;
	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		if (code >= unseen[i].from && code <= unseen[i].to)
			return true;
	return false;
}

char *utf8_blank_unseen(char *text)
{
	const char *end = text + strlen(text);
	char *to = text;

	for (const char *from = text; from < end;) {
		size_t size;
		uint32_t code = utf8_first(from, (size_t)(end - from), &size);
		if (size == 0 || utf8_is_unseen(code)) {
			*to++ = size == 0 ? '?' : ' ';
		} else {
			memmove(to, from, size);
			to += size;
		}
		from += size == 0 ? 1 : size;
	}
	*to = '\0';
	return text;
}

/* Ranges of East Asian wide and full-width characters (UAX 11), good enough for a column. */
static const struct {
	unsigned from, to;
} wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

static int width_of(unsigned code)
{
	if (utf8_is_unseen(code))
		return 0;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (code >= wide[i].from && code <= wide[i].to)
			return 2;
	return 1;
}

int utf8_columns(const char *text)
{
	const char *end = text + strlen(text);
	int width = 0;
	while (text < end) {
		size_t size;
		unsigned code = utf8_first(text, (size_t)(end - text), &size);
		width += size ? width_of(code) : 1;
		text += size ? size : 1;
	}
	return width;
}
