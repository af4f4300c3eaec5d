#include "common/platform/law_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/instant.h"
#include "common/base/nearest.h"
#include "common/base/zone.h"
#include "common/platform/bundle_read.h"
#include "common/platform/manner.h"

#define CLAUSES "clauses.yaml"
#define CRITERIA "criteria.yaml"
enum { LIST_MAX = 1000, ID_MAX = 64, VERSION_MAX = 999999999 };
#define TYPES_UNSAID (1ull << COMPLAINT_TYPE_UNSPECIFIED)

struct law_file {
	struct arena *arena;
	struct law law;
	struct clause *clauses;
	struct criteria *criteria;
};

struct reading {
	struct law_file *file;
	struct manner manner;
	struct problems *problems;
	bool spoken[MANNER_LANGUAGES_MAX]; /* languages of the platform that any clause has: then all texts have them */
	uint64_t types;                    /* that have criteria */
};

/* ---- what both have ---- */

static const char *kept(const struct reading *reading, const char *text)
{
	return arena_strdup(reading->file->arena, text);
}

/* "goods.as_described": stands before an @ in what is said. */
static const char *read_id(const struct reading *reading, const struct node *map)
{
	const char *id = node_text(reading->problems, map, "id", NULL);
	if (*id && (strlen(id) > ID_MAX || strpbrk(id, "@\t\n")))
		node_problem(reading->problems, node_get(map, "id"), "want an id of at most %d bytes, without @", ID_MAX);
	return kept(reading, id);
}

static int32_t read_version(const struct reading *reading, const struct node *map)
{
	return (int32_t)node_integer(reading->problems, map, "version", 1, VERSION_MAX, NODE_REQUIRED);
}

static bool has_language(const struct law_texts *texts, const char *language)
{
	for (int i = 0; i < texts->count; i++)
		if (strcmp(texts->rows[i].language, language) == 0)
			return true;
	return false;
}

/* In each language of the platform, but for one in which there is nothing at all: that is told where templates are missing. More
 * languages than those are of platforms that stand on this one. */
static void read_texts(const struct reading *reading, const struct node *map, struct law_texts *texts)
{
	const struct node *said = node_map(reading->problems, map, "text", true);
	for (const struct node *node = node_first(said); node && texts->count < LAW_LANGUAGES_MAX; node = node->next) {
		const char *text;
		if (!node_read_text(reading->problems, node, &text))
			continue;
		if (!*text)
			node_problem(reading->problems, node, "want a text");
		texts->rows[texts->count++] = (struct law_text){kept(reading, node->key), kept(reading, text)};
	}
	for (int i = 0; said && i < reading->manner.languages_count; i++)
		if (reading->spoken[i] && !has_language(texts, reading->manner.languages[i]))
			node_problem(
			    reading->problems, said, "no text in %s, a language of the platform", reading->manner.languages[i]);
}

static const struct node *read_list(
    const struct reading *reading, const struct yaml_tree *tree, const char *key, const char *const *keys)
{
	const struct node *root = tree ? yaml_tree_root(tree) : NULL;
	const struct node *list = root ? node_list(reading->problems, root, key, true) : NULL;
	if (root)
		node_check_keys(reading->problems, root, keys);
	if (list && (list->count == 0 || list->count > LIST_MAX)) {
		node_problem(reading->problems, list, "want 1 to %d entries", LIST_MAX);
		return NULL;
	}
	return list;
}

/* ---- clauses ---- */

/* The day's first instant in the zone. */
static int64_t day_begins_us(const char *zone, int64_t naive_us)
{
	struct zone_spans spans;
	int64_t begins_us = naive_us;
	if (!*zone || !zone_spans_find(zone, naive_us - 2 * US_PER_DAY, naive_us + 2 * US_PER_DAY, &spans))
		return naive_us;
	for (int i = 0; i < spans.count; i++) {
		int64_t at_us = naive_us - spans.rows[i].offset_us;
		if (i == 0 || at_us >= spans.rows[i].from_us)
			begins_us = at_us;
		else if (begins_us >= spans.rows[i].from_us)
			begins_us = spans.rows[i].from_us; /* midnight is skipped */
	}
	zone_spans_free(&spans);
	return begins_us;
}

static int64_t read_day(const struct reading *reading, const struct node *map, const char *key, int64_t absent_us)
{
	const char *day = node_text(reading->problems, map, key, "");
	char midnight[32];
	int64_t naive_us;
	if (!*day)
		return absent_us;
	snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", day);
	if (strlen(day) == 10 && instant_parse(midnight, strlen(midnight), &naive_us))
		return day_begins_us(reading->manner.zone, naive_us);
	node_problem(reading->problems, node_get(map, key), "want a day: 2026-01-31");
	return absent_us;
}

static void read_clause(struct reading *reading, const struct node *node)
{
	struct law *law = &reading->file->law;
	struct clause *clause = &reading->file->clauses[law->clauses_count];
	node_check_keys(reading->problems, node, (const char *const[]){"id", "version", "valid_from", "valid_until", "text", NULL});
	clause->id = read_id(reading, node);
	clause->version = read_version(reading, node);
	clause->name = arena_printf(reading->file->arena, "%s@%d", clause->id, (int)clause->version);
	clause->from_us = read_day(reading, node, "valid_from", INT64_MIN);
	clause->until_us = read_day(reading, node, "valid_until", INT64_MAX);
	if (clause->until_us <= clause->from_us)
		node_problem(reading->problems, node_get(node, "valid_until"), "ends before it begins");
	read_texts(reading, node, &clause->text);
	if (law_clause(law, clause->name))
		node_problem(reading->problems, node, "clause %s stands here for the second time", clause->name);
	law->clauses_count++;
}

static void find_spoken(struct reading *reading, const struct node *list)
{
	for (const struct node *node = node_first(list); node; node = node->next)
		for (int i = 0; i < reading->manner.languages_count; i++)
			reading->spoken[i] |= node_get(node_get(node, "text"), reading->manner.languages[i]) != NULL;
}

static void read_clauses(struct reading *reading, const struct yaml_tree *tree)
{
	const struct node *list = read_list(reading, tree, "clauses", (const char *const[]){"clauses", NULL});
	if (!list)
		return;
	reading->file->clauses = arena_new_array(reading->file->arena, struct clause, (size_t)list->count);
	reading->file->law.clauses = reading->file->clauses;
	find_spoken(reading, list);
	for (const struct node *node = node_first(list); node; node = node->next)
		if (node_expect(reading->problems, node, NODE_MAP))
			read_clause(reading, node);
}

/* ---- criteria ---- */

static const char *const responsible[PARTY_COUNT + 1] = {
    "complainant", "merchant", "platform", "logistics", "payment", "supplier", NULL};

static enum party read_party(const struct reading *reading, const struct node *map, const char *key)
{
	int place = node_choice(reading->problems, map, key, responsible, -1);
	return party_by_name(responsible[place]);
}

static void read_types(struct reading *reading, const struct node *map, struct criteria *criteria)
{
	const char *names[COMPLAINT_TYPE_COUNT + 1] = {NULL};
	for (int i = 1; i < COMPLAINT_TYPE_COUNT; i++)
		names[i - 1] = complaint_type_name((enum complaint_type)i);
	for (const struct node *node = node_first(node_list(reading->problems, map, "types", true)); node; node = node->next) {
		uint64_t bit = 1ull << complaint_type_by_name(node->text);
		const char *near = bit == TYPES_UNSAID ? nearest_name(node->text, names) : NULL;
		if (bit == TYPES_UNSAID)
			node_problem(reading->problems, node,
			    near ? "no type of complaint is called %s; did you mean %s?" : "no type of complaint is called %s",
			    node->text, near);
		else if (reading->types & bit)
			node_problem(reading->problems, node, "%s has criteria already", node->text);
		criteria->types |= bit & ~TYPES_UNSAID;
		reading->types |= bit;
	}
}

static void read_named_clause(const struct reading *reading, const struct node *map, struct criteria *criteria)
{
	const struct law *law = &reading->file->law;
	criteria->clause = kept(reading, node_text(reading->problems, map, "clause", NULL));
	if (!*criteria->clause || !law->clauses_count || law_clause(law, criteria->clause))
		return;
	const char **names = arena_new_array(reading->file->arena, const char *, (size_t)law->clauses_count + 1);
	for (int i = 0; i < law->clauses_count; i++)
		names[i] = law->clauses[i].name;
	const char *near = nearest_name(criteria->clause, names);
	node_problem(reading->problems, node_get(map, "clause"),
	    near ? "no clause is called %s; did you mean %s?" : "no clause is called %s", criteria->clause, near);
}

static void read_helpful(const struct reading *reading, const struct node *map, struct criteria *criteria)
{
	const struct node *list = node_list(reading->problems, map, "evidence", false);
	if (list && list->count > LAW_EVIDENCE_MAX)
		node_problem(reading->problems, list, "want at most %d kinds of evidence", LAW_EVIDENCE_MAX);
	for (const struct node *node = node_first(list); node && criteria->evidence_count < LAW_EVIDENCE_MAX; node = node->next) {
		const char *kind;
		if (node_read_text(reading->problems, node, &kind))
			criteria->evidence[criteria->evidence_count++] = kept(reading, kind);
	}
}

static void read_point(const struct reading *reading, const struct node *node, struct criteria *criteria)
{
	struct law_point *point = &criteria->points[criteria->points_count];
	node_check_keys(reading->problems, node, (const char *const[]){"id", "text", "shown_by", "borne_by", NULL});
	*point = (struct law_point){.id = read_id(reading, node),
	    .shown_by = read_party(reading, node, "shown_by"),
	    .borne_by = read_party(reading, node, "borne_by")};
	read_texts(reading, node, &point->text);
	for (int i = 0; i < criteria->points_count; i++)
		if (strcmp(criteria->points[i].id, point->id) == 0)
			node_problem(reading->problems, node, "point %s stands here for the second time", point->id);
	criteria->points_count++;
}

static void read_points(const struct reading *reading, const struct node *map, struct criteria *criteria)
{
	const struct node *list = node_list(reading->problems, map, "points", true);
	if (list && (list->count == 0 || list->count > LAW_POINTS_MAX)) {
		node_problem(reading->problems, list, "want 1 to %d points", LAW_POINTS_MAX);
		return;
	}
	for (const struct node *node = node_first(list); node; node = node->next)
		if (node_expect(reading->problems, node, NODE_MAP))
			read_point(reading, node, criteria);
}

static void read_criterion(struct reading *reading, const struct node *node)
{
	struct law *law = &reading->file->law;
	struct criteria *criteria = &reading->file->criteria[law->criteria_count];
	const char *kinds[REMEDY_KIND_COUNT + 1] = {NULL};
	for (int i = 1; i < REMEDY_KIND_COUNT; i++)
		kinds[i - 1] = remedy_kind_name((enum remedy_kind)i);
	node_check_keys(reading->problems, node,
	    (const char *const[]){"id", "version", "types", "clause", "usual_remedy", "evidence", "points", NULL});
	criteria->id = read_id(reading, node);
	criteria->version = read_version(reading, node);
	criteria->name = arena_printf(reading->file->arena, "%s@%d", criteria->id, (int)criteria->version);
	criteria->usual_remedy = (enum remedy_kind)(node_choice(reading->problems, node, "usual_remedy", kinds, -1) + 1);
	read_types(reading, node, criteria);
	read_named_clause(reading, node, criteria);
	read_helpful(reading, node, criteria);
	read_points(reading, node, criteria);
	law->criteria_count++;
}

static void read_criteria(struct reading *reading, const struct yaml_tree *tree)
{
	const struct node *list = read_list(reading, tree, "criteria", (const char *const[]){"criteria", NULL});
	if (!list)
		return;
	reading->file->criteria = arena_new_array(reading->file->arena, struct criteria, (size_t)list->count);
	reading->file->law.criteria = reading->file->criteria;
	for (const struct node *node = node_first(list); node; node = node->next)
		if (node_expect(reading->problems, node, NODE_MAP))
			read_criterion(reading, node);
	if (!(reading->types & 1ull << COMPLAINT_TYPE_OTHER))
		node_problem(reading->problems, list, "no criteria for other, by which every type without its own is decided");
}

/* ---- the whole ---- */

struct law_file *law_file_new(const struct bundle *files, struct problems *problems)
{
	int before = problems->count;
	struct problems told = {0}; /* by the reader of platform.yaml */
	struct law_file *file = xcalloc(1, sizeof *file);
	struct reading reading = {.file = file, .problems = problems};
	file->arena = arena_new(0);
	manner_read(files, &reading.manner, &told);
	problems_free(&told);
	struct yaml_tree *clauses = bundle_yaml(files, CLAUSES, problems);
	struct yaml_tree *criteria = bundle_yaml(files, CRITERIA, problems);
	read_clauses(&reading, clauses);
	read_criteria(&reading, criteria);
	yaml_tree_free(criteria);
	yaml_tree_free(clauses);
	if (problems->count == before)
		return file;
	law_file_free(file);
	return NULL;
}

void law_file_free(struct law_file *file)
{
	if (!file)
		return;
	arena_free(file->arena);
	free(file);
}

const struct law *law_file_law(const struct law_file *file)
{
	return &file->law;
}
