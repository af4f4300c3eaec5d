/* ombudctl audit: reads the books, judges them, and says it. Three answers: they balance (exit 0), they do not (1), or it is not
 * known yet (4), with what it waits for. What cannot be read yet, whatever the reason, is not lost.
 */
#include "services/ombudctl/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/ombudctl/ctl.h"
#include "services/ombudctl/output.h"

enum { CHECKS_MAX = 32 };

enum answer { ANSWER_HOLDS, ANSWER_DOES_NOT, ANSWER_NOT_KNOWN };
static const struct {
	const char *name, *sentence;
	enum exit_code code;
} answers[] = {
    [ANSWER_HOLDS] = {"holds", "the books balance", EXIT_CODE_OK},
    [ANSWER_DOES_NOT] = {"does_not_hold", "the books do not balance", EXIT_CODE_FAILED},
    [ANSWER_NOT_KNOWN] = {"not_known_yet", "whether the books balance is not known yet", EXIT_CODE_PARTIAL},
};

struct verdict {
	int count;
	struct finding findings[CHECKS_MAX];
	int64_t totals[AUDIT_FAULTS];
	enum answer answer;
	struct waits waits; /* when it is not known */
};

/* What nobody could deliver yet, and what a person has ended, is told, and is no fault of the books; nor is what is not known. */
static bool breaks_balance(enum audit_fault fault)
{
	return fault != AUDIT_UNDELIVERED && fault != AUDIT_FORMER && fault != AUDIT_UNKNOWN;
}

static void judge(const struct books *books, struct verdict *verdict)
{
	bool wrong = false;
	for (const struct audit_check *check = audit_checks; check->id; check++) {
		struct finding *finding = &verdict->findings[verdict->count++];
		check->judge(books, finding);
		for (int fault = 0; fault < AUDIT_FAULTS; fault++) {
			verdict->totals[fault] += finding->counts[fault];
			wrong = wrong || (finding->counts[fault] && breaks_balance((enum audit_fault)fault));
		}
	}
	bool known = verdict->totals[AUDIT_UNKNOWN] == 0;
	verdict->answer = wrong ? ANSWER_DOES_NOT : known ? ANSWER_HOLDS : ANSWER_NOT_KNOWN;
	if (!known)
		audit_find_waits(books, &verdict->waits);
}

static void json_waits(struct buf *json, const struct waits *waits)
{
	buf_text(json, ", \"waits_for\": [");
	for (int i = 0; i < waits->count; i++) {
		buf_text(json, i ? ", " : "");
		buf_json_string(json, waits->texts[i], strlen(waits->texts[i]));
	}
	buf_char(json, ']');
}

static void json_counts(struct buf *json, const int64_t *counts)
{
	for (int fault = 0; fault < AUDIT_FAULTS; fault++)
		buf_printf(json, ", \"%s\": %" PRId64, audit_fault_names[fault], counts[fault]);
}

static void json_check(struct buf *json, const struct audit_check *check, const struct finding *finding)
{
	buf_printf(json, "  {\"id\": \"%s\", \"what\": \"%s\", \"checked\": %" PRId64, check->id, check->what, finding->checked);
	json_counts(json, finding->counts);
	buf_text(json, ", \"offenders\": [");
	for (int i = 0; i < finding->offenders_count; i++) {
		buf_text(json, i ? ", " : "");
		buf_json_string(json, finding->offenders[i], strlen(finding->offenders[i]));
	}
	buf_text(json, "]}");
}

static void print_json(const struct books *books, const struct verdict *verdict)
{
	struct buf json = BUF_EMPTY;
	buf_printf(&json, "{\"answer\": \"%s\", \"balanced\": %s, \"records\": %" PRId64 ", \"attempts\": %" PRId64,
	    answers[verdict->answer].name, verdict->answer == ANSWER_HOLDS ? "true" : "false", books->records.count,
	    books->attempts.count);
	json_waits(&json, &verdict->waits);
	json_counts(&json, verdict->totals);
	buf_text(&json, ",\n \"checks\": [\n");
	for (int i = 0; i < verdict->count; i++) {
		json_check(&json, &audit_checks[i], &verdict->findings[i]);
		buf_text(&json, i + 1 < verdict->count ? ",\n" : "\n");
	}
	printf("%s]}\n", buf_string(&json));
	buf_free(&json);
}

static const char *verdict_on(const struct finding *finding)
{
	static char text[256];
	size_t size = 0;
	text[0] = 0;
	for (int fault = 0; fault < AUDIT_FAULTS; fault++)
		if (finding->counts[fault])
			size += (size_t)snprintf(text + size, sizeof text - size, "%s%" PRId64 " %s", size ? ", " : "",
			    finding->counts[fault], words_in_use(audit_fault_names[fault]));
	return size ? text : "holds";
}

static void said(const char *of, const char *what)
{
	printf("  %s  ", of);
	output_text(what);
	putchar('\n');
}

static void print_table(const struct books *books, const struct verdict *verdict)
{
	static const char *const headings[] = {"id", "what", "checked", "verdict"};
	struct table *table = table_new(4, headings);
	char number[24];
	for (int i = 0; i < verdict->count; i++) {
		snprintf(number, sizeof number, "%" PRId64, verdict->findings[i].checked);
		table_cell(table, audit_checks[i].id);
		table_cell(table, audit_checks[i].what);
		table_cell(table, number);
		table_cell(table, verdict_on(&verdict->findings[i]));
	}
	table_print(table, "");
	table_free(table);
	for (int i = 0; i < verdict->count; i++)
		for (int k = 0; k < verdict->findings[i].offenders_count; k++)
			said(audit_checks[i].id, verdict->findings[i].offenders[k]);
	for (int i = 0; i < verdict->waits.count; i++)
		said(words_in_use("waits for"), verdict->waits.texts[i]);
	if (verdict->waits.more)
		printf(words_in_use("  waits for  %d more\n"), verdict->waits.more);
	printf("%s%s%s  %" PRId64 " %s", verdict->answer == ANSWER_HOLDS ? output_bold() : output_red(),
	    words_in_use(answers[verdict->answer].sentence), output_plain(), books->records.count, words_in_use("inbox records"));
	for (int fault = 0; fault < AUDIT_FAULTS; fault++)
		printf(", %s %" PRId64, words_in_use(audit_fault_names[fault]), verdict->totals[fault]);
	putchar('\n');
}

/* The broker or the database is away, or a topic is; which, has been said. */
static enum exit_code not_read(const struct ctl *ctl)
{
	if (ctl_json(ctl))
		printf("{\"answer\": \"%s\", \"balanced\": false, \"waits_for\": [\"what could not be read: see the message\"]}\n",
		    answers[ANSWER_NOT_KNOWN].name);
	ctl_say("%s", words_in_use(answers[ANSWER_NOT_KNOWN].sentence));
	return answers[ANSWER_NOT_KNOWN].code;
}

enum exit_code audit(struct ctl *ctl)
{
	struct books *books = xcalloc(1, sizeof *books);
	struct verdict *verdict = xcalloc(1, sizeof *verdict);
	const char *folder = ctl_flag(ctl, "workdir");
	if (ctl_json(ctl))
		words_use(LANGUAGE_EN); /* what is found is for programs, too */
	books->arena = arena_new(0);
	books->least = ctl_number(ctl, "least");
	if (!audit_read_ledgers(folder ? folder : ctl_flag(ctl, "dir"), books))
		return EXIT_CODE_FAILED;
	ctl->unreachable = EXIT_CODE_PARTIAL;
	if (!audit_find_topics(ctl, books) || !audit_read_positions(ctl, books) || !audit_read_stops(ctl, books) ||
	    !audit_read_topics(ctl, books) || !audit_read_database(ctl, books) || !audit_read_ends(ctl, books))
		return not_read(ctl);
	audit_settle(books);
	judge(books, verdict);
	if (ctl_json(ctl))
		print_json(books, verdict);
	else
		print_table(books, verdict);
	/* The books themselves end with the program. */
	return answers[verdict->answer].code;
}
