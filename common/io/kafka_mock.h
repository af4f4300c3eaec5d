/* librdkafka's mock cluster: the embedded broker. One broker, in memory; it lacks transactions, static members and
 * most admin calls, and keeps 5 MiB a partition. It aborts the
 * process on what it does not know, so it lives in a process of its own (services/mockbroker) or in a test.
 */
#ifndef OMBUD_IO_KAFKA_MOCK_H
#define OMBUD_IO_KAFKA_MOCK_H

#include <stdbool.h>
#include <stdint.h>

struct kafka_mock;
struct kafka_mock *kafka_mock_new(void); /* NULL: no port, no memory */
void kafka_mock_free(struct kafka_mock *mock);
const char *kafka_mock_address(const struct kafka_mock *mock); /* "127.0.0.1:34567" */
bool kafka_mock_topic(struct kafka_mock *mock, const char *topic, int partitions);

/* ---- faults ---- */
void kafka_mock_down(struct kafka_mock *mock, bool down); /* connections are cut and refused; the data stay */
/* The next `times` requests of that API are answered with that error (librdkafka's numbers). */
void kafka_mock_error(struct kafka_mock *mock, int16_t api, int error, int times);

#endif
