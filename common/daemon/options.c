#include "common/daemon/options.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/content.h"
#include "common/base/die.h"
#include "common/base/log.h"
#include "common/base/nearest.h"
#include "common/base/value.h"
#include "common/daemon/options_internal.h"

/* ---- rows and values ---- */

struct option_value *options_find(const struct options *options, const char *name)
{
	for (int i = 0; i < options->count; i++)
		if (strcmp(options->values[i].row->name, name) == 0)
			return &options->values[i];
	return NULL;
}

bool options_is_kafka(const char *name)
{
	return strncmp(name, "kafka.", 6) == 0 && name[6] != '\0';
}

bool options_is_section(const struct options *options, const char *name, size_t size)
{
	if (size == strlen("kafka") && memcmp(name, "kafka", size) == 0)
		return true;
	for (int i = 0; i < options->count; i++) {
		const char *known = options->values[i].row->name;
		if (strncmp(known, name, size) == 0 && known[size] == '.')
			return true;
	}
	return false;
}

static const struct option_value *value_of(const struct options *options, const char *name)
{
	const struct option_value *value = options_find(options, name);
	if (value == NULL)
		bug("there is no option %s", name);
	return value;
}

bool options_meant(const struct options *options, const char *name)
{
	return !value_of(options, name)->doubted;
}

void options_doubt(struct options *options, const char *name)
{
	size_t size = strlen(name);
	size -= size > 0 && name[size - 1] == '.';
	for (int i = 0; i < options->count; i++) {
		const char *known = options->values[i].row->name;
		if (size == 0 || (strncmp(known, name, size) == 0 && (known[size] == '.' || known[size] == '\0')))
			options->values[i].doubted = true;
	}
}

const char *options_text(const struct options *options, const char *name)
{
	return value_of(options, name)->text;
}

int64_t options_integer(const struct options *options, const char *name)
{
	const struct option_value *value = value_of(options, name);
	if (value->row->type != OPTION_INTEGER)
		bug("option %s is not an integer", name);
	return strtoll(value->text, NULL, 10);
}

int options_kafka(const struct options *options, const char *const **keys, const char *const **values, const char *const **places)
{
	*keys = (const char *const *)options->kafka.keys;
	*values = (const char *const *)options->kafka.values;
	*places = (const char *const *)options->kafka.places;
	return options->kafka.count;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(((const struct option_value *)one)->row->name, ((const struct option_value *)other)->row->name);
}

static struct options *options_new(const char *program, const struct option *const *rows, int argc, char **argv)
{
	struct options *options = xcalloc(1, sizeof *options);

	*options = (struct options){.program = program, .rows = rows, .argc = argc, .argv = argv};
	for (const struct option *const *list = rows; *list != NULL; list++) {
		for (const struct option *row = *list; row->name != NULL; row++) {
			if (options_find(options, row->name) != NULL)
				bug("option %s stands in the tables twice", row->name);
			options->values = xrealloc(options->values, (size_t)(options->count + 1) * sizeof *options->values);
			options->values[options->count++] = (struct option_value){.row = row};
		}
	}
	if (options->count > 0)
		qsort(options->values, (size_t)options->count, sizeof *options->values, compare_names);
	return options;
}

void options_free(struct options *options)
{
	if (options == NULL)
		return;
	for (int i = 0; i < options->count; i++)
		free(options->values[i].text);
	for (int i = 0; i < options->kafka.count; i++) {
		free(options->kafka.keys[i]);
		free(options->kafka.values[i]);
		free(options->kafka.places[i]);
	}
	free(options->kafka.keys);
	free(options->kafka.values);
	free(options->kafka.places);
	free(options->values);
	free(options->file);
	free(options);
}

/* ---- taking a value ---- */

/* Without a dot it was meant to be a section, or one of the few options outside of any. */
void options_tell_unknown(struct options *options, struct problems *problems, const char *place, const char *name)
{
	if (options->some)
		return;
	struct arena *arena = arena_new(0);
	const char **names = arena_new_array(arena, const char *, (size_t)options->count + 2);
	bool whole = strchr(name, '.') != NULL;

	for (int i = 0; i < options->count; i++) {
		const char *known = options->values[i].row->name;
		names[i] = whole ? known : arena_strndup(arena, known, strcspn(known, "."));
	}
	names[options->count] = "kafka";
	const char *nearest = nearest_name(name, names);
	if (nearest != NULL) {
		problems_add(problems, "%s: unknown option \"%s\"; did you mean \"%s\"?", place, name, nearest);
		options_doubt(options, nearest);
	} else {
		problems_add(problems, "%s: unknown option \"%s\"", place, name);
	}
	arena_free(arena);
}

static bool is_right(const struct option *row, const char *text, char *error, size_t error_size)
{
	switch (row->type) {
	case OPTION_INTEGER:
		return value_check_integer(text, row->least, row->most, row->unit, error, error_size);
	case OPTION_BOOL:
		return value_check_choice(text, "true|false", error, error_size);
	case OPTION_CHOICE:
		return value_check_choice(text, row->choices, error, error_size);
	case OPTION_TEXT:
	case OPTION_FILE:
	case OPTION_FOLDER:
		break;
	}
	return row->check == NULL || row->check(text, error, error_size);
}

static bool check_value(const struct option *row, struct problems *problems, const char *place, const char *text)
{
	char error[512];
	if (is_right(row, text, error, sizeof error))
		return true;
	problems_add(problems, "%s: %s: %s", place, row->name, error);
	return false;
}

static void set_text(char **place, const char *text)
{
	char *copy = xstrdup(text);
	free(*place);
	*place = copy;
}

static void set_kafka(struct options *options, const char *place, const char *key, const char *text)
{
	for (int i = 0; i < options->kafka.count; i++) {
		if (strcmp(options->kafka.keys[i], key) == 0) {
			set_text(&options->kafka.values[i], text);
			set_text(&options->kafka.places[i], place);
			return;
		}
	}
	size_t size = (size_t)(options->kafka.count + 1) * sizeof(char *);
	options->kafka.keys = xrealloc(options->kafka.keys, size);
	options->kafka.values = xrealloc(options->kafka.values, size);
	options->kafka.places = xrealloc(options->kafka.places, size);
	options->kafka.keys[options->kafka.count] = xstrdup(key);
	options->kafka.places[options->kafka.count] = xstrdup(place);
	options->kafka.values[options->kafka.count++] = xstrdup(text);
}

void options_set(struct options *options, struct problems *problems, const char *place, const char *name, const char *text)
{
	struct option_value *value = options_find(options, name);
	bool kafka = options_is_kafka(name);
	if (kafka)
		set_kafka(options, place, name + strlen("kafka."), text);
	else if (value == NULL)
		options_tell_unknown(options, problems, place, name);
	if (value == NULL)
		return;
	value->doubted = !check_value(value->row, problems, place, text);
	if (!value->doubted)
		set_text(&value->text, text);
}

/* ---- reading ---- */

static void set_defaults(struct options *options)
{
	struct problems problems = {0};

	for (int i = 0; i < options->count; i++)
		if (options->values[i].row->value != NULL)
			options_set(options, &problems, "default", options->values[i].row->name, options->values[i].row->value);
	if (problems.count > 0)
		bug("%s", problems_text(&problems));
}

static void check_required(const struct options *options, struct problems *problems)
{
	for (int i = 0; i < options->count; i++)
		if (options->values[i].text == NULL && !options->values[i].doubted)
			problems_add(problems, "%s: %s: must be given", options->file == NULL ? options->program : options->file,
			    options->values[i].row->name);
}

void options_check_files(struct options *options, struct problems *problems)
{
	char error[4200];

	for (int i = 0; i < options->count; i++) {
		struct option_value *value = &options->values[i];
		bool folder = value->row->type == OPTION_FOLDER;
		bool none =
		    value->text == NULL || (*value->text == '\0' && value->row->value != NULL && *value->row->value == '\0');
		if ((!folder && value->row->type != OPTION_FILE) || value->doubted || none)
			continue;
		value->doubted = !(folder ? value_check_folder : value_check_file)(value->text, error, sizeof error);
		if (value->doubted)
			problems_add(problems, "%s: %s", value->row->name, error);
		else
			value->content = content_digest(value->text);
	}
}

struct options *options_read(const char *program, const struct option *const *rows, int argc, char **argv,
    enum options_action *action, struct problems *problems)
{
	struct options *options = options_new(program, rows, argc, argv);

	*action = OPTIONS_RUN;
	set_defaults(options);
	options_command_line(options, problems, action);
	if (*action == OPTIONS_HELP || *action == OPTIONS_VERSION)
		return options;
	options_from_file(options, problems);
	options_from_credentials(options, problems);
	options_from_environment(options, problems);
	options_from_flags(options, problems);
	check_required(options, problems);
	return options;
}

struct options *options_read_some(
    const char *program, const struct option *const *rows, const char *file, struct problems *problems)
{
	struct options *options = options_new(program, rows, 0, NULL);

	options->some = true;
	options->file = file == NULL ? NULL : xstrdup(file);
	set_defaults(options);
	options_from_file(options, problems);
	options_from_credentials(options, problems);
	options_from_environment(options, problems);
	return options;
}

/* What SIGHUP may change. */
static void exchange(struct options *one, struct options *other)
{
	for (int i = 0; i < one->count; i++) {
		struct option_value *mine = &one->values[i], *others = &other->values[i], kept = *mine;
		if (!mine->row->reload)
			continue;
		*mine = *others;
		*others = kept;
	}
}

static bool is_same_kafka(const struct kafka_map *one, const struct kafka_map *other)
{
	bool same = one->count == other->count;
	for (int i = 0; same && i < one->count; i++)
		same = strcmp(one->keys[i], other->keys[i]) == 0 && strcmp(one->values[i], other->values[i]) == 0;
	return same;
}

static void warn_of_others(const struct options *options, const struct options *fresh)
{
	for (int i = 0; i < options->count; i++) {
		const struct option *row = options->values[i].row;
		if (!row->reload && !options_is_kafka(row->name) && strcmp(options->values[i].text, fresh->values[i].text) != 0)
			log_warn("option changed, but needs a restart", LOG_TEXT("option", row->name));
	}
	if (!is_same_kafka(&options->kafka, &fresh->kafka))
		log_warn("option changed, but needs a restart", LOG_TEXT("option", "kafka"));
}

static const char *shown(const struct option_value *value)
{
	return value->row->secret ? "***" : *value->text ? value->text : "\"\"";
}

static void tell_change(const struct option_value *before, const struct option_value *now, struct problems *changed)
{
	if (strcmp(before->text, now->text) != 0)
		problems_add(changed, "%s: %s, before: %s", now->row->name, shown(now), shown(before));
	else if (before->content != now->content)
		problems_add(changed, "%s: %s: what is in it", now->row->name, now->text);
}

static void tell_changes(const struct options *options, const struct options *before, struct problems *changed)
{
	for (int i = 0; i < options->count; i++)
		if (options->values[i].row->reload)
			tell_change(&before->values[i], &options->values[i], changed);
}

bool options_reload(
    struct options *options, struct problems *problems, struct problems *changed, options_look_fn *look, void *context)
{
	enum options_action action;
	struct options *fresh = options_read(options->program, options->rows, options->argc, options->argv, &action, problems);

	struct kafka_map running = options->kafka;

	exchange(options, fresh);
	options->kafka = fresh->kafka;
	look(problems, context);
	options->kafka = running;
	bool right = problems->count == 0;
	if (right) {
		warn_of_others(options, fresh);
		tell_changes(options, fresh, changed);
	} else {
		exchange(options, fresh);
	}
	options_free(fresh);
	return right;
}
