/* Shared by kafka_*.c only. */
#ifndef OMBUD_IO_KAFKA_PRIVATE_H
#define OMBUD_IO_KAFKA_PRIVATE_H

#include <librdkafka/rdkafka.h>

#include "common/io/kafka.h"

enum kafka_role { KAFKA_ROLE_CONSUMER, KAFKA_ROLE_PRODUCER, KAFKA_ROLE_READER, KAFKA_ROLE_ADMIN };

/* Our defaults, then the settings. NULL: error says why. */
rd_kafka_conf_t *kafka_conf_new(const struct kafka_settings *settings, enum kafka_role role, char *error, size_t error_size);

long kafka_conf_number(const rd_kafka_conf_t *conf, const char *key);

/* Writes a byte to *read_fd's other end whenever the queue gets something and was empty. */
struct kafka_wake {
	int fds[2];
	struct loop_watch *watch;
	void (*fn)(void *context);
	void *context;
};
/* The pipe first, then the handle, whose queue is watched then: what cannot be had is found before there is a handle. false: no
 * descriptor is left, as error says. */
bool kafka_wake_open(struct kafka_wake *wake, char *error, size_t error_size);
void kafka_wake_watch(struct kafka_wake *wake, struct loop *loop, rd_kafka_queue_t *queue, void (*fn)(void *), void *context);
void kafka_wake_close(struct kafka_wake *wake); /* watched or not */

bool kafka_partition_counts(rd_kafka_t *rk, const char *const *topics, int *counts, int wait_ms);
void kafka_record_fill(struct kafka_record *record, rd_kafka_message_t *message, int topic);

#endif
