#include "common/io/kafka_mock.h"

#include <stdlib.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "common/base/die.h"

enum { BROKER = 1 };

struct kafka_mock {
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *cluster;
};

struct kafka_mock *kafka_mock_new(void)
{
	char error[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "client.id", "ombud-mockbroker", NULL, 0);
	rd_kafka_conf_set(conf, "log_level", "3", NULL, 0); /* it is no client: what it warns of as one is noise */
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, 1);
	if (!cluster) {
		rd_kafka_destroy(rk);
		return NULL;
	}
	struct kafka_mock *mock = xcalloc(1, sizeof *mock);
	mock->rk = rk;
	mock->cluster = cluster;
	return mock;
}

void kafka_mock_free(struct kafka_mock *mock)
{
	if (!mock)
		return;
	rd_kafka_mock_cluster_destroy(mock->cluster);
	rd_kafka_destroy(mock->rk);
	free(mock);
}

const char *kafka_mock_address(const struct kafka_mock *mock)
{
	return rd_kafka_mock_cluster_bootstraps(mock->cluster);
}

bool kafka_mock_topic(struct kafka_mock *mock, const char *topic, int partitions)
{
	rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(mock->cluster, topic, partitions, 1);
	return !err || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
}

void kafka_mock_down(struct kafka_mock *mock, bool down)
{
	if (down)
		rd_kafka_mock_broker_set_down(mock->cluster, BROKER);
	else
		rd_kafka_mock_broker_set_up(mock->cluster, BROKER);
}

void kafka_mock_error(struct kafka_mock *mock, int16_t api, int error, int times)
{
	for (int i = 0; i < times; i++)
		rd_kafka_mock_push_request_errors(mock->cluster, api, 1, (rd_kafka_resp_err_t)error);
}
