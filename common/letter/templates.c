#include "common/letter/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/model/mustache.h"
#include "common/platform/bundle_read.h"
#include "common/platform/law_file.h"
#include "common/view/view.h"

#define TEMPLATES "templates/"

enum { FILES_MAX = 256, LOCALE_PATH_SIZE = sizeof TEMPLATES + MANNER_NAME_SIZE + 1 };

struct template
{
	char *name; /* "answer_asked", or "_next" for a partial */
	char *path;
	struct mustache *subject; /* NULL for a partial */
	int lines_before;         /* the body */
	struct mustache *body;
};

struct locale {
	char *name;
	struct template files[FILES_MAX];
	int count;
	struct yaml_tree *words;
};

struct templates {
	struct locale *locales[MANNER_LANGUAGES_MAX]; /* as the platform names them */
	int count;
	struct law_file *law; /* whose clauses letters cite; NULL: it has none, or they cannot be read, which is told elsewhere */
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
	size_t language = strcspn(wish, "-_");
	const struct locale *locale = language ? find_locale(templates, wish, strlen(wish)) : NULL;
	if (language && !locale)
		locale = find_locale(templates, wish, language);
	return locale ? locale->name : templates->locales[0]->name;
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
	file->lines_before = place->lines_before;
	file->body = mustache_parse(body, trimmed(body, strlen(body)), tell_fault, place);
}

static void load_template(struct locale *locale, const struct bundle_file *from, const char *entry, struct problems *problems)
{
	if (locale->count == FILES_MAX) {
		problems_add(problems, "%s: more than %d templates of a language", from->path, FILES_MAX);
		return;
	}
	struct template *file = &locale->files[locale->count++];
	struct place place = {problems, from->path, 0};
	file->name = strndup(entry, strlen(entry) - strlen(".mustache"));
	file->path = xstrdup(from->path);
	if (file->name[0] == '_')
		file->body = mustache_parse(from->text, trimmed(from->text, from->size), tell_fault, &place);
	else
		parse_letter(file, from->text, &place);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);
	return size > end_size && strcmp(text + size - end_size, end) == 0;
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

/* Which files a file's partials lead to, and theirs. */
struct leading {
	const struct locale *locale;
	bool seen[FILES_MAX];
};

static void follow(enum mustache_use use, const char *name, int line, int column, void *context)
{
	struct leading *leading = context;
	const struct template *file = use == MUSTACHE_USE_PARTIAL ? locale_find(leading->locale, name) : NULL;
	if (!file || leading->seen[file - leading->locale->files])
		return;
	leading->seen[file - leading->locale->files] = true;
	if (file->body)
		mustache_uses(file->body, follow, leading);
}

static bool leads_to(const struct locale *locale, const char *partial, const struct template *to)
{
	struct leading leading = {.locale = locale};
	follow(MUSTACHE_USE_PARTIAL, partial, 0, 0, &leading);
	return leading.seen[to - locale->files];
}

static void check_use(enum mustache_use use, const char *name, int line, int column, void *context)
{
	struct check *check = context;
	char message[160];
	if (use != MUSTACHE_USE_PARTIAL && notice_text_knows(name) && nobody_sees(check->file->name, name)) {
		snprintf(message, sizeof message, "nobody who gets this letter sees \"%.60s\"", name);
		tell_fault(line, column, message, &check->place);
	}
	if (use == MUSTACHE_USE_PARTIAL && leads_to(check->locale, name, check->file)) {
		snprintf(message, sizeof message, "the partial \"%.60s\" leads back here: it would never end", name);
		tell_fault(line, column, message, &check->place);
	}
	if (use == MUSTACHE_USE_PARTIAL ? locale_find(check->locale, name) != NULL : notice_text_knows(name))
		return;
	const char *nearest = use == MUSTACHE_USE_PARTIAL ? NULL : notice_text_nearest(name);
	snprintf(message, sizeof message, "no %s \"%.60s\"%s%s%s", use == MUSTACHE_USE_PARTIAL ? "partial" : "value", name,
	    nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	tell_fault(line, column, message, &check->place);
}

static void check_file(const struct locale *locale, const struct template *file, struct problems *problems)
{
	struct check check = {locale, file, {problems, file->path, 0}};
	if (file->subject)
		mustache_uses(file->subject, check_use, &check);
	check.place.lines_before = file->lines_before;
	if (file->body)
		mustache_uses(file->body, check_use, &check);
}

static bool is_event(const char *name)
{
	for (const char *const *event = notice_templates(); *event; event++)
		if (strcmp(*event, name) == 0)
			return true;
	return false;
}

static void check_locale(const struct locale *locale, struct problems *problems)
{
	for (int i = 0; i < locale->count; i++)
		if (locale->files[i].name[0] != '_' && !is_event(locale->files[i].name))
			problems_add(problems, "%s:1:1: no letter is called %s", locale->files[i].path, locale->files[i].name);
	for (const char *const *name = notice_templates(); *name; name++)
		if (!locale_find(locale, *name))
			problems_add(problems, TEMPLATES "%s/%s.mustache: missing", locale->name, *name);
	for (int i = 0; i < locale->count; i++)
		check_file(locale, &locale->files[i], problems);
}

/* A term without its word stands in a letter as programs name it. Of currencies and zones their code does, too. */
static void check_group(
    const struct locale *locale, const struct locale *other, const struct node *group, struct problems *problems)
{
	const struct node *root = yaml_tree_root(locale->words), *here = node_get(root, group->key);
	if (group->kind != NODE_MAP || strcmp(group->key, "currency") == 0 || strcmp(group->key, "zone") == 0)
		return;
	for (const struct node *word = node_first(group); word; word = word->next)
		if (!node_get(here, word->key))
			node_key_problem(
			    problems, here ? here : root, "no word for %s.%s, which %s has", group->key, word->key, other->name);
}

static void check_words(const struct templates *templates, struct problems *problems)
{
	for (int i = 0; i < templates->count; i++)
		for (int k = 0; k < templates->count; k++) {
			const struct locale *locale = templates->locales[i], *other = templates->locales[k];
			const struct node *group = other->words ? node_first(yaml_tree_root(other->words)) : NULL;
			for (; locale->words && locale != other && group; group = group->next)
				check_group(locale, other, group, problems);
		}
}

/* ---- loading all of them ---- */

static void load_locale(struct templates *templates, const struct bundle *files, const char *name, struct problems *problems)
{
	struct locale *locale = templates->locales[templates->count++] = xcalloc(1, sizeof *locale);
	char folder[LOCALE_PATH_SIZE], words[LOCALE_PATH_SIZE + 16];
	size_t size = (size_t)snprintf(folder, sizeof folder, TEMPLATES "%s/", name);
	snprintf(words, sizeof words, "%swords.yaml", folder);
	locale->name = xstrdup(name);
	for (size_t i = 0; i < files->count; i++) {
		const struct bundle_file *file = &files->files[i];
		if (strncmp(file->path, folder, size) == 0 && ends_with(file->path, ".mustache"))
			load_template(locale, file, file->path + size, problems);
	}
	if (!locale->count) {
		problems_add(problems, TEMPLATES "%s: no templates in a language of the platform", name);
		return;
	}
	locale->words = bundle_yaml(files, words, problems);
	check_locale(locale, problems);
}

struct templates *templates_new(const struct bundle *files, const struct manner *manner, struct problems *problems)
{
	struct templates *templates = xcalloc(1, sizeof *templates);
	int before = problems->count;
	struct problems told = {0};
	templates->law = law_file_new(files, &told);
	problems_free(&told);
	for (int i = 0; i < manner->languages_count; i++)
		load_locale(templates, files, manner->languages[i], problems);
	check_words(templates, problems);
	if (problems->count == before && templates->count > 0)
		return templates;
	templates_free(templates);
	return NULL;
}

static bool speaks(const struct manner *manner, const char *name, size_t size)
{
	for (int i = 0; i < manner->languages_count; i++)
		if (strlen(manner->languages[i]) == size && strncmp(manner->languages[i], name, size) == 0)
			return true;
	return false;
}

/* Each folder of a language that the platform does not have is told once. */
static void check_languages(const struct bundle *files, const struct manner *manner, struct problems *problems)
{
	const char *last = "/";
	for (size_t i = 0; i < files->count; i++) {
		const char *name = files->files[i].path + strlen(TEMPLATES);
		if (strncmp(files->files[i].path, TEMPLATES, strlen(TEMPLATES)) != 0)
			continue;
		size_t size = strcspn(name, "/");
		if (speaks(manner, name, size) || strncmp(last, name, size + 1) == 0)
			continue;
		problems_add(problems, TEMPLATES "%.*s: not in a language of the platform", (int)size, name);
		last = name;
	}
}

void templates_check(const struct bundle *files, const struct bundle *own, struct problems *problems)
{
	struct manner manner;
	bool right = manner_read(files, &manner, problems);
	templates_free(templates_new(files, &manner, problems));
	if (right)
		check_languages(own, &manner, problems);
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
	law_file_free(templates->law);
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
	const struct law *law = templates->law ? law_file_law(templates->law) : NULL;
	struct notice_language language = {word_of, (void *)locale, locale->name, zone, law};
	struct mustache_value *values = notice_text_values(arena, &language, facts, event, recipient);
	view_words(values, notice_to_stranger(facts, event, recipient) ? VIEW_STRANGER : view_role(recipient));
	return (struct rendered){locale->name,
	    tidied(mustache_render(MUSTACHE_PLAIN, arena, file->subject, values, partial_of, (void *)locale)),
	    tidied(mustache_render(MUSTACHE_PLAIN, arena, file->body, values, partial_of, (void *)locale))};
}
