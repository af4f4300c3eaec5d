/* Fills a wire_fault; always returns false, so that a check can end with it. */
#ifndef OMBUD_WIRE_FAULT_H
#define OMBUD_WIRE_FAULT_H

#include <stdbool.h>

#include "common/wire/wire.h"

bool fault_set(struct wire_fault *fault, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
