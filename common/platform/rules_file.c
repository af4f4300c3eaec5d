/* YAML by common/io/yaml.h, patterns by common/io/regex.h, meaning by common/model/rules_read.h. */
#include "common/platform/rules_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/io/plain_text.h"
#include "common/io/regex.h"
#include "common/io/yaml.h"
#include "common/model/rules_read.h"
#include "common/platform/bundle_read.h"

#define RULES_PATH "rules.yaml"

struct rules_file {
	struct yaml_tree *yaml;
	struct arena *arena;
	struct rules rules;
	struct regex **patterns;
	size_t patterns_count;
};

static const void *pattern_compile(const char *pattern, char *error, size_t error_size, size_t *offset, void *context)
{
	struct rules_file *file = context;
	struct regex *regex = regex_new(pattern, false, error, error_size, offset);
	if (!regex)
		return NULL;
	file->patterns = xrealloc(file->patterns, (file->patterns_count + 1) * sizeof(*file->patterns));
	file->patterns[file->patterns_count++] = regex;
	return regex;
}

static enum rule_match match(const void *pattern, const char *text, size_t size)
{
	switch (regex_match(pattern, text, size, NULL, 0)) {
	case REGEX_YES:
		return RULE_MATCH_YES;
	case REGEX_LIMIT:
		return RULE_MATCH_LIMIT;
	case REGEX_NO:
		break;
	}
	return RULE_MATCH_NO;
}

/* FNV-1a over every text of the tree: comments and layout do not count, everything that decides does. */
static uint64_t tree_digest(const struct node *node, uint64_t digest)
{
	const char *const texts[] = {node->key ? node->key : "", node->text};
	for (size_t i = 0; i < 2; i++) {
		for (const char *at = texts[i];; at++) {
			digest = (digest ^ (unsigned char)*at) * UINT64_C(1099511628211);
			if (*at == '\0')
				break;
		}
	}
	for (const struct node *child = node_first(node); child; child = child->next)
		digest = tree_digest(child, digest);
	return digest;
}

static void read_tree(struct rules_file *file, struct problems *problems)
{
	const struct node *root = yaml_tree_root(file->yaml);
	rules_read(file->arena, root, &(struct rule_texts){pattern_compile, plain_text_of_pattern, file}, problems, &file->rules);
	file->rules.version = arena_printf(
	    file->arena, "%s+%08" PRIx32, file->rules.version, (uint32_t)(tree_digest(root, UINT64_C(14695981039346656037)) >> 32));
}

struct rules_file *rules_file_new(const struct bundle *files, struct problems *problems)
{
	int before = problems->count;
	struct rules_file *file = xcalloc(1, sizeof(*file));
	file->arena = arena_new(0);
	file->yaml = bundle_yaml(files, RULES_PATH, problems);
	if (file->yaml)
		read_tree(file, problems);
	if (problems->count == before)
		return file;
	rules_file_free(file);
	return NULL;
}

void rules_file_free(struct rules_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->patterns_count; i++)
		regex_free(file->patterns[i]);
	free(file->patterns);
	arena_free(file->arena);
	yaml_tree_free(file->yaml);
	free(file);
}

void rules_file_evaluate(
    struct arena *arena, const struct rules_file *file, const struct event *complaint, struct rules_result *result)
{
	struct event seen = *complaint;
	seen.statement.text = plain_text(arena, seen.statement.text);
	seen.statement.wanted = plain_text(arena, seen.statement.wanted);
	rules_evaluate(arena, &file->rules, &seen, match, result);
}

const struct rules *rules_file_rules(const struct rules_file *file)
{
	return &file->rules;
}
