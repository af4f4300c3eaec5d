/* Headers of a record, as Kafka has them: a name and bytes each, in order; a name may come again. */
#ifndef OMBUD_BASE_HEADER_H
#define OMBUD_BASE_HEADER_H

#include <stddef.h>

struct header {
	const char *name;
	const void *value; /* NULL: a header without value */
	size_t size;
};

struct headers {
	struct header *rows;
	int count;
};

#endif
