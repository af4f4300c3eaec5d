/* The rows as documentation: --help and --print-config. */
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/daemon/options_internal.h"

static const char mask[] = "***";

/* librdkafka's own names of what must not be seen. */
static bool is_secret_kafka(const char *key)
{
	static const char *const parts[] = {"password", "secret", "token", ".pem", "jaas", NULL};
	for (const char *const *part = parts; *part != NULL; part++)
		if (strstr(key, *part) != NULL)
			return true;
	return false;
}

static void print_value(struct buf *out, const char *indent, const char *key, const char *text, bool bare)
{
	buf_printf(out, "%s%s: ", indent, key);
	if (bare)
		buf_text(out, text);
	else
		buf_json_string(out, text, strlen(text)); /* a JSON string is YAML */
	buf_char(out, '\n');
}

static void print_row(struct buf *out, const struct option_value *value, const char **section, size_t *section_size)
{
	const struct option *row = value->row;
	const char *dot = strchr(row->name, '.');
	size_t size = dot == NULL ? 0 : (size_t)(dot - row->name);

	if (size > 0 && (size != *section_size || memcmp(*section, row->name, size) != 0))
		buf_printf(out, "%.*s:\n", (int)size, row->name);
	*section = row->name;
	*section_size = size;
	bool secret = row->secret && *value->text != '\0';
	bool bare = row->type == OPTION_INTEGER || row->type == OPTION_BOOL || row->type == OPTION_CHOICE;
	print_value(out, dot == NULL ? "" : "  ", dot == NULL ? row->name : dot + 1, secret ? mask : value->text, bare && !secret);
}

void options_print(const struct options *options)
{
	struct buf out = BUF_EMPTY;
	const char *section = "";
	size_t section_size = 0;

	for (int i = 0; i < options->count; i++)
		if (!options_is_kafka(options->values[i].row->name))
			print_row(&out, &options->values[i], &section, &section_size);
	if (options->kafka.count > 0)
		buf_text(&out, "kafka:\n");
	for (int i = 0; i < options->kafka.count; i++) {
		const char *key = options->kafka.keys[i];
		print_value(&out, "  ", key, is_secret_kafka(key) ? mask : options->kafka.values[i], false);
	}
	fputs(buf_string(&out), stdout);
	buf_free(&out);
}

/* The help, then what holds for the value, all in one line: "most in a batch; 1 to 500 records; taken at reload". */
static void help_row(const struct option *row)
{
	printf("  --%s=%s\n      %s", row->name, row->value == NULL ? "..." : row->value, row->help);
	if (row->type == OPTION_INTEGER)
		printf("; %lld to %lld%s%s", (long long)row->least, (long long)row->most, row->unit == NULL ? "" : " ",
		    row->unit == NULL ? "" : row->unit);
	if (row->type == OPTION_BOOL)
		printf("; true or false");
	if (row->type == OPTION_CHOICE)
		printf("; one of %s", row->choices);
	printf("%s%s%s\n", row->value == NULL ? "; required" : "", row->reload ? "; taken at reload" : "",
	    row->secret ? "; secret" : "");
}

void options_help(const char *program, const struct option *const *rows)
{
	printf("usage: %s [--config FILE] [--section.key=value ...]\n\n"
	       "  --config FILE     read options from FILE (YAML); else from $OMBUD_CONFIG\n"
	       "  --check-config    tell every mistake and leave\n"
	       "  --print-config    print what would be used, secrets masked, and leave\n"
	       "  --healthcheck     ask the running daemon whether it is alive\n"
	       "  --version         print the version and leave\n\n"
	       "Each option can stand in the file (section: key:), in the environment (OMBUD_SECTION__KEY, or\n"
	       "OMBUD_SECTION__KEY_FILE naming a file with the value) and here; the later of these wins. The section\n"
	       "kafka is handed to librdkafka as it is. Shown with their defaults:\n\n",
	    program);
	for (; *rows != NULL; rows++)
		for (const struct option *row = *rows; row->name != NULL; row++)
			help_row(row);
}
