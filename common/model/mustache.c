#include "common/model/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/die.h"

enum { TEXT_ORDINARY = 1024 }; /* bytes that most letters have */

enum token_kind { TOKEN_TEXT, TOKEN_VARIABLE, TOKEN_RAW, TOKEN_SECTION, TOKEN_INVERTED, TOKEN_END, TOKEN_PARTIAL };

struct token {
	enum token_kind kind;
	const char *text; /* literal text, a name, or a partial's name; NUL-terminated unless literal */
	size_t size;
	const char *indent; /* TOKEN_PARTIAL alone on its line: what stood before it */
	int line, column;
	int match; /* TOKEN_SECTION, TOKEN_INVERTED: index of its end */
};

struct mustache {
	struct arena *arena;
	const char *source;
	struct token *tokens;
	int count, room;
};

/* ---- values ---- */

struct mustache_value *mustache_object(struct arena *arena)
{
	struct mustache_value *value = arena_alloc(arena, sizeof *value);
	value->kind = MUSTACHE_OBJECT;
	return value;
}

static struct mustache_value *value_add(
    struct arena *arena, struct mustache_value *parent, const char *name, enum mustache_kind kind)
{
	struct mustache_value *value = arena_alloc(arena, sizeof *value);
	value->kind = kind;
	value->name = name;
	if (parent->last)
		parent->last->next = value;
	else
		parent->first = value;
	parent->last = value;
	return value;
}

struct mustache_value *mustache_add_text(struct arena *arena, struct mustache_value *parent, const char *name, const char *text)
{
	struct mustache_value *value = value_add(arena, parent, name, MUSTACHE_TEXT);
	value->text = text ? text : "";
	return value;
}

struct mustache_value *mustache_add_object(struct arena *arena, struct mustache_value *parent, const char *name)
{
	return value_add(arena, parent, name, MUSTACHE_OBJECT);
}

struct mustache_value *mustache_add_list(struct arena *arena, struct mustache_value *parent, const char *name)
{
	return value_add(arena, parent, name, MUSTACHE_LIST);
}

/* ---- parsing ---- */

struct parser {
	struct mustache *template;
	const char *at, *end;
	const char *line_start;
	int line;
	mustache_fault_fn *fault;
	void *context;
	bool wrong;
	int open[MUSTACHE_DEPTH_MAX];
	int depth;
};

static void parser_fault(struct parser *parser, int line, int column, const char *message)
{
	parser->wrong = true;
	if (parser->fault)
		parser->fault(line, column, message, parser->context);
}

static struct token *token_add(struct mustache *template, enum token_kind kind, const char *text, size_t size)
{
	if (template->count == template->room) {
		template->room = template->room ? 2 * template->room : 32;
		template->tokens = xrealloc(template->tokens, sizeof *template->tokens * (unsigned long)template->room);
	}
	struct token *token = &template->tokens[template->count++];
	*token = (struct token){.kind = kind, .text = text, .size = size};
	return token;
}

static void add_text(struct parser *parser, const char *from, const char *until)
{
	if (until > from)
		token_add(parser->template, TOKEN_TEXT, from, (size_t)(until - from));
}

static bool blank(const char *from, const char *until)
{
	for (; from < until; from++)
		if (*from != ' ' && *from != '\t' && *from != '\r')
			return false;
	return true;
}

/* Counts the lines of what is passed over. */
static void parser_advance(struct parser *parser, const char *until)
{
	for (; parser->at < until; parser->at++)
		if (*parser->at == '\n') {
			parser->line++;
			parser->line_start = parser->at + 1;
		}
}

/* One tag as it stands in the source: {{, its sign, its name, }}. */
struct tag {
	const char *from, *until;
	char sign; /* 0 for a plain variable; '{' for three braces */
	const char *name;
	size_t name_size;
	int line, column;
};

static const char *find(const char *at, const char *end, const char *what)
{
	return memmem(at, (size_t)(end - at), what, strlen(what));
}

static bool read_tag(struct parser *parser, const char *from, struct tag *tag)
{
	*tag = (struct tag){.from = from, .line = parser->line, .column = (int)(from - parser->line_start) + 1};
	const char *at = from + 2;
	if (at < parser->end && strchr("#^/!>&={", *at) && *at)
		tag->sign = *at++;
	const char *close = find(at, parser->end, tag->sign == '{' ? "}}}" : "}}");
	if (!close)
		return false;
	tag->until = close + (tag->sign == '{' ? 3 : 2);
	while (at < close && strchr(" \t\r\n", *at))
		at++;
	while (close > at && strchr(" \t\r\n", close[-1]))
		close--;
	tag->name = at;
	tag->name_size = (size_t)(close - at);
	return true;
}

static bool name_valid(const struct tag *tag)
{
	if (tag->name_size == 0)
		return false;
	for (size_t i = 0; i < tag->name_size; i++)
		if (strchr(" \t\r\n{}", tag->name[i]))
			return false;
	return true;
}

static enum token_kind tag_kind(char sign)
{
	switch (sign) {
	case '#':
		return TOKEN_SECTION;
	case '^':
		return TOKEN_INVERTED;
	case '/':
		return TOKEN_END;
	case '>':
		return TOKEN_PARTIAL;
	case '{':
	case '&':
		return TOKEN_RAW;
	default:
		return TOKEN_VARIABLE;
	}
}

static void open_section(struct parser *parser, const struct tag *tag)
{
	if (parser->depth == MUSTACHE_DEPTH_MAX)
		parser_fault(parser, tag->line, tag->column, "sections nest too deep");
	else
		parser->open[parser->depth++] = parser->template->count - 1;
}

static void close_section(struct parser *parser, const struct tag *tag, const struct token *end)
{
	if (parser->depth == 0) {
		parser_fault(parser, tag->line, tag->column, "a section ends here that was never opened");
		return;
	}
	struct token *open = &parser->template->tokens[parser->open[--parser->depth]];
	if (strcmp(open->text, end->text) != 0)
		parser_fault(parser, tag->line, tag->column, "this end does not belong to the section that is open");
	open->match = parser->template->count - 1;
}

static void add_tag(struct parser *parser, const struct tag *tag, const char *indent)
{
	if (tag->sign == '!')
		return;
	if (tag->sign == '=') {
		parser_fault(parser, tag->line, tag->column, "changing the delimiters is not supported");
		return;
	}
	if (!name_valid(tag)) {
		parser_fault(parser, tag->line, tag->column, "a tag needs a name without blanks");
		return;
	}
	struct mustache *template = parser->template;
	char *name = arena_strndup(template->arena, tag->name, tag->name_size);
	struct token *token = token_add(template, tag_kind(tag->sign), name, tag->name_size);
	token->line = tag->line;
	token->column = tag->column;
	token->indent = indent;
	if (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED)
		open_section(parser, tag);
	else if (token->kind == TOKEN_END)
		close_section(parser, tag, token);
}

/* A section, comment or partial tag with nothing else on its line takes the whole line away. Returns where the text goes on; *from
 * is where the tag's line begins when it stands alone. */
static const char *standalone(const struct parser *parser, const struct tag *tag, const char *line_start, const char **from)
{
	if (!tag->sign || !strchr("#^/!>=", tag->sign) || !blank(line_start, tag->from))
		return NULL;
	const char *newline = memchr(tag->until, '\n', (size_t)(parser->end - tag->until));
	const char *rest = newline ? newline : parser->end;
	if (!blank(tag->until, rest))
		return NULL;
	*from = line_start;
	return newline ? newline + 1 : parser->end;
}

static void parse_tag(struct parser *parser, const char *text_from, const char *brace)
{
	struct tag tag;
	parser_advance(parser, brace);
	if (!read_tag(parser, brace, &tag)) {
		parser_fault(parser, tag.line, tag.column, "this tag is never closed");
		parser->at = parser->end;
		return;
	}
	const char *line_from = tag.from;
	const char *next = standalone(parser, &tag, parser->line_start, &line_from);
	const char *indent = NULL;
	if (next && tag.sign == '>')
		indent = arena_strndup(parser->template->arena, line_from, (size_t)(tag.from - line_from));
	add_text(parser, text_from, line_from > text_from ? line_from : (next ? text_from : tag.from));
	add_tag(parser, &tag, indent);
	parser_advance(parser, next ? next : tag.until);
}

static void parse_all(struct parser *parser)
{
	while (parser->at < parser->end) {
		const char *from = parser->at;
		const char *brace = find(from, parser->end, "{{");
		if (!brace) {
			add_text(parser, from, parser->end);
			break;
		}
		parse_tag(parser, from, brace);
	}
	while (parser->depth > 0) {
		const struct token *open = &parser->template->tokens[parser->open[--parser->depth]];
		parser_fault(parser, open->line, open->column, "this section is never closed");
	}
}

struct mustache *mustache_parse(const char *text, size_t size, mustache_fault_fn *fault, void *context)
{
	struct mustache *template = xcalloc(1, sizeof *template);
	template->arena = arena_new(0);
	template->source = arena_strndup(template->arena, text, size);
	struct parser parser = {.template = template,
	    .at = template->source,
	    .end = template->source + size,
	    .line_start = template->source,
	    .line = 1,
	    .fault = fault,
	    .context = context};
	parse_all(&parser);
	if (!parser.wrong)
		return template;
	mustache_free(template);
	return NULL;
}

void mustache_free(struct mustache *template)
{
	if (!template)
		return;
	arena_free(template->arena);
	free(template->tokens);
	free(template);
}

void mustache_uses(const struct mustache *template, mustache_use_fn *fn, void *context)
{
	static const int uses[] = {[TOKEN_VARIABLE] = MUSTACHE_USE_VARIABLE + 1,
	    [TOKEN_RAW] = MUSTACHE_USE_VARIABLE + 1,
	    [TOKEN_SECTION] = MUSTACHE_USE_SECTION + 1,
	    [TOKEN_INVERTED] = MUSTACHE_USE_SECTION + 1,
	    [TOKEN_PARTIAL] = MUSTACHE_USE_PARTIAL + 1,
	    [TOKEN_END] = 0};
	for (int i = 0; i < template->count; i++) {
		const struct token *token = &template->tokens[i];
		if (uses[token->kind])
			fn((enum mustache_use)(uses[token->kind] - 1), token->text, token->line, token->column, context);
	}
}

/* ---- rendering ---- */

struct renderer {
	struct buf out;
	const struct mustache_value *stack[2 * MUSTACHE_DEPTH_MAX];
	int depth;
	int partials;
	enum mustache_form form;
	mustache_partial_fn *partial;
	void *context;
};

/* Cut off at the bound, where a character ends. */
static void put(struct buf *out, const char *text, size_t size)
{
	size_t left = MUSTACHE_TEXT_MAX - out->size;
	if (size > left) {
		for (size = left; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80; size--)
			;
	}
	buf_append(out, text, size);
}

static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		const char *entity = *text == '&'    ? "&amp;"
				     : *text == '<'  ? "&lt;"
				     : *text == '>'  ? "&gt;"
				     : *text == '"'  ? "&quot;"
				     : *text == '\'' ? "&#39;"
						     : NULL;
		put(out, entity ? entity : text, entity ? strlen(entity) : 1);
	}
}

static const struct mustache_value *member(const struct mustache_value *value, const char *name, size_t size)
{
	if (value->kind != MUSTACHE_OBJECT)
		return NULL;
	for (const struct mustache_value *at = value->first; at; at = at->next)
		if (strncmp(at->name, name, size) == 0 && at->name[size] == '\0')
			return at;
	return NULL;
}

/* The first part is looked for from the innermost value outwards, the others inside what was found. */
static const struct mustache_value *lookup(const struct renderer *renderer, const char *name)
{
	if (strcmp(name, ".") == 0)
		return renderer->stack[renderer->depth - 1];
	size_t size = strcspn(name, ".");
	const struct mustache_value *found = NULL;
	for (int i = renderer->depth - 1; i >= 0 && !found; i--)
		found = member(renderer->stack[i], name, size);
	while (found && name[size] == '.') {
		name += size + 1;
		size = strcspn(name, ".");
		found = member(found, name, size);
	}
	return found;
}

static bool truthy(const struct mustache_value *value)
{
	if (!value)
		return false;
	return value->kind == MUSTACHE_TEXT ? value->text[0] != '\0' : value->kind == MUSTACHE_OBJECT || value->first != NULL;
}

static void render_range(
    struct renderer *renderer, const struct mustache *template, int from, int until, const char *indent, bool *line_begins);

/* Literal text of an indented partial: the indentation goes before each of its lines. */
static void render_text(struct renderer *renderer, const struct token *token, const char *indent, bool *line_begins)
{
	const char *at = token->text, *end = at + token->size;
	if (!indent) {
		put(&renderer->out, at, token->size);
		return;
	}
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;
		if (*line_begins)
			put(&renderer->out, indent, strlen(indent));
		put(&renderer->out, at, (size_t)(next - at));
		*line_begins = newline != NULL;
		at = next;
	}
}

static void render_variable(struct renderer *renderer, const struct token *token, const char *indent, bool *line_begins)
{
	const struct mustache_value *value = lookup(renderer, token->text);
	if (indent && *line_begins)
		put(&renderer->out, indent, strlen(indent));
	*line_begins = false;
	if (!value || value->kind != MUSTACHE_TEXT)
		return;
	if (token->kind == TOKEN_RAW || renderer->form == MUSTACHE_PLAIN)
		put(&renderer->out, value->text, strlen(value->text));
	else
		put_escaped(&renderer->out, value->text);
}

static void render_section(struct renderer *renderer, const struct mustache *template, int index, const char *indent, bool *begins)
{
	const struct token *token = &template->tokens[index];
	const struct mustache_value *value = lookup(renderer, token->text);
	bool shown = truthy(value) == (token->kind == TOKEN_SECTION);
	if (!shown || renderer->depth == 2 * MUSTACHE_DEPTH_MAX)
		return;
	if (token->kind == TOKEN_INVERTED) {
		render_range(renderer, template, index + 1, token->match, indent, begins);
		return;
	}
	const struct mustache_value *each = value->kind == MUSTACHE_LIST ? value->first : value;
	while (each) {
		renderer->stack[renderer->depth++] = each;
		render_range(renderer, template, index + 1, token->match, indent, begins);
		renderer->depth--;
		each = value->kind == MUSTACHE_LIST ? each->next : NULL;
	}
}

static void render_partial(struct renderer *renderer, const struct token *token, const char *indent)
{
	const struct mustache *partial = renderer->partial ? renderer->partial(token->text, renderer->context) : NULL;
	if (!partial || renderer->partials == MUSTACHE_DEPTH_MAX)
		return;
	renderer->partials++;
	bool begins = true;
	char *both = NULL;
	const char *deeper = token->indent ? token->indent : NULL;
	if (indent && token->indent) {
		size_t size = strlen(indent) + strlen(token->indent) + 1;
		both = xmalloc(size);
		snprintf(both, size, "%s%s", indent, token->indent);
		deeper = both;
	}
	render_range(renderer, partial, 0, partial->count, deeper, &begins);
	free(both);
	renderer->partials--;
}

static void render_range(
    struct renderer *renderer, const struct mustache *template, int from, int until, const char *indent, bool *line_begins)
{
	for (int i = from; i < until; i++) {
		const struct token *token = &template->tokens[i];
		switch (token->kind) {
		case TOKEN_TEXT:
			render_text(renderer, token, indent, line_begins);
			break;
		case TOKEN_VARIABLE:
		case TOKEN_RAW:
			render_variable(renderer, token, indent, line_begins);
			break;
		case TOKEN_SECTION:
		case TOKEN_INVERTED:
			render_section(renderer, template, i, indent, line_begins);
			i = token->match;
			break;
		case TOKEN_PARTIAL:
			render_partial(renderer, token, indent);
			break;
		case TOKEN_END:
			break;
		}
	}
}

char *mustache_render(enum mustache_form form, struct arena *arena, const struct mustache *template,
    const struct mustache_value *root, mustache_partial_fn *partial, void *context)
{
	struct renderer renderer = {.form = form, .partial = partial, .context = context};
	bool line_begins = true;
	renderer.stack[renderer.depth++] = root;
	buf_reserve(&renderer.out, TEXT_ORDINARY);
	render_range(&renderer, template, 0, template->count, NULL, &line_begins);
	char *text = arena_strndup(arena, buf_string(&renderer.out), renderer.out.size);
	buf_free(&renderer.out);
	return text;
}
