#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/instant.h"
#include "common/io/json.h"

#include "services/player/summary.h"

/* What ombudctl audit says. */
struct books {
	bool known, balanced;
	int64_t lost, doubled, due_unfired, undelivered;
	char *json; /* NULL: it could not be run */
};

void summary_step(struct summary *summary, const char *name)
{
	if (summary->steps_count == SUMMARY_STEPS_MAX)
		return;
	summary->steps[summary->steps_count].name = name;
	summary->steps[summary->steps_count++].from_us = instant_monotonic_us();
}

static double step_seconds(const struct summary *summary, int step)
{
	int64_t until_us = step + 1 < summary->steps_count ? summary->steps[step + 1].from_us : instant_monotonic_us();
	return (double)(until_us - summary->steps[step].from_us) / 1e6;
}

/* ---- the books ---- */

static char *read_all(FILE *pipe)
{
	struct buf text = BUF_EMPTY;
	char part[4096];
	for (size_t size; (size = fread(part, 1, sizeof(part), pipe)) > 0;)
		buf_append(&text, part, size);
	return buf_take(&text);
}

/* The folder that this program lies in, from the working directory when it is below it. */
static const char *program_folder(char *path)
{
	char here[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
	path[size > 0 ? size : 0] = '\0';
	const char *folder = dirname(path);
	size_t length = getcwd(here, sizeof(here)) ? strlen(here) : 0;
	return length > 1 && strncmp(folder, here, length) == 0 && folder[length] == '/' ? folder + length + 1 : folder;
}

static struct books read_books(const struct summary *summary)
{
	char self[PATH_MAX], command[2 * PATH_MAX + 64], error[JSON_ERROR_SIZE];
	struct books books = {0};
	snprintf(command, sizeof(command), "'%s/ombudctl' audit -o json --workdir '%s'", program_folder(self), summary->workdir);
	FILE *pipe = popen(command, "r");
	if (!pipe)
		return books;
	books.json = read_all(pipe);
	books.balanced = pclose(pipe) == 0;
	struct json *json = json_parse(books.json, strlen(books.json), 0, error, NULL);
	books.known = json_kind_of(json_member(json, "lost")) == JSON_KIND_INTEGER &&
		      strcmp(json_text_of(json_member(json, "answer")), "not_known_yet") != 0;
	books.lost = json_integer_of(json_member(json, "lost"));
	books.doubled = json_integer_of(json_member(json, "doubled"));
	books.due_unfired = json_integer_of(json_member(json, "due_unfired"));
	books.undelivered = json_integer_of(json_member(json, "undelivered"));
	json_free(json);
	return books;
}

/* ---- counting ---- */

static void count_stages(const struct play *play, int64_t *stages)
{
	for (const struct life *life = play->lives; life; life = life->hh.next) {
		if (life->complaint_id[0] != '\0')
			stages[life->stage]++;
	}
}

static int64_t sum_of(const int64_t *counts, int count)
{
	int64_t sum = 0;
	for (int i = 0; i < count; i++)
		sum += counts[i];
	return sum;
}

static struct tally_clock clocks_sum(const struct tally *tally)
{
	struct tally_clock sum = {0};
	for (int kind = 0; kind < CLOCK_COUNT; kind++) {
		const struct tally_clock *clock = &tally->clocks[kind];
		sum.started += clock->started;
		sum.warned += clock->warned;
		sum.met += clock->met;
		sum.breached += clock->breached;
		sum.cancelled += clock->cancelled;
		sum.late += clock->late;
	}
	return sum;
}

/* ---- summary.json ---- */

static void json_counts(struct buf *out, const char *name, const int64_t *counts, int count, const char *(*name_of)(int))
{
	const char *joint = "";
	buf_printf(out, "\"%s\": {", name);
	for (int i = 0; i < count; i++) {
		if (counts[i] == 0)
			continue;
		buf_printf(out, "%s\"%s\": %lld", joint, name_of(i), (long long)counts[i]);
		joint = ", ";
	}
	buf_text(out, "},\n  ");
}

static const char *stage_at(int i)
{
	return stage_name((enum stage)i);
}

static const char *notice_channel_at(int i)
{
	return notice_channel_name((enum notice_channel)i);
}

static void json_refused(struct buf *out, const struct tally *tally)
{
	buf_text(out, "\"refused\": {");
	for (int i = 0; i < tally->refused_count; i++)
		buf_printf(out, "%s\"%s\": %lld", i ? ", " : "", tally->refused[i].code, (long long)tally->refused[i].count);
	buf_text(out, "},\n  ");
}

static void json_events(struct buf *out, const struct summary *summary)
{
	const char *const *topics;
	int count = bus_topics(summary->bus, &topics);
	buf_printf(out, "\"events\": {\"ombud.inbox.v1\": %lld", (long long)bus_published_count(summary->bus));
	for (int i = 0; i < count; i++)
		buf_printf(out, ", \"%s\": %lld", topics[i], (long long)bus_facts(summary->bus, topics[i]));
	buf_text(out, "},\n  ");
}

static void json_clocks(struct buf *out, const struct tally *tally)
{
	struct tally_clock sum = clocks_sum(tally);
	buf_printf(out,
	    "\"clocks\": {\"started\": %lld, \"met\": %lld, \"warned\": %lld, \"breached\": %lld, \"cancelled\": %lld, "
	    "\"escalated\": %lld, \"late\": %lld},\n  ",
	    (long long)sum.started, (long long)sum.met, (long long)sum.warned, (long long)sum.breached, (long long)sum.cancelled,
	    (long long)tally->ladder_steps, (long long)sum.late);
}

static void json_book(struct buf *out, const struct books *books, const char *name, int64_t count)
{
	if (books->known)
		buf_printf(out, "\"%s\": %lld,\n  ", name, (long long)count);
	else
		buf_printf(out, "\"%s\": null,\n  ", name);
}

static void write_json(const struct summary *summary, const struct books *books)
{
	char path[PATH_MAX];
	struct buf out = BUF_EMPTY;
	int64_t stages[STAGE_COUNT] = {0};
	count_stages(summary->play, stages);
	buf_printf(&out, "{\n  \"orders\": %lld,\n  ", (long long)summary->play->noted.orders);
	json_counts(&out, "complaints", stages, STAGE_COUNT, stage_at);
	json_refused(&out, summary->tally);
	json_events(&out, summary);
	json_counts(&out, "notices_by_channel", summary->tally->notices, NOTICE_CHANNEL_COUNT, notice_channel_at);
	json_clocks(&out, summary->tally);
	json_book(&out, books, "lost", books->lost);
	json_book(&out, books, "doubled", books->doubled);
	json_book(&out, books, "due_unfired", books->due_unfired);
	json_book(&out, books, "undelivered", books->undelivered);
	/* What came before the play was timed by deploy/local/run. */
	const char *before = getenv("OMBUD_RUN_SECONDS");
	buf_printf(&out, "\"seconds\": {%s%s", before ? before : "", before && *before ? ", " : "");
	for (int i = 0; i < summary->steps_count; i++)
		buf_printf(&out, "%s\"%s\": %.1f", i ? ", " : "", summary->steps[i].name, step_seconds(summary, i));
	buf_text(&out, "}\n}\n");

	snprintf(path, sizeof(path), "%s/summary.json", summary->workdir);
	FILE *file = fopen(path, "we");
	if (!file || fwrite(out.data, 1, out.size, file) != out.size || fclose(file) != 0)
		fprintf(stderr, "player: %s: %s\n", path, strerror(errno));
	buf_free(&out);
}

/* ---- for people ---- */

static void print_came_in(const struct summary *summary)
{
	const struct noted *noted = &summary->play->noted;
	const struct tally *tally = summary->tally;
	int64_t said = sum_of(tally->said, EVENT_TYPE_COUNT);
	printf("\nWhat came in\n  %lld orders known; %lld complaints filed, %lld answers, %lld decisions, %lld other messages\n",
	    (long long)noted->orders, (long long)tally->said[EVENT_COMPLAINT_FILED], (long long)tally->said[EVENT_ANSWER_GIVEN],
	    (long long)tally->said[EVENT_DECISION_MADE],
	    (long long)(said - tally->said[EVENT_COMPLAINT_FILED] - tally->said[EVENT_ANSWER_GIVEN] -
			tally->said[EVENT_DECISION_MADE] - tally->said[EVENT_ORDER_RECORDED]));
	printf("  as CloudEvents in protobuf %lld, in JSON %lld, in Confluent's frame %lld, as noise %lld\n",
	    (long long)tally->encodings[ENCODING_BINARY], (long long)tally->encodings[ENCODING_STRUCTURED],
	    (long long)tally->encodings[ENCODING_CONFLUENT], (long long)tally->encodings[ENCODING_RAW]);
	printf("  of these: repeats %lld, sent on from a wrong partition %lld, unreadable (dead letters) %lld\n",
	    (long long)noted->repeats, (long long)noted->forwarded, (long long)noted->dead_letters);
}

static void print_became(const struct summary *summary)
{
	int64_t stages[STAGE_COUNT] = {0};
	count_stages(summary->play, stages);
	printf("\nWhat became of it\n  %lld complaints:", (long long)sum_of(stages, STAGE_COUNT));
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (stages[i])
			printf(" %s %lld", stage_at(i), (long long)stages[i]);
	}
	printf("\n  remedies ordered %lld; refused with a reason:", (long long)summary->tally->told[EVENT_REMEDY_ORDERED]);
	for (int i = 0; i < summary->tally->refused_count; i++)
		printf(" %s %lld", summary->tally->refused[i].code, (long long)summary->tally->refused[i].count);
	printf("%s\n", summary->tally->refused_count ? "" : " none");
}

static void print_told(const struct summary *summary)
{
	const struct tally *tally = summary->tally;
	printf("\nWho was told\n  %lld notices:", (long long)sum_of(tally->notices, NOTICE_CHANNEL_COUNT));
	for (int i = 0; i < NOTICE_CHANNEL_COUNT; i++) {
		if (tally->notices[i])
			printf(" %s %lld", notice_channel_at(i), (long long)tally->notices[i]);
	}
	printf("; to");
	for (int i = 0; i < PARTY_COUNT; i++) {
		if (tally->told_to[i])
			printf(" %s %lld", party_name((enum party)i), (long long)tally->told_to[i]);
	}
	printf("\n  given up: %lld; the webhook's endpoint took %lld and was down for %lld tries\n",
	    (long long)tally->notices_failed, (long long)sink_taken(summary->sink), (long long)sink_refused(summary->sink));
}

static void print_deadlines(const struct tally *tally)
{
	printf("\nDeadlines                 started   warned      met   broken  stopped\n");
	for (int kind = 1; kind < CLOCK_COUNT; kind++) {
		const struct tally_clock *clock = &tally->clocks[kind];
		if (clock->started)
			printf("  %-22s %8lld %8lld %8lld %8lld %8lld\n", clock_kind_name((enum clock_kind)kind),
			    (long long)clock->started, (long long)clock->warned, (long long)clock->met, (long long)clock->breached,
			    (long long)clock->cancelled);
	}
	printf("  escalated: %lld steps of ladders; fired late: %lld\n", (long long)tally->ladder_steps,
	    (long long)clocks_sum(tally).late);
}

static void print_books(const struct summary *summary, const struct books *books, bool played, int wrong)
{
	printf("\nHow long it took\n ");
	for (int i = 0; i < summary->steps_count; i++)
		printf(" %s %.1f s", summary->steps[i].name, step_seconds(summary, i));
	printf(" (%lld steps of the virtual clock)\n", (long long)summary->tally->steps);
	if (books->known)
		printf("\nBooks %s: lost %lld, doubled %lld, due and unfired %lld, undelivered %lld\n",
		    books->balanced ? "balance" : "DO NOT BALANCE", (long long)books->lost, (long long)books->doubled,
		    (long long)books->due_unfired, (long long)books->undelivered);
	else
		printf("\nBooks: not known yet (ombudctl audit says what it waits for)\n");
	if (!played)
		printf("The play did not come to its end.\n");
	else if (summary->play->scenario->check)
		printf("The play's table: %s\n",
		    wrong ? "SOME ROWS CAME OUT OTHERWISE (told above)" : "every row came out as written");
}

static void print_where(const struct summary *summary)
{
	char self[PATH_MAX];
	const char *port = getenv("OMBUD_INTAKE_PORT"), *health = getenv("OMBUD_INTAKE_HEALTH_PORT"),
		   *folder = program_folder(self);
	const struct life *shown = NULL;
	for (const struct life *life = summary->play->lives; life && !shown; life = life->hh.next)
		shown = life->complaint_id[0] != '\0' ? life : NULL;
	printf("\nWhere to look\n");
	if (port && health)
		printf("  http://127.0.0.1:%s/v1/complaints   http://127.0.0.1:%s/metrics\n", port, health);
	if (shown)
		printf("  %s/ombudctl complaint show %s   (or clock list, clock explain)\n", folder, shown->complaint_id);
	printf("  %s/ombudctl complaint list   (or dlt list, lag, audit)\n  %s/summary.json\n\n", folder, summary->workdir);
}

bool summary_make(struct summary *summary, bool played, int wrong)
{
	struct books books = read_books(summary);
	print_came_in(summary);
	print_became(summary);
	print_told(summary);
	print_deadlines(summary->tally);
	print_books(summary, &books, played, wrong);
	print_where(summary);
	fflush(stdout);
	write_json(summary, &books);
	free(books.json);
	return books.balanced;
}
