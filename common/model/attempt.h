/* What an attempt to tell somebody came to, whatever the channel. */
#ifndef OMBUD_MODEL_ATTEMPT_H
#define OMBUD_MODEL_ATTEMPT_H

enum { ATTEMPT_REASON_MAX = 160 }; /* bytes kept of why an attempt failed */

enum attempt_outcome {
	ATTEMPT_DELIVERED,
	ATTEMPT_FAILED,    /* try again by the channel's schedule */
	ATTEMPT_THROTTLED, /* the same, and not before what the receiver asked for */
	ATTEMPT_GONE,      /* this address wants no more, ever */
	ATTEMPT_OUTCOME_COUNT
};

/* As notification.attempt says it: for ever. */
const char *attempt_outcome_name(enum attempt_outcome outcome);

#endif
