/* What HTTP takes in goes to the inbox like everything else, keyed by order, and comes back through the consumer. */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/hash.h"
#include "common/daemon/daemon.h"
#include "common/daemon/publish.h"
#include "common/io/kafka.h"
#include "common/wire/wire.h"

struct publication {
	inbox_done_fn *done;
	void *context;
};

static int inbox_index(const struct daemon *daemon)
{
	for (int t = 0; t < daemon->topics_count; t++)
		if (daemon->service->row->reads[t].inbox)
			return t;
	bug("%s reads no inbox", daemon->service->row->name);
}

bool daemon_publish_inbox(struct daemon *daemon, const char *key, const void *value, size_t size, const struct headers *headers,
    inbox_done_fn *done, void *context)
{
	if (daemon->shards_count == 0 || daemon->producer_failed || headers->count > WIRE_HEADERS_MAX ||
	    !kafka_consumer_connected(daemon->consumer))
		return false;
	struct publication *publication = xmalloc(sizeof *publication);
	struct arena *arena = arena_new(0);
	int64_t now_us = daemon_now_us(daemon);
	struct wire_receipt receipt = {now_us, now_us};
	*publication = (struct publication){done, context};
	struct kafka_message message = {
	    .topic = daemon->topic_names[inbox_index(daemon)],
	    .partition = hash_partition(key, strlen(key), daemon->shards_count),
	    .key = key,
	    .key_size = strlen(key),
	    .value = value,
	    .size = size,
	    .headers = now_us ? wire_receipt_put(arena, headers, &receipt) : *headers,
	    .opaque = publication,
	};
	if (fail_point("http_publish.before")) {
		free(publication);
		arena_free(arena);
		return false;
	}
	enum kafka_sent sent = kafka_produce(daemon->producer, &message);
	arena_free(arena);
	(void)fail_point("http_publish.after");
	if (sent != KAFKA_SENT)
		free(publication);
	return sent == KAFKA_SENT;
}

void publish_delivered(void *opaque, const char *error, int partition, int64_t offset)
{
	struct publication publication = *(struct publication *)opaque;
	free(opaque);
	publication.done(error, partition, offset, publication.context);
}
