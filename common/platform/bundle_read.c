#include "common/platform/bundle_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/text_file.h"

enum { DEPTH_MAX = 4 };

struct reading {
	struct bundle *bundle;
	const char *folder;
	size_t size;
	struct problems *problems;
};

static bool ends_with(const char *name, const char *end)
{
	size_t size = strlen(name), most = strlen(end);
	return size > most && strcmp(name + size - most, end) == 0;
}

static void read_file(struct reading *reading, const char *path, const char *full)
{
	struct buf text = BUF_EMPTY;
	if (text_file_read(full, YAML_FILE_SIZE_MAX, &text, reading->problems)) {
		bundle_put(reading->bundle, path, buf_string(&text), text.size);
		reading->size += text.size;
	}
	buf_free(&text);
}

static void read_level(struct reading *reading, const char *within, int depth);

static void read_entry(struct reading *reading, const char *within, const char *name, int depth)
{
	struct arena *arena = reading->bundle->arena;
	const char *path = arena_printf(arena, "%s%s%s", within, *within ? "/" : "", name);
	const char *full = arena_printf(arena, "%s/%s", reading->folder, path);
	struct stat facts;
	if (stat(full, &facts) != 0)
		problems_add(reading->problems, "%s: %s", full, strerror(errno));
	else if (S_ISDIR(facts.st_mode) && depth < DEPTH_MAX)
		read_level(reading, path, depth + 1);
	else if (S_ISREG(facts.st_mode) && (ends_with(name, ".yaml") || ends_with(name, ".mustache")))
		read_file(reading, path, full);
	else if (strcmp(name, "README.md") != 0)
		problems_add(reading->problems, "%s: no file of a platform", full);
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_level(struct reading *reading, const char *within, int depth)
{
	const char *full = arena_printf(reading->bundle->arena, "%s/%s", reading->folder, within);
	struct dirent **entries;
	int count = scandir(full, &entries, is_seen, alphasort);
	if (count < 0) {
		problems_add(reading->problems, "%s: %s", full, strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		read_entry(reading, within, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
}

bool bundle_read_folder(struct bundle *bundle, const char *folder, struct problems *problems)
{
	int before = problems->count;
	struct reading reading = {bundle, folder, 0, problems};
	read_level(&reading, "", 0);
	if (bundle->count > BUNDLE_FILES_MAX || reading.size > BUNDLE_SIZE_MAX)
		problems_add(problems, "%s: more than %d files, or than %d bytes", folder, BUNDLE_FILES_MAX, BUNDLE_SIZE_MAX);
	return problems->count == before;
}

struct yaml_tree *bundle_yaml(const struct bundle *bundle, const char *path, struct problems *problems)
{
	const struct bundle_file *file = bundle_find(bundle, path);
	if (file)
		return yaml_tree_read_text(path, file->text, file->size, problems);
	problems_add(problems, "%s: no such file", path);
	return NULL;
}
