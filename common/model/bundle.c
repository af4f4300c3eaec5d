#include "common/model/bundle.h"

#include <string.h>

/* Where the path is, or would be. */
static size_t place_of(const struct bundle *bundle, const char *path)
{
	size_t low = 0, high = bundle->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(bundle->files[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_room(struct bundle *bundle, size_t place)
{
	if (bundle->count == bundle->room) {
		bundle->room = bundle->room ? bundle->room * 2 : 64;
		struct bundle_file *files = arena_new_array(bundle->arena, struct bundle_file, bundle->room);
		if (bundle->count)
			memcpy(files, bundle->files, bundle->count * sizeof(*files));
		bundle->files = files;
	}
	memmove(&bundle->files[place + 1], &bundle->files[place], (bundle->count - place) * sizeof(*bundle->files));
	bundle->count++;
}

const struct bundle_file *bundle_find(const struct bundle *bundle, const char *path)
{
	size_t place = place_of(bundle, path);
	return place < bundle->count && strcmp(bundle->files[place].path, path) == 0 ? &bundle->files[place] : NULL;
}

void bundle_put(struct bundle *bundle, const char *path, const char *text, size_t size)
{
	size_t place = place_of(bundle, path);
	if (!bundle_find(bundle, path)) {
		make_room(bundle, place);
		bundle->files[place].path = arena_strdup(bundle->arena, path);
	}
	bundle->files[place].text = arena_strndup(bundle->arena, text, size);
	bundle->files[place].size = size;
}
