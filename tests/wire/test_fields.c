/* The table of fields.c and the rules of proto/ cover every message and every field, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "common/model/event.h"
#include "common/wire/constraints.h"
#include "common/wire/plan.h"
#include "common/wire/registry.h"

enum { SEEN_MAX = 2048 };

static const struct plan *plans[PLAN_PLANS_MAX];
static int plans_count;

static void collect(const struct plan *plan)
{
	for (int i = 0; i < plans_count; i++)
		if (plans[i] == plan)
			return;
	plans[plans_count++] = plan;
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->fields[i].sub != NULL)
			collect(plan->fields[i].sub);
}

/* A field without a row, or with one of another kind, ends the program here. */
static int collect_all(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		collect(plan_of((enum event_type)type));
	return 0;
}

static bool is_used(const struct field_row *row)
{
	for (int p = 0; p < plans_count; p++)
		for (unsigned i = 0; i < plans[p]->count; i++)
			if (plans[p]->fields[i].row == row)
				return true;
	return false;
}

static void check_shape(const struct field_shape *shape)
{
	for (int i = 0; i < shape->count; i++) {
		if (!is_used(&shape->rows[i]))
			fail_msg("row %s of fields.c is no field of any message", shape->rows[i].name);
		for (int j = 0; j < i; j++)
			if (strcmp(shape->rows[i].name, shape->rows[j].name) == 0)
				fail_msg("row %s of fields.c is there twice", shape->rows[i].name);
	}
}

static void every_row_is_some_messages_field(void **state)
{
	for (int p = 0; p < plans_count; p++)
		check_shape(plans[p]->shape);
}

static size_t row_size(const struct field_row *row)
{
	switch (row->kind) {
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_ENUM:
	case FIELD_INT32:
	case FIELD_AMOUNT: /* which one it is; the number is marked with the counts */
		return sizeof(int32_t);
	case FIELD_STRUCT:
		return row->shape->size;
	case FIELD_FLAT:
	case FIELD_VARIANT:
		return 0; /* `answer` has a row of its own */
	default:
		return 8;
	}
}

static void mark(const char *name, uint8_t *covered, size_t offset, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (covered[offset + i])
			fail_msg("two rows of fields.c, one of them %s, share memory", name);
		covered[offset + i] = 1;
	}
}

static void every_member_has_one_row(void **state)
{
	for (int p = 0; p < plans_count; p++) {
		const struct field_shape *shape = plans[p]->shape;
		uint8_t covered[sizeof(struct event)] = {0};
		size_t gap = 0;
		if (shape->message[0] == '\0')
			memset(covered, 1, sizeof(enum event_type)); /* type_id */
		for (int i = 0; i < shape->count; i++) {
			const struct field_row *row = &shape->rows[i];
			if (row->kind == FIELD_AMOUNT && covered[row->offset])
				continue; /* one of several: they lie in the same place */
			mark(row->name, covered, row->offset, row_size(row));
			if (row->count_offset != 0)
				mark(row->name, covered, row->count_offset, sizeof(size_t));
		}
		for (size_t i = 0; i < shape->size; i++) {
			gap = covered[i] ? 0 : gap + 1;
			if (gap == 8)
				fail_msg("%s: bytes %zu to %zu have no row in fields.c", shape->message, i - 7, i);
		}
	}
}

static void check_empty(const struct field_shape *shape, const char *base)
{
	for (int i = 0; i < shape->count; i++) {
		const struct field_row *row = &shape->rows[i];
		if (row->kind == FIELD_TEXT) {
			const char *text = *(char *const *)(const void *)(base + row->offset);
			if (text == NULL || *text != '\0')
				fail_msg("event_empty leaves %s %s", row->name, text == NULL ? "NULL" : "set");
		} else if (row->kind == FIELD_STRUCT) {
			check_empty(row->shape, base + row->offset);
		}
	}
}

static void an_empty_event_has_every_text(void **state)
{
	struct event event = event_empty(EVENT_COMPLAINT_FILED);

	assert_int_equal(event.type_id, EVENT_COMPLAINT_FILED);
	check_empty(&event_shape, (const char *)&event);
	assert_null(event.order);
	assert_int_equal(event.evidence_count, 0);
	assert_int_equal(event.occurred_at_us, 0);
}

static void every_message_has_its_rules(void **state)
{
	for (int p = 0; p < plans_count; p++) {
		const ProtobufCMessageDescriptor *descriptor = plans[p]->descriptor;
		if (registry_message(descriptor) == NULL && strcmp(descriptor->name, "google.protobuf.Timestamp") != 0)
			fail_msg("%s has no rules", descriptor->name);
	}
}

static void every_field_is_bounded(void **state)
{
	for (int p = 0; p < plans_count; p++)
		for (unsigned i = 0; i < plans[p]->count; i++) {
			const struct field_row *row = plans[p]->fields[i].row;
			const struct contract_field *rule = plans[p]->fields[i].rule;
			bool needs = row->kind == FIELD_TEXT || row->kind == FIELD_BYTES || row->kind >= FIELD_TEXTS;
			bool ranged = row->kind == FIELD_INT32 || row->kind == FIELD_INT64 || row->kind == FIELD_AMOUNT;
			bool items = row->kind == FIELD_TEXTS;
			if ((needs && rule->max <= 0) || (ranged && rule->min >= rule->max) || (items && rule->item_max <= 0))
				fail_msg("%s.%s has no bound", plans[p]->descriptor->name, row->name);
		}
}

static const struct format_case {
	enum field_format format;
	const char *text;
	bool fits;
} format_cases[] = {
    {FORMAT_TEXT, "anything\nat all", true},
    {FORMAT_ID, "订单-1", true},
    {FORMAT_ID, "a\nb", false},
    {FORMAT_ID, "a\x7f", false},
    {FORMAT_UUID, "018BCFE5-687b-77d6-941e-fdfac8bc1d33", true},
    {FORMAT_UUID, "018bcfe5687b77d6941efdfac8bc1d33", false},
    {FORMAT_UUID, "018bcfe5-687b-77d6-941e-fdfac8bc1d3g", false},
    {FORMAT_UUID, "018bcfe5-687b-77d6-941e-fdfac8bc1d333", false},
    {FORMAT_CURRENCY, "CNY", true},
    {FORMAT_CURRENCY, "cny", false},
    {FORMAT_CURRENCY, "RMBY", false},
    {FORMAT_URI, "https://a.example/x?y=1#z", true},
    {FORMAT_URI, "HTTP://a", true},
    {FORMAT_URI, "urn:uuid:1", false},
    {FORMAT_URI, "javascript:alert(1)", false},
    {FORMAT_URI, "javascript://a/%0aalert(1)", false},
    {FORMAT_URI, "data:text/html,x", false},
    {FORMAT_URI, "file:///etc/passwd", false},
    {FORMAT_URI, "//a", false},
    {FORMAT_URI, "https:a", false},
    {FORMAT_URI, "https://", false},
    {FORMAT_URI, "https:///a", false},
    {FORMAT_URI, "no scheme", false},
    {FORMAT_URI, "https:", false},
    {FORMAT_URI, "1https://a", false},
    {FORMAT_URI, "https://a b", false},
    {FORMAT_MEDIA_TYPE, "image/png", true},
    {FORMAT_MEDIA_TYPE, "image", false},
    {FORMAT_MEDIA_TYPE, "/png", false},
    {FORMAT_MEDIA_TYPE, "image/", false},
    {FORMAT_LANGUAGE, "zh-Hans-CN", true},
    {FORMAT_LANGUAGE, "en", true},
    {FORMAT_LANGUAGE, "e", false},
    {FORMAT_LANGUAGE, "zh CN", false},
    {FORMAT_TIME_OF_DAY, "23:59", true},
    {FORMAT_TIME_OF_DAY, "24:00", false},
    {FORMAT_TIME_OF_DAY, "12:60", false},
    {FORMAT_TIME_OF_DAY, "1:00", false},
    {FORMAT_ZONE, "Asia/Shanghai", true},
    {FORMAT_ZONE, "Etc/GMT+8", true},
    {FORMAT_ZONE, "../etc/passwd", false},
    {FORMAT_ZONE, "", true},
    {FORMAT_SHA256, "0123456789abcdef0123456789abcdef", true},
    {FORMAT_SHA256, "0123456789abcdef", false},
};

static void formats_fit_what_they_should(void **state)
{
	for (size_t i = 0; i < sizeof format_cases / sizeof *format_cases; i++) {
		const struct format_case *c = &format_cases[i];
		if (constraints_format_fits(c->format, c->text, strlen(c->text)) != c->fits)
			fail_msg(
			    "'%s' %s %s", c->text, c->fits ? "should be" : "should not be", constraints_format_name(c->format));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_some_messages_field),
	    cmocka_unit_test(every_member_has_one_row),
	    cmocka_unit_test(an_empty_event_has_every_text),
	    cmocka_unit_test(every_message_has_its_rules),
	    cmocka_unit_test(every_field_is_bounded),
	    cmocka_unit_test(formats_fit_what_they_should),
	};
	return cmocka_run_group_tests_name("fields", tests, collect_all, NULL);
}
