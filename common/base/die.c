#include "common/base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/tongue.h"

void die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(stderr, tongue(format), args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_CODE_USAGE);
}

void bug_at(const char *file, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "bug at %s:%d: ", file, line);
	vfprintf(stderr, tongue(format), args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void *xrealloc(void *old, unsigned long size)
{
	void *memory = realloc(old, size == 0 ? 1 : size);
	if (memory == NULL)
		bug("out of memory: %lu bytes", size);
	return memory;
}

void *xmalloc(unsigned long size)
{
	return xrealloc(NULL, size);
}

void *xcalloc(unsigned long count, unsigned long size)
{
	void *memory = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
	if (memory == NULL)
		bug("out of memory: %lu times %lu bytes", count, size);
	return memory;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(xmalloc(size), text, size);
}
