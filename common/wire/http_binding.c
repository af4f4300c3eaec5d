#include "common/wire/http_binding.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/utf8.h"

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place. false: the string does not end where the value does. */
static bool unquote(char *text)
{
	char *out = text;
	if (*text != '"')
		return true;
	const char *at = text + 1;
	for (; *at && *at != '"'; at++) {
		at += *at == '\\';
		if (!*at)
			return false;
		*out++ = *at;
	}
	bool ended = at[0] == '"' && !at[1];
	*out = '\0';
	return ended;
}

/* In place. */
static bool percent_decode(char *text)
{
	char *out = text;
	for (const char *at = text; *at; at++) {
		if (*at != '%') {
			*out++ = *at;
			continue;
		}
		int high = hex_value(at[1]), low = high < 0 ? -1 : hex_value(at[2]);
		if (low < 0)
			return false;
		*out++ = (char)(high * 16 + low);
		at += 2;
	}
	if (strlen(text) < (size_t)(out - text))
		return false; /* %00 */
	*out = '\0';
	return true;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

const char *wire_http_value(struct arena *arena, const char *value)
{
	char *text = arena_strdup(arena, value);
	if (!unquote(text) || !percent_decode(text) || has_control(text) || !utf8_valid(text, strlen(text)))
		return NULL;
	return text;
}
