#include "common/wire/validate.h"

#include <math.h>
#include <string.h>

#include "common/base/utf8.h"
#include "common/wire/constraints.h"
#include "common/wire/fault.h"

struct walk {
	struct wire_fault *fault;
	int64_t slack; /* sizes and counts may be so many times those of proto/ */
	int fields;
	int unknown;
	struct validate_pieces *pieces; /* NULL: no piece is refused alone */
	struct validate_piece *piece;   /* the one being walked; NULL: none */
	const char *member;             /* of that piece */
};

/* One message being walked. */
struct level {
	const struct plan *plan;
	struct raw_span span;
	uint64_t seen;    /* bit i: the field of slot i is there with a value of its own; the last one wins */
	uint64_t present; /* bit i: that field is there */
	uint16_t counts[PLAN_SLOTS_MAX];
	int depth;
};

static bool walk_level(struct walk *walk, struct level *level);

static bool field_fault(
    struct walk *walk, const struct level *level, const struct plan_field *field, const char *code, const char *what)
{
	return fault_set(walk->fault, code, "%s.%s: %s", level->plan->descriptor->short_name, field->field->name, what);
}

static bool malformed(struct walk *walk, const struct level *level, const char *what)
{
	return fault_set(walk->fault, "bad_protobuf", "%s: %s", level->plan->descriptor->short_name, what);
}

static bool check_enum(struct walk *walk, struct level *level, const struct plan_field *field, uint64_t number)
{
	if (protobuf_c_enum_descriptor_get_value(field->field->descriptor, (int)(int32_t)number) == NULL)
		return field_fault(walk, level, field, "unknown_enum", "has no name for this number");
	return true;
}

static bool check_number(struct walk *walk, struct level *level, const struct plan_field *field, uint64_t number)
{
	const struct field_row *row = field->row;
	int64_t value = row->kind == FIELD_INT32 ? (int32_t)number : (int64_t)number;

	switch (row->kind) {
	case FIELD_ENUM:
	case FIELD_ENUMS:
		return check_enum(walk, level, field, number);
	case FIELD_INT32:
	case FIELD_INT64:
	case FIELD_AMOUNT:
		if (value < field->rule->min || value > field->rule->max)
			return field_fault(walk, level, field, "out_of_range", "is out of its range");
		return true;
	case FIELD_DOUBLE: {
		double real;
		memcpy(&real, &number, sizeof real);
		if (!isfinite(real))
			return field_fault(walk, level, field, "out_of_range", "is not a finite number");
		return true;
	}
	default:
		return true; /* bool: whatever is not 0 is true */
	}
}

static bool check_text(struct walk *walk, struct level *level, const struct plan_field *field, struct raw_span bytes)
{
	const struct field_row *row = field->row;
	size_t size = raw_size(bytes);
	size_t size_max = (size_t)(walk->slack * (row->kind == FIELD_TEXTS ? field->rule->item_max : field->rule->max));
	const char *text = (const char *)bytes.at;

	if (size > size_max)
		return fault_bound(walk->fault, "field_too_long", (int64_t)size_max, "%s.%s: %zu bytes, at most %zu are allowed",
		    level->plan->descriptor->short_name, field->field->name, size, size_max);
	bool plain = row->kind != FIELD_BYTES && utf8_is_plain(text, size);
	if (plain && constraints_plain_fits(field->rule->format))
		return true;
	if (row->kind != FIELD_BYTES && !plain) {
		if (memchr(text, '\0', size) != NULL)
			return field_fault(walk, level, field, "embedded_nul", "holds a NUL");
		if (!utf8_valid(text, size))
			return field_fault(walk, level, field, "invalid_utf8", "is not UTF-8");
	}
	if (!(row->kind == FIELD_TEXTS ? constraints_item_fits : constraints_format_fits)(field->rule->format, text, size))
		return fault_set(walk->fault, "bad_format", "%s.%s: is not %s", level->plan->descriptor->short_name,
		    field->field->name, constraints_format_name(field->rule->format));
	return true;
}

static bool walk_piece(struct walk *walk, struct level *level)
{
	if (walk->pieces == NULL || walk->pieces->count == VALIDATE_PIECES_MAX)
		return walk_level(walk, level);
	walk->piece = &walk->pieces->rows[walk->pieces->count++];
	bool good = walk_level(walk, level);
	walk->piece = NULL;
	return good;
}

static bool check_message(struct walk *walk, struct level *level, const struct plan_field *field, struct raw_span bytes)
{
	uint64_t bit = UINT64_C(1) << field->slot;

	/* The specification would merge the two; no encoder writes such a thing. */
	if (!field->list && (level->present & bit))
		return field_fault(walk, level, field, "duplicate_field", "is there twice");
	if (level->depth == PLAN_DEPTH_MAX)
		return field_fault(walk, level, field, "too_deep", "lies too deep");
	struct level below = {.plan = field->sub, .span = bytes, .depth = level->depth + 1};
	return field->sub->is_evidence ? walk_piece(walk, &below) : walk_level(walk, &below);
}

static bool count_element(struct walk *walk, struct level *level, const struct plan_field *field)
{
	uint16_t *count = &level->counts[field->slot];

	if (++walk->fields > VALIDATE_FIELDS_MAX)
		return malformed(walk, level, "too many fields");
	if (field->list && ++*count > field->rule->max * walk->slack)
		return fault_bound(walk->fault, "too_many", field->rule->max * walk->slack, "%s.%s: more than %lld elements",
		    level->plan->descriptor->short_name, field->field->name, (long long)(field->rule->max * walk->slack));
	return true;
}

/* Repeated numbers in one length-delimited field. */
static bool check_packed(struct walk *walk, struct level *level, const struct plan_field *field, struct raw_span bytes)
{
	uint64_t number;

	while (bytes.at < bytes.end) {
		if (!raw_varint(&bytes, &number))
			return malformed(walk, level, "a packed list is cut");
		if (!count_element(walk, level, field) || !check_number(walk, level, field, number))
			return false;
	}
	return true;
}

static bool has_content(const struct plan_field *field, const struct raw_value *value)
{
	if (field->sub != NULL || field->list)
		return true;
	return value->type == RAW_BYTES ? raw_size(value->bytes) > 0 : value->number != 0;
}

static bool check_known(struct walk *walk, struct level *level, const struct plan_field *field, const struct raw_value *value)
{
	uint64_t bit = UINT64_C(1) << field->slot;
	bool good;

	if (value->type == RAW_BYTES && field->type != RAW_BYTES && field->list)
		good = check_packed(walk, level, field, value->bytes);
	else if (value->type != field->type)
		return field_fault(walk, level, field, "bad_wire_type", "has another wire type");
	else if (!count_element(walk, level, field))
		return false;
	else if (field->sub != NULL)
		good = check_message(walk, level, field, value->bytes);
	else if (field->type == RAW_BYTES)
		good = check_text(walk, level, field, value->bytes);
	else
		good = check_number(walk, level, field, value->number);
	level->present |= bit;
	level->seen = has_content(field, value) ? level->seen | bit : level->seen & ~bit;
	return good;
}

static bool count_unknown(struct walk *walk, struct level *level)
{
	if (++walk->unknown > VALIDATE_UNKNOWN_MAX)
		return fault_bound(walk->fault, "too_many", VALIDATE_UNKNOWN_MAX, "%s: more than %d unknown fields",
		    level->plan->descriptor->short_name, VALIDATE_UNKNOWN_MAX);
	return true;
}

/* The fault costs the piece of evidence only, whose first it may be. */
static bool costs_piece(struct walk *walk)
{
	static const char *const codes[] = {"bad_format", "field_too_long", "missing_field", "out_of_range"};

	for (size_t i = 0; walk->piece != NULL && i < sizeof codes / sizeof *codes; i++) {
		if (strcmp(codes[i], walk->fault->code) != 0)
			continue;
		if (walk->piece->code == NULL) {
			walk->piece->code = codes[i];
			walk->piece->member = walk->member;
			walk->piece->most = walk->fault->most;
			walk->pieces->refused |= UINT64_C(1) << (walk->piece - walk->pieces->rows);
		}
		return true;
	}
	return false;
}

static bool check_piece_field(struct walk *walk, struct level *level, const struct plan_field *field, const struct raw_value *value)
{
	walk->member = field->field->name;
	bool good = check_known(walk, level, field, value);
	if (good && walk->piece != NULL && strcmp(walk->member, "evidence_id") == 0)
		walk->piece->id = value->bytes;
	return good;
}

static bool walk_field(struct walk *walk, struct level *level)
{
	struct raw_value value;

	if (!raw_tag(&level->span, &value))
		return malformed(walk, level, "a field's tag is cut or out of range");
	uint8_t index = value.id < PLAN_ID_MAX ? level->plan->index_by_id[value.id] : 0;
	if (value.type == RAW_GROUP || value.type == RAW_GROUP_END)
		return fault_set(walk->fault, "bad_wire_type", "%s: groups are not taken", level->plan->descriptor->short_name);
	if (!raw_content(&level->span, &value))
		return malformed(walk, level, "a field is cut or over-long");
	if (index == 0)
		return count_unknown(walk, level);
	return level->plan->is_evidence ? check_piece_field(walk, level, &level->plan->fields[index - 1], &value)
					: check_known(walk, level, &level->plan->fields[index - 1], &value);
}

static bool check_missing(struct walk *walk, struct level *level)
{
	uint64_t missing = level->plan->required & ~level->seen;

	if (missing == 0 && level->plan->one_of != 0 && (level->plan->one_of & level->seen) == 0)
		return fault_set(walk->fault, "missing_field", "%s: one of its parts is missing: %s or another",
		    level->plan->descriptor->short_name, level->plan->fields[__builtin_ctzll(level->plan->one_of)].field->name);
	if (missing == 0)
		return true;
	const struct plan_field *field = &level->plan->fields[__builtin_ctzll(missing)];
	walk->member = level->plan->is_evidence ? field->field->name : walk->member;
	return field_fault(walk, level, field, "missing_field", "is missing") || costs_piece(walk);
}

static bool walk_level(struct walk *walk, struct level *level)
{
	while (level->span.at < level->span.end)
		if (!walk_field(walk, level) && !costs_piece(walk))
			return false;
	return check_missing(walk, level);
}

bool validate_message(
    const struct plan *plan, const void *data, size_t size, int *unknown, struct validate_pieces *pieces, struct wire_fault *fault)
{
	struct walk walk = {.fault = fault, .pieces = pieces, .slack = plan->is_fact ? VALIDATE_FACT_SLACK : 1};
	struct level top = {.plan = plan, .span = {data, (const uint8_t *)data + size}};
	bool good = walk_level(&walk, &top);

	if (unknown != NULL)
		*unknown = walk.unknown;
	return good;
}
