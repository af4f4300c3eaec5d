/* The set algebra of the audit: every kind of wrong is seen, and what is right is left alone. */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/die.h"
#include "services/ombudctl/audit.h"
#include "tests/unit/check.h"

enum { PARTITIONS = 2 };

/* Two topics, the inbox and complaints; nothing in them; everybody at the beginning. */
static struct books *books_new(void)
{
	struct books *books = xcalloc(1, sizeof *books);
	books->partitions = PARTITIONS;
	books->topics_count = 2;
	for (int t = 0; t < 2; t++)
		books->topics[t] = xcalloc(1, sizeof(struct book_topic));
	books->topics[0]->name = "ombud.inbox.v1";
	books->topics[0]->writer = -1;
	books->topics[0]->reads[0] = true;
	books->topics[1]->name = "ombud.complaint.v1";
	books->topics[1]->reads[1] = true;
	for (int s = 0; s < SERVICES_COUNT; s++) {
		books->positions[s] = xcalloc(PARTITIONS, sizeof(struct position));
		for (int p = 0; p < PARTITIONS; p++)
			books->positions[s][p].known = true;
	}
	return books;
}

static void books_free(struct books *books)
{
	for (int t = 0; t < 2; t++) {
		for (int p = 0; p < PARTITIONS; p++) {
			free(books->topics[t]->raw[p].rows);
			free(books->topics[t]->log[p].rows);
		}
		free(books->topics[t]);
	}
	for (int s = 0; s < SERVICES_COUNT; s++)
		free(books->positions[s]);
	free(books->records.rows);
	free(books->outcomes.rows);
	free(books->letters.rows);
	free(books->attempts.rows);
	free(books->parked.rows);
	free(books->kept.rows);
	free(books->takings.rows);
	free(books->steps.rows);
	free(books->numbers.rows);
	free(books->complaints.rows);
	free(books->remedies_said.rows);
	free(books->remedies_kept.rows);
	free(books->lines.rows);
	free(books);
}

static struct finding judge(const struct books *books, const char *id, int nth)
{
	static struct finding finding;
	memset(&finding, 0, sizeof finding);
	for (const struct audit_check *check = audit_checks; check->id; check++)
		if (!strcmp(check->id, id) && nth-- == 0) {
			check->judge(books, &finding);
			return finding;
		}
	fail_msg("no check %s", id);
	return finding;
}

static void check_counts(const char *name, const struct finding *finding, const int64_t want[AUDIT_FAULTS])
{
	for (int fault = 0; fault < AUDIT_FAULTS; fault++)
		if (finding->counts[fault] != want[fault])
			fail_msg("%s: got %lld %s, want %lld", name, (long long)finding->counts[fault], audit_fault_names[fault],
			    (long long)want[fault]);
}

/* ---- S1 ---- */

/* Partition 0 of the inbox: records and outcomes as digits are offsets. */
static struct books *inbox_books(const char *records, const char *outcomes, int64_t low, int64_t next)
{
	struct books *books = books_new();
	for (const char *at = records; *at; at++)
		*list_add(&books->records) = (struct inbox_record){.place = {0, *at - '0'}};
	for (const char *at = outcomes; *at; at++)
		*list_add(&books->outcomes) = (struct outcome){{0, *at - '0'}, OUTCOME_EFFECT};
	books->topics[0]->low[0] = low;
	books->topics[0]->high[0] = books->topics[0]->end[0] = 5;
	books->positions[0][0].next_offsets[0] = next;
	return books;
}

static void test_inbox(void **state)
{
	static const struct {
		const char *name, *records, *outcomes;
		int64_t low, next;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"all well", "01234", "01234", 0, 5, {0}},
	    {"nothing", "", "", 0, 0, {0}},
	    {"offsets have gaps", "0134", "0134", 0, 5, {0}},
	    {"passed over", "01234", "0134", 0, 5, {[AUDIT_LOST] = 1}},
	    {"first and last passed over", "01234", "123", 0, 5, {[AUDIT_LOST] = 2}},
	    {"twice", "01234", "011234", 0, 5, {[AUDIT_DOUBLED] = 1}},
	    {"thrice is one record doubled", "01234", "0111234", 0, 5, {[AUDIT_DOUBLED] = 1}},
	    {"not read yet", "01234", "012", 0, 3, {[AUDIT_UNKNOWN] = 2}},
	    {"an effect of nothing", "0134", "01234", 0, 5, {[AUDIT_PHANTOM] = 1}},
	    {"behind the end", "01234", "012347", 0, 5, {[AUDIT_PHANTOM] = 1}},
	    {"the beginning is gone", "34", "01234", 3, 5, {[AUDIT_UNKNOWN] = 3}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = inbox_books(rows[i].records, rows[i].outcomes, rows[i].low, rows[i].next);
		struct finding finding = judge(books, "S1", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

/* What came in after the topics were read has its outcome already: nobody's fault. */
static void test_inbox_moves(void **state)
{
	struct books *books = inbox_books("01234", "0123456", 0, 5);
	books->topics[0]->end[0] = 7;
	struct finding finding = judge(books, "S1", 0);
	check_counts("it goes on", &finding, (int64_t[AUDIT_FAULTS]){0});
	books_free(books);
}

static void test_ledger(void **state)
{
	struct books *books = inbox_books("01234", "01234", 0, 5);
	*list_add(&books->attempts) = (struct attempt){{0, 2}, ATTEMPT_OK};
	*list_add(&books->attempts) = (struct attempt){{-1, -1}, ATTEMPT_UNKNOWN};
	*list_add(&books->attempts) = (struct attempt){{-1, -1}, ATTEMPT_FAILED};
	struct finding finding = judge(books, "ledger", 0);
	check_counts("all there", &finding, (int64_t[AUDIT_FAULTS]){0});
	*list_add(&books->attempts) = (struct attempt){{0, 9}, ATTEMPT_OK};
	*list_add(&books->attempts) = (struct attempt){{1, 0}, ATTEMPT_OK};
	finding = judge(books, "ledger", 0);
	check_counts("acknowledged and gone", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_LOST] = 2});
	books_free(books);
}

/* ---- what cannot be read yet ---- */

static void want_wait(const struct books *books, const char *text)
{
	static struct waits waits;
	audit_find_waits(books, &waits);
	for (int i = 0; i < waits.count; i++)
		if (strstr(waits.texts[i], text))
			return;
	fail_msg("it does not wait for \"%s\" but for \"%s\"", text, waits.texts[0]);
}

/* Behind an open transaction, or where the broker does not answer: not lost, and no phantom. */
static void test_unread_is_not_lost(void **state)
{
	struct books *books = inbox_books("012", "01234", 0, 5);
	*list_add(&books->attempts) = (struct attempt){{0, 2}, ATTEMPT_OK};
	*list_add(&books->attempts) = (struct attempt){{0, 4}, ATTEMPT_OK};
	*list_add(&books->attempts) = (struct attempt){{1, 0}, ATTEMPT_OK};
	books->topics[0]->unread[0] = 2;
	books->topics[0]->away[1] = true;
	struct finding finding = judge(books, "ledger", 0);
	check_counts("acknowledged", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_UNKNOWN] = 2});
	finding = judge(books, "S1", 0);
	check_counts("taken", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_UNKNOWN] = 2});
	want_wait(books, "a transaction on ombud.inbox.v1/0, open before offset 3");
	want_wait(books, "the broker: it does not answer for ombud.inbox.v1/1");
	books_free(books);
}

/* Facts that the log says are on the topic, and that a reader has taken. */
static void test_unread_facts_are_not_lost(void **state)
{
	struct books *books = books_new();
	*list_add(&books->topics[1]->log[0]) = (struct fact){.seq = 1, .shard_sequence = 1};
	books->positions[0][0].acked_seq = books->positions[0][0].log_seq = 1;
	books->positions[1][0].in_sequences[1] = 1;
	struct finding finding = judge(books, "S3", 0);
	check_counts("there", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_LOST] = 1, [AUDIT_PHANTOM] = 1});
	books->topics[1]->away[0] = true;
	finding = judge(books, "S3", 0);
	check_counts("away", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_UNKNOWN] = 2});
	want_wait(books, "the broker: it does not answer for ombud.complaint.v1/0");
	books_free(books);
}

static void test_what_it_waits_for(void **state)
{
	struct books *books = inbox_books("01234", "012", 0, 3);
	want_wait(books, "intake: to take 2 of ombud.inbox.v1");
	assert_true(audit_is_behind(books, 0, 0));
	assert_false(audit_is_behind(books, 0, 1));
	assert_false(audit_is_behind(books, 1, 0));
	snprintf(books->positions[1][1].stopped, sizeof books->positions[1][1].stopped, "gap");
	want_wait(books, "a person: shard 1 of triage has stopped (gap)");
	assert_true(audit_is_behind(books, 1, 1));
	*list_add(&books->topics[1]->log[0]) = (struct fact){.seq = 1, .shard_sequence = 1};
	want_wait(books, "intake: to send 1 on ombud.complaint.v1");
	books->topics[1]->low[1] = 7;
	want_wait(books, "nothing: ombud.complaint.v1/1 begins at 7");
	books->least = 6;
	want_wait(books, "1 records more (--least)");
	books_free(books);
}

static void test_attempts(void **state)
{
	static const struct {
		const char *line;
		bool want;
		enum attempt_outcome outcome;
		int64_t offset;
	} rows[] = {
	    {"{\"source\":\"s\",\"id\":\"1\",\"partition\":3,\"offset\":17,\"outcome\":\"ok\"}", true, ATTEMPT_OK, 17},
	    {"{\"partition\":null,\"offset\":null,\"outcome\":\"fail\"}", true, ATTEMPT_FAILED, -1},
	    {"{\"outcome\":\"unknown\"}", true, ATTEMPT_UNKNOWN, -1},
	    {"{\"outcome\":\"ok\"}", false, 0, 0},
	    {"{\"partition\":\"3\",\"offset\":1,\"outcome\":\"ok\"}", false, 0, 0},
	    {"{\"outcome\":\"perhaps\"}", false, 0, 0},
	    {"{\"outcome\":", false, 0, 0},
	    {"[]", false, 0, 0},
	    {"", false, 0, 0},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct attempt attempt;
		check_number(rows[i].line, audit_parse_attempt(rows[i].line, strlen(rows[i].line), &attempt), rows[i].want);
		if (!rows[i].want)
			continue;
		check_number(rows[i].line, attempt.outcome, rows[i].outcome);
		check_number(rows[i].line, attempt.place.offset, rows[i].offset);
	}
}

static void test_letters(void **state)
{
	struct books *books = books_new();
	*list_add(&books->parked) = (struct log_place){1, 0, 7};
	*list_add(&books->parked) = (struct log_place){0, 0, 9};
	struct finding finding = judge(books, "Q1", 0);
	check_counts("bytes gone", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_LOST] = 2});
	*list_add(&books->kept) = (struct log_place){0, 0, 7};
	*list_add(&books->kept) = (struct log_place){0, 0, 9};
	finding = judge(books, "Q1", 0);
	check_counts("only one kept", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_LOST] = 1});
	*list_add(&books->kept) = (struct log_place){1, 0, 7};
	finding = judge(books, "Q1", 0);
	check_counts("kept", &finding, (int64_t[AUDIT_FAULTS]){0});
	books_free(books);
}

/* ---- a topic made anew: what happened at the same offsets before does not vouch for what lies there now ---- */

static void test_outcomes_of_another_log(void **state)
{
	static const struct {
		const char *name;
		struct outcome outcomes[2]; /* of offset 0 */
		int64_t decided;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"its own", {{.kind = OUTCOME_EFFECT, .cause = {{1}}}}, 0, {0}},
	    {"another's", {{.kind = OUTCOME_EFFECT, .cause = {{2}}}}, 0, {[AUDIT_FORMER] = 1, [AUDIT_LOST] = 1}},
	    {"both", {{.kind = OUTCOME_EFFECT, .cause = {{2}}}, {.kind = OUTCOME_EFFECT, .cause = {{1}}}}, 0, {[AUDIT_FORMER] = 1}},
	    {"its own repeat", {{.kind = OUTCOME_REPEAT, .body_digest = 7}}, 0, {0}},
	    {"another's repeat", {{.kind = OUTCOME_REPEAT, .body_digest = 8}}, 0, {[AUDIT_FORMER] = 1, [AUDIT_LOST] = 1}},
	    {"another's forward", {{.kind = OUTCOME_FORWARDED, .cause = {{2}}}}, 0, {[AUDIT_FORMER] = 1, [AUDIT_LOST] = 1}},
	    {"another's letter", {{.kind = OUTCOME_DEAD_LETTER}}, 0, {[AUDIT_FORMER] = 1, [AUDIT_LOST] = 1}},
	    {"no record there", {{.kind = OUTCOME_EFFECT, .cause = {{1}}}, {.place = {0, 5}, .seq = 3}}, 0, {[AUDIT_PHANTOM] = 1}},
	    {"... left behind", {{.kind = OUTCOME_EFFECT, .cause = {{1}}}, {.place = {0, 5}, .seq = 3}}, 4, {[AUDIT_FORMER] = 1}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = books_new();
		*list_add(&books->records) = (struct inbox_record){.place = {0, 0}, .cause = {{1}}, .body_digest = 7, .digest = 9};
		for (int k = 0;
		     k < 2 && (k == 0 || rows[i].outcomes[k].kind || rows[i].outcomes[k].seq || rows[i].outcomes[k].cause.bytes[0]);
		     k++)
			*list_add(&books->outcomes) = rows[i].outcomes[k];
		books->topics[0]->high[0] = books->topics[0]->end[0] = 1;
		books->positions[0][0].next_offsets[0] = 1;
		books->positions[0][0].decided_seq = rows[i].decided;
		*list_add(&books->letters) = (struct letter){{0, 0}, 8};
		struct finding finding = judge(books, "S1", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

/* ---- S3 ---- */

/* Digits are shard_sequences of partition 0 of the complaint topic; seq is ten times that, the digest a hundred times. */
static struct books *fact_books(const char *raw, int log, int acked, int taken)
{
	struct books *books = books_new();
	struct book_topic *topic = books->topics[1];
	for (const char *at = raw; *at; at++) {
		int n = *at - '0';
		*list_add(&topic->raw[0]) =
		    (struct fact){.offset = at - raw, .shard_sequence = n, .seq = 10 * n, .digest = 100 * (uint64_t)n};
	}
	for (int n = 1; n <= log; n++)
		*list_add(&topic->log[0]) = (struct fact){.shard_sequence = n, .seq = 10 * n, .digest = 100 * (uint64_t)n};
	books->positions[0][0].log_seq = 10 * log;
	books->positions[0][0].acked_seq = 10 * acked;
	books->positions[1][0].in_sequences[1] = taken;
	audit_settle(books);
	return books;
}

static void test_facts(void **state)
{
	static const struct {
		const char *name, *raw;
		int log, acked, taken;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"all well", "1234", 4, 4, 4, {0}},
	    {"said again", "1212341234", 4, 4, 4, {0}},
	    {"a hole", "1245", 5, 5, 5, {[AUDIT_LOST] = 1}},
	    {"a hole, said later", "12453", 5, 5, 5, {[AUDIT_LOST] = 1}},
	    {"acknowledged and gone", "123", 4, 4, 3, {[AUDIT_LOST] = 1}},
	    {"not sent yet", "123", 4, 3, 3, {[AUDIT_UNKNOWN] = 1}},
	    {"in no log", "12345", 4, 4, 5, {[AUDIT_PHANTOM] = 1}},
	    {"not taken yet", "1234", 4, 4, 2, {[AUDIT_UNKNOWN] = 1}},
	    {"more taken than said", "1234", 4, 4, 6, {[AUDIT_PHANTOM] = 1}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = fact_books(rows[i].raw, rows[i].log, rows[i].acked, rows[i].taken);
		struct finding finding = judge(books, "S3", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

static void test_facts_differ(void **state)
{
	struct books *books = fact_books("1234", 4, 4, 4);
	books->topics[1]->raw[0].rows[2].digest++;
	struct finding finding = judge(books, "S3", 0);
	check_counts("other bytes", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_PHANTOM] = 1});
	books_free(books);
}

/* Two histories: digits are said in the first, letters (a is 1) in the second, whose former one is true up to `former`. The log was
 * restated behind its row of that number; what was made since is born in the second. */
static struct books *history_books(const char *raw, int former, int log)
{
	struct books *books = fact_books("", log, log, 0);
	struct book_topic *topic = books->topics[1];
	struct position *writer = &books->positions[0][0];
	writer->history = writer->restated = 1;
	writer->formers[1][0] = former;
	for (int n = former + 1; n <= log; n++)
		topic->log[0].rows[n - 1] =
		    (struct fact){.shard_sequence = n, .seq = 10 * n, .digest = 101 * (uint64_t)n, .born = 1};
	for (const char *at = raw; *at; at++) {
		bool second = *at >= 'a';
		int n = second ? *at - 'a' + 1 : *at - '0', born = second && n > former;
		*list_add(&topic->raw[0]) = (struct fact){.offset = at - raw,
		    .shard_sequence = n,
		    .seq = 10 * n,
		    .digest = (born ? 101 : 100) * (uint64_t)n,
		    .history = second,
		    .former = second ? former : 0,
		    .born = born};
	}
	audit_settle(books);
	return books;
}

static void test_histories(void **state)
{
	static const struct {
		const char *name, *raw;
		int former, log, taken, taken_history;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"all said again", "123abcd", 3, 4, 4, 1, {0}},
	    {"two that are not true any more", "12345abcd", 3, 4, 4, 1, {[AUDIT_FORMER] = 2}},
	    {"... and said late", "123ab45cd", 3, 4, 4, 1, {[AUDIT_FORMER] = 2}},
	    {"nothing said again yet", "12345", 3, 3, 3, 0, {[AUDIT_FORMER] = 2}},
	    {"a reader took what is not true", "12345", 3, 3, 5, 0, {[AUDIT_FORMER] = 2, [AUDIT_PHANTOM] = 2}},
	    {"a hole in the second", "123abce", 3, 5, 5, 1, {[AUDIT_LOST] = 1}},
	    {"new facts dropped by who looks at numbers only", "12345abcdef", 3, 6, 6, 0,
		{[AUDIT_FORMER] = 2, [AUDIT_PHANTOM] = 3}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = history_books(rows[i].raw, rows[i].former, rows[i].log);
		books->positions[1][0].in_sequences[1] = rows[i].taken;
		books->positions[1][0].in_histories[1] = rows[i].taken_history;
		struct finding finding = judge(books, "S3", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
	struct books *books = history_books("12345abcd", 3, 4);
	books->positions[0][0].restated = 0;
	books->positions[1][0].in_sequences[1] = 4;
	books->positions[1][0].in_histories[1] = 1;
	struct finding finding = judge(books, "S3", 0);
	check_counts("nobody has chosen it", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_PHANTOM] = 2});
	books_free(books);
}

/* Of the history between nothing lies on the topic: what its end has made untrue of the first one is known by the writer's row. */
static void test_two_histories_on(void **state)
{
	static const struct {
		const char *name;
		int taken, taken_history;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"all is taken", 6, 2, {[AUDIT_FORMER] = 2}},
	    {"what is true of the first", 3, 0, {[AUDIT_FORMER] = 2, [AUDIT_UNKNOWN] = 1}},
	    {"what is not true of the first", 5, 0, {[AUDIT_FORMER] = 2, [AUDIT_PHANTOM] = 2}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = history_books("", 3, 6);
		struct fact_list *raw = &books->topics[1]->raw[0];
		struct position *writer = &books->positions[0][0];
		writer->history = writer->restated = 2;
		writer->formers[1][1] = 5;
		for (int n = 1; n <= 11; n++) {
			int second = n > 5, number = second ? n - 5 : n, born = number > 3 && second;
			*list_add(raw) = (struct fact){.offset = n,
			    .shard_sequence = number,
			    .seq = 10 * number,
			    .digest = (born ? 101 : 100) * (uint64_t)number,
			    .history = 2 * second,
			    .former = second ? 5 : 0,
			    .born = born};
		}
		audit_settle(books);
		books->positions[1][0].in_sequences[1] = rows[i].taken;
		books->positions[1][0].in_histories[1] = rows[i].taken_history;
		struct finding finding = judge(books, "S3", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

/* ---- S5 ---- */

static void test_taken_again(void **state)
{
	static const struct {
		const char *name, *raw;
		int64_t taken[4]; /* offsets, -1: no more */
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"each once", "1234", {0, 1, 3, -1}, {0}},
	    {"said again, taken once", "123123", {0, 1, 2, -1}, {0}},
	    {"taken again", "123123", {1, 4, -1}, {[AUDIT_DOUBLED] = 1}},
	    {"nothing to say at first", "123123", {4, -1}, {[AUDIT_DOUBLED] = 1}},
	    {"again by two readers", "1231", {3, 3, -1}, {[AUDIT_DOUBLED] = 2}},
	    {"written after the reading", "12", {0, 7, -1}, {0}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = fact_books(rows[i].raw, 4, 4, 4);
		for (int n = 0; rows[i].taken[n] >= 0; n++)
			*list_add(&books->takings) = (struct taking){1, 0, rows[i].taken[n], 1};
		struct finding finding = judge(books, "S5", 1);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

/* A reader of an ended history's facts: a fault, unless a person has decided of it since. */
static void test_taken_of_an_ended_history(void **state)
{
	for (int decided = 0; decided <= 1; decided++) {
		struct books *books = history_books("12345abcd", 3, 4);
		*list_add(&books->takings) = (struct taking){1, 0, 2, 1, 5};
		*list_add(&books->takings) = (struct taking){1, 0, 3, 1, 6};
		*list_add(&books->takings) = (struct taking){1, 0, 8, 1, 9};
		books->positions[1][0].decided_seq = decided ? 8 : 0;
		struct finding finding = judge(books, "S5", 1);
		check_counts(decided ? "decided" : "not decided", &finding,
		    (int64_t[AUDIT_FAULTS]){[AUDIT_PHANTOM] = !decided, [AUDIT_FORMER] = decided});
		books_free(books);
	}
}

/* ---- S6, S7, S8 ---- */

static void test_paths(void **state)
{
	static const struct {
		const char *name;
		struct step steps[4];
		struct complaint_row row;
		int64_t want[AUDIT_FAULTS];
	} rows[] = {
	    {"well", {{"a", 1, true, 0, STAGE_FILED}, {"a", 2, true, STAGE_FILED, STAGE_TRIAGED}}, {"a", STAGE_TRIAGED, 2}, {0}},
	    {"a refusal between",
		{{"a", 1, true, 0, STAGE_FILED}, {"a", 2, false, 0, 0}, {"a", 3, true, STAGE_FILED, STAGE_TRIAGED}},
		{"a", STAGE_TRIAGED, 3}, {0}},
	    {"a number left out", {{"a", 1, true, 0, STAGE_FILED}, {"a", 3, true, STAGE_FILED, STAGE_TRIAGED}},
		{"a", STAGE_TRIAGED, 3}, {[AUDIT_ILLEGAL] = 1}},
	    {"a stage skipped", {{"a", 1, true, 0, STAGE_FILED}, {"a", 2, true, STAGE_FILED, STAGE_AWAITING_CONFIRMATION}},
		{"a", STAGE_AWAITING_CONFIRMATION, 2}, {[AUDIT_ILLEGAL] = 1}},
	    {"from elsewhere", {{"a", 1, true, 0, STAGE_FILED}, {"a", 2, true, STAGE_TRIAGED, STAGE_NEGOTIATING}},
		{"a", STAGE_NEGOTIATING, 2}, {[AUDIT_ILLEGAL] = 1}},
	    {"the row says other", {{"a", 1, true, 0, STAGE_FILED}}, {"a", STAGE_CLOSED, 1}, {[AUDIT_ILLEGAL] = 1}},
	    {"not told yet", {{"a", 1, true, 0, STAGE_FILED}}, {"a", STAGE_TRIAGED, 2}, {[AUDIT_UNKNOWN] = 1}},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *books = books_new();
		for (size_t k = 0; k < COUNT_OF(rows[i].steps) && rows[i].steps[k].complaint; k++)
			*list_add(&books->steps) = rows[i].steps[k];
		*list_add(&books->complaints) = rows[i].row;
		struct finding finding = judge(books, "S6", 0);
		check_counts(rows[i].name, &finding, rows[i].want);
		books_free(books);
	}
}

static void test_numbers(void **state)
{
	struct books *books = books_new();
	*list_add(&books->numbers) = (struct number){1, 0, 0, 1, 77};
	*list_add(&books->numbers) = (struct number){1, 0, 1, 1, 78};
	*list_add(&books->numbers) = (struct number){1, 0, 2, 2, 77};
	struct finding finding = judge(books, "S7", 1);
	check_counts("two complaints", &finding, (int64_t[AUDIT_FAULTS]){0});
	*list_add(&books->numbers) = (struct number){1, 0, 3, 4, 77};
	finding = judge(books, "S7", 1);
	check_counts("3 left out", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_ILLEGAL] = 1});
	books_free(books);
}

static void test_remedies(void **state)
{
	struct books *books = books_new();
	*list_add(&books->remedies_said) = (struct remedy_row){"a/d/refund/1", 500};
	*list_add(&books->remedies_kept) = (struct remedy_row){"a/d/refund/1", 500};
	struct finding finding = judge(books, "S8", 0);
	check_counts("as the rows say", &finding, (int64_t[AUDIT_FAULTS]){0});
	*list_add(&books->remedies_said) = (struct remedy_row){"a/d/refund/1", 500};
	books->remedies_kept.rows[0].amount = 400;
	*list_add(&books->remedies_kept) = (struct remedy_row){"a/d/refund/2", 1};
	finding = judge(books, "S8", 0);
	check_counts("twice, another sum, not said", &finding,
	    (int64_t[AUDIT_FAULTS]){[AUDIT_DOUBLED] = 1, [AUDIT_ILLEGAL] = 1, [AUDIT_UNKNOWN] = 1});
	books_free(books);
}

static void test_lines(void **state)
{
	struct books *books = books_new();
	*list_add(&books->lines) = (struct line_row){"o-1", "1", 1000, 1000};
	*list_add(&books->lines) = (struct line_row){"o-1", "2", 1, INT64_MAX};
	struct finding finding = judge(books, "S8", 2);
	check_counts("all of a line, and one without a price", &finding, (int64_t[AUDIT_FAULTS]){0});
	*list_add(&books->lines) = (struct line_row){"o-2", "1", 5000, 1000}; /* the order may have cost more */
	finding = judge(books, "S8", 2);
	check_counts("five times its price", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_ILLEGAL] = 1});
	assert_string_equal(finding.offenders[0], "illegal: order o-2, item 1: 5000 paid back of 1000");
	books_free(books);
}

static void test_whole(void **state)
{
	struct books *books = inbox_books("01", "01", 0, 2);
	books->least = 2;
	struct finding finding = judge(books, "whole", 0);
	check_counts("enough", &finding, (int64_t[AUDIT_FAULTS]){0});
	books->least = 3;
	books->topics[1]->low[1] = 8;
	finding = judge(books, "whole", 0);
	check_counts("too little, and cut", &finding, (int64_t[AUDIT_FAULTS]){[AUDIT_UNKNOWN] = 2});
	books_free(books);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inbox),
	    cmocka_unit_test(test_inbox_moves),
	    cmocka_unit_test(test_ledger),
	    cmocka_unit_test(test_unread_is_not_lost),
	    cmocka_unit_test(test_unread_facts_are_not_lost),
	    cmocka_unit_test(test_what_it_waits_for),
	    cmocka_unit_test(test_attempts),
	    cmocka_unit_test(test_letters),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_facts_differ),
	    cmocka_unit_test(test_histories),
	    cmocka_unit_test(test_two_histories_on),
	    cmocka_unit_test(test_taken_of_an_ended_history),
	    cmocka_unit_test(test_outcomes_of_another_log),
	    cmocka_unit_test(test_taken_again),
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_remedies),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
