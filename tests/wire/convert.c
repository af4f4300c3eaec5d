/* usage: convert TYPE json|binpb FILE     reads the other form from FILE, writes this one to stdout
 * So that tests/wire/run can hold our JSON mapping against buf's, which is another implementation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/json.h"
#include "common/wire/pjson.h"
#include "common/wire/validate.h"
#include "tests/wire/sample.h"

static void to_json(struct arena *arena, enum event_type type, const char *data, size_t size)
{
	const struct plan *plan = plan_of(type);
	struct wire_fault fault;
	struct buf json = BUF_EMPTY;

	if (!validate_message(plan, data, size, NULL, NULL, &fault))
		die("%s: %s", fault.code, fault.reason);
	pjson_write(&json, plan, sample_unpack(arena, type, data, size));
	puts(buf_string(&json));
	buf_free(&json);
}

static void to_binpb(struct arena *arena, enum event_type type, const char *data, size_t size)
{
	struct wire_fault fault;
	char error[JSON_ERROR_SIZE];
	struct json *json = json_parse(data, size, 0, error, NULL);

	if (json == NULL)
		die("%s", error);
	const ProtobufCMessage *message = pjson_read(arena, plan_of(type), json, &fault);
	if (message == NULL)
		die("%s: %s", fault.code, fault.reason);
	size_t packed_size;
	const void *packed = sample_pack(arena, message, &packed_size);
	fwrite(packed, 1, packed_size, stdout);
	json_free(json);
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new(0);
	enum event_type type = argc == 4 ? event_type_by_name(argv[1]) : EVENT_NONE;
	size_t size;

	if (type == EVENT_NONE)
		die("usage: convert TYPE json|binpb FILE");
	char *data = sample_file(argv[3], &size);
	(strcmp(argv[2], "json") == 0 ? to_json : to_binpb)(arena, type, data, size);
	free(data);
	arena_free(arena);
	return 0;
}
