#include "common/model/type_codes.h"

#include <string.h>

const char *type_code(const struct type_codes *codes, enum complaint_type type, const char *custom_type)
{
	if (!codes || (unsigned)type >= COMPLAINT_TYPE_COUNT)
		return "";
	for (int i = 0; type == COMPLAINT_TYPE_OTHER && i < codes->own_count; i++)
		if (strcmp(codes->own[i].id, custom_type) == 0)
			return codes->own[i].code;
	return codes->codes[type];
}
