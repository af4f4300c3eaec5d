/* An arena: many small allocations, freed together. One per record or per batch.
 * Bounded allocation does not return NULL: arena_alloc ends the program by bug() when memory is gone. arena_try_alloc is for what a
 * stranger sent: it returns NULL when the arena's budget (bytes and calls) is used up.
 */
#ifndef OMBUD_BASE_ARENA_H
#define OMBUD_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* budget_bytes 0: no bound. The caller owns the arena. */
struct arena *arena_new(size_t budget_bytes);
void arena_free(struct arena *arena);
void arena_reset(struct arena *arena); /* keeps one block */

void *arena_alloc(struct arena *arena, size_t size);     /* zeroed, aligned for anything */
void *arena_try_alloc(struct arena *arena, size_t size); /* not zeroed; NULL over budget */
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_number(struct arena *arena, int64_t number); /* decimal; for what is written once an event, where printf is felt */
size_t arena_used(const struct arena *arena);

#define arena_new_array(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

#endif
