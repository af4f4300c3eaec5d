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
#define TEXT(name, max, form)                                               \
	{                                                                   \
#name, FIELD_TEXT, FORMAT_##form, AT(name), 0, 0, max, NULL \
	}
#define ID(name) TEXT(name, FIELD_ID_SIZE_MAX, ID)
#define WORD(name) TEXT(name, FIELD_WORD_SIZE_MAX, ID)
#define LINE(name) TEXT(name, FIELD_LINE_SIZE_MAX, TEXT)
#define LONG(name) TEXT(name, FIELD_TEXT_SIZE_MAX, TEXT)
#define ENUM(name)                                                      \
	{                                                               \
#name, FIELD_ENUM, FORMAT_TEXT, AT(name), 0, 0, 0, NULL \
	}
#define BOOL(name)                                                      \
	{                                                               \
#name, FIELD_BOOL, FORMAT_TEXT, AT(name), 0, 0, 1, NULL \
	}
#define INT32(name, least, most)                                                \
	{                                                                       \
#name, FIELD_INT32, FORMAT_TEXT, AT(name), 0, least, most, NULL \
	}
#define INT64(name, least, most)                                                \
	{                                                                       \
#name, FIELD_INT64, FORMAT_TEXT, AT(name), 0, least, most, NULL \
	}
#define DOUBLE(name)                                                      \
	{                                                                 \
#name, FIELD_DOUBLE, FORMAT_TEXT, AT(name), 0, 0, 0, NULL \
	}
#define INSTANT(name)                                                                       \
	{                                                                                   \
#name, FIELD_INSTANT, FORMAT_TEXT, AT(name##_us), 0, 0, 0, &timestamp_shape \
	}
#define STRUCT(name, type)                                                         \
	{                                                                          \
#name, FIELD_STRUCT, FORMAT_TEXT, AT(name), 0, 0, 0, &type##_shape \
	}
#define POINTER(name, type)                                                         \
	{                                                                           \
#name, FIELD_POINTER, FORMAT_TEXT, AT(name), 0, 0, 0, &type##_shape \
	}
#define STRUCTS(name, type, most)                                                                     \
	{                                                                                             \
#name, FIELD_STRUCTS, FORMAT_TEXT, AT(name), AT(name##_count), 0, most, &type##_shape \
	}
#define TEXTS(name)                                                                                \
	{                                                                                          \
#name, FIELD_TEXTS, FORMAT_ID, AT(name), AT(name##_count), 0, FIELD_LIST_MAX, NULL \
	}
#define ENUMS(name)                                                                                  \
	{                                                                                            \
#name, FIELD_ENUMS, FORMAT_TEXT, AT(name), AT(name##_count), 0, FIELD_LIST_MAX, NULL \
	}

#define AMOUNT_MAX INT64_C(1000000000000000) /* 10^15 minor units: sums of a thousand such still fit */
#define UNITS_MAX 1000000000
#define LONGEST_US (INT64_C(100) * 366 * 86400 * 1000000)

#define S timestamp
struct timestamp {
	int64_t seconds;
	int32_t nanos;
};
static const struct field_row timestamp_rows[] = {
    INT64(seconds, -INT64_C(62135596800), INT64_C(253402300799)), /* years 1 to 9999 */
    INT32(nanos, 0, 999999999),
};
static const struct field_shape timestamp_shape = SHAPE(timestamp, "Timestamp", timestamp_rows);
#undef S

#define S money
static const struct field_row money_rows[] = {
    INT64(minor_units, 0, AMOUNT_MAX),
    TEXT(currency, 3, CURRENCY),
};
static const struct field_shape money_shape = SHAPE(money, "Money", money_rows);
#undef S

/* A line of an order may take something off: a coupon, a discount. */
#define S money
static const struct field_row line_money_rows[] = {
    INT64(minor_units, -AMOUNT_MAX, AMOUNT_MAX),
    TEXT(currency, 3, CURRENCY),
};
static const struct field_shape line_money_shape = SHAPE(money, "Money", line_money_rows);
#undef S

#define S actor
static const struct field_row actor_rows[] = {ENUM(kind), ID(id), WORD(role)};
static const struct field_shape actor_shape = SHAPE(actor, "Actor", actor_rows);
#undef S

#define S evidence
static const struct field_row evidence_rows[] = {
    ID(evidence_id),
    WORD(kind),
    TEXT(uri, FIELD_URI_SIZE_MAX, URI),
    TEXT(media_type, FIELD_ID_SIZE_MAX, MEDIA_TYPE),
    INT64(size_bytes, 0, INT64_MAX),
    {"sha256", FIELD_BYTES, FORMAT_SHA256, AT(sha256), AT(sha256_size), 0, 32, NULL},
    ENUM(supplied_by),
    INSTANT(made_at),
};
static const struct field_shape evidence_shape = SHAPE(evidence, "Evidence", evidence_rows);
#undef S

#define S order_item
static const struct field_row order_item_rows[] = {
    ID(item_id),
    ID(merchant_id),
    ID(sku),
    LINE(title),
    ID(category),
    ENUM(goods_kind),
    INT32(quantity, 0, UNITS_MAX),
    STRUCT(price, line_money),
};
static const struct field_shape order_item_shape = SHAPE(order_item, "OrderItem", order_item_rows);
#undef S

#define S order_facts
static const struct field_row order_facts_rows[] = {
    ID(buyer_id),
    ID(merchant_id),
    ENUM(status),
    ENUM(goods_kind),
    ID(category),
    STRUCT(total, money),
    WORD(payment_method),
    WORD(member_level),
    INSTANT(purchased_at),
    INSTANT(paid_at),
    INSTANT(shipped_at),
    INSTANT(promised_at),
    INSTANT(delivered_at),
    INSTANT(receipt_confirmed_at),
    STRUCTS(items, order_item, FIELD_ITEMS_MAX),
};
static const struct field_shape order_facts_shape = SHAPE(order_facts, "OrderFacts", order_facts_rows);
#undef S

#define S statement
static const struct field_row statement_rows[] = {LONG(text), INSTANT(happened_at), TEXT(wanted, FIELD_LINE_SIZE_MAX, TEXT)};
static const struct field_shape statement_shape = SHAPE(statement, "Statement", statement_rows);
#undef S

#define S remedy
static const struct field_row remedy_rows[] = {
    ENUM(kind),
    STRUCT(amount, money),
    ID(item_id),
    LINE(note),
    INT32(quantity, 0, UNITS_MAX),
};
static const struct field_shape remedy_shape = SHAPE(remedy, "Remedy", remedy_rows);
#undef S

#define S weighed_evidence
static const struct field_row weighed_evidence_rows[] = {ID(evidence_id), ENUM(supplied_by), LINE(shows)};
static const struct field_shape weighed_evidence_shape = SHAPE(weighed_evidence, "WeighedEvidence", weighed_evidence_rows);
#undef S

#define S grounds
static const struct field_row grounds_rows[] = {
    TEXTS(clauses),
    STRUCTS(weighed, weighed_evidence, FIELD_EVIDENCE_MAX),
    LONG(facts_found),
};
static const struct field_shape grounds_shape = SHAPE(grounds, "Grounds", grounds_rows);
#undef S

#define S allowed_action
static const struct field_row allowed_action_rows[] = {ENUM(party), ENUM(action), BOOL(mandatory), ENUM(clock), ENUM(silence)};
static const struct field_shape allowed_action_shape = SHAPE(allowed_action, "AllowedAction", allowed_action_rows);
#undef S

#define S triage_reason
static const struct field_row triage_reason_rows[] = {WORD(field), ID(value), ID(rule_id), LINE(condition)};
static const struct field_shape triage_reason_shape = SHAPE(triage_reason, "Reason", triage_reason_rows);
#undef S

#define S event
static const struct field_row event_rows[] = {
    {"meta", FIELD_FLAT, FORMAT_TEXT, 0, 0, 0, 0, &event_shape},
    WORD(platform_id),
    TEXT(source, FIELD_SOURCE_SIZE_MAX, ID),
    ID(event_id),
    INSTANT(occurred_at),
    STRUCT(actor, actor),

    ID(order_id),
    TEXT(complaint_id, 36, UUID),
    ID(item_id),
    ID(person_id),
    ID(complainant_id),
    ID(merchant_id),

    ENUM(channel),
    ENUM(type),
    WORD(custom_type),
    STRUCT(statement, statement),
    INSTANT(fault_found_at),
    STRUCTS(evidence, evidence, FIELD_EVIDENCE_MAX),
    TEXT(language, 35, LANGUAGE),
    STRUCT(claimed, money),
    LONG(text),
    ENUM(to_party),
    TEXTS(evidence_kinds),
    BOOL(admitted),
    BOOL(conclusive),
    ID(inspector_id),
    ID(owner_id),
    WORD(queue),
    ID(referred_to),
    ID(reference),
    ID(notice_id),
    INT32(rating, 0, 5),

    POINTER(order, order_facts),

    ENUM(answer),
    {"offer", FIELD_VARIANT, FORMAT_TEXT, AT(answer), 0, 0, ANSWER_OFFER, &event_shape},
    {"defence", FIELD_VARIANT, FORMAT_TEXT, AT(answer), 0, 0, ANSWER_DEFENCE, &event_shape},
    TEXTS(clauses),
    STRUCTS(remedies, remedy, FIELD_REMEDIES_MAX),
    POINTER(grounds, grounds),
    ENUM(outcome),
    ID(decision_id),
    TEXT(remedy_key, 2 * FIELD_ID_SIZE_MAX, ID),
    ENUM(remedy_outcome),
    POINTER(remedy, remedy),

    ENUM(party),
    ENUM(notice_channel),
    TEXT(address, FIELD_URI_SIZE_MAX, ID),
    ENUMS(notice_channels),
    TEXT(quiet_from, 5, TIME_OF_DAY),
    TEXT(quiet_until, 5, TIME_OF_DAY),
    TEXT(zone, FIELD_WORD_SIZE_MAX, ZONE),

    WORD(cause),
    ENUM(stage_before),
    ENUM(stage),
    LINE(comment),
    ENUM(must_act),
    STRUCTS(actions, allowed_action, FIELD_LIST_MAX),
    INSTANT(complained_at),
    INSTANT(received_at),
    INT32(repeats, 0, INT32_MAX),
    INT32(urges, 0, INT32_MAX),
    BOOL(late),
    WORD(code),
    TEXT(refused_type, FIELD_ID_SIZE_MAX, ID),
    TEXT(refused_source, FIELD_SOURCE_SIZE_MAX, ID),
    ID(refused_event_id),
    ID(refused_evidence_id),
    ID(refused_member),
    INT64(refused_most, 0, INT64_MAX),
    INT64(refused_count, 0, INT64_MAX),
    BOOL(dead_letter),

    ENUM(tier),
    INT32(priority, 0, 100),
    ENUM(first_answer),
    ID(policy_id),
    INT32(policy_version, 0, INT32_MAX),
    STRUCTS(reasons, triage_reason, FIELD_LIST_MAX),
    ID(rules_version),

    ENUM(clock),
    INT32(cycle, 0, INT32_MAX),
    INT32(level, 0, INT32_MAX),
    WORD(role),
    INSTANT(started_at),
    INSTANT(due_at),
    INSTANT(due_at_before),
    {"warn_at", FIELD_INSTANTS, FORMAT_TEXT, AT(warn_at_us), AT(warn_at_count), 0, FIELD_LIST_MAX, &timestamp_shape},
    INSTANT(met_at),
    ENUM(target_unit),
    INT64(target, 0, LONGEST_US),
    ID(calendar_id),
    INT32(calendar_version, 0, INT32_MAX),
    ENUM(silence),
    BOOL(provisional),
    INT32(percent, 0, 100),
    INT64(overdue_us, 0, LONGEST_US),
    ENUM(ground),

    ID(recipient),
    WORD(template),
    LINE(subject),
    INT32(attempts, 0, INT32_MAX),
    INSTANT(delivered_at),
    BOOL(final),

    ID(incident_id),
    ID(sku),
    ID(category),
    INT32(complaints_count, 0, INT32_MAX),
    DOUBLE(baseline),
    INSTANT(window_from),
    INSTANT(window_until),
    BOOL(freeze_proposed),
    ENUM(measure),
    DOUBLE(score_before),
    DOUBLE(score),
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
