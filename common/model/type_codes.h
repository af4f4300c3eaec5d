/* A platform's codes of types of complaint, as its version has them (platform.yaml, types): the nine digits of GB/T 42499-2023,
 * filled in by the platform from its copy, of Ombud's types and of those that are its own. */
#ifndef OMBUD_MODEL_TYPE_CODES_H
#define OMBUD_MODEL_TYPE_CODES_H

#include "common/model/terms.h"

enum { TYPE_CODE_SIZE = 10, TYPE_OWN_SIZE = 65, TYPE_OWN_MAX = 100 };

struct type_codes {
	char codes[COMPLAINT_TYPE_COUNT][TYPE_CODE_SIZE];
	struct type_own {
		char id[TYPE_OWN_SIZE]; /* a custom_type, beside type other */
		char code[TYPE_CODE_SIZE];
	} own[TYPE_OWN_MAX];
	int own_count;
};

/* "": there is none. codes may be NULL. */
const char *type_code(const struct type_codes *codes, enum complaint_type type, const char *custom_type);

#endif
