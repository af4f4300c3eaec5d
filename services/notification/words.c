/* What notification goes by of a platform's version. */
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/log.h"
#include "common/letter/templates.h"
#include "common/platform/endpoints.h"
#include "services/notification/words.h"

static struct words *all;

void *words_new(const struct bundle *files, struct problems *problems)
{
	struct problems unread = {0};
	struct words *words = xcalloc(1, sizeof *words);
	words->endpoints = endpoints_new(files, problems);
	if (manner_read(files, &words->manner, problems))
		words->templates = templates_new(files, &words->manner, problems);
	if (!words->templates || !words->endpoints) {
		templates_free(words->templates);
		endpoints_free(words->endpoints);
		free(words);
		return NULL;
	}
	endpoints_read_secrets(words->endpoints, &unread);
	if (unread.count)
		log_error("secrets of endpoints cannot be read: nothing is sent there until a reload reads them",
		    LOG_NUMBER("count", unread.count), LOG_LINES("errors", problems_text(&unread)));
	problems_free(&unread);
	words->next = all;
	all = words;
	return words;
}

void words_read_secrets(struct problems *problems)
{
	for (struct words *words = all; words; words = words->next)
		endpoints_read_secrets(words->endpoints, problems);
}

const struct endpoint *endpoint_named(const struct daemon *daemon, const char *name)
{
	const char *id = strrchr(name, '/');
	if (!id)
		return NULL;
	char *platform = strndup(name, (size_t)(id - name));
	const struct words *words = daemon_newest(daemon, platform);
	free(platform);
	return words ? endpoints_find(words->endpoints, id + 1) : NULL;
}
