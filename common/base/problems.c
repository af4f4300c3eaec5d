#include "common/base/problems.h"

#include <stdarg.h>
#include <stdio.h>

void problems_add(struct problems *problems, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vprintf(&problems->lines, format, args);
	va_end(args);
	buf_char(&problems->lines, '\n');
	problems->count++;
}

const char *problems_text(const struct problems *problems)
{
	return buf_string(&problems->lines);
}

void problems_print(const struct problems *problems)
{
	fputs(problems_text(problems), stderr);
}

void problems_free(struct problems *problems)
{
	buf_free(&problems->lines);
	problems->count = 0;
}
