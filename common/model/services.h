/* The services of Ombud, as one table: each daemon's name, what it reads and what it says. Its schema in the database, its program
 * (ombud-NAME), its consumer group (ombud-NAME) and its configuration (deploy/config/NAME.yaml) have its name. Daemons, ombudctl,
 * the audit, scripts (ombudctl service list) and tests read it; deploy/sql says the same to SQL (ombud.service), and
 * tests/store/test_services.c holds the two together. Topics are without the configurable prefix; common/model/topics.h says what
 * their keys are.
 */
#ifndef OMBUD_MODEL_SERVICES_H
#define OMBUD_MODEL_SERVICES_H

#include <stdbool.h>

enum { SERVICE_TOPICS_MAX = 8, SERVICE_WALKS_MAX = 8 };

struct subscription {
	const char *topic;
	bool inbox; /* strangers write it: three encodings, identity by cause, placement checked. Otherwise ours: shard_sequence */
	bool hop;   /* any of our shards says it to any other: numbered per shard that it comes from */
};

struct service_row {
	const char *name;
	struct subscription reads[SERVICE_TOPICS_MAX + 1]; /* ended by topic NULL; final for version 1 */
	const char *emits[SERVICE_TOPICS_MAX + 1];         /* NULL-ended: facts, keyed as their shard is */
	const char *hops[SERVICE_TOPICS_MAX + 1];          /* NULL-ended: internal topics, under other keys */
	const char *walks[SERVICE_WALKS_MAX + 1];          /* NULL-ended: kinds of campaigns that it carries out */
};

enum { SERVICE_INTAKE, SERVICE_TRIAGE, SERVICE_ESCALATION, SERVICE_NOTIFICATION, SERVICES_COUNT };
extern const struct service_row service_rows[SERVICES_COUNT + 1]; /* ended by name NULL */

int service_index(const char *name); /* -1: no service has it */
bool service_reads(const struct service_row *service, const char *topic);
/* Is it a topic of hops? */
bool service_hops(const char *topic);
/* Who says it; -1: platform backends. */
int service_writer(const char *topic);

#endif
