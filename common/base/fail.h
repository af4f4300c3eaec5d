/* Failpoints: named places before and after every durable boundary, where a test can kill, stop, delay or fail the program.
 *
 *   OMBUD_FAIL=point:nth:action[,point:nth:action ...]      action: kill, stop, err, delay
 *   OMBUD_FAIL=sync.before:3:kill                            kill -9 itself at the third sync
 *   OMBUD_FAIL=list                                          print every point ("name service"), one a line, and leave
 *
 * nth counts from 1; 0 means each time. `err` makes fail_point() true: the caller then behaves as if the operation had failed.
 * `stop` is SIGSTOP, `delay` sleeps FAIL_DELAY_MS. The names stand in one table, in fail.c; a name that is not there is a bug().
 * Without -DOMBUD_FAILPOINTS (release builds) fail_point() is the constant false.
 */
#ifndef OMBUD_BASE_FAIL_H
#define OMBUD_BASE_FAIL_H

#include <stdbool.h>

enum { FAIL_DELAY_MS = 500 };

#ifdef OMBUD_FAILPOINTS
#define fail_point(name) (fail_armed && fail_hit(name))
#else
#define fail_point(name) (false && fail_hit(name))
#endif

extern bool fail_armed;          /* is any point armed? */
bool fail_hit(const char *name); /* by fail_point() only */

/* Reads OMBUD_FAIL; a wrong one, or one that this build cannot obey, ends the program. First thing in main(). */
void fail_setup(void);

/* Arms from a text, NULL or "" disarms. false: text is wrong, nothing is armed. For fail_setup and tests. */
bool fail_arm(const char *spec);

struct fail_row {
	const char *name;    /* "sync.before" */
	const char *service; /* who passes it: "all", "notification", ... */
};
const struct fail_row *fail_rows(void); /* ended by name NULL */

#endif
