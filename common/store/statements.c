#include "common/store/statements.h"

#include "common/store/calendars.h"
#include "common/store/escalation.h"
#include "common/store/intake.h"
#include "common/store/moves.h"
#include "common/store/notification.h"
#include "common/store/refusals.h"
#include "common/store/triage.h"

const struct pg_statement *const store_statements[SERVICES_COUNT][STORE_LISTS_MAX] = {
    [SERVICE_INTAKE] = {intake_statements, intake_query_statements, refusal_statements, store_moves_statements},
    [SERVICE_TRIAGE] = {store_triage_statements},
    [SERVICE_ESCALATION] = {store_escalation_statements, store_calendar_statements},
    [SERVICE_NOTIFICATION] = {notification_statements},
};
