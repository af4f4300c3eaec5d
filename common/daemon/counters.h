/* The skeleton's metrics that are counted as things happen; gauges.h has the others. */
#ifndef OMBUD_DAEMON_COUNTERS_H
#define OMBUD_DAEMON_COUNTERS_H

#include <stdint.h>

struct daemon;

void counters_setup(struct daemon *daemon);
void counters_record(struct daemon *daemon, int topic, const char *result, int count);
void counters_unknown_fields(struct daemon *daemon, int topic, int count);
void counters_batch(int items, int64_t took_us);
void counters_timer(int64_t late_us);
void counters_dead_letter(const char *code);
void counters_retry(const char *class);
void counters_reload(bool right);
void counters_clock(bool doubted, bool apart);
void counters_unreadable(const char *what);
void counters_said_again(void); /* the broker had lost what it had acknowledged */
void counters_stop(const char *why);
void counters_owner_left(const char *why);
void counters_look(const struct daemon *daemon, int topic, const char *found);
void counters_cluster(void);
void counters_refused(const char *error);
void counters_walked(const char *kind, const char *result, int count);
void counters_sent(int count);
void counters_delivered(int count);

#endif
