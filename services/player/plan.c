#include "common/base/die.h"

#include <stdlib.h>

#include "services/player/plan.h"

static bool before(const struct input *a, const struct input *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->place < b->place;
}

static void swap(struct plan *plan, size_t a, size_t b)
{
	struct input *kept = plan->heap[a];
	plan->heap[a] = plan->heap[b];
	plan->heap[b] = kept;
}

void plan_add(struct plan *plan, struct input *input)
{
	if (plan->count == plan->capacity) {
		plan->capacity = plan->capacity ? plan->capacity * 2 : 256;
		plan->heap = xrealloc(plan->heap, plan->capacity * sizeof(*plan->heap));
	}
	input->place = plan->planned++;
	size_t at = plan->count++;
	plan->heap[at] = input;
	for (; at > 0 && before(plan->heap[at], plan->heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(plan, at, (at - 1) / 2);
}

struct input *plan_first(const struct plan *plan)
{
	return plan->count ? plan->heap[0] : NULL;
}

struct input *plan_take(struct plan *plan)
{
	struct input *first = plan_first(plan);
	if (!first)
		return NULL;
	plan->heap[0] = plan->heap[--plan->count];
	for (size_t at = 0;;) {
		size_t least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < plan->count; child++) {
			if (before(plan->heap[child], plan->heap[least]))
				least = child;
		}
		if (least == at)
			return first;
		swap(plan, at, least);
		at = least;
	}
}

void plan_free(struct plan *plan)
{
	free(plan->heap);
	*plan = (struct plan){0};
}
