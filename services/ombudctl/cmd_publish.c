/* ombudctl publish: structured CloudEvents, one a line, checked as the daemons check them and put on the inbox by order.
 *
 * A line that would be refused is told and not sent; the rest goes on, and the exit code is 4. The ledger gets one line for every
 * attempt, so that `ombudctl audit` can compare what was attempted with what became of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/model/topics.h"
#include "common/wire/wire.h"
#include "services/ombudctl/producer.h"
#include "services/ombudctl/words.h"

enum { FINISH_WAIT_MS = 60000, PROGRESS_AFTER_US = 2000000 };

enum encoding { ENCODING_JSON, ENCODING_PROTOBUF, ENCODING_CONFLUENT, ENCODING_COUNT };
static const char *const encodings[ENCODING_COUNT] = {"json", "protobuf", "confluent"};

struct publish {
	struct ctl *ctl;
	struct producer *producer;
	struct arena *arena;
	enum encoding encoding;
	uint32_t schema_id;
	FILE *ledger;
	char topic[TOPIC_NAME_SIZE];
	long lines, refused, sent, acked, failed;
	int64_t begun_us, told_us;
};

/* What the ledger will say of one message once it is known what became of it. */
struct attempt {
	struct publish *publish;
	char *who; /* "source": ..., "id": ..., "key": ... */
};

static void write_ledger(struct publish *publish, const char *who, int partition, int64_t offset, const char *outcome)
{
	if (!publish->ledger)
		return;
	fprintf(publish->ledger, "{%s", who);
	if (offset >= 0)
		fprintf(publish->ledger, ", \"partition\": %d, \"offset\": %lld", partition, (long long)offset);
	else
		fprintf(publish->ledger, ", \"partition\": null, \"offset\": null");
	fprintf(publish->ledger, ", \"outcome\": \"%s\", \"encoding\": \"%s\"}\n", outcome, encodings[publish->encoding]);
}

static void delivered(void *opaque, const char *error, int partition, int64_t offset, void *context)
{
	struct attempt *attempt = opaque;
	struct publish *publish = attempt->publish;
	if (error && !publish->failed++)
		ctl_say("not acknowledged: %s", error);
	publish->acked += !error;
	/* An error report does not say that the broker has not got it. */
	write_ledger(publish, attempt->who, partition, error ? -1 : offset, error ? "unknown" : "ok");
	free(attempt->who);
	free(attempt);
}

static void progress(struct publish *publish, bool last)
{
	int64_t now = instant_monotonic_us();
	if (now - publish->begun_us < PROGRESS_AFTER_US || (!last && now - publish->told_us < PROGRESS_AFTER_US / 4))
		return;
	publish->told_us = now;
	fputs(isatty(2) ? "\r" : "", stderr);
	fprintf(stderr, words_in_use("%ld sent, %ld acknowledged"), publish->sent, publish->acked);
	fputs(isatty(2) && !last ? "" : "\n", stderr);
}

static struct attempt *attempt_new(struct publish *publish, const struct wire_decoded *decoded)
{
	struct attempt *attempt = xcalloc(1, sizeof *attempt);
	struct buf who = BUF_EMPTY;
	buf_text(&who, "\"source\": ");
	buf_json_string(&who, decoded->event->source, strlen(decoded->event->source));
	buf_text(&who, ", \"id\": ");
	buf_json_string(&who, decoded->event->event_id, strlen(decoded->event->event_id));
	buf_text(&who, ", \"key\": ");
	buf_json_string(&who, decoded->key, strlen(decoded->key));
	attempt->publish = publish;
	attempt->who = buf_take(&who);
	return attempt;
}

static struct headers encode(
    struct publish *publish, const char *line, size_t size, const struct wire_decoded *decoded, struct kafka_message *message)
{
	static struct header structured = {
	    "content-type", "application/cloudevents+json", sizeof "application/cloudevents+json" - 1};
	switch (publish->encoding) {
	case ENCODING_PROTOBUF:
		message->value = wire_pack(publish->arena, decoded->event, &message->size);
		return wire_event_headers(publish->arena, decoded->event, decoded->trace, 0, 0);
	case ENCODING_CONFLUENT:
		message->value = wire_pack_confluent(publish->arena, decoded->event, publish->schema_id, &message->size);
		return (struct headers){0};
	default:
		message->value = line;
		message->size = size;
		return (struct headers){&structured, 1};
	}
}

static bool send_event(struct publish *publish, const char *line, size_t size, const struct wire_decoded *decoded)
{
	struct kafka_message message = {
	    .topic = publish->topic, .partition = -1, .key = decoded->key, .key_size = strlen(decoded->key)};
	message.headers = encode(publish, line, size, decoded, &message);
	struct attempt *attempt = attempt_new(publish, decoded);
	message.opaque = attempt;
	if (producer_send(publish->producer, &message)) {
		publish->sent++;
		return true;
	}
	write_ledger(publish, attempt->who, -1, -1, "fail");
	free(attempt->who);
	free(attempt);
	return false;
}

/* Intake takes the event without them. What is encoded anew here would lose them without a word there. */
static bool pieces_fit(struct publish *publish, const struct wire_decoded *decoded)
{
	for (int i = 0; i < decoded->refused_count; i++)
		ctl_say("line %ld: %s: %s of the piece of evidence %s", publish->lines, refusal_code(decoded->refused[i].why),
		    decoded->refused[i].member, decoded->refused[i].evidence_id);
	return decoded->refused_count == 0 || publish->encoding == ENCODING_JSON;
}

static void publish_line(struct publish *publish, const char *line, size_t size)
{
	struct wire_decoded decoded;
	struct wire_fault fault = {0};
	publish->lines++;
	if (strspn(line, " \t\r\n") == size)
		return;
	arena_reset(publish->arena);
	if (!wire_decode_json(publish->arena, line, size, &decoded, &fault)) {
		publish->refused++;
		ctl_say("line %ld: %s: %s", publish->lines, fault.code, fault.reason);
	} else if (!pieces_fit(publish, &decoded)) {
		publish->refused++;
	} else if (!send_event(publish, line, size, &decoded)) {
		publish->refused++;
		ctl_say("line %ld: oversize: the broker takes no record of this size", publish->lines);
	}
	if (publish->lines % 100 == 0)
		producer_poll(publish->producer);
	progress(publish, false);
}

static bool publish_file(struct publish *publish, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	while ((size = getline(&line, &room, file)) > 0) {
		if (line[size - 1] == '\n')
			line[--size] = 0;
		/* An editor's byte order mark is no part of the first event. */
		size_t mark = publish->lines == 0 && size >= 3 && !memcmp(line, "\xef\xbb\xbf", 3) ? 3 : 0;
		publish_line(publish, line + mark, (size_t)size - mark);
	}
	free(line);
	return !ferror(file);
}

static enum encoding read_encoding(const struct ctl *ctl)
{
	const char *name = ctl_flag(ctl, "encoding");
	for (int i = 0; i < ENCODING_COUNT; i++)
		if (!strcmp(encodings[i], name))
			return (enum encoding)i;
	bug("no encoding %s", name);
}

static FILE *open_or_die(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);
	if (!file)
		die("%s: %s", path, tongue(strerror(errno)));
	return file;
}

static void finish(struct publish *publish)
{
	if (!producer_finish(publish->producer, FINISH_WAIT_MS))
		ctl_say("the broker did not acknowledge everything");
	progress(publish, true);
	if (publish->ledger && (fflush(publish->ledger) || fsync(fileno(publish->ledger)) || fclose(publish->ledger)))
		die("the ledger could not be written: %s", tongue(strerror(errno)));
	arena_free(publish->arena);
}

enum exit_code publish(struct ctl *ctl)
{
	const char *path = ctl->flags.words_count ? ctl->flags.words[0] : "-";
	const char *ledger = ctl_flag(ctl, "ledger");
	struct publish run = {.ctl = ctl, .encoding = read_encoding(ctl)};
	run.schema_id = (uint32_t)ctl_number(ctl, "schema-id");
	FILE *file = strcmp(path, "-") ? open_or_die(path, "re") : stdin;
	if (broker_lacks(ctl, broker_topic(ctl, "ombud.inbox.v1", run.topic)))
		return EXIT_CODE_FAILED;
	run.ledger = ledger ? open_or_die(ledger, "ae") : NULL;
	run.arena = arena_new(0);
	run.producer = producer_new(ctl, delivered, &run);
	if (file == stdin && isatty(0))
		ctl_say("events are read from the terminal, one a line");
	run.begun_us = instant_monotonic_us();
	bool whole = publish_file(&run, file);
	if (!whole)
		ctl_say("%s: %s", path, tongue(strerror(errno)));
	finish(&run);
	if (ctl_json(ctl))
		printf("{\"lines\": %ld, \"published\": %ld, \"refused\": %ld, \"unacknowledged\": %ld}\n", run.lines, run.acked,
		    run.refused, run.failed);
	else
		ctl_say(run.refused && !run.acked ? "%ld published, %ld not taken; a line is one whole CloudEvent"
						  : "%ld published, %ld not taken",
		    run.acked, run.refused + run.failed);
	if (!whole || (run.failed && !run.acked))
		return EXIT_CODE_FAILED;
	return !run.refused && !run.failed ? EXIT_CODE_OK : run.acked ? EXIT_CODE_PARTIAL : EXIT_CODE_FAILED;
}
