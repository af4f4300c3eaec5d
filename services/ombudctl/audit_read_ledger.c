/* The publishers' ledgers: ledger*.ndjson, one JSON object for each attempt. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/tongue.h"
#include "common/io/json.h"
#include "services/ombudctl/audit.h"
#include "services/ombudctl/ctl.h"

enum { LINE_VALUES_MAX = 64 };

bool audit_parse_attempt(const char *line, size_t size, struct attempt *attempt)
{
	char error[JSON_ERROR_SIZE];
	struct json *root = json_parse(line, size, LINE_VALUES_MAX, error, NULL);
	const char *outcome = json_text_of(json_member(root, "outcome"));
	const struct json *partition = json_member(root, "partition"), *offset = json_member(root, "offset");
	bool placed = json_kind_of(partition) == JSON_KIND_INTEGER && json_kind_of(offset) == JSON_KIND_INTEGER;
	bool good = true;
	*attempt = (struct attempt){.place = {-1, -1}};
	if (!strcmp(outcome, "ok") && placed) {
		attempt->outcome = ATTEMPT_OK;
		attempt->place = (struct place){(int)json_integer_of(partition), json_integer_of(offset)};
	} else if (!strcmp(outcome, "fail")) {
		attempt->outcome = ATTEMPT_FAILED;
	} else if (!strcmp(outcome, "unknown")) {
		attempt->outcome = ATTEMPT_UNKNOWN;
	} else {
		good = false;
	}
	json_free(root);
	return good;
}

static bool read_ledger(const char *path, struct books *books)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	long number = 0;
	FILE *file = fopen(path, "re");
	if (!file) {
		ctl_say("%s: %s", path, tongue(strerror(errno)));
		return false;
	}
	while ((size = getline(&line, &room, file)) > 0) {
		struct attempt attempt;
		number++;
		/* The last line may be cut: whoever wrote it was killed. */
		if (line[size - 1] == '\n' && !audit_parse_attempt(line, (size_t)size, &attempt))
			ctl_say("%s:%ld: no line of a ledger", path, number);
		else if (line[size - 1] == '\n')
			*list_add(&books->attempts) = attempt;
	}
	free(line);
	fclose(file);
	return true;
}

bool audit_read_ledgers(const char *folder, struct books *books)
{
	char pattern[4096];
	glob_t found;
	bool good = true;
	snprintf(pattern, sizeof pattern, "%s/ledger*.ndjson", folder);
	int code = glob(pattern, 0, NULL, &found);
	for (size_t i = 0; !code && good && i < found.gl_pathc; i++)
		good = read_ledger(found.gl_pathv[i], books);
	if (!code)
		globfree(&found);
	return good;
}
