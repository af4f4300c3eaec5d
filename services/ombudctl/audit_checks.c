/* The table of the invariants. */
#include <stdarg.h>
#include <stdio.h>

#include "common/base/utf8.h"
#include "services/ombudctl/audit_checks.h"
#include "services/ombudctl/words.h"

const char *const audit_fault_names[AUDIT_FAULTS] = {
    "lost", "doubled", "phantom", "illegal", "due_unfired", "undelivered", "former", "unknown"};

__attribute__((format(printf, 4, 0))) static void add(
    struct finding *finding, enum audit_fault fault, int64_t count, const char *format, va_list args)
{
	finding->counts[fault] += count;
	if (finding->offenders_count == AUDIT_OFFENDERS_MAX)
		return;
	char *text = finding->offenders[finding->offenders_count++];
	int size = snprintf(text, AUDIT_OFFENDER_SIZE, words_in_use("%s: "), words_in_use(audit_fault_names[fault]));
	vsnprintf(text + size, AUDIT_OFFENDER_SIZE - (size_t)size, words_in_use(format), args);
	utf8_trim(text);
}

void finding_add_many(struct finding *finding, enum audit_fault fault, int64_t count, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(finding, fault, count, format, args);
	va_end(args);
}

void finding_add(struct finding *finding, enum audit_fault fault, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(finding, fault, 1, format, args);
	va_end(args);
}

/* ---- judged by SQL ---- */

static void judge_unreadable(const struct books *books, struct finding *finding)
{
	*finding = books->unreadable;
}

static void judge_identities(const struct books *books, struct finding *finding)
{
	*finding = books->identities;
}

static void judge_overpaid(const struct books *books, struct finding *finding)
{
	*finding = books->overpaid;
}

static void judge_overdue(const struct books *books, struct finding *finding)
{
	*finding = books->overdue;
	for (int64_t i = 0; i < books->overdues.count; i++) {
		/* It fires when what lay in the topics has been read, and not at all while a person is waited for. */
		const struct overdue *row = &books->overdues.rows[i];
		bool waits = row->service >= 0 && row->shard >= 0 && row->shard < books->partitions &&
			     audit_is_behind(books, row->service, row->shard);
		finding_add(finding, waits ? AUDIT_UNKNOWN : AUDIT_DUE_UNFIRED, "%s", row->text);
	}
}

static void judge_leaderless(const struct books *books, struct finding *finding)
{
	*finding = books->leaderless;
}

static void judge_hops(const struct books *books, struct finding *finding)
{
	*finding = books->hops;
}

static void judge_notices(const struct books *books, struct finding *finding)
{
	*finding = books->notices;
}

const struct audit_check audit_checks[] = {
    {"whole", "topics are there from their beginning, and enough moved", judge_beginnings},
    {"ledger", "what publishers were told is safe lies in the inbox", judge_ledger},
    {"S1", "each inbox record: one effect, refusal, repeat, forward or dead letter", judge_inbox},
    {"Q1", "parked records are kept with their bytes", judge_letters},
    {"S3", "each fact topic == its log == what its readers took", judge_facts},
    {"S3", "hops: numbered by shard and partition, taken once", judge_hops},
    {"S5", "at most one effect an event", judge_identities},
    {"S5", "a fact that was sent again has no effect again", judge_taken_again},
    {"S7", "logs are numbered 1, 2, 3 ... by topic and shard", judge_log_numbers},
    {"S7", "facts about a complaint are numbered 1, 2, 3 ... on each topic", judge_numbers},
    {"S4", "every record of our own can be read", judge_unreadable},
    {"S6", "each complaint went a legal path that ends where its row says", judge_paths},
    {"S8", "remedies: ordered once, as the rows say", judge_remedies},
    {"S8", "nobody gets more back than was paid", judge_overpaid},
    {"S8", "nobody gets more back for a line than it cost", judge_lines},
    {"C1", "nothing is due and unfired, every pending step has its timer", judge_overdue},
    {"C2", "each open complaint has a clock that leads on", judge_leaderless},
    {"W1", "every notice is delivered, or dead with its reason", judge_notices},
    {NULL, NULL, NULL},
};
