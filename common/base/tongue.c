#include "common/base/tongue.h"

#include <stddef.h>

static const char *(*other)(const char *english);

void tongue_use(const char *(*say)(const char *english))
{
	other = say;
}

const char *tongue(const char *english)
{
	return other == NULL ? english : other(english);
}
