#include "common/model/terms.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const full_names[] = {"",
#define EVENT_FULL_NAME(constant, package, message) "ombud." #package ".v1." #message,
    EVENT_TYPES(EVENT_FULL_NAME)
#undef EVENT_FULL_NAME
};

static const char *const short_names[] = {
    "none",
    "order_recorded",
    "complaint_filed",
    "complaint_amended",
    "complaint_urged",
    "complaint_withdrawn",
    "evidence_added",
    "answer_given",
    "offer_accepted",
    "offer_refused",
    "step_in_asked",
    "inspection_reported",
    "finding_given",
    "decision_made",
    "remedy_reported",
    "resolution_confirmed",
    "resolution_disputed",
    "appeal_filed",
    "contact_set",
    "preferences_set",
    "erasure_asked",
    "message_posted",
    "evidence_requested",
    "admission_given",
    "inspection_ordered",
    "assignment_changed",
    "recusal_asked",
    "counter_offer_made",
    "settlement_reported",
    "corrective_measure_reported",
    "complaint_reopened",
    "external_referral_made",
    "escalation_acknowledged",
    "policy_moved",
    "notice_read",
    "complaint_changed",
    "event_refused",
    "contact_changed",
    "preferences_changed",
    "person_erased",
    "complaint_triaged",
    "incident_opened",
    "incident_closed",
    "score_changed",
    "measure_proposed",
    "order_flagged",
    "remedy_ordered",
    "clock_started",
    "clock_warned",
    "clock_breached",
    "clock_met",
    "clock_cancelled",
    "clock_paused",
    "clock_resumed",
    "deadline_changed",
    "breach_withdrawn",
    "ladder_step_taken",
    "silence_reached",
    "notice_delivered",
    "notice_failed",
};

const char *event_type_name(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? full_names[type] : "";
}

bool event_type_is_inbox(enum event_type type)
{
	return strncmp(event_type_name(type), "ombud.inbox.", strlen("ombud.inbox.")) == 0;
}

const char *event_type_short_name(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? short_names[type] : "?";
}

enum event_type event_type_by_name(const char *full_name)
{
	for (int i = 1; i < EVENT_TYPE_COUNT; i++)
		if (strcmp(full_names[i], full_name) == 0)
			return (enum event_type)i;
	return EVENT_NONE;
}

static const char *name_at(const char *const *names, size_t count, unsigned value)
{
	return value < count && names[value] ? names[value] : "?";
}

static int value_of(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 1; i < count; i++)
		if (names[i] && strcasecmp(names[i], name) == 0)
			return (int)i;
	return 0;
}

static const char *const actor_kind_names[] = {
    [ACTOR_KIND_UNSPECIFIED] = "unspecified",
    [ACTOR_KIND_COMPLAINANT] = "complainant",
    [ACTOR_KIND_MERCHANT_PERSON] = "merchant_person",
    [ACTOR_KIND_MERCHANT_PROGRAM] = "merchant_program",
    [ACTOR_KIND_PLATFORM_PERSON] = "platform_person",
    [ACTOR_KIND_PLATFORM_PROGRAM] = "platform_program",
    [ACTOR_KIND_INSPECTOR] = "inspector",
    [ACTOR_KIND_OMBUD] = "ombud",
};

const char *actor_kind_name(enum actor_kind value)
{
	return name_at(actor_kind_names, ACTOR_KIND_COUNT, (unsigned)value);
}

static const char *const party_names[] = {
    [PARTY_UNSPECIFIED] = "unspecified",
    [PARTY_COMPLAINANT] = "complainant",
    [PARTY_MERCHANT] = "merchant",
    [PARTY_PLATFORM] = "platform",
    [PARTY_BACKEND] = "backend",
    [PARTY_INSPECTOR] = "inspector",
    [PARTY_NOBODY] = "nobody",
    [PARTY_LOGISTICS] = "logistics",
    [PARTY_PAYMENT] = "payment",
    [PARTY_OMBUD] = "ombud",
};

const char *party_name(enum party value)
{
	return name_at(party_names, PARTY_COUNT, (unsigned)value);
}

enum party party_by_name(const char *name)
{
	return (enum party)value_of(party_names, PARTY_COUNT, name);
}

static const char *const channel_names[] = {
    [CHANNEL_UNSPECIFIED] = "unspecified",
    [CHANNEL_APP] = "app",
    [CHANNEL_WEB] = "web",
    [CHANNEL_EMAIL] = "email",
    [CHANNEL_HOTLINE] = "hotline",
    [CHANNEL_SOCIAL] = "social",
    [CHANNEL_IN_PERSON] = "in_person",
};

const char *channel_name(enum channel value)
{
	return name_at(channel_names, CHANNEL_COUNT, (unsigned)value);
}

enum channel channel_by_name(const char *name)
{
	return (enum channel)value_of(channel_names, CHANNEL_COUNT, name);
}

static const char *const goods_kind_names[] = {
    [GOODS_KIND_UNSPECIFIED] = "unspecified",
    [GOODS_KIND_DIGITAL] = "digital",
    [GOODS_KIND_PHYSICAL] = "physical",
    [GOODS_KIND_SERVICE] = "service",
};

const char *goods_kind_name(enum goods_kind value)
{
	return name_at(goods_kind_names, GOODS_KIND_COUNT, (unsigned)value);
}

enum goods_kind goods_kind_by_name(const char *name)
{
	return (enum goods_kind)value_of(goods_kind_names, GOODS_KIND_COUNT, name);
}

static const char *const order_status_names[] = {
    [ORDER_STATUS_UNSPECIFIED] = "unspecified",
    [ORDER_STATUS_UNPAID] = "unpaid",
    [ORDER_STATUS_TO_SHIP] = "to_ship",
    [ORDER_STATUS_TO_RECEIVE] = "to_receive",
    [ORDER_STATUS_AFTER_SALES] = "after_sales",
    [ORDER_STATUS_COMPLETED] = "completed",
    [ORDER_STATUS_CANCELLED] = "cancelled",
    [ORDER_STATUS_UNAVAILABLE] = "unavailable",
};

const char *order_status_name(enum order_status value)
{
	return name_at(order_status_names, ORDER_STATUS_COUNT, (unsigned)value);
}

enum order_status order_status_by_name(const char *name)
{
	return (enum order_status)value_of(order_status_names, ORDER_STATUS_COUNT, name);
}

static const char *const complaint_type_names[] = {
    [COMPLAINT_TYPE_UNSPECIFIED] = "unspecified",
    [COMPLAINT_TYPE_CARD_KEY_INVALID] = "card_key_invalid",
    [COMPLAINT_TYPE_CODE_ALREADY_USED] = "code_already_used",
    [COMPLAINT_TYPE_NOT_DELIVERED] = "not_delivered",
    [COMPLAINT_TYPE_DELIVERED_LATE] = "delivered_late",
    [COMPLAINT_TYPE_NOT_AS_DESCRIBED] = "not_as_described",
    [COMPLAINT_TYPE_DEFECTIVE] = "defective",
    [COMPLAINT_TYPE_COUNTERFEIT] = "counterfeit",
    [COMPLAINT_TYPE_BENEFITS_NOT_CREDITED] = "benefits_not_credited",
    [COMPLAINT_TYPE_FAKE_SHIPMENT] = "fake_shipment",
    [COMPLAINT_TYPE_BAD_SERVICE] = "bad_service",
    [COMPLAINT_TYPE_REFUND_REFUSED] = "refund_refused",
    [COMPLAINT_TYPE_OWNERSHIP_DISPUTED] = "ownership_disputed",
    [COMPLAINT_TYPE_CHARGED_WRONGLY] = "charged_wrongly",
    [COMPLAINT_TYPE_PLATFORM_FAULT] = "platform_fault",
    [COMPLAINT_TYPE_OTHER] = "other",
};

const char *complaint_type_name(enum complaint_type value)
{
	return name_at(complaint_type_names, COMPLAINT_TYPE_COUNT, (unsigned)value);
}

enum complaint_type complaint_type_by_name(const char *name)
{
	return (enum complaint_type)value_of(complaint_type_names, COMPLAINT_TYPE_COUNT, name);
}

static const char *const stage_names[] = {
    [STAGE_UNSPECIFIED] = "unspecified",
    [STAGE_FILED] = "filed",
    [STAGE_AWAITING_ORDER] = "awaiting_order",
    [STAGE_MANUAL_ADMISSION] = "manual_admission",
    [STAGE_TRIAGED] = "triaged",
    [STAGE_NEGOTIATING] = "negotiating",
    [STAGE_MERCHANT_ANSWERED] = "merchant_answered",
    [STAGE_PLATFORM_REVIEW] = "platform_review",
    [STAGE_INSPECTION] = "inspection",
    [STAGE_PRELIMINARY_FINDING] = "preliminary_finding",
    [STAGE_DECIDED] = "decided",
    [STAGE_REMEDY_UNDER_WAY] = "remedy_under_way",
    [STAGE_AWAITING_CONFIRMATION] = "awaiting_confirmation",
    [STAGE_CLOSED] = "closed",
    [STAGE_REJECTED] = "rejected",
    [STAGE_WITHDRAWN] = "withdrawn",
    [STAGE_APPEALED] = "appealed",
};

const char *stage_name(enum stage value)
{
	return name_at(stage_names, STAGE_COUNT, (unsigned)value);
}

enum stage stage_by_name(const char *name)
{
	return (enum stage)value_of(stage_names, STAGE_COUNT, name);
}

static const char *const tier_names[] = {
    [TIER_UNSPECIFIED] = "unspecified",
    [TIER_SIMPLE] = "simple",
    [TIER_STANDARD] = "standard",
    [TIER_COMPLEX] = "complex",
};

const char *tier_name(enum tier value)
{
	return name_at(tier_names, TIER_COUNT, (unsigned)value);
}

enum tier tier_by_name(const char *name)
{
	return (enum tier)value_of(tier_names, TIER_COUNT, name);
}

static const char *const clock_kind_names[] = {
    [CLOCK_UNSPECIFIED] = "unspecified",
    [CLOCK_FIRST_RESPONSE] = "first_response",
    [CLOCK_MERCHANT_ANSWER] = "merchant_answer",
    [CLOCK_ANSWER_TO_OFFER] = "answer_to_offer",
    [CLOCK_ANSWER_TO_DEFENCE] = "answer_to_defence",
    [CLOCK_PLATFORM_FAULT_MENDED] = "platform_fault_mended",
    [CLOCK_LATE_DELIVERY_VERIFIED] = "late_delivery_verified",
    [CLOCK_PRELIMINARY_FINDING] = "preliminary_finding",
    [CLOCK_FINAL_DECISION] = "final_decision",
    [CLOCK_END_TO_END] = "end_to_end",
    [CLOCK_ORDER_AWAITED] = "order_awaited",
    [CLOCK_MANUAL_ADMISSION] = "manual_admission",
    [CLOCK_REMEDY_CARRIED_OUT] = "remedy_carried_out",
    [CLOCK_CONFIRMATION] = "confirmation",
    [CLOCK_APPEAL] = "appeal",
    [CLOCK_INSPECTION] = "inspection",
};

const char *clock_kind_name(enum clock_kind value)
{
	return name_at(clock_kind_names, CLOCK_COUNT, (unsigned)value);
}

enum clock_kind clock_kind_by_name(const char *name)
{
	return (enum clock_kind)value_of(clock_kind_names, CLOCK_COUNT, name);
}

static const char *const action_names[] = {
    [ACTION_UNSPECIFIED] = "unspecified",
    [ACTION_AMEND] = "amend",
    [ACTION_URGE] = "urge",
    [ACTION_WITHDRAW] = "withdraw",
    [ACTION_ADD_EVIDENCE] = "add_evidence",
    [ACTION_ANSWER] = "answer",
    [ACTION_ACCEPT_OFFER] = "accept_offer",
    [ACTION_REFUSE_OFFER] = "refuse_offer",
    [ACTION_ASK_PLATFORM] = "ask_platform",
    [ACTION_DECIDE] = "decide",
    [ACTION_GIVE_FINDING] = "give_finding",
    [ACTION_ORDER_INSPECTION] = "order_inspection",
    [ACTION_REPORT_INSPECTION] = "report_inspection",
    [ACTION_REPORT_REMEDY] = "report_remedy",
    [ACTION_CONFIRM] = "confirm",
    [ACTION_DISPUTE_RESOLUTION] = "dispute_resolution",
    [ACTION_APPEAL] = "appeal",
    [ACTION_ADMIT] = "admit",
    [ACTION_SETTLE] = "settle",
    [ACTION_COUNTER_OFFER] = "counter_offer",
    [ACTION_POST_MESSAGE] = "post_message",
    [ACTION_RECORD_ORDER] = "record_order",
};

const char *action_name(enum action value)
{
	return name_at(action_names, ACTION_COUNT, (unsigned)value);
}

static const char *const silence_outcome_names[] = {
    [SILENCE_OUTCOME_UNSPECIFIED] = "unspecified",
    [SILENCE_OUTCOME_NONE] = "none",
    [SILENCE_OUTCOME_PLATFORM_STEPS_IN] = "platform_steps_in",
    [SILENCE_OUTCOME_OFFER_LAPSES] = "offer_lapses",
    [SILENCE_OUTCOME_CLOSED_WITHOUT_OBJECTION] = "closed_without_objection",
    [SILENCE_OUTCOME_CONFIRMED_BY_SILENCE] = "confirmed_by_silence",
    [SILENCE_OUTCOME_DECIDED_BY_DEFAULT] = "decided_by_default",
    [SILENCE_OUTCOME_EXTERNAL_REFERRAL] = "external_referral",
    [SILENCE_OUTCOME_REFUSED] = "refused",
    [SILENCE_OUTCOME_ADMITTED] = "admitted",
    [SILENCE_OUTCOME_ESCALATED] = "escalated",
    [SILENCE_OUTCOME_FINAL] = "final",
};

const char *silence_outcome_name(enum silence_outcome value)
{
	return name_at(silence_outcome_names, SILENCE_OUTCOME_COUNT, (unsigned)value);
}

static const char *const remedy_kind_names[] = {
    [REMEDY_KIND_UNSPECIFIED] = "unspecified",
    [REMEDY_KIND_REFUND] = "refund",
    [REMEDY_KIND_REDELIVERY] = "redelivery",
    [REMEDY_KIND_REPLACEMENT] = "replacement",
    [REMEDY_KIND_COMPENSATION] = "compensation",
    [REMEDY_KIND_ADVANCE_PAYMENT] = "advance_payment",
    [REMEDY_KIND_DEPOSIT_DEDUCTION] = "deposit_deduction",
    [REMEDY_KIND_MERCHANT_PENALTY] = "merchant_penalty",
    [REMEDY_KIND_LISTING_FREEZE] = "listing_freeze",
};

const char *remedy_kind_name(enum remedy_kind value)
{
	return name_at(remedy_kind_names, REMEDY_KIND_COUNT, (unsigned)value);
}

static const char *const decision_outcome_names[] = {
    [DECISION_OUTCOME_UNSPECIFIED] = "unspecified",
    [DECISION_OUTCOME_FOR_COMPLAINANT] = "for_complainant",
    [DECISION_OUTCOME_FOR_MERCHANT] = "for_merchant",
    [DECISION_OUTCOME_IN_PART] = "in_part",
    [DECISION_OUTCOME_BASELESS] = "baseless",
};

const char *decision_outcome_name(enum decision_outcome value)
{
	return name_at(decision_outcome_names, DECISION_OUTCOME_COUNT, (unsigned)value);
}

static const char *const remedy_outcome_names[] = {
    [REMEDY_OUTCOME_UNSPECIFIED] = "unspecified",
    [REMEDY_OUTCOME_DONE] = "done",
    [REMEDY_OUTCOME_FAILED] = "failed",
};

const char *remedy_outcome_name(enum remedy_outcome value)
{
	return name_at(remedy_outcome_names, REMEDY_OUTCOME_COUNT, (unsigned)value);
}

static const char *const notice_channel_names[] = {
    [NOTICE_CHANNEL_UNSPECIFIED] = "unspecified",
    [NOTICE_CHANNEL_INBOX] = "inbox",
    [NOTICE_CHANNEL_WEBHOOK] = "webhook",
    [NOTICE_CHANNEL_TOPIC] = "topic",
    [NOTICE_CHANNEL_EMAIL] = "email",
    [NOTICE_CHANNEL_SMS] = "sms",
    [NOTICE_CHANNEL_PUSH] = "push",
    [NOTICE_CHANNEL_CHAT] = "chat",
    [NOTICE_CHANNEL_STREAM] = "stream",
};

const char *notice_channel_name(enum notice_channel value)
{
	return name_at(notice_channel_names, NOTICE_CHANNEL_COUNT, (unsigned)value);
}

enum notice_channel notice_channel_by_name(const char *name)
{
	return (enum notice_channel)value_of(notice_channel_names, NOTICE_CHANNEL_COUNT, name);
}

static const char *const target_unit_names[] = {
    [TARGET_UNIT_UNSPECIFIED] = "unspecified",
    [TARGET_UNIT_ELAPSED] = "elapsed",
    [TARGET_UNIT_BUSINESS_TIME] = "business_time",
    [TARGET_UNIT_BUSINESS_DAYS] = "business_days",
};

const char *target_unit_name(enum target_unit value)
{
	return name_at(target_unit_names, TARGET_UNIT_COUNT, (unsigned)value);
}

enum target_unit target_unit_by_name(const char *name)
{
	return (enum target_unit)value_of(target_unit_names, TARGET_UNIT_COUNT, name);
}

static const char *const silence_ground_names[] = {
    [SILENCE_GROUND_UNSPECIFIED] = "unspecified",
    [SILENCE_GROUND_MERCHANT_SILENT] = "merchant_silent",
    [SILENCE_GROUND_OFFER_LAPSED] = "offer_lapsed",
    [SILENCE_GROUND_DEFENCE_UNANSWERED] = "defence_unanswered",
    [SILENCE_GROUND_PLATFORM_SILENT] = "platform_silent",
    [SILENCE_GROUND_CONFIRMATION_SILENT] = "confirmation_silent",
    [SILENCE_GROUND_ORDER_NEVER_RECORDED] = "order_never_recorded",
    [SILENCE_GROUND_ADMISSION_SILENT] = "admission_silent",
    [SILENCE_GROUND_APPEAL_WINDOW_PASSED] = "appeal_window_passed",
    [SILENCE_GROUND_REMEDY_SILENT] = "remedy_silent",
    [SILENCE_GROUND_INSPECTION_SILENT] = "inspection_silent",
};

const char *silence_ground_name(enum silence_ground value)
{
	return name_at(silence_ground_names, SILENCE_GROUND_COUNT, (unsigned)value);
}

static const char *const answer_kind_names[] = {
    [ANSWER_UNSPECIFIED] = "unspecified",
    [ANSWER_OFFER] = "offer",
    [ANSWER_DEFENCE] = "defence",
};

const char *answer_kind_name(enum answer_kind value)
{
	return name_at(answer_kind_names, ANSWER_COUNT, (unsigned)value);
}

static const char *const measure_names[] = {
    [MEASURE_UNSPECIFIED] = "unspecified",
    [MEASURE_REWARD] = "reward",
    [MEASURE_WARN] = "warn",
    [MEASURE_RESTRICT_ORDERS] = "restrict_orders",
    [MEASURE_FREEZE_LISTING] = "freeze_listing",
    [MEASURE_DELIST] = "delist",
    [MEASURE_BLACKLIST] = "blacklist",
};

const char *measure_name(enum measure value)
{
	return name_at(measure_names, MEASURE_COUNT, (unsigned)value);
}
