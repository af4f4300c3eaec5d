#include "common/base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"

enum {
	ARENA_ALIGN = 16,
	ARENA_CALL_COST = 16,               /* what a call costs beside its bytes, so that a budget bounds the calls too */
	ARENA_BLOCK_LEAST = 2 * 1024,       /* the first block: most records fit */
	ARENA_BLOCK_MOST = 4 * 1024 * 1024, /* blocks double up to here: a batch's arena soon has one for all of it */
	ARENA_KEPT_MOST = 16 * 1024,        /* of an arena with a budget, over a reset */
};

struct block {
	struct block *next; /* older */
	size_t size, used;
	_Alignas(ARENA_ALIGN) char data[];
};

struct arena {
	struct block *head;  /* the one being filled; then older ones */
	struct block *first; /* kept by arena_reset */
	size_t budget, used;
};

static struct block *block_new(size_t size, struct block *next)
{
	struct block *block = malloc(sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->next = next;
	block->size = size;
	block->used = 0;
	return block;
}

struct arena *arena_new(size_t budget_bytes)
{
	struct arena *arena = xmalloc(sizeof *arena);
	*arena = (struct arena){.head = block_new(ARENA_BLOCK_LEAST, NULL), .budget = budget_bytes};
	if (arena->head == NULL)
		bug("out of memory for an arena");
	arena->first = arena->head;
	return arena;
}

/* Keeps the newest block, the biggest of the ordinary ones, so that an arena soon gets by with it; a stranger's record may not
 * leave a big one behind in each of many arenas. */
void arena_reset(struct arena *arena)
{
	struct block *kept = arena->head->size <= (arena->budget ? ARENA_KEPT_MOST : ARENA_BLOCK_MOST) ? arena->head : arena->first;
	struct block *next;

	for (struct block *block = arena->head; block != NULL; block = next) {
		next = block->next;
		if (block != kept)
			free(block);
	}
	kept->next = NULL;
	kept->used = 0;
	arena->first = arena->head = kept;
	arena->used = 0;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

/* What does not fit gets a new head; what is bigger than blocks are gets a block of its own behind the head, which stays in use. */
static void *alloc_in_new_block(struct arena *arena, size_t size)
{
	struct block *head = arena->head;

	if (size > ARENA_BLOCK_MOST / 2) {
		struct block *own = block_new(size, head->next);
		if (own == NULL)
			return NULL;
		head->next = own;
		return own->data;
	}
	size_t want = head->size < ARENA_BLOCK_MOST / 2 ? head->size * 2 : ARENA_BLOCK_MOST;
	struct block *block = block_new(want > size ? want : size, head);
	if (block == NULL)
		return NULL;
	arena->head = block;
	block->used = size;
	return block->data;
}

/* Charges the cost; NULL when memory is gone. */
static void *alloc_raw(struct arena *arena, size_t cost)
{
	size_t rounded = cost - ARENA_CALL_COST;
	struct block *head = arena->head;
	void *memory;

	if (head->size - head->used >= rounded) {
		memory = head->data + head->used;
		head->used += rounded;
	} else {
		memory = alloc_in_new_block(arena, rounded);
	}
	if (memory != NULL)
		arena->used += cost;
	return memory;
}

/* false: so large that it does not fit into a size_t. */
static bool alloc_cost(size_t size, size_t *cost)
{
	if (size > SIZE_MAX / 2)
		return false;
	*cost = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN + ARENA_CALL_COST;
	return true;
}

static void *alloc_or_end(struct arena *arena, size_t size)
{
	size_t cost;
	void *memory = alloc_cost(size, &cost) ? alloc_raw(arena, cost) : NULL;
	if (memory == NULL)
		bug("out of memory: %zu bytes in an arena of %zu", size, arena->used);
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return memset(alloc_or_end(arena, size), 0, size);
}

void *arena_try_alloc(struct arena *arena, size_t size)
{
	size_t cost;
	if (!alloc_cost(size, &cost))
		return NULL;
	if (arena->budget != 0 && (arena->used > arena->budget || cost > arena->budget - arena->used))
		return NULL;
	return alloc_raw(arena, cost);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = alloc_or_end(arena, size);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t size)
{
	char *copy = alloc_or_end(arena, size + 1);
	if (size > 0)
		memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		bug("bad format: %s", format);

	char *text = alloc_or_end(arena, (size_t)size + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	return text;
}

char *arena_number(struct arena *arena, int64_t number)
{
	char text[24], *at = text + sizeof text;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--at = '-';
	return arena_strndup(arena, at, (size_t)(text + sizeof text - at));
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
