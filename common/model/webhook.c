#include "common/model/webhook.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/instant.h"

/* Before each attempt. Standard Webhooks' own schedule. */
static const int64_t pauses_s[WEBHOOK_ATTEMPTS_MAX] = {
    0,
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
};

/* FNV-1a over the id and the attempt: any spread will do, it must only repeat. */
static uint32_t spread(const struct uuid *notice, int attempt)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < sizeof notice->bytes; i++)
		hash = (hash ^ notice->bytes[i]) * 16777619u;
	return (hash ^ (uint32_t)attempt) * 16777619u;
}

int64_t webhook_pause_us(const struct uuid *notice, int attempt)
{
	if (attempt < 0 || attempt >= WEBHOOK_ATTEMPTS_MAX)
		return -1;
	int64_t thousandth_us = pauses_s[attempt] * (US_PER_SECOND / 1000);
	return thousandth_us * (900 + spread(notice, attempt) % 201);
}

enum attempt_outcome webhook_outcome(int status)
{
	if (status >= 200 && status < 300)
		return ATTEMPT_DELIVERED;
	if (status == 410)
		return ATTEMPT_GONE;
	if (status == 429 || (status >= 502 && status <= 504))
		return ATTEMPT_THROTTLED;
	return ATTEMPT_FAILED;
}

int64_t webhook_wait_us(const struct uuid *notice, int attempt, enum attempt_outcome outcome, int64_t retry_after_us)
{
	int64_t pause_us = webhook_pause_us(notice, attempt);
	int64_t asked_us = outcome == ATTEMPT_THROTTLED ? retry_after_us : 0;
	if (asked_us > WEBHOOK_RETRY_AFTER_MAX_S * US_PER_SECOND)
		asked_us = WEBHOOK_RETRY_AFTER_MAX_S * US_PER_SECOND;
	return pause_us >= 0 && pause_us < asked_us ? asked_us : pause_us;
}

static void put_pair(struct buf *out, const char *name, const char *text)
{
	if (out->data[out->size - 1] != '{')
		buf_char(out, ',');
	buf_printf(out, "\"%s\":", name);
	buf_json_string(out, text, strlen(text));
}

static void put_instant(struct buf *out, const char *name, int64_t instant_us)
{
	char text[INSTANT_TEXT_SIZE];
	put_pair(out, name, instant_format(instant_us, text));
}

static void put_body(struct buf *out, const struct webhook_notice *notice, size_t text_size)
{
	buf_reset(out);
	buf_printf(out, "{");
	char type[128];
	snprintf(type, sizeof type, "ombud.%s", notice->event);
	put_pair(out, "type", type);
	put_instant(out, "timestamp", notice->at_us);
	buf_text(out, ",\"data\":{");
	put_pair(out, "notice_id", notice->notice_id);
	put_pair(out, "platform_id", notice->platform_id);
	put_pair(out, "order_id", notice->order_id);
	put_pair(out, "complaint_id", notice->complaint_id);
	put_pair(out, "recipient", notice->recipient);
	put_pair(out, "person_id", notice->person_id);
	buf_printf(out, ",\"sequence\":%lld", (long long)notice->sequence);
	put_pair(out, "stage", notice->stage);
	if (notice->due_us) {
		put_pair(out, "clock", notice->clock);
		put_instant(out, "due_at", notice->due_us);
	}
	put_pair(out, "language", notice->language);
	put_pair(out, "subject", notice->subject);
	buf_text(out, ",\"text\":");
	buf_json_string(out, notice->text, text_size);
	buf_text(out, "}}");
}

/* The start of a character at or before size. */
static size_t cut_at_character(const char *text, size_t size)
{
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

const char *webhook_body(struct arena *arena, const struct webhook_notice *notice)
{
	struct buf out = BUF_EMPTY;
	size_t text_size = strlen(notice->text);
	put_body(&out, notice, text_size);
	while (out.size >= WEBHOOK_BODY_MAX && text_size > 0) {
		size_t over = out.size - WEBHOOK_BODY_MAX + 1;
		text_size = cut_at_character(notice->text, over < text_size ? text_size - over : 0);
		put_body(&out, notice, text_size);
	}
	const char *body = arena_strndup(arena, buf_string(&out), out.size);
	buf_free(&out);
	return body;
}
