#include "common/view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/terms.h"

/* ---- who ---- */

#define SET(role) (1u << HTTP_ROLE_##role)
#define MERCHANT SET(MERCHANT)
#define COMPLAINANT SET(COMPLAINANT)
#define INSPECTOR SET(INSPECTOR)
#define PLATFORM (SET(BACKEND) | SET(AGENT) | SET(AUDITOR))
#define SIDES (MERCHANT | COMPLAINANT)
#define EVERYBODY (PLATFORM | SIDES | INSPECTOR)
#define STRANGER (1u << HTTP_ROLE_COUNT)            /* VIEW_STRANGER */
#define PARTIES (PLATFORM | MERCHANT | COMPLAINANT) /* to whom letters about a complaint go */
#define TOLD (PARTIES | STRANGER)                   /* whoever gets a letter */

/* Whose complaints a role reaches at all, and the side whose words and letters are its own. A role without a row reaches none.
 * An inspector is let in by an inspection that names him, until he has reported or was silent. */
static const struct {
	enum view_reach reach;
	enum party party;
} readers[VIEW_ROLES] = {
    [HTTP_ROLE_BACKEND] = {VIEW_REACH_ALL, PARTY_UNSPECIFIED},
    [HTTP_ROLE_AGENT] = {VIEW_REACH_ALL, PARTY_UNSPECIFIED},
    [HTTP_ROLE_AUDITOR] = {VIEW_REACH_ALL, PARTY_UNSPECIFIED},
    [HTTP_ROLE_MERCHANT] = {VIEW_REACH_SOLD, PARTY_MERCHANT},
    [HTTP_ROLE_COMPLAINANT] = {VIEW_REACH_FILED, PARTY_COMPLAINANT},
    [HTTP_ROLE_INSPECTOR] = {VIEW_REACH_ASKED, PARTY_INSPECTOR},
};

enum view_reach view_reach(enum http_role role)
{
	return readers[role].reach;
}

static bool is_platform(enum http_role role)
{
	return readers[role].reach == VIEW_REACH_ALL;
}

/* ---- which elements of a list ---- */

static bool is_party(const struct json *element, const char *member, const struct view_reader *reader)
{
	return strcmp(json_text_of(json_member(element, member)), party_name(readers[reader->role].party)) == 0;
}

/* What the reader itself may do. */
static bool is_own_action(const struct json *element, const struct view_reader *reader)
{
	return is_party(element, "party", reader);
}

/* Told to the reader: a refusal goes to whoever spoke, who need not be the complaint's. */
static bool is_own_notice(const struct json *element, const struct view_reader *reader)
{
	return is_party(element, "recipient", reader) && strcmp(json_text_of(json_member(element, "person_id")), reader->id) == 0;
}

/* Promised or statutory; how the platform watches itself is its own affair. An inspector's are those that he owes. */
static bool is_promised(const struct json *element, const struct view_reader *reader)
{
	if (reader->role == HTTP_ROLE_INSPECTOR && !is_party(element, "must_act", reader))
		return false;
	const char *effect = json_text_of(json_member(element, "effect"));
	return strcmp(effect, "promised") == 0 || strcmp(effect, "statutory") == 0;
}

/* A merchant sees its own lines; what else was bought is the buyer's affair. */
static bool is_own_line(const struct json *element, const struct view_reader *reader)
{
	return reader->role != HTTP_ROLE_MERCHANT || strcmp(json_text_of(json_member(element, "merchant_id")), reader->id) == 0;
}

/* What is said between the sides; what the platform says to itself stays there. */
static const char *const between_sides[] = {"admission_given", "answer_given", "appeal_filed", "call_recorded",
    "complaint_withdrawn", "corrective_measure_reported", "counter_offer_accepted", "counter_offer_made", "counter_offer_refused",
    "decision_made", "evidence_added", "evidence_request_withdrawn", "evidence_requested", "finding_given", "inquiry_answered",
    "inspection_ordered", "inspection_reported", "mediation_reported", "message_posted", "offer_accepted", "offer_refused",
    "remedy_reported", "resolution_confirmed", "resolution_disputed", "settlement_confirmed", "settlement_proposed",
    "settlement_refused", "settlement_reported", "silence_reached", "step_in_asked", NULL};

static bool is_between_sides(const char *cause)
{
	for (const char *const *known = between_sides; *known; known++)
		if (strcmp(*known, cause) == 0)
			return true;
	return false;
}

/* By the reader, or to him, or to nobody in particular. An inspector hears what he is asked. */
static bool is_heard(const struct json *element, const struct view_reader *reader)
{
	bool asks_him = strcmp(json_text_of(json_member(element, "cause")), "inspection_ordered") == 0;
	if (reader->role == HTTP_ROLE_INSPECTOR)
		return asks_him || is_party(element, "from", reader);
	bool to_all = json_kind_of(json_member(element, "to")) != JSON_KIND_TEXT;
	return is_party(element, "from", reader) ||
	       (is_between_sides(json_text_of(json_member(element, "cause"))) && (to_all || is_party(element, "to", reader)));
}

/* ---- the table ---- */

struct row {
	const char *path;
	unsigned sees; /* roles */
	/* ... of which all but the platform's see an element only when this holds; NULL: every one */
	bool (*when)(const struct json *element, const struct view_reader *reader);
	bool whole; /* whatever is below goes with it */
};

static const struct row rows[] = {
    {"complaint", EVERYBODY},
    {"complaint.complaint_id", EVERYBODY},
    {"complaint.platform_id", EVERYBODY},
    {"complaint.order_id", EVERYBODY},
    {"complaint.item_id", EVERYBODY},
    {"complaint.complainant_id", PLATFORM | COMPLAINANT},
    {"complaint.merchant_id", PLATFORM | SIDES},
    {"complaint.stage", EVERYBODY},
    {"complaint.stage_since", EVERYBODY},
    {"complaint.type", EVERYBODY},
    {"complaint.custom_type", EVERYBODY},
    {"complaint.standard_code", PLATFORM | COMPLAINANT}, /* it says the channel, too */
    {"complaint.priority", PLATFORM},
    {"complaint.queue", PLATFORM},
    {"complaint.owner_id", PLATFORM},
    {"complaint.received_at", EVERYBODY},
    {"complaint.channel", PLATFORM | COMPLAINANT},
    {"complaint.language", EVERYBODY},
    {"complaint.statement", EVERYBODY},
    {"complaint.wanted", PLATFORM | SIDES},
    {"complaint.happened_at", EVERYBODY},
    {"complaint.fault_found_at", EVERYBODY},
    {"complaint.claimed", PLATFORM | SIDES},
    {"complaint.claimed.minor_units", PLATFORM | SIDES},
    {"complaint.claimed.currency", PLATFORM | SIDES},
    {"complaint.complained_at", EVERYBODY},
    {"complaint.repeats", PLATFORM | COMPLAINANT},
    {"complaint.urges", PLATFORM | COMPLAINANT},
    {"complaint.tier", PLATFORM},
    {"complaint.first_answer", PLATFORM | SIDES},
    {"complaint.policy_id", PLATFORM},
    {"complaint.policy_version", PLATFORM},
    {"complaint.answer", PLATFORM | SIDES},
    {"complaint.outcome", PLATFORM | SIDES},
    {"complaint.decision_id", PLATFORM | SIDES},
    {"complaint.settlement", PLATFORM | SIDES},
    {"complaint.settlement.settlement_id", PLATFORM | SIDES},
    {"complaint.settlement.number", PLATFORM | SIDES},
    {"complaint.settlement.answered_by", PLATFORM | SIDES},
    {"complaint.referred", PLATFORM | SIDES},
    {"complaint.inspector_id", PLATFORM},
    {"complaint.assignments", PLATFORM},
    {"complaint.appeals", PLATFORM | SIDES},
    {"complaint.appeal_open", PLATFORM | SIDES},
    {"complaint.decided_at", PLATFORM | SIDES},
    /* Whom the complaint waits for, and since when; the platform's own names of them are its affair. */
    {"complaint.inquiries", PLATFORM | SIDES},
    {"complaint.inquiries[]", PLATFORM | SIDES},
    {"complaint.evidence_owed", PLATFORM | SIDES},
    {"complaint.evidence_owed[]", PLATFORM | SIDES},
    {"complaint.inquiries[].number", PLATFORM | SIDES},
    {"complaint.inquiries[].state", PLATFORM | SIDES},
    {"complaint.inquiries[].asked", PLATFORM | SIDES},
    {"complaint.inquiries[].opened_at", PLATFORM | SIDES},
    {"complaint.inquiries[].inquiry_id", PLATFORM},
    {"complaint.sequence", PLATFORM},

    {"complaint.must_act", EVERYBODY},
    {"complaint.clock", EVERYBODY},
    {"complaint.due_at", EVERYBODY},
    {"complaint.silence", EVERYBODY},
    {"complaint.actions", EVERYBODY},
    {"complaint.actions[]", EVERYBODY, is_own_action},
    {"complaint.actions[].party", EVERYBODY},
    {"complaint.actions[].action", EVERYBODY},
    {"complaint.actions[].mandatory", EVERYBODY},
    {"complaint.actions[].clock", EVERYBODY},
    {"complaint.actions[].due_at", EVERYBODY},
    {"complaint.actions[].silence", EVERYBODY},

    {"complaint.steps", PLATFORM | SIDES},
    {"complaint.steps[]", PLATFORM | SIDES},
    {"complaint.steps[].at", PLATFORM | SIDES},
    {"complaint.steps[].stage", PLATFORM | SIDES},
    {"complaint.steps[].cause", PLATFORM | SIDES},
    {"complaint.steps[].reason", PLATFORM | SIDES},
    {"complaint.steps[].actor", PLATFORM | SIDES},

    /* An order may have other merchants' lines, and its total is theirs, too. */
    {"complaint.order", EVERYBODY},
    {"complaint.order.order_id", EVERYBODY},
    {"complaint.order.buyer_id", PLATFORM | COMPLAINANT},
    {"complaint.order.merchant_id", PLATFORM | COMPLAINANT},
    {"complaint.order.status", EVERYBODY},
    {"complaint.order.total", PLATFORM | COMPLAINANT},
    {"complaint.order.total.minor_units", PLATFORM | COMPLAINANT},
    {"complaint.order.total.currency", PLATFORM | COMPLAINANT},
    {"complaint.order.recorded_at", PLATFORM},
    /* Where it goes is where the buyer is: whoever has to send it there has that from the platform, not from a complaint. A
     * carrier's line says as much. */
    {"complaint.order.region", PLATFORM | COMPLAINANT},
    {"complaint.order.carrier_id", PLATFORM | SIDES},
    {"complaint.order.line", PLATFORM},
    {"complaint.order.items", PLATFORM | SIDES},
    {"complaint.order.items[]", PLATFORM | SIDES, is_own_line},
    {"complaint.order.items[].item_id", PLATFORM | SIDES},
    {"complaint.order.items[].merchant_id", PLATFORM | COMPLAINANT},
    {"complaint.order.items[].sku", PLATFORM | MERCHANT},
    {"complaint.order.items[].title", PLATFORM | SIDES},
    {"complaint.order.items[].category", PLATFORM},
    {"complaint.order.items[].goods_kind", PLATFORM | SIDES},
    {"complaint.order.items[].quantity", PLATFORM | SIDES},
    {"complaint.order.items[].price", PLATFORM | SIDES},
    {"complaint.order.items[].price.minor_units", PLATFORM | SIDES},
    {"complaint.order.items[].price.currency", PLATFORM | SIDES},
    {"complaint.order.items[].listing_uri", PLATFORM | SIDES},
    {"complaint.order.items[].listing_sha256", PLATFORM | SIDES},

    {"complaint.remedies", PLATFORM | SIDES},
    {"complaint.remedies[]", PLATFORM | SIDES},
    {"complaint.remedies[].remedy_key", PLATFORM},
    {"complaint.remedies[].kind", PLATFORM | SIDES},
    {"complaint.remedies[].amount", PLATFORM | SIDES},
    {"complaint.remedies[].amount.minor_units", PLATFORM | SIDES},
    {"complaint.remedies[].amount.currency", PLATFORM | SIDES},
    {"complaint.remedies[].item_id", PLATFORM | SIDES},
    {"complaint.remedies[].quantity", PLATFORM | SIDES},
    {"complaint.remedies[].note", PLATFORM | SIDES},
    {"complaint.remedies[].state", PLATFORM | SIDES},
    {"complaint.remedies[].changed_at", PLATFORM | SIDES},

    /* Of both sides, for both sides: what is weighed nobody learns from the decision. */
    {"complaint.evidence_count", EVERYBODY},
    {"complaint.evidence", EVERYBODY},
    {"complaint.evidence[]", EVERYBODY},
    {"complaint.evidence[].number", EVERYBODY},
    {"complaint.evidence[].evidence_id", EVERYBODY},
    {"complaint.evidence[].kind", EVERYBODY},
    {"complaint.evidence[].uri", EVERYBODY},
    {"complaint.evidence[].media_type", EVERYBODY},
    {"complaint.evidence[].size_bytes", EVERYBODY},
    {"complaint.evidence[].sha256", EVERYBODY},
    {"complaint.evidence[].supplied_by", EVERYBODY},
    {"complaint.evidence[].made_at", EVERYBODY},
    {"complaint.evidence[].added_at", EVERYBODY},

    {"complaint.said", EVERYBODY},
    {"complaint.said[]", EVERYBODY, is_heard},
    {"complaint.said[].sequence", PLATFORM},
    {"complaint.said[].at", EVERYBODY},
    {"complaint.said[].cause", EVERYBODY},
    {"complaint.said[].from", EVERYBODY},
    {"complaint.said[].actor_id", PLATFORM},
    {"complaint.said[].to", PLATFORM | SIDES},
    {"complaint.said[].text", EVERYBODY},
    {"complaint.said[].answer", PLATFORM | SIDES},
    {"complaint.said[].reached", PLATFORM | SIDES},
    {"complaint.said[].called_at", PLATFORM | SIDES},
    {"complaint.said[].clauses", PLATFORM | SIDES},
    {"complaint.said[].clauses[]", PLATFORM | SIDES},
    {"complaint.said[].evidence_kinds", PLATFORM | SIDES},
    {"complaint.said[].evidence_kinds[]", PLATFORM | SIDES},
    {"complaint.said[].decision_id", PLATFORM | SIDES},
    {"complaint.said[].outcome", PLATFORM | SIDES},
    {"complaint.said[].reason", PLATFORM | SIDES},
    {"complaint.said[].grounds", PLATFORM | SIDES},
    {"complaint.said[].grounds.clauses", PLATFORM | SIDES},
    {"complaint.said[].grounds.clauses[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.criteria", PLATFORM | SIDES},
    {"complaint.said[].grounds.criteria[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[].criterion", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[].finding", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[].evidence_ids", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[].evidence_ids[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.answers[].text", PLATFORM | SIDES},
    {"complaint.said[].grounds.cited", PLATFORM | SIDES},
    {"complaint.said[].grounds.cited[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.cited[].clause", PLATFORM | SIDES},
    {"complaint.said[].grounds.cited[].text", PLATFORM | SIDES},
    {"complaint.said[].grounds.facts_found", PLATFORM | SIDES},
    {"complaint.said[].grounds.weighed", PLATFORM | SIDES},
    {"complaint.said[].grounds.weighed[]", PLATFORM | SIDES},
    {"complaint.said[].grounds.weighed[].evidence_id", PLATFORM | SIDES},
    {"complaint.said[].grounds.weighed[].supplied_by", PLATFORM | SIDES},
    {"complaint.said[].grounds.weighed[].shows", PLATFORM | SIDES},
    /* Who answers for how much is part of what was decided; which carrier or supplier that is, is the platform's affair. */
    {"complaint.said[].responsibilities", PLATFORM | SIDES},
    {"complaint.said[].responsibilities[]", PLATFORM | SIDES},
    {"complaint.said[].responsibilities[].party", PLATFORM | SIDES},
    {"complaint.said[].responsibilities[].share_per_mille", PLATFORM | SIDES},
    {"complaint.said[].responsibilities[].party_id", PLATFORM},

    {"complaint.versions", PLATFORM | COMPLAINANT},
    {"complaint.versions[]", PLATFORM | COMPLAINANT},
    {"complaint.versions[].version", PLATFORM | COMPLAINANT},
    {"complaint.versions[].type", PLATFORM | COMPLAINANT},
    {"complaint.versions[].statement", PLATFORM | COMPLAINANT},
    {"complaint.versions[].wanted", PLATFORM | COMPLAINANT},
    {"complaint.versions[].valid_until", PLATFORM | COMPLAINANT},

    {"complaint.triage", PLATFORM},
    {"complaint.triage.triaged", PLATFORM},
    {"complaint.triage.triaged_at", PLATFORM},
    {"complaint.triage.type", PLATFORM},
    {"complaint.triage.custom_type", PLATFORM},
    {"complaint.triage.tier", PLATFORM},
    {"complaint.triage.priority", PLATFORM},
    {"complaint.triage.first_answer", PLATFORM},
    {"complaint.triage.queue", PLATFORM},
    {"complaint.triage.owner", PLATFORM},
    {"complaint.triage.policy", PLATFORM},
    {"complaint.triage.rules_version", PLATFORM},
    {"complaint.triage.reasons", PLATFORM},
    {"complaint.triage.reasons[]", PLATFORM},
    {"complaint.triage.reasons[].field", PLATFORM},
    {"complaint.triage.reasons[].value", PLATFORM},
    {"complaint.triage.reasons[].rule", PLATFORM},
    {"complaint.triage.reasons[].condition", PLATFORM},

    {"complaint.clocks", EVERYBODY},
    {"complaint.clocks[]", EVERYBODY, is_promised},
    {"complaint.clocks[].clock", EVERYBODY},
    {"complaint.clocks[].cycle", EVERYBODY},
    {"complaint.clocks[].state", EVERYBODY},
    {"complaint.clocks[].effect", EVERYBODY},
    {"complaint.clocks[].basis", EVERYBODY},
    {"complaint.clocks[].must_act", EVERYBODY},
    {"complaint.clocks[].silence", EVERYBODY},
    {"complaint.clocks[].started_at", EVERYBODY},
    {"complaint.clocks[].due_at", EVERYBODY},
    {"complaint.clocks[].paused_at", EVERYBODY},
    {"complaint.clocks[].provisional", EVERYBODY},
    {"complaint.clocks[].unit", PLATFORM | SIDES},
    {"complaint.clocks[].target", PLATFORM | SIDES},
    {"complaint.clocks[].policy", PLATFORM},
    {"complaint.clocks[].policy_version", PLATFORM},
    {"complaint.clocks[].calendar", PLATFORM | SIDES},
    {"complaint.clocks[].calendar_version", PLATFORM | SIDES},
    {"complaint.clocks[].next_at", PLATFORM},
    {"complaint.clocks[].warned", PLATFORM},
    {"complaint.clocks[].level", PLATFORM},
    {"complaint.clocks[].breached_at", PLATFORM | SIDES},
    {"complaint.clocks[].met_at", PLATFORM | SIDES},
    {"complaint.clocks[].overdue_us", PLATFORM | SIDES},
    {"complaint.clocks[].ended_at", PLATFORM | SIDES},
    {"complaint.clocks[].steps", PLATFORM},
    {"complaint.clocks[].steps[]", PLATFORM},
    {"complaint.clocks[].steps[].at", PLATFORM},
    {"complaint.clocks[].steps[].what", PLATFORM},
    {"complaint.clocks[].steps[].due_at", PLATFORM},
    {"complaint.clocks[].steps[].cause", PLATFORM},
    {"complaint.clocks[].steps[].percent", PLATFORM},
    {"complaint.clocks[].steps[].level", PLATFORM},
    {"complaint.clocks[].steps[].role", PLATFORM},
    {"complaint.clocks[].steps[].ground", PLATFORM},
    {"complaint.clocks[].steps[].waits_for", PLATFORM},
    {"complaint.clocks[].steps[].late", PLATFORM},
    {"complaint.clocks[].steps[].skipped", PLATFORM},
    {"complaint.clocks[].steps[].before", PLATFORM},
    {"complaint.clocks[].steps[].before.due_at", PLATFORM},
    {"complaint.clocks[].steps[].before.unit", PLATFORM},
    {"complaint.clocks[].steps[].before.target", PLATFORM},
    {"complaint.clocks[].steps[].before.policy", PLATFORM},
    {"complaint.clocks[].steps[].before.policy_version", PLATFORM},
    {"complaint.clocks[].steps[].before.calendar", PLATFORM},
    {"complaint.clocks[].steps[].before.calendar_version", PLATFORM},

    {"complaint.notices", PARTIES},
    {"complaint.notices[]", PARTIES, is_own_notice},
    {"complaint.notices[].notice_id", PARTIES},
    {"complaint.notices[].at", PARTIES},
    {"complaint.notices[].recipient", PARTIES},
    {"complaint.notices[].person_id", PARTIES},
    {"complaint.notices[].sequence", PARTIES},
    {"complaint.notices[].channel", PARTIES},
    {"complaint.notices[].endpoint", PLATFORM},
    {"complaint.notices[].event", PARTIES},
    {"complaint.notices[].language", PARTIES},
    {"complaint.notices[].subject", PARTIES},
    {"complaint.notices[].text", PARTIES},
    {"complaint.notices[].state", PARTIES},
    {"complaint.notices[].attempts", PLATFORM},
    {"complaint.notices[].finished_at", PLATFORM},
    {"complaint.notices[].reason", PLATFORM},

    /* Whose letters they are has been asked before (view_sees_person, view_recipient). */
    {"inbox", EVERYBODY},
    {"inbox.letters", EVERYBODY},
    {"inbox.letters[]", EVERYBODY},
    {"inbox.letters[].cursor", EVERYBODY},
    {"inbox.letters[].notice_id", EVERYBODY},
    {"inbox.letters[].at", EVERYBODY},
    {"inbox.letters[].read", EVERYBODY},
    {"inbox.letters[].recipient", EVERYBODY},
    {"inbox.letters[].order_id", EVERYBODY},
    {"inbox.letters[].complaint_id", EVERYBODY},
    {"inbox.letters[].event", EVERYBODY},
    {"inbox.letters[].language", EVERYBODY},
    {"inbox.letters[].subject", EVERYBODY},
    {"inbox.letters[].text", EVERYBODY},

    /* What became of an event, told to whoever said it and to the platform's backend. */
    {"outcome", EVERYBODY | STRANGER},
    {"outcome.status", EVERYBODY | STRANGER},
    {"outcome.event_id", EVERYBODY | STRANGER},
    {"outcome.code", EVERYBODY | STRANGER},
    {"outcome.sentence", EVERYBODY | STRANGER},
    {"outcome.next_step", EVERYBODY | STRANGER},
    {"outcome.refused_evidence", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[]", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].evidence_id", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].member", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].most", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].code", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].sentence", EVERYBODY | STRANGER},
    {"outcome.refused_evidence[].next_step", EVERYBODY | STRANGER},
    {"outcome.complaint_id", EVERYBODY | STRANGER},
    {"outcome.stage", EVERYBODY},
    {"outcome.location", EVERYBODY | STRANGER},

    /* What was refused of a platform's, for its own program. */
    {"refusals", SET(BACKEND)},
    {"refusals.refusals", SET(BACKEND)},
    {"refusals.refusals[]", SET(BACKEND)},
    {"refusals.refusals[].at", SET(BACKEND)},
    {"refusals.refusals[].source", SET(BACKEND)},
    {"refusals.refusals[].event_id", SET(BACKEND)},
    {"refusals.refusals[].type", SET(BACKEND)},
    {"refusals.refusals[].order_id", SET(BACKEND)},
    {"refusals.refusals[].person_id", SET(BACKEND)},
    {"refusals.refusals[].complaint_id", SET(BACKEND)},
    {"refusals.refusals[].evidence_id", SET(BACKEND)},
    {"refusals.refusals[].code", SET(BACKEND)},
    {"refusals.refusals[].member", SET(BACKEND)},
    {"refusals.refusals[].most", SET(BACKEND)},
    {"refusals.refusals[].dead_letter", SET(BACKEND)},
    {"refusals.next", SET(BACKEND)},

    /* A webhook's data, and what is said on ombud.notification.v1. */
    {"notice", TOLD},
    {"notice.notice_id", TOLD},
    {"notice.event", TOLD},
    {"notice.platform_id", TOLD},
    {"notice.order_id", TOLD},
    {"notice.complaint_id", TOLD},
    {"notice.recipient", TOLD},
    {"notice.person_id", TOLD},
    {"notice.sequence", TOLD},
    {"notice.language", TOLD},
    {"notice.subject", TOLD},
    {"notice.text", TOLD},
    {"notice.at", TOLD},
    {"notice.stage", PARTIES},
    {"notice.clock", PARTIES},
    {"notice.due_at", PARTIES},

    /* The values that a letter's template may use (common/model/notice_text.c). */
    {"words", TOLD},
    {"words.by_default", PARTIES},
    {"words.category", PLATFORM},
    {"words.claimed", PARTIES},
    {"words.asked", PARTIES},
    {"words.clock", PARTIES},
    {"words.code", TOLD},
    {"words.complained", PARTIES},
    {"words.complaint_id", TOLD},
    {"words.complaints_count", PLATFORM},
    {"words.consequence", PARTIES},
    {"words.due", PARTIES},
    {"words.due_before", PARTIES},
    {"words.facts_found", PARTIES},
    {"words.goes_on", TOLD},
    {"words.happened_at", TOLD},
    {"words.late", PLATFORM},
    {"words.level", PLATFORM},
    {"words.merchant", PLATFORM},
    {"words.must_act", PARTIES},
    {"words.next_step", TOLD},
    {"words.order_id", TOLD},
    {"words.order_total", PARTIES},
    {"words.percent", PARTIES},
    {"words.piece", TOLD},
    {"words.reference", PLATFORM | COMPLAINANT},
    {"words.referred_to", PLATFORM | COMPLAINANT},
    {"words.repeats", PLATFORM | COMPLAINANT},
    {"words.request", TOLD},
    {"words.role", PLATFORM},
    {"words.said_by", PARTIES},
    {"words.reached", PARTIES},
    {"words.called_at", PARTIES},
    {"words.sentence", TOLD},
    {"words.silence", PARTIES},
    {"words.sku", PLATFORM},
    {"words.stage", PARTIES},
    {"words.text", PARTIES},
    {"words.type", PARTIES},
    {"words.urges", PLATFORM},
    {"words.wanted", PARTIES},
    {"words.you_act", PARTIES},
    {"words.because", PARTIES, .whole = true},
    {"words.clock_is", PARTIES, .whole = true},
    {"words.outcome", PARTIES, .whole = true},
    {"words.ran_out", PARTIES, .whole = true},
    {"words.stage_is", PARTIES, .whole = true},
    {"words.stage_was", PARTIES, .whole = true},
    {"words.recipient", TOLD, .whole = true},
    {"words.clauses", PARTIES},
    {"words.clauses[]", PARTIES},
    {"words.evidence_kinds", PARTIES},
    {"words.evidence_kinds[]", PARTIES},
    {"words.moved", PARTIES},
    {"words.moved[]", PARTIES},
    {"words.moved[].clock", PARTIES},
    {"words.moved[].must_act", PARTIES},
    {"words.moved[].you_act", PARTIES},
    {"words.moved[].due", PARTIES},
    {"words.moved[].due_before", PARTIES},
    {"words.moved[].by_calendar", PARTIES},
    {"words.moved[].over", PARTIES},
    {"words.remedies", PARTIES},
    {"words.remedies[]", PARTIES},
    {"words.remedies[].kind", PARTIES},
    {"words.remedies[].amount", PARTIES},
    {"words.remedies[].note", PARTIES},
    {"words.remedies[].units", PARTIES},
    {"words.remedies[].units_of", PARTIES},
    {"words.remedy", PARTIES},
    {"words.remedy.kind", PARTIES},
    {"words.remedy.amount", PARTIES},
    {"words.remedy.note", PARTIES},
    {"words.remedy.units", PARTIES},
    {"words.remedy.units_of", PARTIES},
    {"words.responsible", PARTIES},
    {"words.responsible[]", PARTIES},
    {"words.responsible[].party", PARTIES},
    {"words.responsible[].share", PARTIES},
    {"words.weighed", PARTIES},
    {"words.weighed[]", PARTIES},
    {"words.weighed[].supplied_by", PARTIES},
    {"words.weighed[].own", PARTIES},
    {"words.weighed[].shows", PARTIES},
};

enum { ROWS_COUNT = sizeof rows / sizeof rows[0], PATH_SIZE = 128 };

const char *view_path(size_t index)
{
	return index < ROWS_COUNT ? rows[index].path : NULL;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *const *one = left, *const *other = right;
	return strcmp((*one)->path, (*other)->path);
}

static int compare_path(const void *path, const void *row)
{
	const struct row *const *one = row;
	return strcmp(path, (*one)->path);
}

/* NULL: no row. */
static const struct row *find_row(const char *path)
{
	static const struct row *sorted[ROWS_COUNT];
	if (!sorted[0]) {
		for (size_t i = 0; i < ROWS_COUNT; i++)
			sorted[i] = &rows[i];
		qsort(sorted, ROWS_COUNT, sizeof sorted[0], compare_rows);
	}
	const struct row **found = bsearch(path, sorted, ROWS_COUNT, sizeof sorted[0], compare_path);
	return found ? *found : NULL;
}

bool view_sees(const char *path, enum http_role role)
{
	const struct row *row = find_row(path);
	return row && row->sees & 1u << role;
}

bool view_picks(const char *path)
{
	const struct row *row = find_row(path);
	return row && row->when;
}

bool view_knows(const char *path)
{
	return find_row(path) != NULL;
}

static bool sees_element(const struct row *row, const struct json *element, const struct view_reader *reader)
{
	return !row->when || is_platform(reader->role) || row->when(element, reader);
}

bool view_sees_person(const struct view_reader *reader, const char *person)
{
	return view_sees("inbox", reader->role) && (is_platform(reader->role) || strcmp(reader->id, person) == 0);
}

enum http_role view_role(enum party recipient)
{
	return recipient == PARTY_COMPLAINANT ? HTTP_ROLE_COMPLAINANT
	       : recipient == PARTY_MERCHANT  ? HTTP_ROLE_MERCHANT
					      : HTTP_ROLE_AGENT;
}

enum party view_recipient(enum http_role role)
{
	enum party own = readers[role].party ? readers[role].party : PARTY_NOBODY;
	return is_platform(role) ? PARTY_UNSPECIFIED : own;
}

bool view_sees_element(const char *path, const struct json *element, const struct view_reader *reader)
{
	const struct row *row = find_row(path);
	return row && row->sees & 1u << reader->role && sees_element(row, element, reader);
}

/* ---- a document ---- */

struct walk {
	struct buf *json;
	const struct view_reader *reader;
	char path[PATH_SIZE];
	size_t size;
	bool any;                        /* something stands in this object already */
	const struct json *const *parts; /* that go before this one; NULL: none */
	const struct json *part;
};

static void write_value(struct walk *walk, const struct row *row, const struct json *value);

/* The row of what lies below, when the reader sees it; the path is put back by leave(). */
static const struct row *enter(struct walk *walk, const char *dot, const char *name)
{
	size_t room = PATH_SIZE - walk->size;
	if ((size_t)snprintf(walk->path + walk->size, room, "%s%s", dot, name) >= room)
		return NULL; /* longer than any row */
	const struct row *row = find_row(walk->path);
	return row && row->sees & 1u << walk->reader->role ? row : NULL;
}

static void leave(struct walk *walk, size_t size)
{
	walk->size = size;
	walk->path[size] = '\0';
}

static bool stands_before(const struct walk *walk, const char *name)
{
	for (const struct json *const *part = walk->parts; part && *part && *part != walk->part; part++)
		if (json_member(*part, name))
			return true;
	return false;
}

static bool write_member(const char *name, const struct json *value, void *context)
{
	struct walk *walk = context;
	size_t size = walk->size;
	const struct row *row = stands_before(walk, name) ? NULL : enter(walk, ".", name);
	if (row) {
		buf_text(walk->json, walk->any ? "," : "");
		buf_json_string(walk->json, name, strlen(name));
		buf_char(walk->json, ':');
		walk->size = strlen(walk->path);
		write_value(walk, row, value);
		walk->any = true;
	}
	leave(walk, size);
	return true;
}

static void write_parts(struct walk *walk, const struct json *const *parts)
{
	bool any = walk->any;
	const struct json *const *before = walk->parts, *part_before = walk->part;
	walk->any = false;
	buf_char(walk->json, '{');
	for (const struct json *const *part = parts; *part; part++) {
		walk->parts = parts;
		walk->part = *part;
		json_each(*part, write_member, walk);
	}
	buf_char(walk->json, '}');
	walk->any = any;
	walk->parts = before;
	walk->part = part_before;
}

static void write_list(struct walk *walk, const struct json *list)
{
	size_t size = walk->size;
	const struct row *row = enter(walk, "[]", "");
	bool any = false;
	walk->size = strlen(walk->path);
	buf_char(walk->json, '[');
	for (size_t i = 0; row && i < json_count(list); i++) {
		const struct json *element = json_at(list, i);
		if (!sees_element(row, element, walk->reader))
			continue;
		buf_text(walk->json, any ? "," : "");
		write_value(walk, row, element);
		any = true;
	}
	buf_char(walk->json, ']');
	leave(walk, size);
}

static void write_value(struct walk *walk, const struct row *row, const struct json *value)
{
	enum json_kind kind = json_kind_of(value);
	if (kind == JSON_KIND_MAP && !row->whole) {
		write_parts(walk, (const struct json *const[]){value, NULL});
	} else if (kind == JSON_KIND_LIST && !row->whole) {
		write_list(walk, value);
	} else {
		char *text = json_format(value);
		buf_text(walk->json, text);
		free(text);
	}
}

void view_write(struct buf *json, const char *document, const struct json *const *parts, const struct view_reader *reader)
{
	struct walk walk = {.json = json, .reader = reader};
	if (!enter(&walk, "", document)) {
		buf_text(json, "{}");
		return;
	}
	walk.size = strlen(walk.path);
	write_parts(&walk, parts);
}

/* ---- a letter's values ---- */

static bool is_seen(const char *path, enum http_role role, bool *whole)
{
	const struct row *row = find_row(path);
	*whole = row && row->whole;
	return row && row->sees & 1u << role;
}

/* What is left of value's children; path: value's own, size bytes of it. */
static void prune(struct mustache_value *value, char path[PATH_SIZE], size_t size, enum http_role role)
{
	struct mustache_value **at = &value->first, *last = NULL;
	bool whole;
	while (*at) {
		struct mustache_value *child = *at;
		size_t room = PATH_SIZE - size;
		bool fits =
		    (size_t)snprintf(path + size, room, "%s%s", child->name ? "." : "[]", child->name ? child->name : "") < room;
		if (!fits || !is_seen(path, role, &whole)) {
			*at = child->next;
			continue;
		}
		if (!whole)
			prune(child, path, strlen(path), role);
		last = child;
		at = &child->next;
	}
	value->last = last;
}

void view_words(struct mustache_value *values, enum http_role role)
{
	char path[PATH_SIZE] = "words";
	prune(values, path, strlen(path), role);
}
