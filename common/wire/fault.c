#include "common/wire/fault.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct wire_fault *fault, const char *code, const char *format, ...)
{
	va_list args;

	fault->code = code;
	va_start(args, format);
	vsnprintf(fault->reason, sizeof fault->reason, format, args);
	va_end(args);
	return false;
}
