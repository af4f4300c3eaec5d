/* ombud-notification: tells everybody concerned, once, what happened, why, what comes next and by when. */
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/daemon/service.h"
#include "common/io/http_access.h"
#include "common/store/notification.h"
#include "common/store/statements.h"
#include "common/model/trace.h"
#include "services/notification/http_inbox.h"
#include "services/notification/rows.h"
#include "services/notification/sender.h"
#include "services/notification/memory.h"
#include "services/notification/words.h"

static struct notification notification;

static const struct option options[] = {
    {.name = "http.tokens", .type = OPTION_FILE, .value = "", .reload = true, .help = HTTP_ACCESS_HELP},
    {.name = "webhooks.in_flight",
	.type = OPTION_INTEGER,
	.value = "8",
	.least = 1,
	.most = 256,
	.help = "attempts under way at one endpoint at a time"},
    {.name = NULL},
};

/* Secrets that cannot be read are a mistake of the reload, each; those that can are taken all the same. */
static void reload(struct daemon *daemon, struct problems *problems)
{
	const struct options *given = daemon_options(daemon);
	struct http_access *access = NULL;
	if (options_meant(given, "http.tokens"))
		access = http_access_load(options_text(given, "http.tokens"), problems);
	words_read_secrets(problems);
	if (problems->count == 0) {
		http_access_free(notification.access);
		notification.access = access;
	} else
		http_access_free(access);
}

static const struct http_refusal *admit(const struct http_head *head, void *daemon)
{
	return http_access_admit(notification.access, head);
}

static void start(struct daemon *daemon)
{
	notification.daemon = daemon;
	daemon_set_context(daemon, &notification);
	notification.sender =
	    sender_new(&notification, (int)options_integer(daemon_options(daemon), "webhooks.in_flight"), daemon_inject);
}

enum { NOTICES };

static const struct counter_row counters[] = {
    [NOTICES] = {.name = "ombud_notices_total",
	.help = "Notices by channel and what became of them: pending, sending, delivered, dead.",
	.kind = METRIC_COUNTER,
	.labels = {"channel", "state"}},
    {.name = NULL},
};

/* A notice on its way; how it ends is a fact with its own line. */
static void log_attempt(const struct notice *notice)
{
	char complaint[UUID_TEXT_SIZE], text[TRACE_TEXT_SIZE], trace[TRACE_ID_SIZE], span[TRACE_SPAN_SIZE];
	trace_read(sender_trace(&notice->key.id, notice->attempts, notice->trace, text), trace, span);
	log_debug("attempt", LOG_TEXT("complaint_id", uuid_format(&notice->complaint, complaint)),
	    LOG_TEXT("order_id", notice->order_id), LOG_TEXT("trace_id", trace), LOG_TEXT("span_id", span),
	    LOG_NUMBER("shard", notice->key.shard), LOG_TEXT("endpoint", notice->endpoint),
	    LOG_TEXT("code", notice_state_name(notice->state)), LOG_NUMBER("attempts", notice->attempts));
}

static void take_change(struct notification *context, const struct notice *notice)
{
	metric_add(&counters[NOTICES], 1, notice_channel_name(notice->channel), notice_state_name(notice->state));
	if (notice->state == NOTICE_SENDING)
		sender_send(context->sender, notice);
	if (notice->endpoint[0])
		log_attempt(notice);
}

static void committed(struct batch *batch)
{
	memory_each_change(batch, take_change);
}

/* Whatever was being sent when its last owner went is sent again, under the same id. */
static void resume(enum pg_class class, const struct pg_result *result, void *context)
{
	int shard = (int)(intptr_t)context;
	for (int row = 0; result && row < pg_result_rows(result); row++) {
		struct notice notice = rows_read_sending(result, row);
		notice.key.shard = shard;
		sender_send(notification.sender, &notice);
	}
	if (result && pg_result_rows(result))
		log_info("attempts resumed", LOG_NUMBER("shard", shard), LOG_NUMBER("notices", pg_result_rows(result)));
}

static void taken(struct daemon *daemon, int shard, struct pg *pg)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_send(pg, notification_sending_load, args, resume, (void *)(intptr_t)shard);
	pg_args_free(args);
}

static void dropped(struct daemon *daemon, int shard)
{
	sender_forget(notification.sender, shard);
}

static bool busy(struct daemon *daemon)
{
	return sender_busy(notification.sender);
}

int main(int argc, char **argv)
{
	static const struct service service = {
	    .row = &service_rows[SERVICE_NOTIFICATION],
	    .options = options,
	    .statements = store_statements[SERVICE_NOTIFICATION],
	    .routes = notification_routes,
	    .admit = admit,
	    .counters = counters,
	    .reload = reload,
	    .by_platforms = true,
	    .newest = true,
	    .version_new = words_new,
	    .start = start,
	    .memory_new = notification_memory_new,
	    .memory_reset = notification_memory_reset,
	    .load = notification_load,
	    .decide = notification_decide,
	    .write = notification_write,
	    .committed = committed,
	    .taken = taken,
	    .dropped = dropped,
	    .busy = busy,
	};
	return daemon_main(&service, argc, argv);
}
