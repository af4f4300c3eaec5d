/* Looking back: is the log that is read the one that was read? A topic can be made anew, or a broker lose its tail, and
 * offsets then lie without a word; librdkafka cannot be relied on to notice.
 *
 * Before anything new is taken from a place that was left (an assignment, a taking over, the end of a stop, a broker that was away)
 * the consumer is set one record back: it must be the one that was taken last, and is dropped. And once a minute the last record
 * that a look has found in its place is read again beside the consumer: as long as it lies there, so does all that was taken after
 * it. Another record, or none, stops the shard for a person (shard.h).
 */
#ifndef OMBUD_DAEMON_LOOK_H
#define OMBUD_DAEMON_LOOK_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct kafka_record;
struct shard;

/* The first 8 bytes of SHA-256 over key, value, headers and timestamp, each with its length before it, null told from empty; never
 * 0. */
int64_t look_digest(const struct kafka_record *record);

/* The next record of that topic must be this one. digest 0: there is nothing to compare with. */
void look_expect(struct shard *shard, int topic, int64_t offset, int64_t digest);
bool look_expects(const struct shard *shard, int topic);
/* Where the consumer is to begin. */
int64_t look_begin(const struct shard *shard, int topic);

/* A record has come. true: it was only looked at, and is not to be taken. */
bool look_at(struct shard *shard, const struct kafka_record *record);
/* The topic ends at that offset. true: before what must be there. */
bool look_at_end(struct shard *shard, int topic, int64_t offset);
/* The broker has nothing where the consumer was set. */
void look_outside(struct shard *shard, int topic);
/* Has another cluster taken this one's place? Then all is given back and taken anew; until then nothing is read. */
bool look_cluster(struct daemon *daemon);

/* What the place that a run leaves rests on; before its fence. */
void look_run_end(struct shard *shard);

void look_start(struct daemon *daemon);
void look_turn(struct daemon *daemon); /* a few times a second */
void look_stop(struct daemon *daemon);

#endif
