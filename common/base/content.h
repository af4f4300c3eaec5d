/* Whether what operators edit is still what it was: a number of a file's bytes, or of all files below a folder and their names. */
#ifndef OMBUD_BASE_CONTENT_H
#define OMBUD_BASE_CONTENT_H

#include <stdint.h>

/* 64 bits of FNV-1a: enough to tell a version from the one before, no proof against a forger. What cannot be read counts as
 * nothing. Four folders deep at most; names that begin with a dot are passed over. */
uint64_t content_digest(const char *path);

#endif
