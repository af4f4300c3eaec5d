#include "common/letter/templates.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/text_file.h"
#include "common/io/yaml.h"
#include "common/model/mustache.h"
#include "common/view/view.h"

enum { LOCALES_MAX = 16, FILES_MAX = 256, FILE_SIZE_MAX = 64 * 1024 };

struct template
{
	char *name; /* "answer_asked", or "_next" for a partial */
	char *path;
	struct mustache *subject; /* NULL for a partial */
	struct mustache *body;
};

struct locale {
	char *name;
	struct template files[FILES_MAX];
	int count;
	struct yaml_tree *words;
};

struct templates {
	struct locale *locales[LOCALES_MAX];
	int count;
};

/* ---- finding ---- */

static const struct template *locale_find(const struct locale *locale, const char *name)
{
	for (int i = 0; i < locale->count; i++)
		if (strcmp(locale->files[i].name, name) == 0)
			return &locale->files[i];
	return NULL;
}

static const struct locale *find_locale(const struct templates *templates, const char *name, size_t size)
{
	for (int i = 0; i < templates->count; i++)
		if (strncasecmp(templates->locales[i]->name, name, size) == 0 &&
		    (templates->locales[i]->name[size] == '\0' || templates->locales[i]->name[size] == '-'))
			return templates->locales[i];
	return NULL;
}

const char *templates_locale(const struct templates *templates, const char *wish)
{
	const char *const wishes[] = {wish, "zh-CN", "en"};
	for (size_t i = 0; i < 3; i++) {
		size_t language = strcspn(wishes[i], "-_");
		if (!language)
			continue;
		const struct locale *locale = find_locale(templates, wishes[i], strlen(wishes[i]));
		if (!locale)
			locale = find_locale(templates, wishes[i], language);
		if (locale)
			return locale->name;
	}
	return templates->locales[0]->name;
}

/* ---- loading a file ---- */

struct place {
	struct problems *problems;
	const char *path;
	int lines_before;
};

static void tell_fault(int line, int column, const char *message, void *context)
{
	const struct place *place = context;
	problems_add(place->problems, "%s:%d:%d: %s", place->path, place->lines_before + line, column, message);
}

static size_t trimmed(const char *text, size_t size)
{
	while (size > 0 && strchr(" \t\r\n", text[size - 1]))
		size--;
	return size;
}

/* Subject, a line "---", body. */
static void parse_letter(struct template *file, const char *text, struct place *place)
{
	const char *rule = strstr(text, "\n---\n");
	if (!rule) {
		problems_add(place->problems, "%s:1:1: want a subject, a line \"---\", then the body", place->path);
		return;
	}
	size_t subject_size = trimmed(text, (size_t)(rule - text));
	const char *body = rule + strlen("\n---\n");
	file->subject = mustache_parse(text, subject_size, tell_fault, place);
	for (const char *at = text; at < body; at++)
		place->lines_before += *at == '\n';
	file->body = mustache_parse(body, trimmed(body, strlen(body)), tell_fault, place);
}

static void load_template(struct locale *locale, const char *folder, const char *entry, struct problems *problems)
{
	size_t name_size = strlen(entry) - strlen(".mustache");
	if (locale->count == FILES_MAX) {
		problems_add(problems, "%s: more than %d templates", folder, FILES_MAX);
		return;
	}
	struct template *file = &locale->files[locale->count++];
	struct buf path = BUF_EMPTY;
	buf_printf(&path, "%s/%s", folder, entry);
	file->name = strndup(entry, name_size);
	file->path = buf_take(&path);
	struct buf text = BUF_EMPTY;
	struct place place = {problems, file->path, 0};
	bool read = text_file_read(file->path, FILE_SIZE_MAX, &text, problems);
	if (read && file->name[0] == '_')
		file->body = mustache_parse(buf_string(&text), trimmed(buf_string(&text), text.size), tell_fault, &place);
	else if (read)
		parse_letter(file, buf_string(&text), &place);
	buf_free(&text);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);
	return size > end_size && strcmp(text + size - end_size, end) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls fn for each visible entry, by name. */
static bool each_entry(const char *folder, void (*fn)(const char *entry, void *context), void *context)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, visible, by_name);
	for (int i = 0; i < count; i++) {
		fn(entries[i]->d_name, context);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count >= 0;
}

/* ---- checking ---- */

struct check {
	const struct locale *locale;
	const struct template *file;
	struct place place;
};

/* A value of the letter as a whole that none of the template's recipients sees (common/view). */
static bool nobody_sees(const char *template, const char *name)
{
	char path[128];
	unsigned recipients = notice_recipients(template);
	bool hidden = recipients != 0;
	snprintf(path, sizeof path, "words.%.*s", (int)strcspn(name, "."), name);
	for (int party = PARTY_COMPLAINANT; party <= PARTY_PLATFORM && hidden; party++)
		if (recipients & 1u << party)
			hidden = !view_sees(path, view_role((enum party)party));
	return hidden && view_knows(path);
}

static void check_use(enum mustache_use use, const char *name, int line, int column, void *context)
{
	struct check *check = context;
	char message[160];
	if (use != MUSTACHE_USE_PARTIAL && notice_text_knows(name) && nobody_sees(check->file->name, name)) {
		snprintf(message, sizeof message, "nobody who gets this letter sees \"%.60s\"", name);
		tell_fault(line, column, message, &check->place);
	}
	if (use == MUSTACHE_USE_PARTIAL ? locale_find(check->locale, name) != NULL : notice_text_knows(name))
		return;
	const char *nearest = use == MUSTACHE_USE_PARTIAL ? NULL : notice_text_nearest(name);
	snprintf(message, sizeof message, "no %s \"%.60s\"%s%s%s", use == MUSTACHE_USE_PARTIAL ? "partial" : "value", name,
	    nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	tell_fault(line, column, message, &check->place);
}

static int lines_of(const char *path)
{
	struct problems ignored = {0};
	struct buf text = BUF_EMPTY;
	text_file_read(path, FILE_SIZE_MAX, &text, &ignored);
	const char *rule = strstr(buf_string(&text), "\n---\n");
	int lines = 2;
	for (const char *at = buf_string(&text); rule && at < rule; at++)
		lines += *at == '\n';
	buf_free(&text);
	problems_free(&ignored);
	return rule ? lines : 0;
}

static void check_file(const struct locale *locale, const struct template *file, struct problems *problems)
{
	struct check check = {locale, file, {problems, file->path, 0}};
	if (file->subject)
		mustache_uses(file->subject, check_use, &check);
	check.place.lines_before = file->subject ? lines_of(file->path) : 0;
	if (file->body)
		mustache_uses(file->body, check_use, &check);
}

static void check_locale(const struct locale *locale, const char *folder, struct problems *problems)
{
	for (const char *const *name = notice_templates(); *name; name++)
		if (!locale_find(locale, *name))
			problems_add(problems, "%s/%s.mustache: missing", folder, *name);
	for (int i = 0; i < locale->count; i++)
		check_file(locale, &locale->files[i], problems);
}

/* ---- loading a folder ---- */

struct loading {
	struct templates *templates;
	struct locale *locale;
	const char *folder;
	struct problems *problems;
};

static void load_entry(const char *entry, void *context)
{
	struct loading *loading = context;
	if (ends_with(entry, ".mustache"))
		load_template(loading->locale, loading->folder, entry, loading->problems);
}

static void load_locale(const char *entry, void *context)
{
	struct loading *loading = context;
	struct buf folder = BUF_EMPTY, words = BUF_EMPTY;
	buf_printf(&folder, "%s/%s", loading->folder, entry);
	buf_printf(&words, "%s/words.yaml", buf_string(&folder));
	struct loading inner = {loading->templates, NULL, buf_string(&folder), loading->problems};
	if (strchr(entry, '.') == NULL && loading->templates->count < LOCALES_MAX) {
		inner.locale = xcalloc(1, sizeof *inner.locale);
		inner.locale->name = xstrdup(entry);
		loading->templates->locales[loading->templates->count++] = inner.locale;
		each_entry(inner.folder, load_entry, &inner);
		inner.locale->words = yaml_tree_load_file(buf_string(&words), loading->problems);
		check_locale(inner.locale, inner.folder, loading->problems);
	}
	buf_free(&folder);
	buf_free(&words);
}

struct templates *templates_load(const char *folder, struct problems *problems)
{
	struct templates *templates = xcalloc(1, sizeof *templates);
	struct loading loading = {templates, NULL, folder, problems};
	int before = problems->count;
	if (!each_entry(folder, load_locale, &loading))
		problems_add(problems, "%s: %s", folder, strerror(errno));
	else if (templates->count == 0)
		problems_add(problems, "%s: no folder of a language in it (zh-CN, en ...)", folder);
	if (problems->count == before)
		return templates;
	templates_free(templates);
	return NULL;
}

static void free_locale(struct locale *locale)
{
	for (int i = 0; i < locale->count; i++) {
		mustache_free(locale->files[i].subject);
		mustache_free(locale->files[i].body);
		free(locale->files[i].name);
		free(locale->files[i].path);
	}
	yaml_tree_free(locale->words);
	free(locale->name);
	free(locale);
}

void templates_free(struct templates *templates)
{
	if (!templates)
		return;
	for (int i = 0; i < templates->count; i++)
		free_locale(templates->locales[i]);
	free(templates);
}

/* ---- rendering ---- */

static const struct mustache *partial_of(const char *name, void *context)
{
	const struct template *file = locale_find(context, name);
	return file ? file->body : NULL;
}

static const char *word_of(const char *group, const char *name, void *context)
{
	const struct locale *locale = context;
	const struct node *words = node_get(yaml_tree_root(locale->words), group);
	const struct node *word = words && words->kind == NODE_MAP ? node_get(words, name) : NULL;
	return word ? word->text : NULL;
}

/* Lines that came out empty, because what they would say is not known, are left out. */
static char *tidied(char *text)
{
	char *to = text;
	for (char *at = text; *at;) {
		size_t line = strcspn(at, "\n"), kept = trimmed(at, line);
		if (kept && to != text)
			*to++ = '\n';
		memmove(to, at, kept);
		to += kept;
		at += line + (at[line] == '\n');
	}
	*to = '\0';
	return text;
}

struct rendered templates_render(const struct templates *templates, struct arena *arena, const char *locale_name, const char *zone,
    const char *template, const struct notice_facts *facts, const struct event *event, enum party recipient)
{
	const struct locale *locale = find_locale(templates, locale_name, strlen(locale_name));
	const struct template *file = locale_find(locale, template);
	struct notice_language language = {word_of, (void *)locale, locale->name, zone};
	struct mustache_value *values = notice_text_values(arena, &language, facts, event, recipient);
	view_words(values, notice_to_stranger(facts, event, recipient) ? VIEW_STRANGER : view_role(recipient));
	return (struct rendered){locale->name,
	    tidied(mustache_render(MUSTACHE_PLAIN, arena, file->subject, values, partial_of, (void *)locale)),
	    tidied(mustache_render(MUSTACHE_PLAIN, arena, file->body, values, partial_of, (void *)locale))};
}
