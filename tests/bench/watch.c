/* Watches a topic grow, for a benchmark.
 *
 * usage: watch BROKERS TOPIC BASE COUNT TIMEOUT-S
 *          until COUNT records more than BASE lie there; prints "FIRST-US LAST-US AT-FIRST SEEN STILL-US IDLE-PERMILLE": monotonic
 *          instants of the first sight of new records and of the last, how many there were, the longest time without a new one
 *          in between, and how much of the machine was idle in between
 *        watch BROKERS TOPIC tail COUNT TIMEOUT-S
 *          reads at least COUNT records from here on, until silence, and prints "KEY INSTANT-US PARTITION PRODUCED-MS" (wall
 *          clock; when it was handed to its producer) for each;
 * its first line, "ready", says that nothing written after it is missed
 */
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PARTITIONS = 8, LINES_SIZE = 64 * 1024 * 1024, SILENCE_US = 3000000 };

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

/* Looked at often until something is there (cold start), then seldom: looking costs the broker. */
enum { LOOK_FIRST_US = 2000, LOOK_US = 25000 };

struct ticks {
	long long all, idle;
};

/* Of all processors since the machine was started; time in which others had them counts as busy. */
static struct ticks ticks_now(void)
{
	long long t[8] = {0};
	struct ticks sum = {0, 0};
	FILE *file = fopen("/proc/stat", "r");
	if (!file)
		return sum;
	if (fscanf(file, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) ==
	    8)
		for (int i = 0; i < 8; i++)
			sum.all += t[i];
	sum.idle = t[3] + t[4];
	fclose(file);
	return sum;
}

static int watch_growth(rd_kafka_t *rk, const char *topic, int64_t base, int64_t count, int64_t end_us)
{
	int64_t first = 0, seen = 0, at_first = 0, moved = 0, still = 0;
	struct ticks began = {0, 0};
	while (seen < count && now_us(CLOCK_MONOTONIC) < end_us) {
		int64_t there = records_in(rk, topic) - base, now = now_us(CLOCK_MONOTONIC);
		if (there > 0 && !first) {
			first = moved = now;
			at_first = there;
			began = ticks_now();
		}
		if (first && now - moved > still)
			still = now - moved;
		if (there > seen)
			moved = now;
		seen = there;
		usleep(first ? LOOK_US : LOOK_FIRST_US);
	}
	struct ticks ended = ticks_now();
	long long all = ended.all - began.all;
	printf("%lld %lld %lld %lld %lld %lld\n", (long long)first, (long long)now_us(CLOCK_MONOTONIC), (long long)at_first,
	    (long long)seen, (long long)still, all > 0 ? (ended.idle - began.idle) * 1000 / all : 0);
	return seen >= count ? 0 : 1;
}

static void assign_ends(rd_kafka_t *rk, const char *topic)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int p = 0; p < PARTITIONS; p++) {
		int64_t low = 0, high = 0;
		while (rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, 2000) != RD_KAFKA_RESP_ERR_NO_ERROR)
			usleep(10000);
		rd_kafka_topic_partition_list_add(list, topic, p)->offset = high;
	}
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	printf("ready\n");
	fflush(stdout);
}

/* Ends when at least COUNT have come and then nothing for a while: there may be repeats. Lines wait in memory: who reads them may
 * be busy, and a full pipe would be taken for slow records. */
static int tail(rd_kafka_t *rk, const char *topic, int64_t count, int64_t end_us)
{
	int64_t seen = 0, last_us = 0;
	static char lines[LINES_SIZE];
	setvbuf(stdout, lines, _IOFBF, sizeof lines);
	assign_ends(rk, topic);
	while ((seen < count || now_us(CLOCK_MONOTONIC) < last_us + SILENCE_US) && now_us(CLOCK_MONOTONIC) < end_us) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, 50);
		if (message && !message->err) {
			printf("%.*s %lld %d %lld\n", (int)message->key_len, (const char *)message->key,
			    (long long)now_us(CLOCK_REALTIME), message->partition,
			    (long long)rd_kafka_message_timestamp(message, NULL));
			last_us = now_us(CLOCK_MONOTONIC);
			seen++;
		}
		if (message)
			rd_kafka_message_destroy(message);
	}
	return seen >= count ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: watch BROKERS TOPIC BASE|tail COUNT TIMEOUT-S\n");
		return 2;
	}
	char error[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], error, sizeof error);
	rd_kafka_conf_set(conf, "group.id", "watch", error, sizeof error);
	rd_kafka_conf_set(conf, "fetch.wait.max.ms", "10", error, sizeof error);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
	int64_t count = atoll(argv[4]), end_us = now_us(CLOCK_MONOTONIC) + atoll(argv[5]) * 1000000;
	bool tails = strcmp(argv[3], "tail") == 0;
	return tails ? tail(rk, argv[2], count, end_us) : watch_growth(rk, argv[2], atoll(argv[3]), count, end_us);
}
