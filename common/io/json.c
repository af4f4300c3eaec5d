#include "common/io/json.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "common/base/die.h"

static const json_t *in(const struct json *value)
{
	return (const json_t *)(const void *)value;
}

static const struct json *out(const json_t *value)
{
	return (const struct json *)(const void *)value;
}

/* Counts depth and values from the punctuation outside of strings; what is no JSON at all is the parser's to say. */
static bool within_bounds(const char *text, size_t size, size_t values_max, enum json_fault *fault)
{
	size_t values = 0, depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		else if (quoted)
			i += text[i] == '\\';
		else if (text[i] == '{' || text[i] == '[')
			values++, depth++;
		else if (text[i] == ',' || text[i] == ':')
			values++;
		else if ((text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
		*fault = depth > JSON_DEPTH_MAX                  ? JSON_FAULT_DEPTH
			 : values_max > 0 && values > values_max ? JSON_FAULT_SIZE
								 : JSON_FAULT_NONE;
		if (*fault != JSON_FAULT_NONE)
			return false;
	}
	return true;
}

struct json *json_parse(const char *text, size_t size, size_t values_max, char *error, enum json_fault *fault)
{
	enum json_fault kind;
	json_error_t where;

	if (!within_bounds(text, size, values_max, &kind)) {
		snprintf(error, JSON_ERROR_SIZE, kind == JSON_FAULT_DEPTH ? "nested too deep" : "too many values");
		if (fault != NULL)
			*fault = kind;
		return NULL;
	}
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &where);
	if (root == NULL) {
		/* jansson quotes the text near the error, which may be a person's. */
		char *near = strstr(where.text, " near ");
		if (near != NULL)
			*near = '\0';
		snprintf(error, JSON_ERROR_SIZE, "%d:%d: %.120s", where.line, where.column, where.text);
	}
	if (fault != NULL)
		*fault = root != NULL                                         ? JSON_FAULT_NONE
			 : json_error_code(&where) == json_error_invalid_utf8 ? JSON_FAULT_UTF8
									      : JSON_FAULT_SYNTAX;
	return (struct json *)(void *)root;
}

void json_free(struct json *root)
{
	json_decref((json_t *)(void *)root);
}

enum json_kind json_kind_of(const struct json *value)
{
	static const enum json_kind kinds[] = {
	    [JSON_OBJECT] = JSON_KIND_MAP,
	    [JSON_ARRAY] = JSON_KIND_LIST,
	    [JSON_STRING] = JSON_KIND_TEXT,
	    [JSON_INTEGER] = JSON_KIND_INTEGER,
	    [JSON_REAL] = JSON_KIND_REAL,
	    [JSON_TRUE] = JSON_KIND_BOOL,
	    [JSON_FALSE] = JSON_KIND_BOOL,
	    [JSON_NULL] = JSON_KIND_NULL,
	};
	return value == NULL ? JSON_KIND_NONE : kinds[json_typeof(in(value))];
}

const char *json_text_of(const struct json *value)
{
	const char *text = json_string_value(in(value));
	return text != NULL ? text : "";
}

size_t json_text_size(const struct json *value)
{
	return json_string_length(in(value));
}

int64_t json_integer_of(const struct json *value)
{
	return json_integer_value(in(value));
}

double json_real_of(const struct json *value)
{
	return json_number_value(in(value));
}

bool json_bool_of(const struct json *value)
{
	return json_is_true(in(value));
}

const struct json *json_member(const struct json *map, const char *name)
{
	return out(json_object_get(in(map), name));
}

size_t json_count(const struct json *list)
{
	return json_array_size(in(list));
}

const struct json *json_at(const struct json *list, size_t index)
{
	return out(json_array_get(in(list), index));
}

bool json_each(const struct json *map, json_member_fn *fn, void *context)
{
	json_t *object = (json_t *)(void *)(uintptr_t)map;
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (!fn(name, out(value), context))
			return false;
	}
	return true;
}

char *json_format(const struct json *value)
{
	char *text = json_dumps(in(value), JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		bug("a JSON tree that cannot be written");
	return text;
}
