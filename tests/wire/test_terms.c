/* common/model/terms.h says the same as the descriptors: every enum value, every message, every name for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/terms.h"
#include "common/wire/plan.h"
#include "common/wire/registry.h"
#include "tests/wire/sample.h"

enum { ENUMS_MAX = 64 };

static const ProtobufCEnumDescriptor *enums[ENUMS_MAX];
static int enums_count;

static void collect_enum(const ProtobufCEnumDescriptor *descriptor)
{
	for (int i = 0; i < enums_count; i++)
		if (enums[i] == descriptor)
			return;
	assert_true(enums_count < ENUMS_MAX);
	enums[enums_count++] = descriptor;
}

static void collect(const struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++) {
		if (plan->fields[i].field->type == PROTOBUF_C_TYPE_ENUM)
			collect_enum(plan->fields[i].field->descriptor);
		else if (plan->fields[i].sub != NULL)
			collect(plan->fields[i].sub);
	}
}

static int collect_all(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++)
		collect(plan_of((enum event_type)type));
	return 0;
}

/* The number that terms.h gives a constant; -1 when it does not know it. */
static long constant_in(const char *header, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = strstr(header, name); at != NULL; at = strstr(at + 1, name)) {
		bool whole = at > header && (isspace((unsigned char)at[-1]) || at[-1] == '{') && strncmp(at + size, " = ", 3) == 0;
		if (whole)
			return strtol(at + size + 3, NULL, 10);
	}
	return -1;
}

static void every_value_has_its_constant(void **state)
{
	size_t size;
	char *header = sample_file("common/model/terms.h", &size);

	for (int i = 0; i < enums_count; i++)
		for (unsigned v = 0; v < enums[i]->n_values; v++) {
			const ProtobufCEnumValue *value = &enums[i]->values[v];
			if (constant_in(header, value->name) != value->value)
				fail_msg("%s = %d in proto/ is %ld in terms.h", value->name, value->value,
				    constant_in(header, value->name));
		}
	free(header);
}

/* Constants that are ours alone: counts, and a second name. */
static bool is_ours(const char *name)
{
	size_t size = strlen(name);
	return (size > 6 && strcmp(name + size - 6, "_COUNT") == 0) || strcmp(name, "ANSWER_NONE") == 0 ||
	       strcmp(name, "EVENT_NONE") == 0;
}

static bool is_in_proto(const char *name)
{
	for (int i = 0; i < enums_count; i++)
		if (protobuf_c_enum_descriptor_get_value_by_name(enums[i], name) != NULL)
			return true;
	return false;
}

static void every_constant_has_its_value(void **state)
{
	char name[64];
	size_t size;
	char *header = sample_file("common/model/terms.h", &size);

	for (char *at = strstr(header, " = "); at != NULL; at = strstr(at + 1, " = ")) {
		char *begin = at;
		while (
		    begin > header && (isupper((unsigned char)begin[-1]) || isdigit((unsigned char)begin[-1]) || begin[-1] == '_'))
			begin--;
		snprintf(name, sizeof name, "%.*s", (int)(at - begin), begin);
		if (name[0] != '\0' && !is_ours(name) && !is_in_proto(name))
			fail_msg("terms.h has %s, proto/ has not", name);
	}
	free(header);
}

static const struct named {
	const char *enumeration; /* short name in proto/ */
	const char *(*name)(int value);
} named[] = {
#define NAMED(enumeration, function)                                        \
	{                                                                   \
		enumeration, (const char *(*)(int))(void (*)(void))function \
	}
    NAMED("Stage", stage_name),
    NAMED("Party", party_name),
    NAMED("Clock", clock_kind_name),
    NAMED("ComplaintType", complaint_type_name),
    NAMED("SilenceOutcome", silence_outcome_name),
    NAMED("Action", action_name),
    NAMED("Tier", tier_name),
    NAMED("RemedyKind", remedy_kind_name),
    NAMED("ActorKind", actor_kind_name),
    NAMED("Channel", channel_name),
    NAMED("GoodsKind", goods_kind_name),
    NAMED("OrderStatus", order_status_name),
    NAMED("DecisionOutcome", decision_outcome_name),
    NAMED("NoticeChannel", notice_channel_name),
    NAMED("TargetUnit", target_unit_name),
    NAMED("SilenceGround", silence_ground_name),
    NAMED("RemedyOutcome", remedy_outcome_name),
    NAMED("Answer", answer_kind_name),
    NAMED("Measure", measure_name),
};

static const struct named *named_for(const char *enumeration)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcmp(named[i].enumeration, enumeration) == 0)
			return &named[i];
	return NULL;
}

/* "negotiating" for STAGE_NEGOTIATING: what the value's name has beyond the prefix it shares with its zero. */
static void names_for_people_are_the_values_names(void **state)
{
	for (int i = 0; i < enums_count; i++) {
		const struct named *functions = named_for(enums[i]->short_name);
		size_t prefix = strlen(enums[i]->values[0].name) - strlen("UNSPECIFIED");
		if (functions == NULL)
			fail_msg("enum %s has no name function", enums[i]->short_name);
		for (unsigned v = 0; v < enums[i]->n_values; v++) {
			char want[64];
			snprintf(want, sizeof want, "%s", enums[i]->values[v].name + prefix);
			for (char *c = want; *c != '\0'; c++)
				*c = (char)tolower((unsigned char)*c);
			assert_string_equal(functions->name(enums[i]->values[v].value), want);
		}
		assert_string_equal(functions->name(9999), "?");
	}
}

static void every_type_is_its_message(void **state)
{
	for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
		const ProtobufCMessageDescriptor *descriptor = registry_descriptor((enum event_type)type);
		assert_string_equal(descriptor->name, event_type_name((enum event_type)type));
		assert_int_equal(event_type_by_name(descriptor->name), type);
		char want[64];
		int size = 0;
		for (const char *at = descriptor->short_name; *at != '\0'; at++) {
			if (isupper((unsigned char)*at) && size > 0)
				want[size++] = '_';
			want[size++] = (char)tolower((unsigned char)*at);
		}
		want[size] = '\0';
		assert_string_equal(event_type_short_name((enum event_type)type), want);
	}
	assert_int_equal(event_type_by_name("ombud.inbox.v1.Nothing"), EVENT_NONE);
}

/* Confluent's message index is the place in inbox.proto. */
static void inbox_messages_stand_in_the_files_order(void **state)
{
	size_t size;
	char *file = sample_file("proto/ombud/inbox/v1/inbox.proto", &size);
	int index = 0;

	for (char *at = strstr(file, "\nmessage "); at != NULL; at = strstr(at + 1, "\nmessage "), index++) {
		char name[64];
		sscanf(at, "\nmessage %63s", name);
		enum event_type type = registry_inbox_message(index);
		bool is_event = strcmp(name, "Offer") != 0 && strcmp(name, "Defence") != 0;
		if (is_event != (type != EVENT_NONE))
			fail_msg("message %d of inbox.proto, %s, is %s", index, name, event_type_name(type));
		if (is_event) {
			assert_string_equal(registry_descriptor(type)->short_name, name);
			assert_true(registry_is_inbox(type));
		}
	}
	assert_true(index > 30);
	assert_int_equal(registry_inbox_message(index), EVENT_NONE);
	assert_int_equal(registry_inbox_message(-1), EVENT_NONE);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_value_has_its_constant),
	    cmocka_unit_test(every_constant_has_its_value),
	    cmocka_unit_test(names_for_people_are_the_values_names),
	    cmocka_unit_test(every_type_is_its_message),
	    cmocka_unit_test(inbox_messages_stand_in_the_files_order),
	};
	return cmocka_run_group_tests_name("terms", tests, collect_all, NULL);
}
