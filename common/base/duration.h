/* Lengths of time as people write them: "500ms", "30s", "5m", "2h", "7d", or several: "1h30m". A day is 24 hours. */
#ifndef OMBUD_BASE_DURATION_H
#define OMBUD_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

bool duration_parse(const char *text, int64_t *duration_us); /* units fall: "30m1h" is wrong; no sign */

#endif
