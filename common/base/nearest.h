/* The known name that a wrong one was probably meant to be. */
#ifndef OMBUD_BASE_NEAREST_H
#define OMBUD_BASE_NEAREST_H

#include <stddef.h>

/* Insertions, deletions and substitutions of bytes between two names. Names over 64 bytes count as wholly different. */
size_t nearest_distance(const char *one, const char *other);

/* The nearest of names (NULL-ended); NULL when none is near: more than a third of it, and more than 2, would have to change. */
const char *nearest_name(const char *wrong, const char *const *names);

#endif
