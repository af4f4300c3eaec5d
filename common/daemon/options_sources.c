/* Where values come from: the file, systemd's credentials, the environment, the command line. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/base/file_mode.h"
#include "common/base/nearest.h"
#include "common/base/node.h"
#include "common/base/value.h"
#include "common/daemon/options_internal.h"
#include "common/io/yaml.h"

enum { SECRET_FILE_SIZE_MAX = 64 * 1024 };

/* ---- the file ---- */

/* A path from the file is relative to the file's folder. The caller frees it. */
static char *path_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	struct buf joined = BUF_EMPTY;

	if (slash != NULL && *path != '/' && *path != '\0')
		buf_append(&joined, file, (size_t)(slash - file) + 1);
	buf_text(&joined, path);
	return buf_take(&joined);
}

static void set_from_node(struct options *options, struct problems *problems, const char *name, const struct node *node)
{
	const struct option_value *value = options_find(options, name);
	struct buf place = BUF_EMPTY;

	if (node_is_null(node))
		return;
	if (!node_expect(problems, node, NODE_TEXT)) {
		options_doubt(options, name);
		return;
	}
	buf_printf(&place, "%s:%d:%d", node->file, node->line, node->column);
	bool path = value != NULL && (value->row->type == OPTION_FILE || value->row->type == OPTION_FOLDER);
	char *text = path ? path_beside(node->file, node->text) : xstrdup(node->text);
	options_set(options, problems, buf_string(&place), name, text);
	free(text);
	buf_free(&place);
}

/* Sections nest: "postgres: {dsn: ...}" is postgres.dsn. */
static void walk_section(struct options *options, struct problems *problems, const char *prefix, const struct node *map)
{
	struct buf name = BUF_EMPTY, place = BUF_EMPTY;

	if (!node_expect(problems, map, NODE_MAP)) {
		options_doubt(options, prefix);
		return;
	}
	for (const struct node *entry = map->first; entry != NULL; entry = entry->next) {
		buf_reset(&name);
		buf_printf(&name, "%s%s", prefix, entry->key);
		if (options_find(options, buf_string(&name)) != NULL || options_is_kafka(buf_string(&name))) {
			set_from_node(options, problems, buf_string(&name), entry);
		} else if (options_is_section(options, buf_string(&name), name.size)) {
			buf_char(&name, '.');
			if (!node_is_null(entry))
				walk_section(options, problems, buf_string(&name), entry);
		} else {
			buf_reset(&place);
			buf_printf(&place, "%s:%d:%d", entry->file, entry->key_line, entry->key_column);
			options_tell_unknown(options, problems, buf_string(&place), buf_string(&name));
		}
	}
	buf_free(&name);
	buf_free(&place);
}

void options_from_file(struct options *options, struct problems *problems)
{
	if (options->file == NULL)
		return;
	struct yaml_tree *tree = yaml_tree_load_file(options->file, problems);
	if (tree != NULL)
		walk_section(options, problems, "", yaml_tree_root(tree));
	else
		options_doubt(options, "");
	yaml_tree_free(tree);
}

/* ---- values that stand in files of their own ---- */

/* NULL: told. One line's end is not part of the value. The caller frees it. */
static char *read_value_file(struct problems *problems, const char *place, const char *path)
{
	char text[SECRET_FILE_SIZE_MAX + 1];
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		problems_add(problems, "%s: %s: %s", place, path, strerror(errno));
		return NULL;
	}
	size_t size = fread(text, 1, sizeof text, file);
	bool long_or_binary = size == sizeof text || memchr(text, '\0', size) != NULL;
	const char *wrong = ferror(file)     ? strerror(errno)
			    : long_or_binary ? "not a text, or too long"
					     : file_mode_fault(fileno(file));
	fclose(file);
	if (wrong != NULL) {
		problems_add(problems, "%s: %s: %s", place, path, wrong);
		return NULL;
	}
	size -= size > 0 && text[size - 1] == '\n';
	size -= size > 0 && text[size - 1] == '\r';
	text[size] = '\0';
	return xstrdup(text);
}

static void set_from_value_file(
    struct options *options, struct problems *problems, const char *place, const char *name, const char *path)
{
	char *text = read_value_file(problems, place, path);
	if (text != NULL)
		options_set(options, problems, place, name, text);
	else
		options_doubt(options, name);
	free(text);
}

/* systemd's LoadCredential=postgres.dsn:/path */
void options_from_credentials(struct options *options, struct problems *problems)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct buf path = BUF_EMPTY;

	for (int i = 0; folder != NULL && i < options->count; i++) {
		const char *name = options->values[i].row->name;
		buf_reset(&path);
		buf_printf(&path, "%s/%s", folder, name);
		if (access(buf_string(&path), F_OK) == 0)
			set_from_value_file(options, problems, "CREDENTIALS_DIRECTORY", name, buf_string(&path));
	}
	buf_free(&path);
}

/* ---- the environment ---- */

/* OMBUD_POSTGRES__DSN -> postgres.dsn; OMBUD_KAFKA__SASL_PASSWORD -> kafka.sasl.password. */
static void name_of_variable(const char *variable, size_t size, struct buf *name)
{
	const char *at = variable + strlen("OMBUD_"), *end = variable + size;
	bool kafka = false;

	for (; at < end; at++) {
		if (at + 1 < end && at[0] == '_' && at[1] == '_') {
			kafka = kafka || strcmp(buf_string(name), "kafka") == 0;
			buf_char(name, '.');
			at++;
		} else {
			buf_char(name, *at == '_' && kafka ? '.' : (char)tolower((unsigned char)*at));
		}
	}
}

/* NAME_FILE is the file of NAME, unless an option of its own is called so. */
static bool is_file_variable(const struct options *options, const char *name, size_t size)
{
	return options_find(options, name) == NULL && size > 5 &&
	       (strcmp(name + size - 5, "_file") == 0 || strcmp(name + size - 5, ".file") == 0);
}

/* Variables of other programs of ours may stand here, too: an unknown name counts only in a section that we have. */
static bool is_ours(const struct options *options, const char *name)
{
	const char *dot = strchr(name, '.');
	return options_find(options, name) != NULL || (dot != NULL && options_is_section(options, name, (size_t)(dot - name)));
}

/* OMBUD_LOG_LEVEL, where OMBUD_LOG__LEVEL was meant. */
static void tell_underscore(struct options *options, struct problems *problems, const char *variable, const char *name)
{
	for (int i = 0; i < options->count && !options->some; i++) {
		const char *known = options->values[i].row->name, *dot = strchr(known, '.');
		size_t at = 0;
		while (name[at] != '\0' && (name[at] == known[at] || (name[at] == '_' && known[at] == '.')))
			at++;
		if (dot == NULL || name[at] != known[at])
			continue;
		size_t section = strlen("OMBUD_") + (size_t)(dot - known);
		problems_add(
		    problems, "%s: unknown option; did you mean %.*s_%s?", variable, (int)section, variable, variable + section);
		options_doubt(options, known);
	}
}

static void set_from_variable(struct options *options, struct problems *problems, const char *variable)
{
	size_t size = strcspn(variable, "=");
	const char *text = variable + size + (variable[size] == '=');
	struct buf name = BUF_EMPTY, place = BUF_EMPTY;

	name_of_variable(variable, size, &name);
	buf_append(&place, variable, size);
	if (is_file_variable(options, buf_string(&name), name.size)) {
		buf_cut(&name, name.size - 5);
		struct buf plain = BUF_EMPTY;
		buf_append(&plain, variable, size - strlen("_FILE"));
		if (is_ours(options, buf_string(&name)) && getenv(buf_string(&plain)) != NULL)
			problems_add(problems, "%s: %s is set as well", buf_string(&place), buf_string(&plain));
		else if (is_ours(options, buf_string(&name)))
			set_from_value_file(options, problems, buf_string(&place), buf_string(&name), text);
		buf_free(&plain);
	} else if (is_ours(options, buf_string(&name))) {
		options_set(options, problems, buf_string(&place), buf_string(&name), text);
	} else {
		tell_underscore(options, problems, buf_string(&place), buf_string(&name));
	}
	buf_free(&name);
	buf_free(&place);
}

void options_from_environment(struct options *options, struct problems *problems)
{
	for (char **variable = environ; variable != NULL && *variable != NULL; variable++)
		if (strncmp(*variable, "OMBUD_", 6) == 0)
			set_from_variable(options, problems, *variable);
}

/* ---- the command line ---- */

static const struct {
	const char *flag;
	enum options_action action;
} actions[] = {
    {"--help", OPTIONS_HELP},
    {"-h", OPTIONS_HELP},
    {"--check-config", OPTIONS_CHECK},
    {"--print-config", OPTIONS_PRINT},
    {"--healthcheck", OPTIONS_HEALTHCHECK},
    {"--version", OPTIONS_VERSION},
    {0},
};

static const char *action_flag(const char *argument, enum options_action *action)
{
	for (int i = 0; actions[i].flag != NULL; i++) {
		if (strcmp(actions[i].flag, argument) == 0) {
			*action = actions[i].action;
			return argument;
		}
	}
	return NULL;
}

static bool is_config_flag(const char *argument)
{
	return strcmp(argument, "--config") == 0 || strcmp(argument, "-c") == 0 || strncmp(argument, "--config=", 9) == 0;
}

/* Value of the flag at argv[*at]: behind its "=", or the next argument, which *at then steps on to. NULL: none. */
static const char *flag_value(const struct options *options, int *at)
{
	const char *equals = strchr(options->argv[*at], '=');
	if (options->argv[*at][0] != '-')
		return NULL;
	if (equals != NULL)
		return equals + 1;
	return *at + 1 < options->argc && value_is_one(options->argv[*at + 1]) ? options->argv[++*at] : NULL;
}

void options_command_line(struct options *options, struct problems *problems, enum options_action *action)
{
	const char *file = getenv("OMBUD_CONFIG");

	for (int i = 1; i < options->argc; i++) {
		const char *argument = options->argv[i];
		if (action_flag(argument, action) != NULL)
			continue;
		const char *value = flag_value(options, &i);
		if (!is_config_flag(argument))
			continue;
		if (value != NULL && *value != '\0') {
			file = value;
			continue;
		}
		problems_add(problems, "%.*s: wants a value", (int)strcspn(argument, "="), argument);
		options_doubt(options, "");
	}
	if (file != NULL && *file != '\0')
		options->file = xstrdup(file);
}

static void tell_unknown_flag(struct options *options, struct problems *problems, const char *flag)
{
	enum { ACTIONS = sizeof actions / sizeof *actions };
	const char **names = xcalloc((size_t)options->count + ACTIONS + 1, sizeof *names);
	int count = 0;

	for (int i = 0; i < options->count; i++)
		names[count++] = options->values[i].row->name;
	for (int i = 0; actions[i].flag != NULL; i++)
		names[count++] = actions[i].flag + strspn(actions[i].flag, "-");
	names[count] = "config";
	const char *nearest = nearest_name(flag + strlen("--"), names);
	if (nearest != NULL) {
		problems_add(problems, "%s: unknown option; did you mean --%s?", flag, nearest);
		options_doubt(options, nearest);
	} else {
		problems_add(problems, "%s: unknown option", flag);
	}
	free(names);
}

/* --postgres.dsn=..., --postgres.dsn ...; --log-format is --log.format. */
static void set_from_flag(struct options *options, struct problems *problems, const char *argument, const char *value)
{
	struct buf flag = BUF_EMPTY, name = BUF_EMPTY;

	if (strncmp(argument, "--", 2) != 0) {
		problems_add(problems, "%s: want options as --section.key=value", argument);
		return;
	}
	buf_append(&flag, argument, strcspn(argument, "="));
	buf_text(&name, buf_string(&flag) + 2);
	char *dash = name.size == 0 ? NULL : strchr(name.data, '-');
	if (dash != NULL && options_find(options, name.data) == NULL)
		*dash = '.';
	if (options_find(options, buf_string(&name)) == NULL && !options_is_kafka(buf_string(&name)))
		tell_unknown_flag(options, problems, buf_string(&flag));
	else if (value == NULL)
		problems_add(problems, "%s: wants a value", buf_string(&flag));
	else
		options_set(options, problems, buf_string(&flag), buf_string(&name), value);
	buf_free(&flag);
	buf_free(&name);
}

void options_from_flags(struct options *options, struct problems *problems)
{
	enum options_action action;

	for (int i = 1; i < options->argc; i++) {
		const char *argument = options->argv[i];
		if (action_flag(argument, &action) != NULL)
			continue;
		const char *value = flag_value(options, &i);
		if (!is_config_flag(argument))
			set_from_flag(options, problems, argument, value);
	}
}
