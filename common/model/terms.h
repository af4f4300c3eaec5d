/* The terms of the field: one C enum per enum of proto/, with the same names and numbers, and the list of all messages.
 * A test holds this file against the descriptors (tests/wire/test_terms.c). Names for people come from terms_*_name().
 */
#ifndef OMBUD_MODEL_TERMS_H
#define OMBUD_MODEL_TERMS_H

#include <stdbool.h>

/* Who acts. Only a person of the owing party stops a response clock. */
enum actor_kind {
	ACTOR_KIND_UNSPECIFIED = 0,
	ACTOR_KIND_COMPLAINANT = 1,
	ACTOR_KIND_MERCHANT_PERSON = 2,
	ACTOR_KIND_MERCHANT_PROGRAM = 3,
	ACTOR_KIND_PLATFORM_PERSON = 4,
	ACTOR_KIND_PLATFORM_PROGRAM = 5,
	ACTOR_KIND_INSPECTOR = 6,
	ACTOR_KIND_OMBUD = 7, /* a timer or a rule of Ombud's own */
	ACTOR_KIND_COUNT = 8
};

/* A side of the dispute, or whoever must act next. */
enum party {
	PARTY_UNSPECIFIED = 0,
	PARTY_COMPLAINANT = 1,
	PARTY_MERCHANT = 2,
	PARTY_PLATFORM = 3, /* its agents */
	PARTY_BACKEND = 4,  /* the platform's program that carries remedies out */
	PARTY_INSPECTOR = 5,
	PARTY_NOBODY = 6, /* the complaint is at its end */
	PARTY_LOGISTICS = 7,
	PARTY_PAYMENT = 8,
	PARTY_OMBUD = 9, /* Ombud itself: triage, waiting for an order */
	PARTY_COUNT = 10
};

enum channel {
	CHANNEL_UNSPECIFIED = 0,
	CHANNEL_APP = 1,
	CHANNEL_WEB = 2,
	CHANNEL_EMAIL = 3,
	CHANNEL_HOTLINE = 4,
	CHANNEL_SOCIAL = 5,
	CHANNEL_IN_PERSON = 6,
	CHANNEL_COUNT = 7
};

enum goods_kind {
	GOODS_KIND_UNSPECIFIED = 0,
	GOODS_KIND_DIGITAL = 1,
	GOODS_KIND_PHYSICAL = 2,
	GOODS_KIND_SERVICE = 3,
	GOODS_KIND_COUNT = 4
};

/* As a platform's backend knows it: to ship, to receive, in after-sales, completed, cancelled, could not be supplied. */
enum order_status {
	ORDER_STATUS_UNSPECIFIED = 0,
	ORDER_STATUS_UNPAID = 1,
	ORDER_STATUS_TO_SHIP = 2,     /* 待发货 */
	ORDER_STATUS_TO_RECEIVE = 3,  /* 待收货 */
	ORDER_STATUS_AFTER_SALES = 4, /* 售后中 */
	ORDER_STATUS_COMPLETED = 5,
	ORDER_STATUS_CANCELLED = 6,
	ORDER_STATUS_UNAVAILABLE = 7,
	ORDER_STATUS_COUNT = 8
};

/* What is complained of. A platform's own types travel in custom_type beside COMPLAINT_TYPE_OTHER. */
enum complaint_type {
	COMPLAINT_TYPE_UNSPECIFIED = 0,
	COMPLAINT_TYPE_CARD_KEY_INVALID = 1,
	COMPLAINT_TYPE_CODE_ALREADY_USED = 2,
	COMPLAINT_TYPE_NOT_DELIVERED = 3,
	COMPLAINT_TYPE_DELIVERED_LATE = 4,
	COMPLAINT_TYPE_NOT_AS_DESCRIBED = 5,
	COMPLAINT_TYPE_DEFECTIVE = 6,
	COMPLAINT_TYPE_COUNTERFEIT = 7,
	COMPLAINT_TYPE_BENEFITS_NOT_CREDITED = 8,
	COMPLAINT_TYPE_FAKE_SHIPMENT = 9, /* 虚假发货 */
	COMPLAINT_TYPE_BAD_SERVICE = 10,
	COMPLAINT_TYPE_REFUND_REFUSED = 11,
	COMPLAINT_TYPE_OWNERSHIP_DISPUTED = 12,
	COMPLAINT_TYPE_CHARGED_WRONGLY = 13,
	COMPLAINT_TYPE_PLATFORM_FAULT = 14,
	COMPLAINT_TYPE_OTHER = 15,
	COMPLAINT_TYPE_COUNT = 16
};

/* Where a complaint stands; what may follow what is common/model/lifecycle.c. */
enum stage {
	STAGE_UNSPECIFIED = 0,
	STAGE_FILED = 1,
	STAGE_AWAITING_ORDER = 2,
	STAGE_MANUAL_ADMISSION = 3,
	STAGE_TRIAGED = 4,
	STAGE_NEGOTIATING = 5,
	STAGE_MERCHANT_ANSWERED = 6,
	STAGE_PLATFORM_REVIEW = 7,
	STAGE_INSPECTION = 8,
	STAGE_PRELIMINARY_FINDING = 9,
	STAGE_DECIDED = 10,
	STAGE_REMEDY_UNDER_WAY = 11,
	STAGE_AWAITING_CONFIRMATION = 12,
	STAGE_CLOSED = 13,
	STAGE_REJECTED = 14,
	STAGE_WITHDRAWN = 15,
	STAGE_APPEALED = 16,
	STAGE_COUNT = 17
};

/* How much work it is: the facts prove it; ordinary; ownership, large sums, several parties. */
enum tier { TIER_UNSPECIFIED = 0, TIER_SIMPLE = 1, TIER_STANDARD = 2, TIER_COMPLEX = 3, TIER_COUNT = 4 };

/* The deadlines (common/model/clock_rules.c, deploy/policies). */
enum clock_kind {
	CLOCK_UNSPECIFIED = 0,
	CLOCK_FIRST_RESPONSE = 1,
	CLOCK_MERCHANT_ANSWER = 2,
	CLOCK_ANSWER_TO_OFFER = 3,
	CLOCK_ANSWER_TO_DEFENCE = 4,
	CLOCK_PLATFORM_FAULT_MENDED = 5,
	CLOCK_LATE_DELIVERY_VERIFIED = 6,
	CLOCK_PRELIMINARY_FINDING = 7,
	CLOCK_FINAL_DECISION = 8,
	CLOCK_END_TO_END = 9,
	CLOCK_ORDER_AWAITED = 10,
	CLOCK_MANUAL_ADMISSION = 11,
	CLOCK_REMEDY_CARRIED_OUT = 12,
	CLOCK_CONFIRMATION = 13,
	CLOCK_APPEAL = 14,
	CLOCK_INSPECTION = 15,
	CLOCK_COUNT = 16
};

/* What a party can do now; each is an inbox message of the like name. */
enum action {
	ACTION_UNSPECIFIED = 0,
	ACTION_AMEND = 1,
	ACTION_URGE = 2,
	ACTION_WITHDRAW = 3,
	ACTION_ADD_EVIDENCE = 4,
	ACTION_ANSWER = 5,
	ACTION_ACCEPT_OFFER = 6,
	ACTION_REFUSE_OFFER = 7,
	ACTION_ASK_PLATFORM = 8,
	ACTION_DECIDE = 9,
	ACTION_GIVE_FINDING = 10,
	ACTION_ORDER_INSPECTION = 11,
	ACTION_REPORT_INSPECTION = 12,
	ACTION_REPORT_REMEDY = 13,
	ACTION_CONFIRM = 14,
	ACTION_DISPUTE_RESOLUTION = 15,
	ACTION_APPEAL = 16,
	ACTION_ADMIT = 17,
	ACTION_SETTLE = 18,
	ACTION_COUNTER_OFFER = 19,
	ACTION_POST_MESSAGE = 20,
	ACTION_RECORD_ORDER = 21,
	ACTION_COUNT = 22
};

/* What the silence of whoever must act leads to. */
enum silence_outcome {
	SILENCE_OUTCOME_UNSPECIFIED = 0,
	SILENCE_OUTCOME_NONE = 1,
	SILENCE_OUTCOME_PLATFORM_STEPS_IN = 2,
	SILENCE_OUTCOME_OFFER_LAPSES = 3,
	SILENCE_OUTCOME_CLOSED_WITHOUT_OBJECTION = 4,
	SILENCE_OUTCOME_CONFIRMED_BY_SILENCE = 5,
	SILENCE_OUTCOME_DECIDED_BY_DEFAULT = 6,
	SILENCE_OUTCOME_EXTERNAL_REFERRAL = 7,
	SILENCE_OUTCOME_REFUSED = 8,
	SILENCE_OUTCOME_ADMITTED = 9,
	SILENCE_OUTCOME_ESCALATED = 10,
	SILENCE_OUTCOME_FINAL = 11, /* a decision stands */
	SILENCE_OUTCOME_COUNT = 12
};

enum remedy_kind {
	REMEDY_KIND_UNSPECIFIED = 0,
	REMEDY_KIND_REFUND = 1,
	REMEDY_KIND_REDELIVERY = 2,
	REMEDY_KIND_REPLACEMENT = 3,
	REMEDY_KIND_COMPENSATION = 4,
	REMEDY_KIND_ADVANCE_PAYMENT = 5, /* 先行赔付 */
	REMEDY_KIND_DEPOSIT_DEDUCTION = 6,
	REMEDY_KIND_MERCHANT_PENALTY = 7,
	REMEDY_KIND_LISTING_FREEZE = 8,
	REMEDY_KIND_COUNT = 9
};

enum decision_outcome {
	DECISION_OUTCOME_UNSPECIFIED = 0,
	DECISION_OUTCOME_FOR_COMPLAINANT = 1,
	DECISION_OUTCOME_FOR_MERCHANT = 2,
	DECISION_OUTCOME_IN_PART = 3,
	DECISION_OUTCOME_BASELESS = 4,
	DECISION_OUTCOME_COUNT = 5
};

enum remedy_outcome {
	REMEDY_OUTCOME_UNSPECIFIED = 0,
	REMEDY_OUTCOME_DONE = 1,
	REMEDY_OUTCOME_FAILED = 2,
	REMEDY_OUTCOME_COUNT = 3
};

enum notice_channel {
	NOTICE_CHANNEL_UNSPECIFIED = 0,
	NOTICE_CHANNEL_INBOX = 1, /* 站内信 */
	NOTICE_CHANNEL_WEBHOOK = 2,
	NOTICE_CHANNEL_TOPIC = 3,
	NOTICE_CHANNEL_EMAIL = 4,
	NOTICE_CHANNEL_SMS = 5,
	NOTICE_CHANNEL_PUSH = 6,
	NOTICE_CHANNEL_CHAT = 7,
	NOTICE_CHANNEL_STREAM = 8,
	NOTICE_CHANNEL_COUNT = 9
};

/* The unit of a target. */
enum target_unit {
	TARGET_UNIT_UNSPECIFIED = 0,
	TARGET_UNIT_ELAPSED = 1,
	TARGET_UNIT_BUSINESS_TIME = 2,
	TARGET_UNIT_BUSINESS_DAYS = 3,
	TARGET_UNIT_COUNT = 4
};

/* A party was silent: intake is asked for what its silence means. */
enum silence_ground {
	SILENCE_GROUND_UNSPECIFIED = 0,
	SILENCE_GROUND_MERCHANT_SILENT = 1,
	SILENCE_GROUND_OFFER_LAPSED = 2,
	SILENCE_GROUND_DEFENCE_UNANSWERED = 3,
	SILENCE_GROUND_PLATFORM_SILENT = 4,
	SILENCE_GROUND_CONFIRMATION_SILENT = 5,
	SILENCE_GROUND_ORDER_NEVER_RECORDED = 6,
	SILENCE_GROUND_ADMISSION_SILENT = 7,
	SILENCE_GROUND_APPEAL_WINDOW_PASSED = 8,
	SILENCE_GROUND_REMEDY_SILENT = 9,
	SILENCE_GROUND_INSPECTION_SILENT = 10,
	SILENCE_GROUND_COUNT = 11
};

/* What the merchant answered with: which member of AnswerGiven.answer is set. */
enum answer_kind { ANSWER_UNSPECIFIED = 0, ANSWER_NONE = 0, ANSWER_OFFER = 1, ANSWER_DEFENCE = 2, ANSWER_COUNT = 3 };

/* What Ombud proposes to a platform about a merchant, a SKU or a listing. It never acts itself. */
enum measure {
	MEASURE_UNSPECIFIED = 0,
	MEASURE_REWARD = 1, /* visibility */
	MEASURE_WARN = 2,
	MEASURE_RESTRICT_ORDERS = 3,
	MEASURE_FREEZE_LISTING = 4,
	MEASURE_DELIST = 5,
	MEASURE_BLACKLIST = 6,
	MEASURE_COUNT = 7
};

/* X(constant, package, Message): every top-level message. The order is ours, not the wire's. */
#define EVENT_TYPES(X)                                                         \
	X(EVENT_ORDER_RECORDED, inbox, OrderRecorded)                          \
	X(EVENT_COMPLAINT_FILED, inbox, ComplaintFiled)                        \
	X(EVENT_COMPLAINT_AMENDED, inbox, ComplaintAmended)                    \
	X(EVENT_COMPLAINT_URGED, inbox, ComplaintUrged)                        \
	X(EVENT_COMPLAINT_WITHDRAWN, inbox, ComplaintWithdrawn)                \
	X(EVENT_EVIDENCE_ADDED, inbox, EvidenceAdded)                          \
	X(EVENT_ANSWER_GIVEN, inbox, AnswerGiven)                              \
	X(EVENT_OFFER_ACCEPTED, inbox, OfferAccepted)                          \
	X(EVENT_OFFER_REFUSED, inbox, OfferRefused)                            \
	X(EVENT_STEP_IN_ASKED, inbox, StepInAsked)                             \
	X(EVENT_INSPECTION_REPORTED, inbox, InspectionReported)                \
	X(EVENT_FINDING_GIVEN, inbox, FindingGiven)                            \
	X(EVENT_DECISION_MADE, inbox, DecisionMade)                            \
	X(EVENT_REMEDY_REPORTED, inbox, RemedyReported)                        \
	X(EVENT_RESOLUTION_CONFIRMED, inbox, ResolutionConfirmed)              \
	X(EVENT_RESOLUTION_DISPUTED, inbox, ResolutionDisputed)                \
	X(EVENT_APPEAL_FILED, inbox, AppealFiled)                              \
	X(EVENT_CONTACT_SET, inbox, ContactSet)                                \
	X(EVENT_PREFERENCES_SET, inbox, PreferencesSet)                        \
	X(EVENT_ERASURE_ASKED, inbox, ErasureAsked)                            \
	X(EVENT_MESSAGE_POSTED, inbox, MessagePosted)                          \
	X(EVENT_EVIDENCE_REQUESTED, inbox, EvidenceRequested)                  \
	X(EVENT_ADMISSION_GIVEN, inbox, AdmissionGiven)                        \
	X(EVENT_INSPECTION_ORDERED, inbox, InspectionOrdered)                  \
	X(EVENT_ASSIGNMENT_CHANGED, inbox, AssignmentChanged)                  \
	X(EVENT_RECUSAL_ASKED, inbox, RecusalAsked)                            \
	X(EVENT_COUNTER_OFFER_MADE, inbox, CounterOfferMade)                   \
	X(EVENT_SETTLEMENT_REPORTED, inbox, SettlementReported)                \
	X(EVENT_CORRECTIVE_MEASURE_REPORTED, inbox, CorrectiveMeasureReported) \
	X(EVENT_COMPLAINT_REOPENED, inbox, ComplaintReopened)                  \
	X(EVENT_EXTERNAL_REFERRAL_MADE, inbox, ExternalReferralMade)           \
	X(EVENT_ESCALATION_ACKNOWLEDGED, inbox, EscalationAcknowledged)        \
	X(EVENT_POLICY_MOVED, inbox, PolicyMoved)                              \
	X(EVENT_NOTICE_READ, inbox, NoticeRead)                                \
	X(EVENT_COMPLAINT_CHANGED, complaint, ComplaintChanged)                \
	X(EVENT_REFUSED, complaint, EventRefused)                              \
	X(EVENT_CONTACT_CHANGED, complaint, ContactChanged)                    \
	X(EVENT_PREFERENCES_CHANGED, complaint, PreferencesChanged)            \
	X(EVENT_PERSON_ERASED, complaint, PersonErased)                        \
	X(EVENT_COMPLAINT_TRIAGED, triage, ComplaintTriaged)                   \
	X(EVENT_INCIDENT_OPENED, risk, IncidentOpened)                         \
	X(EVENT_INCIDENT_CLOSED, risk, IncidentClosed)                         \
	X(EVENT_SCORE_CHANGED, risk, ScoreChanged)                             \
	X(EVENT_MEASURE_PROPOSED, risk, MeasureProposed)                       \
	X(EVENT_ORDER_FLAGGED, risk, OrderFlagged)                             \
	X(EVENT_REMEDY_ORDERED, remedy, RemedyOrdered)                         \
	X(EVENT_CLOCK_STARTED, escalation, ClockStarted)                       \
	X(EVENT_CLOCK_WARNED, escalation, ClockWarned)                         \
	X(EVENT_CLOCK_BREACHED, escalation, ClockBreached)                     \
	X(EVENT_CLOCK_MET, escalation, ClockMet)                               \
	X(EVENT_CLOCK_CANCELLED, escalation, ClockCancelled)                   \
	X(EVENT_CLOCK_PAUSED, escalation, ClockPaused)                         \
	X(EVENT_CLOCK_RESUMED, escalation, ClockResumed)                       \
	X(EVENT_DEADLINE_CHANGED, escalation, DeadlineChanged)                 \
	X(EVENT_BREACH_WITHDRAWN, escalation, BreachWithdrawn)                 \
	X(EVENT_LADDER_STEP_TAKEN, escalation, LadderStepTaken)                \
	X(EVENT_SILENCE_REACHED, escalation, SilenceReached)                   \
	X(EVENT_NOTICE_DELIVERED, notification, NoticeDelivered)               \
	X(EVENT_NOTICE_FAILED, notification, NoticeFailed)

enum event_type {
	EVENT_NONE = 0,
#define EVENT_CONSTANT(constant, package, message) constant,
	EVENT_TYPES(EVENT_CONSTANT)
#undef EVENT_CONSTANT
	    EVENT_TYPE_COUNT
};

/* "ombud.inbox.v1.ComplaintFiled" for EVENT_COMPLAINT_FILED; "" for EVENT_NONE. What ce_type says. */
const char *event_type_name(enum event_type type);

/* May strangers say it: is it a message of the inbox? */
bool event_type_is_inbox(enum event_type type);

/* "complaint_filed": the short lower-case name, used in logs, templates and ComplaintChanged.cause. */
const char *event_type_short_name(enum event_type type);

/* EVENT_NONE when no message has that full name. */
enum event_type event_type_by_name(const char *full_name);

/* Short lower-case names without the prefix: "negotiating" for STAGE_NEGOTIATING; "unspecified" for 0; "?" out of range. */
const char *stage_name(enum stage stage);
const char *party_name(enum party party);
const char *clock_kind_name(enum clock_kind clock);
const char *complaint_type_name(enum complaint_type type);
const char *silence_outcome_name(enum silence_outcome silence);
const char *action_name(enum action action);
const char *tier_name(enum tier tier);
const char *remedy_kind_name(enum remedy_kind kind);
const char *actor_kind_name(enum actor_kind kind);
const char *channel_name(enum channel channel);
const char *goods_kind_name(enum goods_kind kind);
const char *order_status_name(enum order_status status);
const char *decision_outcome_name(enum decision_outcome outcome);
const char *notice_channel_name(enum notice_channel channel);
const char *target_unit_name(enum target_unit unit);
const char *silence_ground_name(enum silence_ground ground);
const char *remedy_outcome_name(enum remedy_outcome outcome);
const char *answer_kind_name(enum answer_kind answer);
const char *measure_name(enum measure measure);

/* The reverse of the above, for configuration files: 0 (unspecified) when unknown. */
enum stage stage_by_name(const char *name);
enum party party_by_name(const char *name);
enum clock_kind clock_kind_by_name(const char *name);
enum complaint_type complaint_type_by_name(const char *name);
enum tier tier_by_name(const char *name);
enum channel channel_by_name(const char *name);
enum goods_kind goods_kind_by_name(const char *name);
enum order_status order_status_by_name(const char *name);
enum notice_channel notice_channel_by_name(const char *name);
enum target_unit target_unit_by_name(const char *name);

#endif
