#include "common/base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/instant.h"

static struct {
	const char *service, *instance;
	bool text;
	bool journal; /* systemd reads us: lines begin with <priority> */
	struct buf line;
} logger = {.service = "", .instance = ""};

enum log_level log_least = LOG_LEVEL_INFO;

static const struct {
	const char *name;
	char priority; /* syslog's */
} levels[] = {
    [LOG_LEVEL_DEBUG] = {"debug", '7'},
    [LOG_LEVEL_INFO] = {"info", '6'},
    [LOG_LEVEL_WARN] = {"warn", '4'},
    [LOG_LEVEL_ERROR] = {"error", '3'},
};

void log_setup(const char *service, const char *instance, enum log_level least, bool text)
{
	logger.service = service;
	logger.instance = instance;
	log_least = least;
	logger.text = text;
	logger.journal = getenv("JOURNAL_STREAM") != NULL;
}

/* RFC 3339 in milliseconds, always with the fraction: columns stay in line. */
static void append_now(struct buf *line)
{
	char text[INSTANT_TEXT_SIZE];
	int64_t now_us = instant_wall_us();
	instant_format(now_us / US_PER_SECOND * US_PER_SECOND, text);
	buf_printf(line, "%.19s.%03dZ", text, (int)(now_us % US_PER_SECOND / 1000));
}

static void append_json_text(struct buf *line, const char *key, const char *value)
{
	buf_json_string(line, key, strlen(key));
	buf_char(line, ':');
	buf_json_string(line, value, strlen(value));
}

static void append_json(struct buf *line, enum log_level level, const char *message, const struct log_pair *pairs)
{
	buf_text(line, "{\"ts\":\"");
	append_now(line);
	buf_printf(line, "\",\"level\":\"%s\",", levels[level].name);
	append_json_text(line, "msg", message);
	buf_char(line, ',');
	append_json_text(line, "service", logger.service);
	buf_char(line, ',');
	append_json_text(line, "instance", logger.instance);
	for (; pairs->kind != LOG_PAIR_END; pairs++) {
		if (pairs->kind == LOG_PAIR_TEXT && pairs->text == NULL)
			continue;
		buf_char(line, ',');
		if (pairs->kind == LOG_PAIR_TEXT)
			append_json_text(line, pairs->key, pairs->text);
		else
			buf_printf(line, "\"%s\":%lld", pairs->key, (long long)pairs->number);
	}
	buf_char(line, '}');
}

/* Plain where it is one word, else quoted and escaped as in JSON. */
static void append_word(struct buf *line, const char *value)
{
	bool plain = *value != '\0';
	for (const char *at = value; *at != '\0' && plain; at++)
		plain = (unsigned char)*at > ' ' && (unsigned char)*at < 0x7f && *at != '"' && *at != '\\';
	if (plain)
		buf_text(line, value);
	else
		buf_json_string(line, value, strlen(value));
}

static void append_text(struct buf *line, enum log_level level, const char *message, const struct log_pair *pairs)
{
	append_now(line);
	buf_printf(line, " %-5s %s ", levels[level].name, logger.service);
	size_t start = line->size;
	buf_json_string(line, message, strlen(message));
	/* without the quotes: people read this */
	memmove(line->data + start, line->data + start + 1, line->size - start - 1);
	buf_cut(line, line->size - 2);
	for (; pairs->kind != LOG_PAIR_END; pairs++) {
		if (pairs->kind == LOG_PAIR_NUMBER) {
			buf_printf(line, " %s=%lld", pairs->key, (long long)pairs->number);
		} else if (pairs->text != NULL) {
			buf_printf(line, " %s=", pairs->key);
			append_word(line, pairs->text);
		}
	}
}

/* One write a line, so that lines of several processes on one pipe stay whole. A log that cannot be written is no reason to stop
 * (PROOF F06): the line is lost. */
static void write_line(const char *data, size_t size)
{
	while (size > 0) {
		ssize_t wrote = write(STDOUT_FILENO, data, size);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return;
		data += wrote;
		size -= (size_t)wrote;
	}
}

void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs)
{
	struct buf *line = &logger.line;
	int saved_errno = errno;

	if (level < log_least)
		return;
	buf_reset(line);
	if (logger.journal)
		buf_printf(line, "<%c>", levels[level].priority);
	(logger.text ? append_text : append_json)(line, level, message, pairs);
	buf_char(line, '\n');
	write_line(line->data, line->size);
	errno = saved_errno;
}
