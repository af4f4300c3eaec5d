/* The terms of the field: one C enum per enum of proto/, with the same names and numbers, and one constant for each message that is
 * a record of its own (EVENT_COMPLAINT_FILED). common/wire/generate makes them of proto/, where each is explained.
 *
 * Of each enum there are stage_name() and stage_by_name(): short lower-case names without the prefix, "negotiating" for
 * STAGE_NEGOTIATING, "unspecified" for 0, "?" out of range; the reverse gives 0 for what is unknown. stage_is_later(), where an
 * enum has such values: it comes with its issue, and Ombud does not say it yet. clock_kind is proto's Clock, answer_kind its
 * Answer.
 */
#ifndef OMBUD_MODEL_TERMS_H
#define OMBUD_MODEL_TERMS_H

#include <stdbool.h>

#include "contract/terms.h"

/* "ombud.inbox.v1.ComplaintFiled" for EVENT_COMPLAINT_FILED; "" for EVENT_NONE. What ce_type says. */
const char *event_type_name(enum event_type type);

/* May strangers say it: is it a message of the inbox? */
bool event_type_is_inbox(enum event_type type);

/* That it has come: a message of the inbox, what triage or escalation says to intake, a remedy ordered. CAUSE_UNSPECIFIED: another.
 */
enum cause cause_of_event(enum event_type type);

/* "complaint_filed": the short lower-case name, used in logs and templates. */
const char *event_type_short_name(enum event_type type);

/* EVENT_NONE when no message has that full name. */
enum event_type event_type_by_name(const char *full_name);

/* Who may say a message of the inbox, about what, and whether it is in service (proto/ombud/options); all 0 for any other. */
struct event_said {
	enum about about;
	enum may complainant, merchant, inspector, platform;
	bool in_service;
};
const struct event_said *event_type_said(enum event_type type);

#endif
