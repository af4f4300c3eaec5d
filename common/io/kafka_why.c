/* Why a broker does not answer, from what librdkafka reports of its connections: the sentence of ours stands before its own. */
#include <stdio.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/tongue.h"
#include "common/io/kafka_private.h"

enum { LOOK_MS = 100 };

/* The first that fits counts; "part" is of librdkafka's text. ANY: OpenSSL's words come under one code or another, as the handshake
 * fails at its first step or a later one. */
#define ANY RD_KAFKA_RESP_ERR_NO_ERROR
static const struct reason {
	rd_kafka_resp_err_t err;
	const char *part, *sentence;
	bool final;
} reasons[] = {
    {RD_KAFKA_RESP_ERR__RESOLVE, "", "its name is not known here (no address for it)", false},
    {ANY, "certificate verify failed", "its certificate is not trusted (ssl.ca.location, or another's name in it)", true},
    {ANY, "PLAINTEXT listener", "it speaks no TLS on that port (security.protocol)", true},
    {ANY, "wrong version number", "it speaks no TLS on that port (security.protocol)", true},
    {ANY, "unexpected eof", "it hangs up at TLS: perhaps it speaks none on that port (security.protocol)", false},
    {ANY, "SSL routines", "TLS with it fails", true},
    {RD_KAFKA_RESP_ERR__SSL, "", "TLS with it fails", true},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, "mechanism handshake", "it does not take this sasl.mechanism", true},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, "", "it refuses this user or password (sasl.username, sasl.password)", true},
    {RD_KAFKA_RESP_ERR__TRANSPORT, "security.protocol",
	"it hangs up at the first question (does it want TLS or a password? security.protocol)", false},
    {RD_KAFKA_RESP_ERR__TRANSPORT, "refused", "nobody listens there (connection refused)", false},
    {RD_KAFKA_RESP_ERR__TRANSPORT, "timed out", "its machine does not answer (time-out)", false},
    {RD_KAFKA_RESP_ERR__TRANSPORT, "", "the connection to it fails", false},
};

struct why {
	const struct reason *reason;
	char text[512];
	bool all; /* every broker that is known has failed */
};

static const struct reason *reason_of(rd_kafka_resp_err_t err, const char *text)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if ((reasons[i].err == ANY || reasons[i].err == err) && strcasestr(text, reasons[i].part))
			return &reasons[i];
	return NULL;
}

/* Of several brokers each has its reason: a final one counts more, else the first. */
static void on_error(rd_kafka_t *rk, int err, const char *text, void *context)
{
	struct why *why = context;
	(void)rk;
	why->all = why->all || err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
	const struct reason *reason = reason_of((rd_kafka_resp_err_t)err, text);
	if (!reason || (why->reason && (why->reason->final || !reason->final)))
		return;
	why->reason = reason;
	snprintf(why->text, sizeof why->text, "%s", text);
}

static bool answers(rd_kafka_t *rk)
{
	const struct rd_kafka_metadata *metadata;
	if (rd_kafka_metadata(rk, 0, NULL, &metadata, LOOK_MS))
		return false;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

bool kafka_why(const struct kafka_settings *settings, int wait_ms, bool *final, char *text, size_t size)
{
	struct why why = {.reason = NULL};
	int64_t until_us = instant_monotonic_us() + wait_ms * INT64_C(1000);
	rd_kafka_conf_t *conf = kafka_conf_new(settings, KAFKA_ROLE_ADMIN, text, size);
	*final = !conf;
	if (!conf)
		return true;
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_opaque(conf, &why);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, size);
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		*final = true;
		return true;
	}
	bool answered = false;
	while (!answered && !(why.reason && (why.reason->final || why.all)) && instant_monotonic_us() < until_us) {
		answered = answers(rk);
		rd_kafka_poll(rk, 0);
	}
	rd_kafka_destroy(rk);
	*final = !answered && why.reason && why.reason->final;
	if (!answered && why.reason)
		snprintf(text, size, "%s: %s", tongue(why.reason->sentence), why.text);
	else if (!answered)
		snprintf(text, size, "%s", tongue("it accepts the connection and says nothing (time-out)"));
	return !answered;
}
