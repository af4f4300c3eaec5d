/* The connection string of pg.h: what libpq reads in it at once, and what it would refuse only when it connects. */
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/tongue.h"
#include "common/base/value.h"
#include "common/io/pg_private.h"

/* libpq repeats what it cannot read, and a password may be part of it: of what it quotes only single characters are told. */
static void copy_without_values(const char *message, char *copy, size_t copy_size)
{
	const char *from = strchr(message, '"'), *last = strrchr(message, '"');
	while (from && from + 2 < last && from[2] == '"')
		from = strchr(from + 3, '"');
	if (from && from < last)
		snprintf(copy, copy_size, "%.*s\"***\"%s", (int)(from - message), message, last + 1);
	else
		snprintf(copy, copy_size, "%s", message);
	copy[strcspn(copy, "\n")] = 0;
}

/* ---- single values: as libpq 15 looks at them when it connects ---- */

static bool is_integer_within(const char *text, long least, long most)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (end == text || errno || number < least || number > most)
		return false;
	while (isspace((unsigned char)*end))
		end++;
	return !*end;
}

static bool is_integer(const char *text)
{
	return is_integer_within(text, INT32_MIN, INT32_MAX);
}

static bool is_port(const char *text)
{
	return is_integer_within(text, 1, 65535);
}

static bool is_address(const char *text)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
	struct addrinfo *found = NULL;
	if (getaddrinfo(text, NULL, &hints, &found))
		return false;
	freeaddrinfo(found);
	return true;
}

static bool each_fits(const char *list, bool (*fits)(const char *text))
{
	char text[256];
	for (;; list++) {
		size_t size = strcspn(list, ",");
		snprintf(text, sizeof text, "%.*s", (int)size, list);
		if (size >= sizeof text || (size && !fits(text)))
			return false;
		list += size;
		if (!*list)
			return true;
	}
}

static bool are_addresses(const char *text)
{
	return each_fits(text, is_address);
}

static bool are_ports(const char *text)
{
	return each_fits(text, is_port);
}

/* Versions grow with it; 0: empty, which is no bound; -1: no version. */
static int tls_version(const char *text)
{
	static const char *const names[] = {"", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
	for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
		if (!strcasecmp(names[i], text))
			return i;
	return -1;
}

static bool is_tls_version(const char *text)
{
	return tls_version(text) >= 0;
}

/* ---- all that stands in it ---- */

static const struct row {
	const char *keyword;
	const char *want;
	bool (*fits)(const char *text); /* NULL: want is the choices */
} rows[] = {
    {"channel_binding", "disable|prefer|require"},
    {"connect_timeout", "a whole number", is_integer},
    {"gssencmode", "disable|prefer|require"},
    {"hostaddr", "an IP address, or a list of such", are_addresses},
    {"keepalives", "a whole number", is_integer},
    {"keepalives_count", "a whole number", is_integer},
    {"keepalives_idle", "a whole number", is_integer},
    {"keepalives_interval", "a whole number", is_integer},
    {"port", "1 to 65535, or a list of such", are_ports},
    {"ssl_max_protocol_version", "TLSv1|TLSv1.1|TLSv1.2|TLSv1.3", is_tls_version},
    {"ssl_min_protocol_version", "TLSv1|TLSv1.1|TLSv1.2|TLSv1.3", is_tls_version},
    {"sslmode", "disable|allow|prefer|require|verify-ca|verify-full"},
    {"target_session_attrs", "any|read-write|read-only|primary|standby|prefer-standby"},
    {"tcp_user_timeout", "a whole number", is_integer},
};

static bool row_fits(const struct row *row, const char *text)
{
	char dropped[512]; /* holds the value */
	return row->fits ? row->fits(text) : value_check_choice(text, row->want, dropped, sizeof dropped);
}

/* "" when the string does not say. */
static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	while (options->keyword && strcmp(options->keyword, keyword) != 0)
		options++;
	return options->keyword && options->val ? options->val : "";
}

static int words(const char *list)
{
	int count = *list ? 1 : 0;
	while ((list = strchr(list, ',')))
		count++, list++;
	return count;
}

static void tell(struct buf *told, const char *keyword, const char *want)
{
	buf_text(told, told->size ? "; " : "");
	buf_printf(told, tongue("%s: want %s"), keyword, tongue(want));
}

/* Where the string names no hosts, the environment may. */
static void check_together(const PQconninfoOption *options, struct buf *told)
{
	int hosts = words(value_of(options, "host")), addresses = words(value_of(options, "hostaddr"));
	int ports = words(value_of(options, "port")), places = addresses ? addresses : hosts;
	int least = tls_version(value_of(options, "ssl_min_protocol_version"));
	int most = tls_version(value_of(options, "ssl_max_protocol_version"));
	if (hosts && addresses && hosts != addresses)
		tell(told, "hostaddr", "as many as there are hosts");
	if (ports > 1 && places && ports != places)
		tell(told, "port", "one, or as many as there are hosts");
	if (most > 0 && least > most)
		tell(told, "ssl_max_protocol_version", "no less than ssl_min_protocol_version");
}

/* No value is told, of no keyword: a URI with a slash in its password has the password's beginning as its port. */
static bool check_values(const PQconninfoOption *options, char *error, size_t error_size)
{
	struct buf told = BUF_EMPTY;
	for (const PQconninfoOption *option = options; option->keyword; option++)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (option->val && !strcmp(option->keyword, rows[i].keyword) && !row_fits(&rows[i], option->val))
				tell(&told, rows[i].keyword, rows[i].want);
	check_together(options, &told);
	bool good = !told.size;
	if (!good)
		snprintf(error, error_size, "%s", buf_string(&told));
	buf_free(&told);
	return good;
}

bool pg_conninfo_check(const char *conninfo, char *error, size_t error_size)
{
	char *message = NULL;
	PQconninfoOption *parsed = PQconninfoParse(conninfo, &message);
	bool good = parsed && check_values(parsed, error, error_size);
	if (!parsed)
		copy_without_values(message ? message : "out of memory", error, error_size);
	PQconninfoFree(parsed);
	PQfreemem(message);
	return good;
}

static bool is_personal(const char *keyword)
{
	static const char *const personal[] = {"user", "password", "sslcert", "sslkey", "sslpassword"};
	for (size_t i = 0; i < sizeof personal / sizeof *personal; i++)
		if (!strcmp(personal[i], keyword))
			return true;
	return false;
}

static void add_pair(struct buf *conninfo, const char *keyword, const char *text)
{
	buf_printf(conninfo, "%s%s='", conninfo->size ? " " : "", keyword);
	for (; *text; text++)
		buf_printf(conninfo, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	buf_text(conninfo, "'");
}

char *pg_conninfo_as(const char *conninfo, const char *user)
{
	PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
	struct buf other = BUF_EMPTY;
	if (!parsed)
		return NULL;
	for (const PQconninfoOption *option = parsed; option->keyword; option++)
		if (option->val && !is_personal(option->keyword))
			add_pair(&other, option->keyword, option->val);
	add_pair(&other, "user", user);
	PQconninfoFree(parsed);
	return buf_take(&other);
}
