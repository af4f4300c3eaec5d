#include "common/daemon/description.h"

/* Made of the file by the build (Makefile). */
extern const unsigned char description_text[];
extern const unsigned long description_size;

static void get_description(struct http_request *request, void *context)
{
	http_reply(request, 200, "application/yaml", description_text, description_size);
}

const struct http_route description_routes[] = {
    {"GET", "/openapi.yaml", get_description, "the description of this API"},
    {0},
};
