/* ombud-mockbroker: the embedded broker as a process of its own. Makes every topic first, writes its address to a file, runs until
 * SIGTERM. SIGUSR1 takes the broker down (connections are cut and refused), SIGUSR2 brings it back with its data. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/die.h"
#include "common/base/flags.h"
#include "common/io/kafka_mock.h"
#include "common/model/topics.h"

struct plan {
	struct kafka_mock *mock;
	int partitions;
};

static void make_topic(const char *name, bool dead_letter, void *context)
{
	struct plan *plan = context;
	if (!kafka_mock_topic(plan->mock, name, plan->partitions))
		die("cannot make topic %s", name);
}

static bool check_new_file(const char *text, char *error, size_t error_size)
{
	struct stat facts;
	snprintf(error, error_size, "\"%.100s\" is no name of a file", text);
	return *text && (stat(text, &facts) != 0 || !S_ISDIR(facts.st_mode));
}

/* Before anything else is begun: the cluster needs seconds to make its topics. */
static FILE *open_aside(const char *path, char *aside, size_t aside_size)
{
	if (snprintf(aside, aside_size, "%s.new", path) >= (int)aside_size)
		die("--bootstrap-file: the path is too long");
	FILE *file = fopen(aside, "w");
	if (!file)
		die("--bootstrap-file: %s: %s", aside, strerror(errno));
	return file;
}

/* Whole or not at all: a reader never sees half an address. */
static void write_address(FILE *file, const char *aside, const char *path, const char *address)
{
	if (fprintf(file, "%s\n", address) < 0 || fclose(file) != 0 || rename(aside, path) != 0)
		die("--bootstrap-file: %s: %s", path, strerror(errno));
}

static void run_until_term(struct kafka_mock *mock, const sigset_t *signals)
{
	int number;
	while (sigwait(signals, &number) == 0 && number != SIGTERM && number != SIGINT)
		kafka_mock_down(mock, number == SIGUSR1);
}

int main(int argc, char **argv)
{
	static const struct flag rows[] = {
	    {"bootstrap-file", 0, "FILE", {NULL}, NULL, "where to write its address", .check = check_new_file},
	    {"partitions", 0, "N", {NULL}, "8", "partitions of each topic", .least = 1, .most = TOPIC_PARTITIONS_MAX},
	    {"prefix", 0, "TEXT", {NULL}, "", "before each topic's name", .check = topic_prefix_check},
	    {0},
	};
	struct flags flags;
	flags_main(&flags, "ombud-mockbroker",
	    "A Kafka in memory, for tests and demos: librdkafka's mock cluster, with all topics made.", rows, argc, argv);
	const char *bootstrap_file = flags_text(&flags, "bootstrap-file");
	struct plan plan = {NULL, (int)flags_number(&flags, "partitions")};
	char aside[4096];
	FILE *file = bootstrap_file ? open_aside(bootstrap_file, aside, sizeof aside) : NULL;

	/* Before the first thread of librdkafka, so that all of them leave these to us. */
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigprocmask(SIG_BLOCK, &signals, NULL);

	plan.mock = kafka_mock_new();
	if (!plan.mock)
		die("cannot start the mock cluster");
	topic_each(flags_text(&flags, "prefix"), make_topic, &plan);
	if (file)
		write_address(file, aside, bootstrap_file, kafka_mock_address(plan.mock));
	printf("%s\n", kafka_mock_address(plan.mock));
	fflush(stdout);
	run_until_term(plan.mock, &signals);
	return EXIT_CODE_OK; /* nothing outlives the process: no orderly end is needed */
}
