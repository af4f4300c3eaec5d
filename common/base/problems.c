#include "common/base/problems.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/base/tongue.h"

void problems_add(struct problems *problems, const char *format, ...)
{
	size_t start = problems->lines.size;
	va_list args;
	va_start(args, format);
	buf_vprintf(&problems->lines, tongue(format), args);
	va_end(args);
	for (char *at = problems->lines.data + start; *at != '\0'; at++)
		if (*at == '\n') /* of a name or a value in it: one line is one mistake */
			*at = ' ';
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
