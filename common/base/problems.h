/* A list of mistakes, one line each, so that all of them are told at once. Start from {0}, end with problems_free. */
#ifndef OMBUD_BASE_PROBLEMS_H
#define OMBUD_BASE_PROBLEMS_H

#include "common/base/buf.h"

struct problems {
	int count;
	struct buf lines;
};

void problems_add(struct problems *problems, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *problems_text(const struct problems *problems); /* the lines, each ended by \n; "" when there is none */
void problems_print(const struct problems *problems);       /* to stderr */
void problems_free(struct problems *problems);

#endif
