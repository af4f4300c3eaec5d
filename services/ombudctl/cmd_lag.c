/* ombudctl lag: how far each service is behind each topic. 0 means that all that can be read has been taken, and nothing else:
 * where offsets lie between a service's place and the end, somebody looks whether there is a record. (Transactions leave control
 * records and aborted ones, which nobody takes; what lies behind an open one cannot be read yet.)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/instant.h"
#include "common/model/services.h"
#include "common/model/topics.h"
#include "common/store/views.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/output.h"

enum { TOPICS_ROOM = 32 };

/* One service in one partition of one topic that it reads. */
struct standing {
	int service, topic, partition;
	int64_t next; /* of the service; 0: it has taken nothing yet */
	int64_t low, end;
	int64_t lag, age_us; /* age: of the oldest record not taken */
	const char *state;   /* "": well */
	bool known;
};

/* A service's shard. */
struct owned {
	int64_t unsent;
	char owner[64];
};

struct standings {
	int topics_count, partitions;
	const char *plain[TOPICS_ROOM];
	char names[TOPICS_ROOM][TOPIC_NAME_SIZE];
	const char *full[TOPICS_ROOM + 1];
	struct standing *rows;
	int count;
	struct owned *owned[SERVICES_COUNT]; /* by partition */
};

static const char no_answer[] = "no answer", beyond[] = "beyond the end";

/* ---- the database: before the broker is asked, so that what a daemon takes meanwhile looks like lag and not like less than none
 * ---- */

static void add_standings(struct standings *all, int topic, int partitions)
{
	for (int partition = 0; partition < partitions; partition++)
		for (int s = 0; s < SERVICES_COUNT; s++) {
			if (!service_reads(&service_rows[s], all->plain[topic]))
				continue;
			all->rows = xrealloc(all->rows, (unsigned long)(all->count + 1) * sizeof *all->rows);
			all->rows[all->count++] =
			    (struct standing){.service = s, .topic = topic, .partition = partition, .state = ""};
		}
	if (partitions > all->partitions)
		all->partitions = partitions;
}

static bool find_topics(struct ctl *ctl, struct kafka_admin *admin, struct standings *all)
{
	for (const struct topic_row *row = topic_rows; row->name; row++) {
		int topic = all->topics_count++;
		if (topic == TOPICS_ROOM)
			bug("more than %d topics", TOPICS_ROOM);
		all->plain[topic] = row->name;
		all->full[topic] = broker_topic(ctl, row->name, all->names[topic]);
		int partitions = broker_partitions(ctl, admin, all->full[topic]);
		if (partitions < 0)
			return false;
		add_standings(all, topic, partitions);
	}
	return true;
}

static void take_place(struct standings *all, const struct pg_result *result, int row)
{
	int service = service_index(pg_get_text(result, row, 0)), shard = pg_get_int4(result, row, 1);
	if (service < 0 || shard < 0 || shard >= all->partitions)
		return;
	struct owned *owned = &all->owned[service][shard];
	owned->unsent = pg_get_int8(result, row, 4);
	snprintf(owned->owner, sizeof owned->owner, "%s", pg_get_text(result, row, 5));
	for (int i = 0; i < pg_get_array_count(result, row, 2); i++) {
		size_t size;
		const char *topic = pg_get_array_text(result, row, 2, i, &size);
		for (int k = 0; k < all->count; k++) {
			struct standing *standing = &all->rows[k];
			const char *plain = all->plain[standing->topic];
			if (standing->service == service && standing->partition == shard && strlen(plain) == size &&
			    !memcmp(plain, topic, size))
				standing->next = pg_get_array_int8(result, row, 3, i);
		}
	}
}

static bool read_places(struct ctl *ctl, struct standings *all)
{
	for (int s = 0; s < SERVICES_COUNT; s++)
		all->owned[s] = xcalloc((unsigned long)all->partitions + 1, sizeof *all->owned[s]);
	struct pg_result *result = ctl_run(ctl, &lag_positions, NULL);
	for (int row = 0; result && row < pg_result_rows(result); row++)
		take_place(all, result, row);
	pg_result_free(result);
	return result != NULL;
}

/* ---- the broker ---- */

static void read_ends(struct kafka_admin *admin, struct standings *all)
{
	bool patient = true; /* the first that does not answer is waited for */
	for (int i = 0; i < all->count; i++) {
		struct standing *row = &all->rows[i], *before = i ? &all->rows[i - 1] : NULL;
		if (before && before->topic == row->topic && before->partition == row->partition) {
			row->low = before->low;
			row->end = before->end;
			row->known = before->known;
			continue;
		}
		row->known =
		    patient ? broker_watermarks(admin, all->full[row->topic], row->partition, &row->low, &row->end)
			    : kafka_watermarks(admin, all->full[row->topic], row->partition, &row->low, &row->end, BROKER_TELL_MS);
		patient = patient && row->known;
	}
}

/* From where it is looked: a place beyond the end is another log's, and one before the beginning has lost what lay there. */
static int64_t from_of(const struct standing *row)
{
	return row->next > row->end || row->next < row->low ? row->low : row->next;
}

static void judge(struct standing *row, const struct kafka_peek *peek, int64_t now_us)
{
	int64_t from = from_of(row), first = peek ? peek->at : from;
	if (!row->known)
		row->state = no_answer;
	else if (row->next > row->end)
		row->state = beyond;
	if (!row->known || from >= row->end || (peek && peek->answered && !peek->found))
		return;
	if (!peek || !peek->answered) {
		row->state = no_answer;
		row->lag = row->end - from;
		return;
	}
	row->lag = row->end > first ? row->end - first : 1;
	row->age_us = peek->timestamp_us && now_us > peek->timestamp_us ? now_us - peek->timestamp_us : 0;
}

static bool look(struct standings *all)
{
	struct kafka_peek *peeks = xcalloc((unsigned long)all->count + 1, sizeof *peeks);
	int *asked = xcalloc((unsigned long)all->count + 1, sizeof *asked), count = 0;
	char error[512] = "";
	for (int i = 0; i < all->count; i++) {
		const struct standing *row = &all->rows[i];
		asked[i] = -1;
		if (!row->known || from_of(row) >= row->end)
			continue;
		asked[i] = count;
		peeks[count++] = (struct kafka_peek){.topic = row->topic, .partition = row->partition, .offset = from_of(row)};
	}
	bool good = !count || kafka_peek(broker_settings(), all->full, peeks, count, BROKER_WAIT_MS, error, sizeof error);
	if (!good)
		ctl_say("%s", error);
	int64_t now_us = instant_wall_us();
	for (int i = 0; i < all->count; i++)
		judge(&all->rows[i], asked[i] >= 0 ? &peeks[asked[i]] : NULL, now_us);
	free(peeks);
	free(asked);
	return good;
}

/* ---- telling ---- */

static void cell(struct table *table, int64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, number);
	table_cell(table, text);
}

/* Tenths of a second; empty: nothing waits. */
static void age_cell(struct table *table, const struct standing *row)
{
	char text[24] = "";
	if (row->lag)
		snprintf(text, sizeof text, "%.1f", (double)row->age_us / US_PER_SECOND);
	table_cell(table, text);
}

/* Of a service: its sums, and its oldest record. */
static struct standing sum_of(const struct standings *all, int service, int64_t *unsent)
{
	struct standing sum = {.service = service, .known = true, .state = ""};
	*unsent = 0;
	for (int i = 0; i < all->count; i++) {
		const struct standing *row = &all->rows[i];
		if (row->service != service)
			continue;
		sum.lag += row->lag;
		sum.age_us = row->age_us > sum.age_us ? row->age_us : sum.age_us;
		sum.state = row->state[0] ? row->state : sum.state;
	}
	for (int p = 0; p < all->partitions; p++)
		*unsent += all->owned[service][p].unsent;
	return sum;
}

static void print_tables(const struct standings *all)
{
	static const char *const headings[] = {"service", "topic", "partition", "current_offset", "log_end_offset", "lag",
	    "oldest_unread_s", "unsent", "owner", "state"};
	static const char *const sums[] = {"service", "lag", "oldest_unread_s", "unsent", "state"};
	struct table *table = table_new(10, headings), *totals = table_new(5, sums);
	for (int i = 0; i < all->count; i++) {
		const struct standing *row = &all->rows[i];
		const struct owned *owned = &all->owned[row->service][row->partition];
		table_cell(table, service_rows[row->service].name);
		table_cell(table, all->plain[row->topic]);
		cell(table, row->partition);
		cell(table, row->next);
		cell(table, row->end);
		cell(table, row->lag);
		age_cell(table, row);
		cell(table, owned->unsent);
		table_cell(table, owned->owner[0] ? owned->owner : "-");
		table_cell(table, row->state);
	}
	for (int s = 0; s < SERVICES_COUNT; s++) {
		int64_t unsent;
		struct standing sum = sum_of(all, s, &unsent);
		table_cell(totals, service_rows[s].name);
		cell(totals, sum.lag);
		age_cell(totals, &sum);
		cell(totals, unsent);
		table_cell(totals, sum.state);
	}
	table_print(table, "");
	puts("");
	table_print(totals, "");
	table_free(table);
	table_free(totals);
}

static void json_age(struct buf *json, const struct standing *row)
{
	if (row->lag)
		buf_printf(json, "\"oldest_unread_age_seconds\":%.3f,", (double)row->age_us / US_PER_SECOND);
	else
		buf_text(json, "\"oldest_unread_age_seconds\":null,");
}

/* The sums are rows, too, of the topic "*". */
static void print_json(const struct standings *all)
{
	struct buf json = BUF_EMPTY;
	buf_text(&json, "[");
	for (int i = 0; i < all->count; i++) {
		const struct standing *row = &all->rows[i];
		const struct owned *owned = &all->owned[row->service][row->partition];
		buf_printf(&json,
		    "{\"service\":\"%s\",\"topic\":\"%s\",\"partition\":%d,\"current_offset\":%" PRId64
		    ",\"log_end_offset\":%" PRId64 ",\"lag\":%" PRId64 ",",
		    service_rows[row->service].name, all->plain[row->topic], row->partition, row->next, row->end, row->lag);
		json_age(&json, row);
		buf_printf(&json, "\"unsent\":%" PRId64 ",\"state\":\"%s\",\"owner\":", owned->unsent, row->state);
		buf_json_string(&json, owned->owner, strlen(owned->owner));
		buf_text(&json, "},\n ");
	}
	for (int s = 0; s < SERVICES_COUNT; s++) {
		int64_t unsent;
		struct standing sum = sum_of(all, s, &unsent);
		buf_printf(&json, "{\"service\":\"%s\",\"topic\":\"*\",\"partition\":null,\"lag\":%" PRId64 ",",
		    service_rows[s].name, sum.lag);
		json_age(&json, &sum);
		buf_printf(&json, "\"unsent\":%" PRId64 ",\"state\":\"%s\"}%s", unsent, sum.state,
		    s + 1 < SERVICES_COUNT ? ",\n " : "]\n");
	}
	fputs(buf_string(&json), stdout);
	buf_free(&json);
}

static void standings_free(struct standings *all)
{
	for (int s = 0; s < SERVICES_COUNT; s++)
		free(all->owned[s]);
	free(all->rows);
	free(all);
}

static enum exit_code verdict(const struct standings *all)
{
	for (int i = 0; i < all->count; i++)
		if (all->rows[i].state == no_answer)
			return EXIT_CODE_PARTIAL;
	return EXIT_CODE_OK;
}

enum exit_code lag(struct ctl *ctl)
{
	struct standings *all = xcalloc(1, sizeof *all);
	struct kafka_admin *admin = broker_admin();
	bool good = find_topics(ctl, admin, all) && read_places(ctl, all);
	if (good)
		read_ends(admin, all);
	kafka_admin_free(admin);
	good = good && look(all);
	enum exit_code code = good ? verdict(all) : EXIT_CODE_FAILED;
	if (good && ctl_json(ctl))
		print_json(all);
	else if (good)
		print_tables(all);
	standings_free(all);
	return code;
}
