/* Events of any type with valid random content, made by plan. The same seed gives the same event. */
#ifndef OMBUD_TESTS_WIRE_SAMPLE_H
#define OMBUD_TESTS_WIRE_SAMPLE_H

#include <stdint.h>

#include "common/base/arena.h"
#include "common/model/event.h"

struct event *sample_event(struct arena *arena, enum event_type type, uint64_t seed);

/* The next number of a simple generator; *state must not be 0. */
uint64_t sample_random(uint64_t *state);

/* The bytes of a file of tests/wire, and how many; fails the test when there is none. The caller frees them. */
char *sample_file(const char *path, size_t *size);

#endif
