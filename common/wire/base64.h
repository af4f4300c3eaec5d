/* Base64 (RFC 4648). Reads both alphabets, with or without padding; writes the standard one with padding. */
#ifndef OMBUD_WIRE_BASE64_H
#define OMBUD_WIRE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

/* false: not base64. data belongs to the arena. */
bool base64_read(struct arena *arena, const char *text, size_t size, uint8_t **data, size_t *data_size);

void base64_write(struct buf *text, const uint8_t *data, size_t size);

#endif
