/* What the tests of intake's decisions tell their histories with: one order, one dossier, one time; who says what; what came of it.
 */
#ifndef OMBUD_TESTS_UNIT_HISTORY_H
#define OMBUD_TESTS_UNIT_HISTORY_H

#include "common/model/complaint.h"
#include "tests/unit/check.h"

#define ID "01890000-0000-7000-8000-000000000001"
#define ID2 "01890000-0000-7000-8000-000000000002"
#define ID3 "01890000-0000-7000-8000-000000000003"

/* Each test begins 1,000 days after 1970 with an empty dossier. */
#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, history_setup, history_teardown)
int history_setup(void **state);
int history_teardown(void **state);

extern struct limit_figures limits;
extern const struct eligibility_limits windows;
extern struct type_codes types;
extern const struct law law; /* one clause, 3.2@1; for all types the criteria fault@1, with the one point "so" */
extern struct order_facts paid_order;
extern struct arena *arena;
extern struct dossier dossier;
extern int64_t now_us;
extern struct turn last;             /* the last decision */
extern struct limit_uses order_uses; /* of what is about no known complaint */

/* ---- what is said ---- */

struct event said(enum event_type type, enum actor_kind kind, const char *id);
struct event filing(const char *id);
struct event decision(const char *id, enum decision_outcome outcome, struct remedy *remedy);
struct remedy *refund(int64_t sum, const char *currency, const char *item_id);
struct grounds *grounds(void);

/* Decides; the event is kept, as a record's is. */
void say(struct event event);
void say_plain(enum event_type type, enum actor_kind kind);
void record_order(void);
void come_to_negotiating(void);
void come_to_review(void);
void answer(enum answer_kind kind, struct remedy *remedy);
void report(const char *id, const char *decision_id, enum remedy_outcome outcome);
void be_silent(enum silence_ground ground);

/* ---- what came of it ---- */

struct complaint *get(const char *id);
int count_told(enum event_type type);
void want_refused(enum refusal refusal);
void want_stage(const char *id, enum stage stage);
bool may(enum party party, enum action action); /* by what was told last */

#endif
