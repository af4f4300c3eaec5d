/* Watches a topic grow, for a benchmark.
 *
 * usage: watch BROKERS TOPIC COUNT TIMEOUT-S        until COUNT records lie there; prints "FIRST-US LAST-US COUNT" (monotonic
 * instants) watch BROKERS TOPIC COUNT TIMEOUT-S tail   reads the records instead and prints "KEY INSTANT-US" (wall clock) for each
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PARTITIONS = 8 };

static int64_t now_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int64_t records_in(rd_kafka_t *rk, const char *topic)
{
	int64_t sum = 0;
	for (int p = 0; p < PARTITIONS; p++) {
		int64_t low = 0, high = 0;
		if (rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, 2000) == RD_KAFKA_RESP_ERR_NO_ERROR)
			sum += high;
	}
	return sum;
}

static int watch_growth(rd_kafka_t *rk, const char *topic, int64_t count, int64_t end_us)
{
	int64_t first = 0, seen = 0;
	while (seen < count && now_us(CLOCK_MONOTONIC) < end_us) {
		seen = records_in(rk, topic);
		if (seen && !first)
			first = now_us(CLOCK_MONOTONIC);
		usleep(10000);
	}
	printf("%lld %lld %lld\n", (long long)first, (long long)now_us(CLOCK_MONOTONIC), (long long)seen);
	return seen >= count ? 0 : 1;
}

static int tail(rd_kafka_t *rk, const char *topic, int64_t count, int64_t end_us)
{
	int64_t seen = 0;
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_topic_partition_list_add(list, topic, p)->offset = records_in(rk, topic) ? RD_KAFKA_OFFSET_END : 0;
	rd_kafka_assign(rk, list);
	while (seen < count && now_us(CLOCK_MONOTONIC) < end_us) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 50);
		if (message && !message->err) {
			printf("%.*s %lld\n", (int)message->key_len, (const char *)message->key, (long long)now_us(CLOCK_REALTIME));
			seen++;
		}
		if (message)
			rd_kafka_message_destroy(message);
	}
	return seen >= count ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: watch BROKERS TOPIC COUNT TIMEOUT-S [tail]\n");
		return 2;
	}
	char error[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], error, sizeof error);
	rd_kafka_conf_set(conf, "group.id", "watch", error, sizeof error);
	rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", error, sizeof error);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
	int64_t end_us = now_us(CLOCK_MONOTONIC) + atoll(argv[4]) * 1000000;
	return argc > 5 ? tail(rk, argv[2], atoll(argv[3]), end_us) : watch_growth(rk, argv[2], atoll(argv[3]), end_us);
}
