#include "services/ombudctl/broker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/instant.h"
#include "common/daemon/options.h"
#include "common/model/topics.h"

enum { SETTINGS_MAX = 64, AGAIN_NS = 100000000 };

static const char *keys[SETTINGS_MAX], *values[SETTINGS_MAX], *places[SETTINGS_MAX];
static struct kafka_settings settings = {keys, values, 0, "ombudctl", places};

/* The last one of a key counts. */
static void add_setting(const char *place, const char *key, const char *value)
{
	for (int i = 0; i < settings.count; i++) {
		if (strcmp(keys[i], key) != 0)
			continue;
		places[i] = place;
		values[i] = value;
		return;
	}
	places[settings.count] = place;
	keys[settings.count] = key;
	values[settings.count++] = value;
}

static const char *place_of(const struct ctl *ctl, const char *name, const char *flag)
{
	const char *variable = ctl->flags.places[flags_row(&ctl->flags, name)];
	return variable ? variable : flag;
}

/* What the daemons have. Their place in a group is not ours. */
static void add_daemons(const struct ctl *ctl)
{
	const char *const *names, *const *texts, *const *where;
	int count = options_kafka(ctl->settings, &names, &texts, &where);
	for (int i = 0; i < count && settings.count < SETTINGS_MAX; i++)
		if (strncmp(names[i], "group.", 6) != 0)
			add_setting(where[i], names[i], texts[i]);
}

void broker_check(const struct ctl *ctl, struct problems *problems)
{
	const char *brokers = ctl_flag(ctl, "brokers"), *place = place_of(ctl, "kafka", "--kafka");
	const char *given = ctl_flag(ctl, "kafka");
	char *rest = *given ? xstrdup(given) : NULL; /* keys and values lie in it */
	add_daemons(ctl);
	if (brokers && strcmp(place_of(ctl, "brokers", "--brokers"), "kafka.bootstrap.servers") != 0)
		add_setting(place_of(ctl, "brokers", "--brokers"), "bootstrap.servers", brokers);
	for (char *pair; (pair = strsep(&rest, ","));) {
		char *equals = strchr(pair, '=');
		if (settings.count == SETTINGS_MAX) {
			problems_add(problems, "%s: more than %d settings", place, SETTINGS_MAX - 1);
			break;
		}
		if (!equals || equals == pair) {
			problems_add(problems, "%s: wants key=value[,key=value], not \"%s\"", place, pair);
			continue;
		}
		*equals = 0;
		add_setting(place, pair, equals + 1);
	}
	kafka_settings_check(&settings, problems);
}

const struct kafka_settings *broker_settings(void)
{
	return &settings;
}

struct kafka_admin *broker_admin(void)
{
	char error[512];
	struct kafka_admin *admin = kafka_admin_new(broker_settings(), error, sizeof error);
	if (!admin)
		die("%s", error);
	return admin;
}

const char *broker_topic(const struct ctl *ctl, const char *topic, char *name)
{
	snprintf(name, TOPIC_NAME_SIZE, "%s%s", ctl_flag(ctl, "prefix"), topic);
	return name;
}

bool broker_tell(const struct ctl *ctl)
{
	char text[1024];
	bool final;
	if (kafka_why(broker_settings(), BROKER_TELL_MS, &final, text, sizeof text))
		ctl_say("the broker at %s cannot be reached: %s", ctl_flag(ctl, "brokers"), text);
	return final;
}

int broker_partitions(const struct ctl *ctl, struct kafka_admin *admin, const char *topic)
{
	int partitions = kafka_topic_partitions(admin, topic, BROKER_TELL_MS);
	if (partitions >= 0 || broker_tell(ctl))
		return partitions;
	ctl_say("waiting for the broker at %s", ctl_flag(ctl, "brokers"));
	partitions = kafka_topic_partitions(admin, topic, BROKER_WAIT_MS - 2 * BROKER_TELL_MS);
	if (partitions < 0)
		ctl_say("the broker does not answer");
	return partitions;
}

bool broker_lacks(const struct ctl *ctl, const char *topic)
{
	int64_t until = instant_monotonic_us() + BROKER_TELL_MS * INT64_C(1000);
	struct kafka_admin *admin = broker_admin();
	int partitions;
	while ((partitions = kafka_topic_partitions(admin, topic, BROKER_TELL_MS)) == 0 && instant_monotonic_us() < until)
		nanosleep(&(struct timespec){0, AGAIN_NS}, NULL);
	kafka_admin_free(admin);
	if (partitions == 0)
		ctl_say("there is no topic %s (ombudctl topics create)", topic);
	return partitions == 0 || (partitions < 0 && broker_tell(ctl));
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
