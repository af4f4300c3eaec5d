#include "common/wire/fields.h"

#include <string.h>

#include "common/model/event.h"

#define COUNT_OF(rows) ((int)(sizeof(rows) / sizeof(*(rows))))
#define SHAPE(struct_name, message_name, table)                                  \
	{                                                                        \
		message_name, sizeof(struct struct_name), table, COUNT_OF(table) \
	}

/* One macro a kind of row; S is the struct that the table is for. */
#define AT(member) offsetof(struct S, member)
#define ROW(name, kind, at, count, shape)    \
	{                                    \
		name, kind, at, count, shape \
	}
#define PLAIN(name, kind) ROW(#name, kind, AT(name), 0, NULL)
#define TEXT(name) PLAIN(name, FIELD_TEXT)
#define BYTES(name) ROW(#name, FIELD_BYTES, AT(name), AT(name##_size), NULL)
#define ENUM(name) PLAIN(name, FIELD_ENUM)
#define BOOL(name) PLAIN(name, FIELD_BOOL)
#define INT32(name) PLAIN(name, FIELD_INT32)
#define INT64(name) PLAIN(name, FIELD_INT64)
#define DOUBLE(name) PLAIN(name, FIELD_DOUBLE)
#define INSTANT(name) ROW(#name, FIELD_INSTANT, AT(name##_us), 0, &timestamp_shape)
#define STRUCT(name, type) ROW(#name, FIELD_STRUCT, AT(name), 0, &type##_shape)
#define POINTER(name, type) ROW(#name, FIELD_POINTER, AT(name), 0, &type##_shape)
#define LIST(name, kind, shape) ROW(#name, kind, AT(name), AT(name##_count), shape)
#define STRUCTS(name, type) LIST(name, FIELD_STRUCTS, &type##_shape)
#define TEXTS(name) LIST(name, FIELD_TEXTS, NULL)
#define ENUMS(name) LIST(name, FIELD_ENUMS, NULL)

#define S timestamp
struct timestamp {
	int64_t seconds;
	int32_t nanos;
};
static const struct field_row timestamp_rows[] = {
    INT64(seconds),
    INT32(nanos),
};
static const struct field_shape timestamp_shape = SHAPE(timestamp, "Timestamp", timestamp_rows);
#undef S

#define S money
static const struct field_row money_rows[] = {
    INT64(minor_units),
    TEXT(currency),
};
static const struct field_shape money_shape = SHAPE(money, "Money", money_rows);
#undef S

#define S money
static const struct field_shape signed_money_shape = SHAPE(money, "SignedMoney", money_rows);
#undef S

#define S actor
static const struct field_row actor_rows[] = {ENUM(kind), TEXT(id), TEXT(role)};
static const struct field_shape actor_shape = SHAPE(actor, "Actor", actor_rows);
#undef S

#define S evidence
static const struct field_row evidence_rows[] = {
    TEXT(evidence_id),
    TEXT(kind),
    TEXT(uri),
    TEXT(media_type),
    INT64(size_bytes),
    BYTES(sha256),
    ENUM(supplied_by),
    INSTANT(made_at),
};
static const struct field_shape evidence_shape = SHAPE(evidence, "Evidence", evidence_rows);
#undef S

#define S order_item
static const struct field_row order_item_rows[] = {
    TEXT(item_id),
    TEXT(merchant_id),
    TEXT(sku),
    TEXT(title),
    TEXT(category),
    ENUM(goods_kind),
    INT32(quantity),
    STRUCT(price, signed_money),
    TEXT(listing_uri),
    BYTES(listing_sha256),
};
static const struct field_shape order_item_shape = SHAPE(order_item, "OrderItem", order_item_rows);
#undef S

#define S order_facts
static const struct field_row order_facts_rows[] = {
    TEXT(buyer_id),
    TEXT(merchant_id),
    ENUM(status),
    ENUM(goods_kind),
    TEXT(category),
    STRUCT(total, money),
    TEXT(payment_method),
    TEXT(member_level),
    INSTANT(purchased_at),
    INSTANT(paid_at),
    INSTANT(shipped_at),
    INSTANT(promised_at),
    INSTANT(delivered_at),
    INSTANT(receipt_confirmed_at),
    STRUCTS(items, order_item),
    TEXT(region),
    TEXT(carrier_id),
    TEXT(line),
};
static const struct field_shape order_facts_shape = SHAPE(order_facts, "OrderFacts", order_facts_rows);
#undef S

#define S goods_trace
static const struct field_row goods_trace_rows[] = {
    TEXT(item_id),
    BYTES(key_hash),
    INSTANT(issued_at),
    INSTANT(delivered_at),
    INSTANT(redeemed_at),
    BYTES(redeemed_by_hash),
    INSTANT(checked_at),
    ENUM(key_check),
};
static const struct field_shape goods_trace_shape = SHAPE(goods_trace, "GoodsTrace", goods_trace_rows);
#undef S

#define S evidence_reading
static const struct field_row evidence_reading_rows[] = {TEXT(name), TEXT(value), INT32(certainty_per_mille), TEXT(reader)};
static const struct field_shape evidence_reading_shape = SHAPE(evidence_reading, "Reading", evidence_reading_rows);
#undef S

#define S scope
static const struct field_row scope_rows[] = {
    TEXT(merchant_id),
    TEXT(category),
    TEXT(region),
    TEXT(carrier_id),
    TEXT(line),
    TEXT(sku),
    INSTANT(ordered_from),
    INSTANT(ordered_until),
};
static const struct field_shape scope_shape = SHAPE(scope, "Scope", scope_rows);
#undef S

#define S responsibility
static const struct field_row responsibility_rows[] = {ENUM(party), INT32(share_per_mille), TEXT(party_id)};
static const struct field_shape responsibility_shape = SHAPE(responsibility, "Responsibility", responsibility_rows);
#undef S

#define S statement
static const struct field_row statement_rows[] = {TEXT(text), INSTANT(happened_at), TEXT(wanted)};
static const struct field_shape statement_shape = SHAPE(statement, "Statement", statement_rows);
#undef S

#define S remedy
static const struct field_row remedy_rows[] = {
    ENUM(kind),
    STRUCT(amount, money),
    TEXT(item_id),
    TEXT(note),
    INT32(quantity),
};
static const struct field_shape remedy_shape = SHAPE(remedy, "Remedy", remedy_rows);
#undef S

#define S weighed_evidence
static const struct field_row weighed_evidence_rows[] = {TEXT(evidence_id), ENUM(supplied_by), TEXT(shows)};
static const struct field_shape weighed_evidence_shape = SHAPE(weighed_evidence, "WeighedEvidence", weighed_evidence_rows);
#undef S

#define S criterion_answer
static const struct field_row criterion_answer_rows[] = {TEXT(criterion), ENUM(finding), TEXTS(evidence_ids), TEXT(text)};
static const struct field_shape criterion_answer_shape = SHAPE(criterion_answer, "CriterionAnswer", criterion_answer_rows);
#undef S

#define S grounds
static const struct field_row grounds_rows[] = {
    TEXTS(clauses),
    STRUCTS(weighed, weighed_evidence),
    TEXT(facts_found),
    TEXTS(criteria),
    STRUCTS(answers, criterion_answer),
};
static const struct field_shape grounds_shape = SHAPE(grounds, "Grounds", grounds_rows);
#undef S

#define S allowed_action
static const struct field_row allowed_action_rows[] = {
    ENUM(party), ENUM(action), BOOL(mandatory), ENUM(clock), ENUM(silence), ENUM(effect), TEXT(basis)};
static const struct field_shape allowed_action_shape = SHAPE(allowed_action, "AllowedAction", allowed_action_rows);
#undef S

#define S clock_target
static const struct field_row clock_target_rows[] = {
    {"elapsed_us", FIELD_AMOUNT, AT(unit), AT(amount), NULL, TARGET_UNIT_ELAPSED},
    {"business_us", FIELD_AMOUNT, AT(unit), AT(amount), NULL, TARGET_UNIT_BUSINESS_TIME},
    {"business_days", FIELD_AMOUNT, AT(unit), AT(amount), NULL, TARGET_UNIT_BUSINESS_DAYS},
};
static const struct field_shape clock_target_shape = SHAPE(clock_target, "Target", clock_target_rows);
#undef S

#define S started_clock
static const struct field_row started_clock_rows[] = {
    ENUM(clock),
    INT32(cycle),
    ENUM(must_act),
    INSTANT(started_at),
    INSTANT(due_at),
    ROW("warn_at", FIELD_INSTANTS, AT(warn_at_us), AT(warn_at_count), &timestamp_shape),
    STRUCT(target, clock_target),
    TEXT(policy_id),
    INT32(policy_version),
    TEXT(calendar_id),
    INT32(calendar_version),
    ENUM(silence),
    BOOL(provisional),
    ENUM(effect),
    TEXT(basis),
};
static const struct field_shape started_clock_shape = SHAPE(started_clock, "StartedClock", started_clock_rows);
#undef S

#define S triage_reason
static const struct field_row triage_reason_rows[] = {TEXT(field), TEXT(value), TEXT(rule_id), TEXT(condition)};
static const struct field_shape triage_reason_shape = SHAPE(triage_reason, "Reason", triage_reason_rows);
#undef S

#define S fact_input
static const struct field_row fact_input_rows[] = {
    TEXT(topic),
    INT32(partition),
    INT64(offset),
    TEXT(source),
    TEXT(event_id),
    INSTANT(occurred_at),
};
static const struct field_shape fact_input_shape = SHAPE(fact_input, "Input", fact_input_rows);
#undef S

#define S event
static const struct field_row event_rows[] = {
    ROW("meta", FIELD_FLAT, 0, 0, &event_shape),
    TEXT(platform_id),
    TEXT(source),
    TEXT(event_id),
    INSTANT(occurred_at),
    STRUCT(actor, actor),

    TEXT(order_id),
    TEXT(complaint_id),
    TEXT(item_id),
    TEXT(person_id),
    TEXT(subject_id),
    TEXT(complainant_id),
    TEXT(merchant_id),

    ENUM(channel),
    ENUM(type),
    TEXT(custom_type),
    STRUCT(statement, statement),
    INSTANT(fault_found_at),
    STRUCTS(evidence, evidence),
    TEXT(language),
    STRUCT(claimed, money),
    TEXT(text),
    ENUM(to_party),
    TEXTS(evidence_kinds),
    BOOL(admitted),
    BOOL(conclusive),
    TEXT(inspector_id),
    TEXT(owner_id),
    TEXT(owner_before_id),
    TEXT(queue),
    TEXT(referred_to),
    TEXT(reference),
    TEXT(notice_id),
    INT32(rating),

    POINTER(order, order_facts),

    ENUM(answer),
    {"offer", FIELD_VARIANT, AT(answer), 0, &event_shape, ANSWER_OFFER},
    {"defence", FIELD_VARIANT, AT(answer), 0, &event_shape, ANSWER_DEFENCE},
    TEXTS(clauses),
    STRUCTS(remedies, remedy),
    POINTER(grounds, grounds),
    ENUM(outcome),
    TEXT(decision_id),
    TEXT(remedy_key),
    ENUM(remedy_outcome),
    POINTER(remedy, remedy),
    STRUCTS(responsibilities, responsibility),
    TEXT(settlement_id),
    ENUM(mediation_outcome),

    TEXT(standard_code),
    STRUCTS(traces, goods_trace),
    TEXT(inquiry_id),
    TEXT(asked_id),
    BOOL(reached),
    INSTANT(called_at),
    BOOL(solved),
    INSTANT(told_at),
    TEXT(evidence_id),
    STRUCTS(readings, evidence_reading),
    INSTANT(away_from),
    INSTANT(away_until),
    TEXT(deputy_id),
    POINTER(scope, scope),
    TEXT(basis),
    INSTANT(valid_from),
    INSTANT(valid_until),

    ENUM(party),
    ENUM(notice_channel),
    TEXT(address),
    ENUMS(notice_channels),
    TEXT(quiet_from),
    TEXT(quiet_until),
    TEXT(zone),

    ENUM(cause),
    ENUM(reason),
    ENUM(decided),
    STRUCT(input, fact_input),
    ROW("said", FIELD_SAID, AT(said), 0, &event_shape),
    ENUM(stage_before),
    ENUM(stage),
    ENUM(must_act),
    STRUCTS(actions, allowed_action),
    INSTANT(complained_at),
    INSTANT(received_at),
    INT32(repeats),
    INT32(urges),
    INT32(assignments),
    BOOL(late),
    TEXT(code),
    TEXT(refused_type),
    TEXT(refused_source),
    TEXT(refused_event_id),
    TEXT(refused_evidence_id),
    TEXT(refused_member),
    INT64(refused_most),
    INT64(refused_count),
    BOOL(dead_letter),

    ENUM(tier),
    INT32(priority),
    ENUM(first_answer),
    TEXT(policy_id),
    INT32(policy_version),
    STRUCTS(reasons, triage_reason),
    TEXT(rules_version),

    STRUCTS(clocks, started_clock),
    ENUM(clock),
    INT32(cycle),
    INT32(level),
    TEXT(role),
    INSTANT(due_at),
    INSTANT(due_at_before),
    INSTANT(next_level_at),
    INSTANT(met_at),
    ENUM(silence),
    ENUM(effect),
    INT32(percent),
    INT64(overdue_us),
    ENUM(ground),

    TEXT(recipient),
    TEXT(template),
    TEXT(subject),
    INT32(attempts),
    INSTANT(delivered_at),
    BOOL(final),

    TEXT(incident_id),
    TEXT(sku),
    TEXT(category),
    INT32(complaints_count),
    INT64(baseline_per_mille),
    INSTANT(window_from),
    INSTANT(window_until),
    BOOL(freeze_proposed),
    ENUM(measure),
    INT32(score_before_per_mille),
    INT32(score_per_mille),
    TEXT(rule_id),
};
const struct field_shape event_shape = SHAPE(event, "", event_rows);
#undef S

const struct field_row *fields_find(const struct field_shape *shape, const char *name)
{
	for (int i = 0; i < shape->count; i++)
		if (strcmp(shape->rows[i].name, name) == 0)
			return &shape->rows[i];
	return NULL;
}
