/* The last records of partitions, without a group and without waiting (kafka.h). Each round of questions has a consumer handle of
 * its own, that is assigned once: librdkafka 2.0.2 dies of an assertion when partitions are assigned again before their stop is
 * through. The offset -n is its "n before the end", which it asks the broker for by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/io/kafka_private.h"
#include "common/io/loop.h"

enum {
	LOGICAL_TAIL_MAX = 100000,
	LEADERS_WAIT_MS = 100, /* the loop stands still meanwhile, once a round: half a second is lost else, see below */
	AGAIN_MS = 1000,       /* when no handle could be made: a certificate that is being exchanged, no descriptor left */
};

struct tail_list {
	struct kafka_tail *rows;
	int count, room;
};

struct kafka_tails {
	struct loop *loop;
	const struct kafka_settings *settings;
	const char *group;
	struct kafka_tails_hooks hooks;
	void *context;
	rd_kafka_t *rk; /* of the round under way; NULL: there is none */
	rd_kafka_queue_t *queue;
	struct kafka_wake wake;
	struct tail_list asked;   /* in this round, and not answered yet */
	struct tail_list waiting; /* for the next one */
	struct loop_timer *again;
	bool polling;
};

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value, char *error, size_t error_size)
{
	return rd_kafka_conf_set(conf, key, value, error, error_size) == RD_KAFKA_CONF_OK;
}

/* What has been cut off at the beginning is not missed, and what an open transaction of a stranger hides is looked at all the same.
 */
static rd_kafka_t *group_handle_new(const struct kafka_settings *settings, const char *group, char *error, size_t error_size)
{
	rd_kafka_conf_t *conf = kafka_conf_new(settings, KAFKA_ROLE_READER, error, error_size);
	if (!conf)
		return NULL;
	bool right =
	    set(conf, "group.id", group, error, error_size) && set(conf, "auto.offset.reset", "earliest", error, error_size) &&
	    set(conf, "isolation.level", "read_uncommitted", error, error_size) &&
	    set(conf, "statistics.interval.ms", "0", error, error_size) && set(conf, "fetch.wait.max.ms", "20", error, error_size);
	rd_kafka_t *rk = right ? rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, error_size) : NULL;
	if (!rk)
		rd_kafka_conf_destroy(conf);
	return rk;
}

static rd_kafka_t *handle_new(struct kafka_tails *tails, char *error, size_t error_size)
{
	if (!kafka_wake_open(&tails->wake, error, error_size))
		return NULL;
	rd_kafka_t *rk = group_handle_new(tails->settings, tails->group, error, error_size);
	if (!rk)
		kafka_wake_close(&tails->wake);
	return rk;
}

static void on_wake(void *context)
{
	struct kafka_tails *tails = context;
	kafka_tails_poll(tails);
	tails->hooks.turn(tails->context);
}

/* An end is asked for of the partition's leader; a handle that does not know it yet tries again after 500 ms. */
static void learn_leaders(const struct kafka_tails *tails)
{
	const struct rd_kafka_metadata *metadata;
	const char *last = "";
	for (int i = 0; i < tails->asked.count; i++) {
		if (!strcmp(last, tails->asked.rows[i].topic))
			continue;
		last = tails->asked.rows[i].topic;
		rd_kafka_topic_destroy(rd_kafka_topic_new(tails->rk, last, NULL)); /* it is known by that, and stays so */
	}
	if (!rd_kafka_metadata(tails->rk, 0, NULL, &metadata, LEADERS_WAIT_MS))
		rd_kafka_metadata_destroy(metadata);
}

static void begin_round(struct kafka_tails *tails)
{
	char error[256];
	struct tail_list none = tails->asked;
	if (tails->rk || !tails->waiting.count || loop_timer_running(tails->again))
		return;
	tails->rk = handle_new(tails, error, sizeof error);
	if (!tails->rk) {
		log_warn("the ends of topics cannot be looked at now", LOG_TEXT("err", error));
		loop_timer_start(tails->again, AGAIN_MS * INT64_C(1000));
		return;
	}
	tails->asked = tails->waiting;
	tails->waiting = none;
	tails->waiting.count = 0;
	rd_kafka_set_log_queue(tails->rk, NULL);
	rd_kafka_poll_set_consumer(tails->rk);
	tails->queue = rd_kafka_queue_get_consumer(tails->rk);
	kafka_wake_watch(&tails->wake, tails->loop, tails->queue, on_wake, tails);
	learn_leaders(tails);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(tails->asked.count);
	for (int i = 0; i < tails->asked.count; i++)
		rd_kafka_topic_partition_list_add(list, tails->asked.rows[i].topic, tails->asked.rows[i].partition)->offset =
		    tails->asked.rows[i].records ? RD_KAFKA_OFFSET_TAIL(tails->asked.rows[i].records) : tails->asked.rows[i].from;
	rd_kafka_assign(tails->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

static void close_round(struct kafka_tails *tails)
{
	kafka_wake_close(&tails->wake);
	rd_kafka_queue_destroy(tails->queue);
	rd_kafka_destroy_flags(tails->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	tails->rk = NULL;
}

static void next_round(struct kafka_tails *tails)
{
	if (tails->polling)
		return; /* its messages are in our hands */
	if (tails->rk && !tails->asked.count)
		close_round(tails);
	begin_round(tails);
}

static void on_again(void *context)
{
	next_round(context);
}

struct kafka_tails *kafka_tails_new(struct loop *loop, const struct kafka_settings *settings, const char *group,
    const struct kafka_tails_hooks *hooks, void *context)
{
	struct kafka_tails *tails = xcalloc(1, sizeof *tails);
	tails->loop = loop;
	tails->settings = settings;
	tails->group = group;
	tails->hooks = *hooks;
	tails->context = context;
	tails->again = loop_timer_new(loop, on_again, tails);
	return tails;
}

static struct kafka_tail *find(const struct tail_list *list, const char *topic, int partition)
{
	for (int i = 0; i < list->count; i++)
		if (list->rows[i].partition == partition && !strcmp(list->rows[i].topic, topic))
			return &list->rows[i];
	return NULL;
}

static void list_forget(struct tail_list *list, const char *topic, int partition)
{
	struct kafka_tail *tail = find(list, topic, partition);
	if (tail)
		*tail = list->rows[--list->count];
}

void kafka_tails_ask(struct kafka_tails *tails, const struct kafka_tail *asked, int count)
{
	struct tail_list *list = &tails->waiting;
	for (int i = 0; i < count; i++) {
		struct kafka_tail *known = find(list, asked[i].topic, asked[i].partition);
		if (asked[i].records < 0 || asked[i].records > LOGICAL_TAIL_MAX)
			bug("%d records before the end", asked[i].records);
		if (!known && list->count == list->room) {
			list->room = list->room ? list->room * 2 : 64;
			list->rows = xrealloc(list->rows, (unsigned long)list->room * sizeof *list->rows);
		}
		*(known ? known : &list->rows[list->count++]) = asked[i];
	}
	next_round(tails);
}

void kafka_tails_forget(struct kafka_tails *tails, const char *topic, int partition)
{
	list_forget(&tails->asked, topic, partition);
	list_forget(&tails->waiting, topic, partition);
	next_round(tails);
}

static void take_end(struct kafka_tails *tails, struct kafka_tail *tail, int64_t end)
{
	struct kafka_tail ended = *tail;
	*tail = tails->asked.rows[--tails->asked.count];
	tails->hooks.end(ended.topic, ended.partition, end, tails->context);
}

static void take_message(struct kafka_tails *tails, rd_kafka_message_t *message)
{
	struct kafka_tail *tail = message->rkt ? find(&tails->asked, rd_kafka_topic_name(message->rkt), message->partition) : NULL;
	if (tail && !message->err) {
		struct kafka_record record;
		kafka_record_fill(&record, message, 0);
		tails->hooks.record(tail->topic, &record, tails->context);
		kafka_record_free(&record);
		return;
	}
	if (tail && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		take_end(tails, tail, message->offset);
	rd_kafka_message_destroy(message);
}

void kafka_tails_poll(struct kafka_tails *tails)
{
	enum { MOST = 5000 };
	rd_kafka_message_t *message;
	tails->polling = true;
	for (int i = 0; tails->rk && i < MOST && (message = rd_kafka_consumer_poll(tails->rk, 0)); i++)
		take_message(tails, message);
	tails->polling = false;
	next_round(tails);
}

void kafka_tails_free(struct kafka_tails *tails)
{
	if (!tails)
		return;
	if (tails->rk)
		close_round(tails);
	free(tails->asked.rows);
	free(tails->waiting.rows);
	loop_timer_free(tails->again);
	free(tails);
}
