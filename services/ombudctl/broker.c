#include "services/ombudctl/broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/instant.h"
#include "common/model/topics.h"

enum { SETTINGS_MAX = 64, AGAIN_NS = 100000000 };

const struct kafka_settings *broker_settings(const struct ctl *ctl)
{
	static const char *keys[SETTINGS_MAX], *values[SETTINGS_MAX];
	static struct kafka_settings settings = {keys, values, 0, "ombudctl"};
	if (settings.count)
		return &settings;
	keys[0] = "bootstrap.servers";
	values[0] = ctl_need(ctl, "brokers");
	settings.count = 1;
	char *rest = xstrdup(ctl_flag(ctl, "kafka"));
	for (char *pair; (pair = strsep(&rest, ",")) && *pair;) {
		char *equals = strchr(pair, '=');
		if (!equals || settings.count == SETTINGS_MAX)
			die("--kafka wants key=value[,key=value], not '%s'", pair);
		*equals = 0;
		keys[settings.count] = pair;
		values[settings.count++] = equals + 1;
	}
	return &settings;
}

struct kafka_admin *broker_admin(const struct ctl *ctl)
{
	char error[512];
	struct kafka_admin *admin = kafka_admin_new(broker_settings(ctl), error, sizeof error);
	if (!admin)
		die("%s", error);
	return admin;
}

const char *broker_topic(const struct ctl *ctl, const char *topic, char *name)
{
	snprintf(name, TOPIC_NAME_SIZE, "%s%s", ctl_flag(ctl, "prefix"), topic);
	return name;
}

int broker_partitions(const struct ctl *ctl, struct kafka_admin *admin, const char *topic)
{
	int partitions = kafka_topic_partitions(admin, topic, BROKER_TELL_MS);
	if (partitions >= 0)
		return partitions;
	ctl_say("waiting for the broker at %s", ctl_need(ctl, "brokers"));
	partitions = kafka_topic_partitions(admin, topic, BROKER_WAIT_MS - BROKER_TELL_MS);
	if (partitions < 0)
		ctl_say("the broker does not answer");
	return partitions;
}

bool broker_lacks(const struct ctl *ctl, const char *topic)
{
	int64_t until = instant_monotonic_us() + BROKER_TELL_MS * INT64_C(1000);
	struct kafka_admin *admin = broker_admin(ctl);
	int partitions;
	while ((partitions = kafka_topic_partitions(admin, topic, BROKER_TELL_MS)) == 0 && instant_monotonic_us() < until)
		nanosleep(&(struct timespec){0, AGAIN_NS}, NULL);
	kafka_admin_free(admin);
	if (partitions == 0)
		ctl_say("there is no topic %s (ombudctl topics create)", topic);
	return partitions == 0;
}

bool broker_watermarks(struct kafka_admin *admin, const char *topic, int partition, int64_t *low, int64_t *high)
{
	int64_t until = instant_monotonic_us() + BROKER_WAIT_MS * INT64_C(1000);
	while (!kafka_watermarks(admin, topic, partition, low, high, BROKER_WAIT_MS)) {
		if (instant_monotonic_us() > until)
			return false;
		nanosleep(&(struct timespec){0, AGAIN_NS}, NULL);
	}
	return true;
}
