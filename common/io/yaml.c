#include "common/io/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "common/base/arena.h"
#include "common/base/die.h"
#include "common/base/text_file.h"

struct yaml_tree {
	struct arena *arena;
	struct node *root;
};

/* What is known while a document becomes a tree. */
struct builder {
	struct yaml_tree *yaml;
	struct problems *problems;
	yaml_document_t *document;
	const char *file, *text;
	int depth, nodes;
};

static struct node *build(struct builder *builder, int index);

static void mark_problem(struct builder *builder, const yaml_mark_t *mark, const char *message)
{
	problems_add(builder->problems, "%s:%zu:%zu: %s", builder->file, mark->line + 1, mark->column + 1, message);
}

static void build_text(struct builder *builder, const yaml_node_t *from, struct node *node)
{
	const char *text = (const char *)from->data.scalar.value;
	size_t size = from->data.scalar.length;

	if (memchr(text, '\0', size) != NULL)
		mark_problem(builder, &from->start_mark, "a text with a NUL inside");
	node->text = arena_strndup(builder->yaml->arena, text, size);
	node->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static void build_list(struct builder *builder, const yaml_node_t *from, struct node *node)
{
	struct node **last = &node->first;

	for (yaml_node_item_t *item = from->data.sequence.items.start; item < from->data.sequence.items.top; item++) {
		*last = build(builder, *item);
		if (*last == NULL)
			return;
		last = &(*last)->next;
		node->count++;
	}
}

/* NULL: no fit key, told. first: the entry that has this key already. */
static const char *build_key(struct builder *builder, const yaml_node_t *key, const struct node *map, struct node **first)
{
	char message[160];

	*first = NULL;
	if (key->type != YAML_SCALAR_NODE || memchr(key->data.scalar.value, '\0', key->data.scalar.length) != NULL) {
		mark_problem(builder, &key->start_mark, "a key must be a text");
		return NULL;
	}
	const char *text = (const char *)key->data.scalar.value;
	for (struct node *entry = map->first; entry != NULL; entry = entry->next) {
		if (strcmp(entry->key, text) == 0) {
			snprintf(message, sizeof message, "key \"%.100s\" stands here for the second time", text);
			mark_problem(builder, &key->start_mark, message);
			*first = entry;
		}
	}
	return arena_strdup(builder->yaml->arena, text);
}

/* So that a mistake in what stands there again is found as well. */
static void join(struct node *first, const struct node *again)
{
	if (first->kind != again->kind || first->kind == NODE_TEXT)
		return;
	struct node **last = &first->first;
	while (*last != NULL)
		last = &(*last)->next;
	*last = again->first;
	first->count += again->count;
}

static void build_map(struct builder *builder, const yaml_node_t *from, struct node *node)
{
	struct node **last = &node->first;

	for (yaml_node_pair_t *pair = from->data.mapping.pairs.start; pair < from->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(builder->document, pair->key);
		struct node *first;
		const char *text = build_key(builder, key, node, &first);
		if (text == NULL)
			continue;
		struct node *entry = build(builder, pair->value);
		if (entry == NULL)
			return;
		if (first != NULL) {
			join(first, entry);
			continue;
		}
		entry->key = text;
		entry->key_line = (int)key->start_mark.line + 1;
		entry->key_column = (int)key->start_mark.column + 1;
		*last = entry;
		last = &entry->next;
		node->count++;
	}
}

/* Aliases are spelt out, so an anchor within itself, or a thousand of a thousand, must end at the bounds. NULL: beyond them, told.
 */
static struct node *build(struct builder *builder, int index)
{
	const yaml_node_t *from = yaml_document_get_node(builder->document, index);

	if (builder->depth == YAML_DEPTH_MAX || builder->nodes == YAML_NODES_MAX) {
		if (builder->nodes <= YAML_NODES_MAX)
			mark_problem(builder, &from->start_mark, "too deep or too large");
		builder->nodes = YAML_NODES_MAX + 1; /* once is enough */
		return NULL;
	}
	if (++builder->nodes > YAML_NODES_MAX)
		return NULL;
	struct node *node = arena_alloc(builder->yaml->arena, sizeof *node);
	node->text = "";
	node->file = builder->file;
	node->line = (int)from->start_mark.line + 1;
	node->column = (int)from->start_mark.column + 1;
	builder->depth++;
	switch (from->type) {
	case YAML_SEQUENCE_NODE:
		node->kind = NODE_LIST;
		build_list(builder, from, node);
		break;
	case YAML_MAPPING_NODE:
		node->kind = NODE_MAP;
		build_map(builder, from, node);
		break;
	default:
		node->kind = NODE_TEXT;
		build_text(builder, from, node);
		break;
	}
	builder->depth--;
	return node;
}

static struct node *build_root(struct builder *builder)
{
	if (yaml_document_get_root_node(builder->document) != NULL)
		return build(builder, 1);
	struct node *empty = arena_alloc(builder->yaml->arena, sizeof *empty);
	*empty = (struct node){.kind = NODE_MAP, .text = "", .file = builder->file, .line = 1, .column = 1};
	return empty;
}

static yaml_mark_t mark_of(const char *text, size_t offset)
{
	yaml_mark_t mark = {0};
	for (size_t i = 0; i < offset; i++) {
		mark.line += text[i] == '\n';
		mark.column = text[i] == '\n' ? 0 : mark.column + 1;
	}
	return mark;
}

static void parser_problem(struct builder *builder, const yaml_parser_t *parser)
{
	const char *problem = parser->problem == NULL ? "not YAML" : parser->problem;
	char message[256];

	snprintf(message, sizeof message, "%s%s%s", parser->context == NULL ? "" : parser->context,
	    parser->context == NULL ? "" : ", ", problem);
	/* the reader (control characters) knows an offset only, the others a mark */
	yaml_mark_t mark =
	    parser->error == YAML_READER_ERROR ? mark_of(builder->text, parser->problem_offset) : parser->problem_mark;
	mark_problem(builder, &mark, message);
}

/* The one document becomes the tree; a second one is a mistake. */
static void read_documents(struct builder *builder, yaml_parser_t *parser)
{
	yaml_document_t document, second;

	if (!yaml_parser_load(parser, &document)) {
		parser_problem(builder, parser);
		return;
	}
	builder->document = &document;
	builder->yaml->root = build_root(builder);
	bool empty = yaml_document_get_root_node(&document) == NULL;
	yaml_document_delete(&document);
	if (empty)
		return;
	if (!yaml_parser_load(parser, &second)) {
		parser_problem(builder, parser);
		return;
	}
	if (yaml_document_get_root_node(&second) != NULL)
		mark_problem(builder, &second.start_mark, "a second document; want one a file");
	yaml_document_delete(&second);
}

struct yaml_tree *yaml_tree_read_text(const char *name, const char *text, size_t size, struct problems *problems)
{
	struct yaml_tree *yaml = xcalloc(1, sizeof *yaml);
	yaml_parser_t parser;

	yaml->arena = arena_new(0);
	if (!yaml_parser_initialize(&parser))
		bug("out of memory for a YAML parser");
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	struct builder builder = {.yaml = yaml, .problems = problems, .file = arena_strdup(yaml->arena, name), .text = text};
	read_documents(&builder, &parser);
	yaml_parser_delete(&parser);
	if (yaml->root != NULL)
		return yaml;
	yaml_tree_free(yaml);
	return NULL;
}

struct yaml_tree *yaml_tree_load_text(const char *name, const char *text, size_t size, struct problems *problems)
{
	int problems_before = problems->count;
	struct yaml_tree *yaml = yaml_tree_read_text(name, text, size, problems);

	if (problems->count == problems_before)
		return yaml;
	yaml_tree_free(yaml);
	return NULL;
}

struct yaml_tree *yaml_tree_load_file(const char *path, struct problems *problems)
{
	struct buf text = BUF_EMPTY;
	struct yaml_tree *yaml = NULL;

	if (text_file_read(path, YAML_FILE_SIZE_MAX, &text, problems))
		yaml = yaml_tree_load_text(path, buf_string(&text), text.size, problems);
	buf_free(&text);
	return yaml;
}

const struct node *yaml_tree_root(const struct yaml_tree *yaml)
{
	return yaml->root;
}

void yaml_tree_free(struct yaml_tree *yaml)
{
	if (yaml == NULL)
		return;
	arena_free(yaml->arena);
	free(yaml);
}
