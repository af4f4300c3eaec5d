/* The write sets of a batch and the reading of its rows: where structs meet columns. Those of a notice and of a complaint come from
 * their lists (common/store/notification_columns.h); of others the order of calls is that of common/store/notification.h. */
#ifndef OMBUD_SERVICES_NOTIFICATION_ROWS_H
#define OMBUD_SERVICES_NOTIFICATION_ROWS_H

#include "common/io/pg.h"
#include "services/notification/memory.h"

struct rows {
	struct pg_rows *complaints, *notices, *notice_changes, *begun, *over, *attempts, *letters, *letters_read, *preferences,
	    *contacts, *erased, *erasures, *erasures_done, *disabled;
};

void rows_new(struct rows *rows);
void rows_reset(struct rows *rows);
void rows_send(struct rows *rows, struct pg *pg); /* in an order that the tables need: notices before what names them */

void rows_known(struct rows *rows, struct arena *arena, const struct known *known); /* arena: the batch's */
void rows_notice(struct rows *rows, const struct notice *notice, int64_t now_us);
void rows_notice_change(struct rows *rows, const struct notice *notice, int64_t now_us);
void rows_begun(struct rows *rows, const struct notice *notice); /* an attempt, which is over by rows_over() */
void rows_over(struct rows *rows, const struct notice *notice);
void rows_attempt(
    struct rows *rows, const struct notice *notice, const struct attempt_result *result, const char *outcome, int64_t now_us);
void rows_letter(struct rows *rows, const struct notice *notice, int64_t now_us);
void rows_read(struct rows *rows, int shard, const struct uuid *notice, int64_t at_us);
void rows_preference(struct rows *rows, const struct event *event, uint32_t channels);
void rows_contact(struct rows *rows, const struct event *event);
void rows_erase(struct rows *rows, const struct event *event, int shard, const struct uuid *id, int64_t now_us);
void rows_erasure_done(struct rows *rows, int shard, const struct uuid *id);
void rows_disable(struct rows *rows, const char *endpoint, const char *url, int64_t now_us, const char *reason);

/* Texts are copied into the arena. */
void rows_read_known(struct batch *batch, const struct pg_result *result, int row, struct known *known);
void rows_read_notice(struct arena *arena, const struct pg_result *result, int row, struct notice *notice);
/* Of notification_sending_load; borrowed from the result. Its shard is the reader's to say. */
struct notice rows_read_sending(const struct pg_result *result, int row);

#endif
