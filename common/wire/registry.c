#include "common/wire/registry.h"

#include <stddef.h>

#include "google/protobuf/timestamp.pb-c.h"
#include "ombud/complaint/v1/complaint.pb-c.h"
#include "ombud/escalation/v1/escalation.pb-c.h"
#include "ombud/inbox/v1/inbox.pb-c.h"
#include "ombud/notification/v1/notification.pb-c.h"
#include "ombud/remedy/v1/remedy.pb-c.h"
#include "ombud/risk/v1/risk.pb-c.h"
#include "ombud/triage/v1/triage.pb-c.h"

static const ProtobufCMessageDescriptor *const descriptors[EVENT_TYPE_COUNT] = {
    [EVENT_ORDER_RECORDED] = &ombud__inbox__v1__order_recorded__descriptor,
    [EVENT_COMPLAINT_FILED] = &ombud__inbox__v1__complaint_filed__descriptor,
    [EVENT_COMPLAINT_AMENDED] = &ombud__inbox__v1__complaint_amended__descriptor,
    [EVENT_COMPLAINT_URGED] = &ombud__inbox__v1__complaint_urged__descriptor,
    [EVENT_COMPLAINT_WITHDRAWN] = &ombud__inbox__v1__complaint_withdrawn__descriptor,
    [EVENT_EVIDENCE_ADDED] = &ombud__inbox__v1__evidence_added__descriptor,
    [EVENT_ANSWER_GIVEN] = &ombud__inbox__v1__answer_given__descriptor,
    [EVENT_OFFER_ACCEPTED] = &ombud__inbox__v1__offer_accepted__descriptor,
    [EVENT_OFFER_REFUSED] = &ombud__inbox__v1__offer_refused__descriptor,
    [EVENT_STEP_IN_ASKED] = &ombud__inbox__v1__step_in_asked__descriptor,
    [EVENT_INSPECTION_REPORTED] = &ombud__inbox__v1__inspection_reported__descriptor,
    [EVENT_FINDING_GIVEN] = &ombud__inbox__v1__finding_given__descriptor,
    [EVENT_DECISION_MADE] = &ombud__inbox__v1__decision_made__descriptor,
    [EVENT_REMEDY_REPORTED] = &ombud__inbox__v1__remedy_reported__descriptor,
    [EVENT_RESOLUTION_CONFIRMED] = &ombud__inbox__v1__resolution_confirmed__descriptor,
    [EVENT_RESOLUTION_DISPUTED] = &ombud__inbox__v1__resolution_disputed__descriptor,
    [EVENT_APPEAL_FILED] = &ombud__inbox__v1__appeal_filed__descriptor,
    [EVENT_CONTACT_SET] = &ombud__inbox__v1__contact_set__descriptor,
    [EVENT_PREFERENCES_SET] = &ombud__inbox__v1__preferences_set__descriptor,
    [EVENT_ERASURE_ASKED] = &ombud__inbox__v1__erasure_asked__descriptor,
    [EVENT_MESSAGE_POSTED] = &ombud__inbox__v1__message_posted__descriptor,
    [EVENT_EVIDENCE_REQUESTED] = &ombud__inbox__v1__evidence_requested__descriptor,
    [EVENT_ADMISSION_GIVEN] = &ombud__inbox__v1__admission_given__descriptor,
    [EVENT_INSPECTION_ORDERED] = &ombud__inbox__v1__inspection_ordered__descriptor,
    [EVENT_ASSIGNMENT_CHANGED] = &ombud__inbox__v1__assignment_changed__descriptor,
    [EVENT_RECUSAL_ASKED] = &ombud__inbox__v1__recusal_asked__descriptor,
    [EVENT_COUNTER_OFFER_MADE] = &ombud__inbox__v1__counter_offer_made__descriptor,
    [EVENT_SETTLEMENT_REPORTED] = &ombud__inbox__v1__settlement_reported__descriptor,
    [EVENT_CORRECTIVE_MEASURE_REPORTED] = &ombud__inbox__v1__corrective_measure_reported__descriptor,
    [EVENT_COMPLAINT_REOPENED] = &ombud__inbox__v1__complaint_reopened__descriptor,
    [EVENT_EXTERNAL_REFERRAL_MADE] = &ombud__inbox__v1__external_referral_made__descriptor,
    [EVENT_ESCALATION_ACKNOWLEDGED] = &ombud__inbox__v1__escalation_acknowledged__descriptor,
    [EVENT_POLICY_MOVED] = &ombud__inbox__v1__policy_moved__descriptor,
    [EVENT_NOTICE_READ] = &ombud__inbox__v1__notice_read__descriptor,
    [EVENT_COMPLAINT_CHANGED] = &ombud__complaint__v1__complaint_changed__descriptor,
    [EVENT_REFUSED] = &ombud__complaint__v1__event_refused__descriptor,
    [EVENT_CONTACT_CHANGED] = &ombud__complaint__v1__contact_changed__descriptor,
    [EVENT_PREFERENCES_CHANGED] = &ombud__complaint__v1__preferences_changed__descriptor,
    [EVENT_PERSON_ERASED] = &ombud__complaint__v1__person_erased__descriptor,
    [EVENT_COMPLAINT_TRIAGED] = &ombud__triage__v1__complaint_triaged__descriptor,
    [EVENT_INCIDENT_OPENED] = &ombud__risk__v1__incident_opened__descriptor,
    [EVENT_INCIDENT_CLOSED] = &ombud__risk__v1__incident_closed__descriptor,
    [EVENT_SCORE_CHANGED] = &ombud__risk__v1__score_changed__descriptor,
    [EVENT_MEASURE_PROPOSED] = &ombud__risk__v1__measure_proposed__descriptor,
    [EVENT_ORDER_FLAGGED] = &ombud__risk__v1__order_flagged__descriptor,
    [EVENT_REMEDY_ORDERED] = &ombud__remedy__v1__remedy_ordered__descriptor,
    [EVENT_CLOCK_STARTED] = &ombud__escalation__v1__clock_started__descriptor,
    [EVENT_CLOCK_WARNED] = &ombud__escalation__v1__clock_warned__descriptor,
    [EVENT_CLOCK_BREACHED] = &ombud__escalation__v1__clock_breached__descriptor,
    [EVENT_CLOCK_MET] = &ombud__escalation__v1__clock_met__descriptor,
    [EVENT_CLOCK_CANCELLED] = &ombud__escalation__v1__clock_cancelled__descriptor,
    [EVENT_CLOCK_PAUSED] = &ombud__escalation__v1__clock_paused__descriptor,
    [EVENT_CLOCK_RESUMED] = &ombud__escalation__v1__clock_resumed__descriptor,
    [EVENT_DEADLINE_CHANGED] = &ombud__escalation__v1__deadline_changed__descriptor,
    [EVENT_BREACH_WITHDRAWN] = &ombud__escalation__v1__breach_withdrawn__descriptor,
    [EVENT_LADDER_STEP_TAKEN] = &ombud__escalation__v1__ladder_step_taken__descriptor,
    [EVENT_SILENCE_REACHED] = &ombud__escalation__v1__silence_reached__descriptor,
    [EVENT_NOTICE_DELIVERED] = &ombud__notification__v1__notice_delivered__descriptor,
    [EVENT_NOTICE_FAILED] = &ombud__notification__v1__notice_failed__descriptor,
};

/* The messages of inbox.proto stand first in event_type, in the file's order (a test holds this). */
static const enum event_type inbox_last = EVENT_NOTICE_READ;

const ProtobufCMessageDescriptor *registry_descriptor(enum event_type type)
{
	return type < EVENT_TYPE_COUNT ? descriptors[type] : NULL;
}

enum event_type registry_inbox_message(int index)
{
	return index >= 0 && index < (int)inbox_last ? (enum event_type)(index + 1) : EVENT_NONE;
}

bool registry_is_inbox(enum event_type type)
{
	return type > EVENT_NONE && type <= inbox_last;
}
