/* Events of any type with valid random content, made by plan. The same seed gives the same event. */
#ifndef OMBUD_TESTS_WIRE_SAMPLE_H
#define OMBUD_TESTS_WIRE_SAMPLE_H

#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "common/base/arena.h"
#include "common/model/event.h"

struct event *sample_event(struct arena *arena, enum event_type type, uint64_t seed);
/* The same with every member set; of several, one. */
struct event *sample_whole(struct arena *arena, enum event_type type, uint64_t seed);

/* The same bytes as protobuf-c reads and writes them: what ours are held against. NULL when it refuses. */
ProtobufCMessage *sample_unpack(struct arena *arena, enum event_type type, const void *data, size_t size);
const void *sample_pack(struct arena *arena, const ProtobufCMessage *message, size_t *size);

/* The next number of a simple generator; *state must not be 0. */
uint64_t sample_random(uint64_t *state);

/* The bytes of a file of tests/wire, and how many; fails the test when there is none. The caller frees them. */
char *sample_file(const char *path, size_t *size);

#endif
