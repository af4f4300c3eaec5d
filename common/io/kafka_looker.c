/* Single records read again, by a handle of its own without a group: what has been read stays read, and nobody waits for it. Each
 * round of questions has a new handle that is assigned once, as in kafka_tails.c, and for the same reason. One that cannot be made
 * (a certificate that is being exchanged, no descriptor left) answers nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/io/kafka_private.h"
#include "common/io/loop.h"

enum { ENDS_WAIT_MS = 300, POLL_MOST = 1000 };

struct kafka_looker {
	struct loop *loop;
	const struct kafka_settings *settings;
	rd_kafka_t *rk; /* of the round under way; NULL: there is none */
	rd_kafka_queue_t *queue;
	struct kafka_wake wake;
	struct loop_timer *deadline;
	const char *const *topics;
	kafka_seen_fn *seen;
	void *context;
	struct kafka_position *asked; /* topic -1: answered */
	int count, left;
};

static rd_kafka_t *handle_new(const struct kafka_settings *settings, struct kafka_wake *wake, char *error, size_t error_size)
{
	/* One record each is enough, and nobody reads the statistics. */
	static const char *const little[][2] = {{"group.id", "ombud-looker"}, {"statistics.interval.ms", "0"},
	    {"queued.min.messages", "1"}, {"fetch.message.max.bytes", "1024"}, {"fetch.wait.max.ms", "20"}};
	if (!kafka_wake_open(wake, error, error_size))
		return NULL;
	rd_kafka_conf_t *conf = kafka_conf_new(settings, KAFKA_ROLE_READER, error, error_size);
	for (size_t i = 0; conf && i < sizeof little / sizeof *little; i++)
		if (rd_kafka_conf_set(conf, little[i][0], little[i][1], error, error_size) != RD_KAFKA_CONF_OK)
			bug("%s: %s", little[i][0], error);
	rd_kafka_t *rk = conf ? rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, error_size) : NULL;
	if (!rk && conf)
		rd_kafka_conf_destroy(conf);
	if (!rk)
		kafka_wake_close(wake);
	return rk;
}

static void close_round(struct kafka_looker *looker)
{
	loop_timer_stop(looker->deadline);
	if (looker->rk) {
		kafka_wake_close(&looker->wake);
		rd_kafka_queue_destroy(looker->queue);
		rd_kafka_destroy_flags(looker->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
		looker->rk = NULL;
	}
	free(looker->asked);
	looker->asked = NULL;
	looker->count = looker->left = 0;
}

static void answer(struct kafka_looker *looker, int index, enum kafka_seen seen, const struct kafka_record *record)
{
	struct kafka_position asked = looker->asked[index];
	looker->asked[index].topic = -1;
	looker->left--;
	looker->seen(&asked, seen, record, looker->context);
}

static int asked_index(const struct kafka_looker *looker, const rd_kafka_message_t *message)
{
	for (int i = 0; message->rkt && i < looker->count; i++)
		if (looker->asked[i].topic >= 0 && looker->asked[i].partition == message->partition &&
		    !strcmp(looker->topics[looker->asked[i].topic], rd_kafka_topic_name(message->rkt)))
			return i;
	return -1;
}

/* Below the log's beginning, or beyond its end? */
static enum kafka_seen outside(struct kafka_looker *looker, const struct kafka_position *asked)
{
	int64_t low, high;
	if (rd_kafka_query_watermark_offsets(looker->rk, looker->topics[asked->topic], asked->partition, &low, &high, ENDS_WAIT_MS))
		return KAFKA_SEEN_NOTHING;
	return asked->offset < low ? KAFKA_SEEN_GONE : asked->offset >= high ? KAFKA_SEEN_BEYOND : KAFKA_SEEN_NOTHING;
}

/* The log goes on past the place, and has given nothing from there. */
static enum kafka_seen passed_over(struct kafka_looker *looker, const struct kafka_position *asked)
{
	int64_t low, high;
	if (rd_kafka_query_watermark_offsets(looker->rk, looker->topics[asked->topic], asked->partition, &low, &high, ENDS_WAIT_MS))
		return KAFKA_SEEN_NOTHING;
	return asked->offset < low ? KAFKA_SEEN_GONE : KAFKA_SEEN_NONE;
}

static void take_message(struct kafka_looker *looker, rd_kafka_message_t *message)
{
	int index = asked_index(looker, message);
	if (index < 0)
		return;
	const struct kafka_position *asked = &looker->asked[index];
	struct kafka_record record;
	if (!message->err) {
		kafka_record_fill(&record, message, asked->topic);
		answer(looker, index, record.offset == asked->offset ? KAFKA_SEEN_RECORD : passed_over(looker, asked), &record);
	} else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		answer(looker, index, message->offset <= asked->offset ? KAFKA_SEEN_BEYOND : passed_over(looker, asked), NULL);
	} else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
		answer(looker, index, outside(looker, asked), NULL);
	}
}

static void on_wake(void *context)
{
	struct kafka_looker *looker = context;
	rd_kafka_message_t *message;
	for (int i = 0; looker->rk && i < POLL_MOST && (message = rd_kafka_consumer_poll(looker->rk, 0)); i++) {
		take_message(looker, message);
		rd_kafka_message_destroy(message);
	}
	if (looker->asked && !looker->left)
		close_round(looker);
}

static void on_deadline(void *context)
{
	struct kafka_looker *looker = context;
	on_wake(looker);
	for (int i = 0; i < looker->count; i++)
		if (looker->asked[i].topic >= 0)
			answer(looker, i, KAFKA_SEEN_NOTHING, NULL);
	close_round(looker);
}

static void open_round(struct kafka_looker *looker)
{
	rd_kafka_set_log_queue(looker->rk, NULL);
	rd_kafka_poll_set_consumer(looker->rk);
	looker->queue = rd_kafka_queue_get_consumer(looker->rk);
	kafka_wake_watch(&looker->wake, looker->loop, looker->queue, on_wake, looker);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(looker->count);
	for (int i = 0; i < looker->count; i++)
		rd_kafka_topic_partition_list_add(list, looker->topics[looker->asked[i].topic], looker->asked[i].partition)
		    ->offset = looker->asked[i].offset;
	rd_kafka_assign(looker->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

bool kafka_looker_idle(const struct kafka_looker *looker)
{
	return !looker->asked;
}

void kafka_looker_ask(struct kafka_looker *looker, const struct kafka_position *positions, int count, int wait_ms)
{
	char error[256];
	if (looker->asked)
		bug("two questions at once");
	looker->asked = xcalloc((unsigned long)count + 1, sizeof *positions);
	memcpy(looker->asked, positions, (size_t)count * sizeof *positions);
	looker->count = looker->left = count;
	loop_timer_start(looker->deadline, wait_ms * INT64_C(1000));
	looker->rk = handle_new(looker->settings, &looker->wake, error, sizeof error);
	if (looker->rk)
		open_round(looker);
	else
		log_warn("records cannot be looked at again now", LOG_TEXT("err", error));
}

struct kafka_looker *kafka_looker_new(
    struct loop *loop, const struct kafka_settings *settings, const char *const *topics, kafka_seen_fn *seen, void *context)
{
	struct kafka_looker *looker = xcalloc(1, sizeof *looker);
	looker->loop = loop;
	looker->settings = settings;
	looker->topics = topics;
	looker->seen = seen;
	looker->context = context;
	looker->deadline = loop_timer_new(loop, on_deadline, looker);
	return looker;
}

void kafka_looker_free(struct kafka_looker *looker)
{
	if (!looker)
		return;
	close_round(looker);
	loop_timer_free(looker->deadline);
	free(looker);
}
