/* A complaint's columns, each once: its name, its type, its member in struct complaint. Whoever reads, files or changes a complaint
 * goes by this list; a new column is a row here and one in deploy/sql. By what happens to it:
 *
 * ONCE   stands when it is filed, and no turn needs it
 * FILED  stands when it is filed, and stays
 * MOVES  stands when it is filed, and any turn may change it
 * LATER  is the table's default when it is filed, which reads as zero, false or ""
 *
 * Those that are neither (common/store/intake.c and intake_write.c name them): shard, which is not read; told, by which
 * a change knows that nobody else was there; uses, a text of several; and a statement's three, which are written anew when amended.
 */
#ifndef OMBUD_STORE_INTAKE_COLUMNS_H
#define OMBUD_STORE_INTAKE_COLUMNS_H

#include "common/store/column.h"

#define COMPLAINT_COLUMNS(ONCE, FILED, MOVES, LATER)          \
	FILED(complaint_id, UUID, id)                         \
	FILED(identity, UUID, identity)                       \
	FILED(body_digest, INT8, body_digest)                 \
	FILED(platform_id, TEXT, platform_id)                 \
	FILED(order_id, TEXT, order_id)                       \
	FILED(item_id, TEXT, item_id)                         \
	FILED(complainant_id, TEXT, complainant_id)           \
	MOVES(merchant_id, TEXT, merchant_id)                 \
	MOVES(stage, INT2, stage)                             \
	MOVES(stage_since, INSTANT, stage_since_us)           \
	MOVES(type, INT2, type)                               \
	MOVES(type_filed, INT2, type_filed)                   \
	MOVES(custom_type, TEXT, custom_type)                 \
	MOVES(standard_code, TEXT, standard_code)             \
	ONCE(filed_to, INT2, steps[0].stage)                  \
	ONCE(filed_at, INSTANT, steps[0].at_us)               \
	ONCE(filed_by, INT2, steps[0].actor)                  \
	FILED(channel, INT2, channel)                         \
	FILED(language, TEXT, language)                       \
	FILED(statement, TEXT, statement.text)                \
	FILED(wanted, TEXT, statement.wanted)                 \
	FILED(happened_at, INSTANT, statement.happened_at_us) \
	FILED(fault_found_at, INSTANT, fault_found_at_us)     \
	FILED(claimed_minor, INT8, claimed.minor_units)       \
	FILED(claimed_currency, TEXT, claimed.currency)       \
	FILED(complained_at, INSTANT, complained_at_us)       \
	FILED(received_at, INSTANT, received_at_us)           \
	MOVES(evidence_count, INT4, evidence_count)           \
	MOVES(policy_version, INT4, policy_version)           \
	LATER(urged_at, INSTANT, urged_at_us)                 \
	LATER(repeats, INT4, repeats)                         \
	LATER(urges, INT4, urges)                             \
	LATER(versions, INT4, versions)                       \
	LATER(decisions, INT4, decisions)                     \
	LATER(tier, INT2, tier)                               \
	LATER(first_answer, INT2, first_answer)               \
	LATER(priority, INT4, priority)                       \
	LATER(queue, TEXT, queue)                             \
	LATER(owner_id, TEXT, owner_id)                       \
	LATER(policy_id, TEXT, policy_id)                     \
	LATER(answer, INT2, answer)                           \
	LATER(outcome, INT2, outcome)                         \
	LATER(decision_id, TEXT, decision_id)                 \
	LATER(former_decisions, TEXT, former_decisions)       \
	LATER(settlement_id, TEXT, settlement_id)             \
	LATER(settlement, INT4, settlement)                   \
	LATER(referred, BOOL, referred)                       \
	LATER(has_remedies, BOOL, has_remedies)               \
	LATER(inspector_id, TEXT, inspector_id)               \
	LATER(assignments, INT4, assignments)                 \
	LATER(appeals, INT4, appeals)                         \
	LATER(appeal_open, BOOL, appeal_open)                 \
	LATER(decided_by, TEXT, decided_by)                   \
	LATER(decided_at, INSTANT, decided_at_us)             \
	LATER(inquiries, TEXT, inquiries)                     \
	LATER(evidence_owed, INT4, evidence_owed)             \
	LATER(ordered, INT8, ordered)

/* In a statement's text, each with a comma behind it: those that are read, filed, and changed. */
#define COMPLAINT_READ COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_OF_C, COLUMN_OF_C, COLUMN_OF_C)
#define COMPLAINT_READ_COUNT (0 COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_COUNT, COLUMN_COUNT, COLUMN_COUNT))
#define COMPLAINT_FILED COMPLAINT_COLUMNS(COLUMN_NAME, COLUMN_NAME, COLUMN_NAME, COLUMN_NOT)
#define COMPLAINT_FILED_PARAMS COMPLAINT_COLUMNS(COLUMN_PARAM, COLUMN_PARAM, COLUMN_PARAM, COLUMN_NOT)
#define COMPLAINT_CHANGED COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_NOT, COLUMN_NAME, COLUMN_NAME)
#define COMPLAINT_CHANGED_SET COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_NOT, COLUMN_FROM_N, COLUMN_FROM_N)
#define COMPLAINT_CHANGED_PARAMS COMPLAINT_COLUMNS(COLUMN_NOT, COLUMN_NOT, COLUMN_PARAM, COLUMN_PARAM)

#endif
