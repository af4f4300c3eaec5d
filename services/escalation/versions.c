#include "services/escalation/versions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"
#include "common/base/log.h"
#include "common/base/text_file.h"
#include "common/daemon/service.h"
#include "common/io/yaml.h"
#include "common/model/calendar_read.h"
#include "common/model/policy_read.h"
#include "common/store/escalation.h"

/* ---- what is wanted: from the files, one for the whole process ---- */

struct wanted {
	struct arena *arena;
	int generation; /* counts the reloads: each is published once a lane */
	int32_t policy_version;
	const char *policy_body;
	struct calendar_spec calendar;
	const char *calendar_body;
};
static struct wanted wanted;

static const char *read_text(struct arena *arena, const char *path, struct problems *problems)
{
	struct buf buf = {0};
	const char *text = NULL;
	if (text_file_read(path, YAML_FILE_SIZE_MAX, &buf, problems))
		text = arena_strndup(arena, buf_string(&buf), buf.size);
	buf_free(&buf);
	return text;
}

static void read_calendar(struct wanted *read, const char *folder, const char *id, struct problems *problems)
{
	const char *path = arena_printf(read->arena, "%s/%s.yaml", folder, id);
	const char *text = read->calendar_body = read_text(read->arena, path, problems);
	struct yaml_tree *tree = text == NULL ? NULL : yaml_tree_load_text(path, text, strlen(text), problems);
	if (tree != NULL && calendar_read(read->arena, yaml_tree_root(tree), &read->calendar, problems) &&
	    strcmp(read->calendar.id, id) != 0)
		node_problem(problems, node_get(yaml_tree_root(tree), "id"), "the file is called %s", id);
	yaml_tree_free(tree);
}

/* The calendar is looked at even when the policies that name it are wrong. */
static void read_wanted(struct wanted *read, const char *policies_file, const char *calendars_folder, struct problems *problems)
{
	const char *text = read->policy_body = read_text(read->arena, policies_file, problems);
	struct yaml_tree *tree = text == NULL ? NULL : yaml_tree_load_text(policies_file, text, strlen(text), problems);
	if (tree == NULL)
		return;
	const struct node *calendar = node_get(yaml_tree_root(tree), "calendar");
	struct policy_set *set = policy_read(yaml_tree_root(tree), problems);
	if (set != NULL)
		read->policy_version = set->version;
	if (calendar != NULL && calendar->kind == NODE_TEXT && calendars_folder != NULL)
		read_calendar(read, calendars_folder, calendar->text, problems);
	free(set);
	yaml_tree_free(tree);
}

void versions_reload(const char *policies_file, const char *calendars_folder, struct problems *problems)
{
	struct wanted read = {.arena = arena_new(0)};
	read_wanted(&read, policies_file, calendars_folder, problems);
	if (problems->count > 0) {
		arena_free(read.arena);
		return;
	}
	struct arena *old = wanted.arena;
	read.generation = wanted.generation + 1;
	wanted = read;
	if (old != NULL)
		arena_free(old);
}

int32_t versions_policy_wanted(void)
{
	return wanted.policy_version;
}

const char *versions_calendar_wanted(int32_t *version)
{
	*version = wanted.calendar.version;
	return wanted.calendar.id;
}

/* ---- what a lane knows ---- */

struct version {
	struct version *next;
	struct versions *all;
	char calendar_id[CALENDAR_ID_SIZE]; /* "" for policies */
	int32_t number;
	bool fresh; /* read in a transaction that is not durable yet */
	struct policy_set *set;
	struct calendar *calendar;
};

struct versions {
	struct version *first;
	struct pg_args *args;
	int generation, generation_sent; /* published for good, and by the batch in flight */
};

struct versions *versions_new(void)
{
	struct versions *versions = xcalloc(1, sizeof(*versions));
	versions->args = pg_args_new();
	return versions;
}

static struct version *find(const struct versions *versions, const char *calendar_id, int32_t number)
{
	for (struct version *v = versions->first; v != NULL; v = v->next)
		if (v->number == number && strcmp(v->calendar_id, calendar_id) == 0)
			return v;
	return NULL;
}

static struct version *add(struct versions *versions, const char *calendar_id, int32_t number)
{
	struct version *version = xcalloc(1, sizeof(*version));
	version->all = versions;
	version->number = number;
	version->fresh = true;
	snprintf(version->calendar_id, sizeof(version->calendar_id), "%s", calendar_id);
	version->next = versions->first;
	versions->first = version;
	return version;
}

void versions_undone(struct versions *versions)
{
	struct version **link = &versions->first;
	versions->generation_sent = versions->generation;
	while (*link != NULL) {
		struct version *version = *link;
		bool read =
		    version->set != NULL || version->calendar != NULL; /* else it is looked for again: it may have been mended */
		if (!version->fresh && read) {
			link = &version->next;
			continue;
		}
		*link = version->next;
		free(version->set);
		calendar_free(version->calendar);
		free(version);
	}
}

void versions_committed(struct versions *versions)
{
	versions->generation = versions->generation_sent;
	for (struct version *v = versions->first; v != NULL; v = v->next)
		v->fresh = false;
}

/* ---- reading ---- */

static struct policy_set *parse_policies(const char *name, const char *text, struct problems *problems)
{
	struct yaml_tree *tree = yaml_tree_load_text(name, text, strlen(text), problems);
	struct policy_set *set = tree == NULL ? NULL : policy_read(yaml_tree_root(tree), problems);
	yaml_tree_free(tree);
	return set;
}

static const char *name_of(const struct version *version)
{
	static char name[CALENDAR_ID_SIZE + 16];
	snprintf(name, sizeof(name), "%s%s%d", version->calendar_id, version->calendar_id[0] ? " " : "", (int)version->number);
	return name;
}

static void got_policy(enum pg_class class, const struct pg_result *result, void *context)
{
	struct version *version = context;
	if (class != PG_DONE)
		return;
	if (pg_result_rows(result) != 1) {
		batch_misread("escalation.policy", name_of(version), "no such row");
		return;
	}
	struct problems problems = {0};
	version->set = parse_policies("escalation.policy", pg_get_text(result, 0, 0), &problems);
	if (version->set == NULL)
		batch_misread("escalation.policy", name_of(version), problems_text(&problems));
	problems_free(&problems);
}

static void got_calendar(enum pg_class class, const struct pg_result *result, void *context)
{
	struct version *version = context;
	if (class != PG_DONE)
		return;
	version->calendar = store_calendar_build(result);
	if (version->calendar == NULL)
		batch_misread("escalation.calendar", name_of(version), "no working time");
}

bool versions_read_policy(struct versions *versions, struct pg *pg, int32_t version)
{
	if (find(versions, "", version) != NULL)
		return false;
	store_policy_read(pg, versions->args, version, got_policy, add(versions, "", version));
	return true;
}

bool versions_read_calendar(struct versions *versions, struct pg *pg, const char *id, int32_t version)
{
	if (find(versions, id, version) != NULL)
		return false;
	store_calendar_read(pg, versions->args, id, version, got_calendar, add(versions, id, version));
	return true;
}

static void published(enum pg_class class, const struct pg_result *result, void *context)
{
	if (class == PG_DONE && !pg_get_bool(result, 0, 0))
		log_error("a version that is stored already says something else: the stored one holds; raise the version",
		    LOG_TEXT("file", context));
}

bool versions_publish(struct versions *versions, struct pg *pg)
{
	const struct calendar_spec *calendar = &wanted.calendar;
	if (versions->generation_sent == wanted.generation)
		return false;
	versions->generation_sent = wanted.generation;
	store_policy_publish(pg, versions->args, wanted.policy_version, wanted.policy_body, published, "policies");
	struct store_calendar_version row = {
	    .id = calendar->id,
	    .version = calendar->version,
	    .zone = calendar->zone,
	    .covered_from = calendar->covered_from,
	    .covered_until = calendar->covered_until,
	    .week = calendar->week,
	    .overrides = calendar->overrides,
	    .body = wanted.calendar_body,
	};
	store_calendar_publish(pg, versions->args, &row, published, "calendar");
	versions_read_policy(versions, pg, wanted.policy_version);
	versions_read_calendar(versions, pg, calendar->id, calendar->version);
	return true;
}

const struct policy_set *versions_policy(const struct versions *versions, int32_t version)
{
	const struct version *found = find(versions, "", version);
	return found == NULL ? NULL : found->set;
}

const struct calendar *versions_calendar(const struct versions *versions, const char *id, int32_t version)
{
	const struct version *found = find(versions, id, version);
	return found == NULL ? NULL : found->calendar;
}
