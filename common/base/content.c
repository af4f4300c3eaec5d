#include "common/base/content.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 4 };

static uint64_t mix(uint64_t digest, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	for (size_t i = 0; i < size; i++)
		digest = (digest ^ bytes[i]) * UINT64_C(0x100000001b3);
	return digest;
}

static uint64_t of_file(uint64_t digest, const char *path)
{
	char part[16384];
	size_t size;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return digest;
	while ((size = fread(part, 1, sizeof part, file)) > 0)
		digest = mix(digest, part, size);
	fclose(file);
	return digest;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static uint64_t of_path(uint64_t digest, const char *path, int depth);

static uint64_t of_folder(uint64_t digest, const char *folder, int depth)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);
	for (int i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		digest = mix(digest, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
		digest = of_path(digest, path, depth + 1);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return digest;
}

static uint64_t of_path(uint64_t digest, const char *path, int depth)
{
	struct stat facts;
	if (depth > DEPTH_MAX || stat(path, &facts) != 0)
		return digest;
	if (S_ISDIR(facts.st_mode))
		return of_folder(digest, path, depth);
	return S_ISREG(facts.st_mode) ? of_file(digest, path) : digest;
}

uint64_t content_digest(const char *path)
{
	return of_path(UINT64_C(0xcbf29ce484222325), path, 0);
}
