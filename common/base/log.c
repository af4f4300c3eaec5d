#include "common/base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/base/utf8.h"

enum { READER_WAIT_MS = 250 }; /* for whoever reads the lines; then they are lost, until he does again */

static struct {
	const char *service, *instance;
	bool text;
	bool journal; /* systemd reads us: lines begin with <priority> */
	struct buf line;
	bool unread; /* the pipe is full, and has been waited for */
	int64_t lost;
} logger = {.service = "", .instance = ""};

const struct log_key log_keys[] = {
    {"acked_seq", LOG_PAIR_NUMBER, "last number of a shard's log that the broker has acknowledged"},
    {"address", LOG_PAIR_TEXT, "that is listened on"},
    {"ahead_us", LOG_PAIR_NUMBER, "one clock of another; negative: behind"},
    {"attempts", LOG_PAIR_NUMBER, "so far"},
    {"campaign_id", LOG_PAIR_NUMBER, "of ombud.campaign"},
    {"changed", LOG_PAIR_LINES, "what a reload has changed"},
    {"clock", LOG_PAIR_TEXT, "kind of a deadline"},
    {"cluster", LOG_PAIR_TEXT, "Kafka's cluster id"},
    {"cluster_before", LOG_PAIR_TEXT, "Kafka's cluster id that was known before"},
    {"code", LOG_PAIR_TEXT, "why, as one of a closed set: a refusal, a fault of a record, a stop, a class of failure"},
    {"column", LOG_PAIR_TEXT, "of the database, of what is stored there"},
    {"complaint_id", LOG_PAIR_TEXT, "the complaint"},
    {"connection", LOG_PAIR_TEXT, "to PostgreSQL, by its application name"},
    {"count", LOG_PAIR_NUMBER, "how many, of what the message says"},
    {"effects", LOG_PAIR_NUMBER, "not written at this level, as there were too many"},
    {"end", LOG_PAIR_NUMBER, "of a partition"},
    {"endpoint", LOG_PAIR_TEXT, "where attempts of a channel go; of webhooks: platform/id"},
    {"epoch", LOG_PAIR_NUMBER, "of a shard's owner"},
    {"err", LOG_PAIR_TEXT, "what went wrong, in words"},
    {"errors", LOG_PAIR_LINES, "every mistake of a configuration: file:line:column: what"},
    {"event_id", LOG_PAIR_TEXT, "of what is said: ce_id on the topic"},
    {"event_type", LOG_PAIR_TEXT, "of what is said: ce_type on the topic"},
    {"facility", LOG_PAIR_TEXT, "of librdkafka's line"},
    {"group", LOG_PAIR_TEXT, "Kafka's consumer group"},
    {"history", LOG_PAIR_NUMBER, "of a shard's log"},
    {"input_offset", LOG_PAIR_NUMBER, "of the record that is the cause"},
    {"input_topic", LOG_PAIR_TEXT, "of the record that is the cause; its partition is the shard"},
    {"items", LOG_PAIR_NUMBER, "of a batch"},
    {"kind", LOG_PAIR_TEXT, "of a campaign"},
    {"known", LOG_PAIR_TEXT, "what an owner knew that is not there"},
    {"lane", LOG_PAIR_NUMBER, "of this process"},
    {"lanes", LOG_PAIR_NUMBER, "of this process"},
    {"left", LOG_PAIR_TEXT, "places on a cluster that is gone"},
    {"limit", LOG_PAIR_NUMBER, "which was run into, or is now"},
    {"limit_of_address", LOG_PAIR_NUMBER, "of one address"},
    {"lost", LOG_PAIR_TEXT, "yes: the group took it away"},
    {"means", LOG_PAIR_TEXT, "what follows from a stop"},
    {"needs", LOG_PAIR_TEXT, "what a person has to do"},
    {"notices", LOG_PAIR_NUMBER, "whose attempts go on"},
    {"offset", LOG_PAIR_NUMBER, "of a record"},
    {"option", LOG_PAIR_TEXT, "of the configuration"},
    {"order_id", LOG_PAIR_TEXT, "the order"},
    {"parent_id", LOG_PAIR_TEXT, "span from which this one follows; none where the trace begins here"},
    {"partition", LOG_PAIR_NUMBER, "of a topic"},
    {"partitions", LOG_PAIR_NUMBER, "of a topic"},
    {"partitions_wanted", LOG_PAIR_NUMBER, "that it ought to have"},
    {"platform_id", LOG_PAIR_TEXT, "whose version it is"},
    {"policy_id", LOG_PAIR_TEXT, "of deadlines"},
    {"policy_version", LOG_PAIR_NUMBER, "of the platform, whose policies they are"},
    {"port", LOG_PAIR_NUMBER, "that is listened on"},
    {"priority", LOG_PAIR_NUMBER, "as triage found it"},
    {"reason", LOG_PAIR_TEXT, "why a complaint moved: of its row of the lifecycle"},
    {"row", LOG_PAIR_TEXT, "of the database, by its key or what people call it"},
    {"rows", LOG_PAIR_NUMBER, "sent to the database"},
    {"rows_changed", LOG_PAIR_NUMBER, "that the database changed"},
    {"rule_id", LOG_PAIR_TEXT, "of triage"},
    {"seq", LOG_PAIR_NUMBER, "number of a row of the shard's log"},
    {"shard", LOG_PAIR_NUMBER, "partition of every topic"},
    {"shards", LOG_PAIR_NUMBER, "how many of them"},
    {"size", LOG_PAIR_NUMBER, "in bytes"},
    {"span_id", LOG_PAIR_TEXT, "what a record's handling became (W3C trace context)"},
    {"sqlstate", LOG_PAIR_TEXT, "PostgreSQL's"},
    {"stage", LOG_PAIR_TEXT, "a complaint's"},
    {"taken_unlooked", LOG_PAIR_NUMBER, "records taken since the last good look back"},
    {"tier", LOG_PAIR_TEXT, "as triage found it"},
    {"times", LOG_PAIR_NUMBER, "in a row"},
    {"topic", LOG_PAIR_TEXT, "of a record"},
    {"trace_id", LOG_PAIR_TEXT, "whole road of what somebody sent (W3C trace context)"},
    {"type", LOG_PAIR_TEXT, "of a complaint"},
    {"version", LOG_PAIR_NUMBER, "of a platform"},
    {0},
};

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

/* Quoted, bounded, and whole characters: what was cut to some buffer's size before it came here ends with one, too. */
static void append_string(struct buf *line, const char *value)
{
	size_t size = strlen(value), whole = utf8_whole_size(value, size, LOG_VALUE_SIZE_MAX);
	buf_json_string(line, value, whole);
	if (size <= LOG_VALUE_SIZE_MAX)
		return;
	buf_cut(line, line->size - 1);
	buf_text(line, "...\"");
}

static void append_json_text(struct buf *line, const char *key, const char *value)
{
	buf_printf(line, "\"%s\":", key);
	append_string(line, value);
}

/* Calls append with each line of a list, and with what says how many more there are. */
static void each_line(
    struct buf *line, const char *key, const char *lines, void (*append)(struct buf *, const char *, const char *))
{
	char one[LOG_VALUE_SIZE_MAX + 2];
	int count = 0, more = 0;
	for (const char *end; *lines != '\0'; lines = *end == '\0' ? end : end + 1) {
		end = lines + strcspn(lines, "\n");
		if (count++ >= LOG_LINES_MAX) {
			more++;
			continue;
		}
		snprintf(one, sizeof one, "%.*s", (int)(end - lines), lines);
		append(line, key, one);
	}
	if (more > 0) {
		snprintf(one, sizeof one, "%d more", more);
		append(line, key, one);
	}
}

static void append_element(struct buf *line, const char *key, const char *value)
{
	append_string(line, value);
	buf_char(line, ',');
}

static void append_list(struct buf *line, const char *key, const char *lines)
{
	buf_printf(line, "\"%s\":[", key);
	size_t start = line->size;
	each_line(line, key, lines, append_element);
	if (line->size > start)
		buf_cut(line, line->size - 1); /* the last comma */
	buf_char(line, ']');
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
		if (pairs->kind != LOG_PAIR_NUMBER && pairs->text == NULL) /* LOG_PAIR_NONE has none either */
			continue;
		buf_char(line, ',');
		if (pairs->kind == LOG_PAIR_TEXT)
			append_json_text(line, pairs->key, pairs->text);
		else if (pairs->kind == LOG_PAIR_LINES)
			append_list(line, pairs->key, pairs->text);
		else
			buf_printf(line, "\"%s\":%lld", pairs->key, (long long)pairs->number);
	}
	buf_char(line, '}');
}

/* Plain where it is one word, else quoted and escaped as in JSON. */
static void append_word(struct buf *line, const char *key, const char *value)
{
	bool plain = *value != '\0' && strlen(value) <= LOG_VALUE_SIZE_MAX;
	for (const char *at = value; *at != '\0' && plain; at++)
		plain = (unsigned char)*at > ' ' && (unsigned char)*at < 0x7f && *at != '"' && *at != '\\';
	buf_printf(line, " %s=", key);
	if (plain)
		buf_text(line, value);
	else
		append_string(line, value);
}

static void append_text(struct buf *line, enum log_level level, const char *message, const struct log_pair *pairs)
{
	append_now(line);
	buf_printf(line, " %-5s %s ", levels[level].name, logger.service);
	size_t start = line->size;
	append_string(line, message);
	/* without the quotes: people read this */
	memmove(line->data + start, line->data + start + 1, line->size - start - 1);
	buf_cut(line, line->size - 2);
	for (; pairs->kind != LOG_PAIR_END; pairs++) {
		if (pairs->kind == LOG_PAIR_NUMBER)
			buf_printf(line, " %s=%lld", pairs->key, (long long)pairs->number);
		else if (pairs->kind == LOG_PAIR_LINES && pairs->text != NULL)
			each_line(line, pairs->key, pairs->text, append_word);
		else if (pairs->text != NULL)
			append_word(line, pairs->key, pairs->text);
	}
}

/* One write a line, so that lines of several processes on one pipe stay whole. A log that cannot be written is no reason to stop:
 * the line is lost. */
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

/* A reader that has stopped reading is no reason to stop either: a full pipe would hold the whole program up in write(). */
static bool somebody_reads(void)
{
	struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};
	logger.unread = poll(&out, 1, logger.unread ? 0 : READER_WAIT_MS) == 0;
	return !logger.unread;
}

static void tell_lost(void)
{
	int64_t lost = logger.lost;
	logger.lost = 0;
	log_warn("nobody read the log for a while, and lines are lost", LOG_NUMBER("count", lost));
}

void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs)
{
	struct buf *line = &logger.line;
	int saved_errno = errno;

	if (level < log_least)
		return;
	if (!somebody_reads()) {
		logger.lost++;
		errno = saved_errno;
		return;
	}
	if (logger.lost > 0)
		tell_lost();
	buf_reset(line);
	if (logger.journal)
		buf_printf(line, "<%c>", levels[level].priority);
	(logger.text ? append_text : append_json)(line, level, message, pairs);
	buf_char(line, '\n');
	write_line(line->data, line->size);
	errno = saved_errno;
}
