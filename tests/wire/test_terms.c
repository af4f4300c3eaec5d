/* What the generator makes of proto/ says the same as protobuf-c's descriptors: every message, its place, its name for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/terms.h"
#include "common/wire/registry.h"
#include "tests/wire/sample.h"

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
		if (type == EVENT_NONE)
			fail_msg("message %d of inbox.proto, %s, is no event", index, name);
		assert_string_equal(registry_descriptor(type)->short_name, name);
		assert_true(event_type_is_inbox(type));
	}
	assert_true(index > 30);
	assert_int_equal(registry_inbox_message(index), EVENT_NONE);
	assert_int_equal(registry_inbox_message(-1), EVENT_NONE);
	free(file);
}

static void names_are_found_again(void **state)
{
	assert_string_equal(stage_name(STAGE_NEGOTIATING), "negotiating");
	assert_string_equal(stage_name(STAGE_UNSPECIFIED), "unspecified");
	assert_string_equal(stage_name((enum stage)9999), "?");
	for (int stage = 1; stage < STAGE_COUNT; stage++)
		assert_int_equal(stage_by_name(stage_name((enum stage)stage)), stage);
	assert_int_equal(stage_by_name("nowhere"), STAGE_UNSPECIFIED);
	assert_string_equal(clock_kind_name(CLOCK_ANSWER_TO_OFFER), "answer_to_offer");
	assert_string_equal(answer_kind_name(ANSWER_DEFENCE), "defence");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_found_again),
	    cmocka_unit_test(every_type_is_its_message),
	    cmocka_unit_test(inbox_messages_stand_in_the_files_order),
	};
	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
