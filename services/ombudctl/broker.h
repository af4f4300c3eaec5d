/* What the commands that speak to Kafka share. */
#ifndef OMBUD_OMBUDCTL_BROKER_H
#define OMBUD_OMBUDCTL_BROKER_H

#include "common/io/kafka.h"
#include "services/ombudctl/ctl.h"

enum { BROKER_TELL_MS = 2000, BROKER_WAIT_MS = 10000 };

/* Reads --brokers and --kafka, and tells what is wrong with them. */
void broker_check(const struct ctl *ctl, struct problems *problems);
const struct kafka_settings *broker_settings(void); /* what was read; for the program's life */
struct kafka_admin *broker_admin(void);             /* die()s when librdkafka refuses the settings together */
/* Of a topic; 0: there is none. -1: no answer, told. Whoever waits long is told for whom. */
int broker_partitions(const struct ctl *ctl, struct kafka_admin *admin, const char *topic);
/* Says why the broker does not answer: a wrong name, password or certificate, nobody there, or silence. true: no waiting mends it.
 */
bool broker_tell(const struct ctl *ctl);
/* Nothing can be sent there, told: the broker answers, and knows no such topic even after a moment, or refuses us for good. */
bool broker_lacks(const struct ctl *ctl, const char *topic);
/* A partition's first and next offset; a topic just made may need a moment. false: no answer. */
bool broker_watermarks(struct kafka_admin *admin, const char *topic, int partition, int64_t *low, int64_t *high);
/* A topic's name with the prefix, in a buffer of TOPIC_NAME_SIZE; returns it. */
const char *broker_topic(const struct ctl *ctl, const char *topic, char *name);

#endif
