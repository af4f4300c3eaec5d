/* ombudctl letter: what each letter says. It is filled in anew from the facts in the logs, by the daemon's own functions, so it can
 * be read in every language, and with templates that nobody has been sent yet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/io/crypto.h"
#include "common/letter/templates.h"
#include "common/model/notice.h"
#include "common/model/services.h"
#include "common/store/platforms.h"
#include "common/wire/wire.h"
#include "services/ombudctl/output.h"
#include "services/ombudctl/platform.h"

enum { LANGUAGES_MAX = 8, DEFERRED_MAX = 100 };

/* One complaint, its facts taken in the order said. */
struct telling_of {
	struct ctl *ctl;
	struct spoken {
		int32_t version; /* 0: of the folder that was named */
		struct manner manner;
		struct templates *templates;
		struct spoken *next;
	} * spoken;                  /* all that were needed */
	struct templates *templates; /* of the complaint's platform */
	const char *languages[LANGUAGES_MAX], *zone;
	int languages_count;
	struct arena *arena; /* of one complaint */
	struct notice_facts facts;
	struct event **events;
	int count;
	bool *done; /* told, or nothing to tell */
	const struct pg_result *notices;
	bool *written; /* which of them */
	int letters, lost;
};

/* ---- writing ---- */

static void json_pair(struct buf *json, const char *before, const char *name, const char *text)
{
	buf_printf(json, "%s\"%s\": ", before, name);
	buf_json_string(json, text, strlen(text));
}

static void write_json(const struct telling_of *of, int row, const struct rendered *words)
{
	char instant[INSTANT_TEXT_SIZE];
	struct buf json = BUF_EMPTY;
	json_pair(&json, of->letters ? ",\n{" : "{", "complaint", of->facts.complaint_id);
	json_pair(&json, ", ", "order", of->facts.order_id);
	json_pair(&json, ", ", "at", instant_format(pg_get_instant(of->notices, row, 6), instant));
	json_pair(&json, ", ", "event", pg_get_text(of->notices, row, 1));
	json_pair(&json, ", ", "recipient", party_name((enum party)pg_get_int4(of->notices, row, 2)));
	json_pair(&json, ", ", "sent_in", pg_get_text(of->notices, row, 3));
	buf_text(&json, ", \"words\": {");
	for (int i = 0; i < of->languages_count; i++) {
		buf_text(&json, i ? ", " : "");
		buf_json_string(&json, words[i].locale, strlen(words[i].locale));
		json_pair(&json, ": {", "subject", words[i].subject);
		json_pair(&json, ", ", "body", words[i].body);
		buf_text(&json, "}");
	}
	fputs(buf_string(&json), stdout);
	fputs("}}", stdout);
	buf_free(&json);
}

static void write_text(const struct telling_of *of, int row, const struct rendered *words)
{
	char instant[INSTANT_TEXT_SIZE];
	printf("%s== %d · %s · %s · %s → %s\n", of->letters ? "\n" : "", of->letters + 1,
	    instant_format(pg_get_instant(of->notices, row, 6), instant), of->facts.order_id, pg_get_text(of->notices, row, 1),
	    party_name((enum party)pg_get_int4(of->notices, row, 2)));
	for (int i = 0; i < of->languages_count; i++)
		printf("\n[%s] %s\n%s\n", words[i].locale, words[i].subject, words[i].body);
}

static int notice_row(const struct telling_of *of, const struct event *event, enum party recipient)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	const char *identity = notice_identity(of->arena, of->facts.complaint_id, event, recipient, NOTICE_CHANNEL_INBOX, "");
	crypto_sha256(&(struct crypto_part){identity, strlen(identity)}, 1, digest);
	struct uuid wanted = uuid_derive(event->occurred_at_us, digest);
	for (int row = 0; row < pg_result_rows(of->notices); row++) {
		struct uuid id = pg_get_uuid(of->notices, row, 0);
		if (!memcmp(&id, &wanted, sizeof id))
			return row;
	}
	return -1;
}

/* One that was not sent (its reader chose no letters, or it came too late) is none. */
static void write_letter(struct telling_of *of, const struct event *event, const struct telling *telling)
{
	struct rendered words[LANGUAGES_MAX];
	int row = notice_row(of, event, telling->recipient);
	of->facts.told[telling->recipient]++;
	if (row < 0 || of->written[row])
		return;
	of->written[row] = true;
	for (int i = 0; i < of->languages_count; i++)
		words[i] = templates_render(
		    of->templates, of->arena, of->languages[i], of->zone, telling->template, &of->facts, event, telling->recipient);
	if (ctl_json(of->ctl))
		write_json(of, row, words);
	else
		write_text(of, row, words);
	of->letters++;
}

/* ---- as the daemon tells: services/notification/decide.c ---- */

/* The clock that a step starts comes behind it. */
static void learn_clock_behind(struct telling_of *of, int from)
{
	for (int i = from; i < of->count && notice_awaits_clock(&of->facts, of->events[from]); i++)
		if (of->events[i]->type_id == EVENT_CLOCKS_STARTED)
			notice_facts_learn(of->arena, &of->facts, of->events[i]);
}

static void tell(struct telling_of *of, const struct event *event)
{
	struct telling tellings[NOTICE_TELLINGS_MAX];
	int count = notice_select(&of->facts, event, tellings);
	for (int i = 0; i < count; i++)
		write_letter(of, event, &tellings[i]);
}

static void tell_deferred(struct telling_of *of, int before)
{
	for (int i = 0; i < before; i++) {
		if (of->done[i] || notice_awaits_step(&of->facts, of->events[i]))
			continue;
		of->done[i] = true;
		tell(of, of->events[i]);
	}
}

static void tell_all(struct telling_of *of)
{
	for (int i = 0; i < of->count; i++) {
		const struct event *event = of->events[i];
		notice_facts_learn(of->arena, &of->facts, event);
		bool step = event->type_id == EVENT_COMPLAINT_CHANGED;
		if (step)
			learn_clock_behind(of, i);
		of->done[i] = step || !notice_awaits_step(&of->facts, event);
		if (of->done[i])
			tell(of, event);
		if (step)
			tell_deferred(of, i);
	}
}

/* ---- reading ---- */

static struct pg_result *read_facts(struct ctl *ctl, int shard, const struct uuid *complaint, const char *order)
{
	struct pg_args *args = pg_args_new();
	struct pg_array *topics = pg_array_new(PG_TEXT);
	for (const struct subscription *read = service_rows[SERVICE_NOTIFICATION].reads; read->topic; read++)
		pg_array_text(topics, read->topic);
	pg_args_int4(args, shard);
	pg_args_uuid(args, complaint);
	pg_args_text(args, order);
	pg_args_array(args, topics);
	struct pg_result *facts = ctl_run(ctl, &letter_facts, args);
	pg_array_free(topics);
	pg_args_free(args);
	return facts;
}

/* A refused filing is about no complaint, and its letter is kept under the id of zeros. */
static bool is_about(const struct event *event, const struct uuid *complaint)
{
	static const struct uuid none;
	struct uuid about = none;
	return (!*event->complaint_id || uuid_parse(event->complaint_id, &about)) && !memcmp(&about, complaint, sizeof about);
}

static void unpack_facts(struct telling_of *of, const struct pg_result *facts, const struct uuid *complaint)
{
	int rows = pg_result_rows(facts);
	of->events = arena_new_array(of->arena, struct event *, (size_t)rows + 1);
	of->done = arena_new_array(of->arena, bool, (size_t)rows + 1);
	of->count = 0;
	for (int row = 0; row < rows; row++) {
		size_t size;
		const void *payload = pg_get_bytes(facts, row, 1, &size);
		enum event_type type = event_type_by_name(pg_get_text(facts, row, 0));
		struct event *event = type ? wire_unpack(of->arena, type, payload, size) : NULL;
		if (event && is_about(event, complaint))
			of->events[of->count++] = event;
	}
}

static struct pg_result *read_notices(struct ctl *ctl, int shard, const struct uuid *complaint, const char *order)
{
	struct pg_args *args = pg_args_new();
	pg_args_int4(args, shard);
	pg_args_uuid(args, complaint);
	pg_args_text(args, order);
	struct pg_result *notices = ctl_run(ctl, &letter_notices, args);
	pg_args_free(args);
	return notices;
}

static bool write_complaint(struct telling_of *of, int shard, const struct uuid *complaint, const char *order)
{
	struct pg_result *facts = read_facts(of->ctl, shard, complaint, order);
	struct pg_result *notices = facts ? read_notices(of->ctl, shard, complaint, order) : NULL;
	if (notices) {
		of->arena = arena_new(0);
		of->facts = notice_facts_empty();
		of->notices = notices;
		of->written = arena_new_array(of->arena, bool, (size_t)pg_result_rows(notices) + 1);
		unpack_facts(of, facts, complaint);
		tell_all(of);
		for (int row = 0; row < pg_result_rows(notices); row++)
			of->lost += !of->written[row];
		arena_free(of->arena);
	}
	pg_result_free(notices);
	pg_result_free(facts);
	return notices != NULL;
}

/* ---- whose words ---- */

static struct spoken *spoken_new(struct telling_of *of, int32_t version)
{
	struct problems problems = {0};
	struct platform_folder folder = {.files.arena = arena_new(0)};
	struct arena *arena = folder.files.arena;
	struct spoken *spoken = xcalloc(1, sizeof *spoken);
	spoken->version = version;
	bool read = !version || platform_read_version(of->ctl, version, &folder.files);
	if (!version)
		platform_read_folder(&folder, arena, ctl_flag(of->ctl, "platform"), NULL, &problems);
	if (read && !problems.count && manner_read(&folder.files, &spoken->manner, &problems))
		spoken->templates = templates_new(&folder.files, &spoken->manner, &problems);
	problems_print(&problems);
	problems_free(&problems);
	arena_free(arena);
	spoken->next = of->spoken;
	of->spoken = spoken;
	return spoken;
}

static void find_languages(struct telling_of *of, const struct spoken *spoken)
{
	const char *named = ctl_flag(of->ctl, "lang");
	of->languages_count = 0;
	for (int i = 0; !named && i < spoken->manner.languages_count && i < LANGUAGES_MAX; i++)
		of->languages[of->languages_count++] = spoken->manner.languages[i];
	for (char *rest = named ? xstrdup(named) : NULL, *name; rest && (name = strsep(&rest, ","));) {
		const char *locale = templates_locale(of->templates, name);
		if (strncasecmp(locale, name, 2) != 0)
			die("--lang: no templates in \"%s\"", name);
		if (of->languages_count == LANGUAGES_MAX)
			die("--lang: %d languages at most", LANGUAGES_MAX);
		of->languages[of->languages_count++] = locale;
	}
}

/* The version that is in force for the platform, or the folder that was named. false: the message has been printed. */
static bool speak_as(struct telling_of *of, const char *platform_id)
{
	int32_t version = 0;
	if (!ctl_flag(of->ctl, "platform")) {
		struct pg_args *args = pg_args_new();
		pg_args_text(args, platform_id);
		struct pg_result *result = ctl_run(of->ctl, &platform_in_force, args);
		version = result ? pg_get_int4(result, 0, 0) : 0;
		pg_args_free(args);
		pg_result_free(result);
		if (!version)
			return false;
	}
	struct spoken *spoken = of->spoken;
	while (spoken && spoken->version != version)
		spoken = spoken->next;
	if (!spoken)
		spoken = spoken_new(of, version);
	of->templates = spoken->templates;
	if (!of->templates)
		return false;
	of->zone = ctl_flag(of->ctl, "zone") ? ctl_flag(of->ctl, "zone") : spoken->manner.zone;
	find_languages(of, spoken);
	return true;
}

static bool write_complaints(struct telling_of *of, const struct pg_result *complaints)
{
	bool good = true;
	for (int row = 0; good && row < pg_result_rows(complaints); row++) {
		struct uuid complaint = pg_get_uuid(complaints, row, 1);
		good = speak_as(of, pg_get_text(complaints, row, 3)) &&
		       write_complaint(of, pg_get_int4(complaints, row, 0), &complaint, pg_get_text(complaints, row, 2));
	}
	return good;
}

/* ---- the command ---- */

static struct pg_result *find_complaints(struct ctl *ctl, enum exit_code *code)
{
	struct pg_args *args = pg_args_new();
	struct uuid complaint;
	int shard;
	struct pg_result *found = NULL;
	if (!ctl->flags.words_count || ctl_find_complaint(ctl, &complaint, &shard, code)) {
		pg_args_uuid(args, ctl->flags.words_count ? &complaint : NULL);
		pg_args_int4(args, (int32_t)ctl_number(ctl, "limit"));
		found = ctl_run(ctl, &letter_complaints, args);
		*code = found ? EXIT_CODE_OK : EXIT_CODE_FAILED;
	}
	pg_args_free(args);
	return found;
}

enum exit_code letter_list(struct ctl *ctl)
{
	struct telling_of of = {.ctl = ctl};
	enum exit_code code = EXIT_CODE_OK;
	if (ctl_flag(ctl, "platform") && !speak_as(&of, ""))
		return EXIT_CODE_FAILED;
	struct pg_result *complaints = find_complaints(ctl, &code);
	if (ctl_json(ctl) && complaints)
		putchar('[');
	if (complaints && !write_complaints(&of, complaints))
		code = EXIT_CODE_FAILED;
	if (ctl_json(ctl) && complaints)
		puts("]");
	if (complaints)
		ctl_say("%d letters of %d complaints", of.letters, pg_result_rows(complaints));
	if (of.lost)
		ctl_say("%d letters are not here: the facts that they tell are not in the logs any more", of.lost);
	pg_result_free(complaints);
	for (struct spoken *next; of.spoken; of.spoken = next) {
		next = of.spoken->next;
		templates_free(of.spoken->templates);
		free(of.spoken);
	}
	return code == EXIT_CODE_OK && of.lost ? EXIT_CODE_PARTIAL : code;
}
