/* Intake's HTTP: the same contract as the inbox, and a look at what is stored. proto/openapi.yaml describes it.
 * Handlers get the daemon as their context.
 */
#ifndef OMBUD_INTAKE_HTTP_H
#define OMBUD_INTAKE_HTTP_H

#include "common/io/http_server.h"
#include "common/view/view.h"

#include "services/intake/intake.h"

enum { HTTP_BATCH_MAX = 100, HTTP_LIST_MAX = 500, HTTP_LIST_DEFAULT = 50 };

/* http_complaints.c */
extern const struct http_route intake_routes[];

/* http_standing.c: appends {must_act, clock, due_at, silence, actions} for a complaint's whole document (intake_complaint_query).
 */
void standing_write(
    struct buf *json, const struct json *document, int64_t now_us, int64_t amend_us, const struct view_reader *reader);

/* http_order.c: appends {order} for a complaint's whole document that has one: what stands there, and delivery and lines from its
 * facts.
 */
void order_write(struct buf *json, const struct json *document, const struct order_facts *order);

/* http_refusals.c */
http_handler_fn http_get_refusals;

/* http_events.c */
http_handler_fn http_post_events, http_get_event;

#endif
