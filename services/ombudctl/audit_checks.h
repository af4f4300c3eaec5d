/* The functions behind audit_checks, which says what each judges. */
#ifndef OMBUD_OMBUDCTL_AUDIT_CHECKS_H
#define OMBUD_OMBUDCTL_AUDIT_CHECKS_H

#include "services/ombudctl/audit.h"

/* ---- audit_check_inbox.c ---- */

void judge_inbox(const struct books *books, struct finding *finding);
void judge_beginnings(const struct books *books, struct finding *finding);
void judge_ledger(const struct books *books, struct finding *finding);
void judge_letters(const struct books *books, struct finding *finding);

/* ---- audit_check_facts.c ---- */

void judge_facts(const struct books *books, struct finding *finding);
void judge_taken_again(const struct books *books, struct finding *finding);
void judge_log_numbers(const struct books *books, struct finding *finding);

/* ---- audit_check_complaints.c ---- */

void judge_paths(const struct books *books, struct finding *finding);
void judge_numbers(const struct books *books, struct finding *finding);
void judge_remedies(const struct books *books, struct finding *finding);
void judge_lines(const struct books *books, struct finding *finding);

#endif
