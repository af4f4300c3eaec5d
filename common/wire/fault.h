/* Fills a wire_fault; always returns false, so that a check can end with it. What stands before the first colon of the sentence,
 * and is one word, is the member that is wrong. */
#ifndef OMBUD_WIRE_FAULT_H
#define OMBUD_WIRE_FAULT_H

#include <stdbool.h>

#include "common/wire/wire.h"

bool fault_set(struct wire_fault *fault, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same of what is too much: most of it are allowed. */
bool fault_bound(struct wire_fault *fault, const char *code, int64_t most, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
