/* Reads lines of "TYPE<tab>HEX" and says of each what Ombud says of such a message of the inbox.
 *
 * usage: verdict < CASES      A line "accept" or "refuse CODE" for each case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/wire/validate.h"

static size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t size = strlen(hex) / 2;

	for (size_t i = 0; i < size; i++) {
		unsigned byte;
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			die("not hex: %s", hex);
		bytes[i] = (uint8_t)byte;
	}
	return size;
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		struct wire_fault fault;
		char *hex = line + strcspn(line, "\t"), *name = line;
		if (*hex == '\0')
			die("usage: verdict < CASES");
		*hex++ = '\0';
		hex[strcspn(hex, "\n")] = '\0';
		const struct plan *plan = plan_of(event_type_by_name(name));
		if (plan == NULL)
			die("%s is no event", name);
		uint8_t *bytes = malloc(room);
		size_t size = from_hex(hex, bytes);
		bool good = validate_message(plan, bytes, size, NULL, NULL, &fault);
		printf(good ? "accept\n" : "refuse %s\n", fault.code);
		free(bytes);
	}
	free(line);
	return 0;
}
