/* What is otherwise between two platforms' files, by meaning: a member of a file that says something else. Comments, layout and the
 * order of members do not count; the order of rules does. */
#ifndef OMBUD_PLATFORM_DIFFERENCE_H
#define OMBUD_PLATFORM_DIFFERENCE_H

#include "common/model/bundle.h"

struct difference {
	const char *file;
	const char *
	    member; /* "policies.complex.clocks.final_decision.target", "rules[late_delivery].set.queue"; "": the file as a whole */
	const char *was, *is; /* NULL: it is not there. Maps and lists as YAML writes them in one line */
};

/* Texts last until tell returns. Files come in the order of their paths. Returns how many. */
typedef void difference_fn(const struct difference *difference, void *context);
int platform_differences(const struct bundle *was, const struct bundle *is, difference_fn *tell, void *context);

#endif
