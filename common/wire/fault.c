#include "common/wire/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void name_member(struct wire_fault *fault)
{
	size_t size = strcspn(fault->reason, ": ");
	bool named = fault->reason[size] == ':' && fault->reason[size + 1] == ' ' && size < sizeof fault->member;

	memcpy(fault->member, fault->reason, named ? size : 0);
	fault->member[named ? size : 0] = '\0';
}

static bool fill(struct wire_fault *fault, const char *code, int64_t most, const char *format, va_list args)
{
	fault->code = code;
	fault->most = most;
	vsnprintf(fault->reason, sizeof fault->reason, format, args);
	name_member(fault);
	return false;
}

bool fault_set(struct wire_fault *fault, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fill(fault, code, 0, format, args);
	va_end(args);
	return false;
}

bool fault_bound(struct wire_fault *fault, const char *code, int64_t most, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fill(fault, code, most, format, args);
	va_end(args);
	return false;
}
