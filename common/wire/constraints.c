#include "common/wire/constraints.h"

#include <string.h>
#include <strings.h>

#include "common/wire/fault.h"

/* Years 1 to 9999, as protobuf has it. */
static const struct contract_field timestamp_fields[] = {
    {.min = -INT64_C(62135596800), .max = INT64_C(253402300799)},
    {.min = 0, .max = 999999999},
};

const struct contract_field *constraints_timestamp(void)
{
	return timestamp_fields;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool fits_id(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

static bool fits_uuid(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !is_hex(text[i]))
			return false;
	return size == 36;
}

static bool fits_currency(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] < 'A' || text[i] > 'Z')
			return false;
	return size == 3;
}

/* http:// or https:// and a host, nothing below or at the space. Whoever shows an address makes a link of it: no other scheme
 * (javascript:, data:, file:) has business there. */
static bool fits_uri(const char *text, size_t size)
{
	static const char *const schemes[] = {"http://", "https://"};
	bool known = false;

	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f)
			return false;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t length = strlen(schemes[i]);
		known = known || (size > length && strncasecmp(text, schemes[i], length) == 0 && !strchr("/?#:@", text[length]));
	}
	return known;
}

static bool fits_media_type(const char *text, size_t size)
{
	const char *slash = memchr(text, '/', size);
	return slash != NULL && slash > text && slash + 1 < text + size && fits_id(text, size);
}

static bool fits_language(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!is_letter(text[i]) && !(i > 1 && (is_digit(text[i]) || text[i] == '-' || text[i] == '_')))
			return false;
	return size >= 2;
}

static bool fits_time_of_day(const char *text, size_t size)
{
	return size == 5 && text[2] == ':' && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[3]) && is_digit(text[4]) &&
	       memcmp(text, "24", 2) < 0 && text[3] < '6';
}

static bool fits_zone(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!is_letter(text[i]) && !(i > 0 && (is_digit(text[i]) || strchr("/_+-", text[i]))))
			return false;
	return true;
}

static bool fits_versioned(const char *text, size_t size)
{
	const char *at = memchr(text, '@', size);
	const char *end = text + size;
	size_t digits = 0;

	for (const char *c = at ? at + 1 : end; c < end; c++, digits++)
		if (!is_digit(*c))
			return false;
	return at > text && digits > 0 && digits <= 9 && fits_id(text, size);
}

static bool fits_code(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!is_digit(text[i]))
			return false;
	return size == 9;
}

static bool fits_text(const char *text, size_t size)
{
	return true;
}

static bool fits_sha256(const char *text, size_t size)
{
	return size == 32;
}

static const struct format_row {
	bool (*fits)(const char *text, size_t size);
	const char *name;
} formats[] = {
    [FORMAT_TEXT] = {fits_text, "text"},
    [FORMAT_ID] = {fits_id, "free of control characters"},
    [FORMAT_UUID] = {fits_uuid, "a UUID"},
    [FORMAT_CURRENCY] = {fits_currency, "an ISO 4217 currency of three capitals"},
    [FORMAT_URI] = {fits_uri, "an http or https address"},
    [FORMAT_MEDIA_TYPE] = {fits_media_type, "a media type"},
    [FORMAT_LANGUAGE] = {fits_language, "a BCP 47 language"},
    [FORMAT_TIME_OF_DAY] = {fits_time_of_day, "a local time HH:MM"},
    [FORMAT_ZONE] = {fits_zone, "the name of an IANA time zone"},
    [FORMAT_VERSIONED] = {fits_versioned, "an id and its version, as id@3"},
    [FORMAT_CODE] = {fits_code, "a code of nine digits"},
    [FORMAT_SHA256] = {fits_sha256, "of 32 bytes"},
};

bool constraints_format_fits(enum field_format format, const char *text, size_t size)
{
	return size == 0 || formats[format].fits(text, size);
}

bool constraints_item_fits(enum field_format format, const char *text, size_t size)
{
	return formats[format].fits(text, size);
}

const char *constraints_format_name(enum field_format format)
{
	return formats[format].name;
}

bool constraints_check_event(const struct event *event, struct wire_fault *fault)
{
	if (event->source[0] == '\0')
		return fault_set(fault, "missing_field", "neither ce_source nor meta.source says who sent it");
	if (event->event_id[0] == '\0')
		return fault_set(fault, "missing_field", "neither ce_id nor meta.event_id names it");
	if (event->type_id == EVENT_CONTACT_SET && event->notice_channel == NOTICE_CHANNEL_WEBHOOK &&
	    !constraints_format_fits(FORMAT_URI, event->address, strlen(event->address)))
		return fault_set(fault, "bad_format", "ContactSet.address: a webhook's is an http or https address");
	return true;
}
