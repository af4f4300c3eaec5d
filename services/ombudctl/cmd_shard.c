/* ombudctl shard: where shards stand, why one has stopped, and what a person decides about it.
 *
 * `shard restart SERVICE SHARD --at beginning|end|OFFSET` moves the place in `ownership` under an epoch of its own (the owner is
 * fenced and takes over again, at once) and writes a row `shard_restarted` into the log: topic, from, to, by whom, and what had
 * stopped it. The audit goes by that row. What lies before the place is not read again; what was taken already drops out as a
 * repeat. --topic names another topic than the one that stopped it; --number says which number of a fact topic comes next, when
 * those before it are not missed. Another hand in `ownership` stops the shard again (`moved`). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/services.h"
#include "common/model/topics.h"
#include "services/ombudctl/broker.h"
#include "services/ombudctl/output.h"

enum exit_code shard_show(struct ctl *ctl)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, ctl->flags.words_count > 0 ? ctl_service(ctl->flags.words[0]) : NULL);
	pg_args_text(args, ctl->flags.words_count > 1 && ctl_shard(ctl->flags.words[1]) >= 0 ? ctl->flags.words[1] : NULL);
	enum exit_code code = output_view(ctl, &view_shards, args, "nobody has ever owned it", NULL);
	pg_args_free(args);
	return code;
}

/* ---- restart ---- */

struct choice {
	const char *service;
	int shard;
	char topic[TOPIC_NAME_SIZE];
	int64_t offset, low, high;
};

static bool reads(const char *topics, const char *topic)
{
	size_t size = strlen(topic);
	for (const char *at = topics; (at = strstr(at, topic)); at += size)
		if ((at == topics || at[-1] == ' ') && (at[size] == ' ' || !at[size]))
			return true;
	return false;
}

/* Which topic: the one that is named, or the one that has stopped the shard. */
static enum exit_code find_topic(struct ctl *ctl, struct choice *choice)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, choice->service);
	pg_args_int4(args, choice->shard);
	struct pg_result *result = ctl_run(ctl, &shard_read, args);
	pg_args_free(args);
	enum exit_code code = !result ? EXIT_CODE_FAILED : pg_result_rows(result) ? EXIT_CODE_OK : EXIT_CODE_NOT_FOUND;
	if (code == EXIT_CODE_NOT_FOUND)
		ctl_say("nobody has ever owned shard %d of %s", choice->shard, choice->service);
	if (code == EXIT_CODE_OK) {
		const char *named = ctl_flag(ctl, "topic"), *topic = named ? named : pg_get_text(result, 0, 0);
		if (!reads(pg_get_text(result, 0, 2), topic))
			die("%s does not read %s; it reads %s", choice->service, topic, pg_get_text(result, 0, 2));
		const char *why = pg_get_text(result, 0, 1);
		bool of_its_log = !strcmp(why, "went_back") || !strcmp(why, "topic_ahead");
		if (of_its_log && !named)
			die("it has stopped as %s: of what it says, not of what it reads. `ombudctl shard restate %s %d` has it go on; "
			    "to have a topic read from another place, too, name it (--topic)",
			    why, choice->service, choice->shard);
		if (!*why)
			ctl_say("shard %d of %s is not stopped", choice->shard, choice->service);
		snprintf(choice->topic, sizeof choice->topic, "%s", topic);
	}
	pg_result_free(result);
	return code;
}

/* Records of the inbox have no numbers, and hops have theirs by the shard that says them. */
static void check_number(const struct ctl *ctl, const struct choice *choice)
{
	const struct subscription *read = service_rows[service_index(choice->service)].reads;
	const char *number = ctl_flag(ctl, "number"), *from = ctl_flag(ctl, "from-shard");
	while (read->topic && strcmp(read->topic, choice->topic) != 0)
		read++;
	if (number && (!read->topic || read->inbox))
		die("--number is for topics of facts and of hops, and %s is neither", choice->topic);
	if (from && !read->hop)
		die("--from-shard is for topics of hops, and %s is none", choice->topic);
	if (read->hop && !number != !from)
		die("hops are numbered by the shard that says them: --number and --from-shard go together");
}

static enum exit_code find_place(struct ctl *ctl, struct choice *choice)
{
	char name[TOPIC_NAME_SIZE];
	const char *at = ctl_flag(ctl, "at");
	struct kafka_admin *admin = broker_admin();
	bool answered =
	    broker_watermarks(admin, broker_topic(ctl, choice->topic, name), choice->shard, &choice->low, &choice->high);
	kafka_admin_free(admin);
	if (!answered) {
		broker_tell(ctl);
		ctl_say("the broker does not say where %s/%d begins and ends", name, choice->shard);
		return EXIT_CODE_FAILED;
	}
	choice->offset = !strcmp(at, "beginning") ? choice->low : !strcmp(at, "end") ? choice->high : strtoll(at, NULL, 10);
	if (choice->offset >= choice->low && choice->offset <= choice->high)
		return EXIT_CODE_OK;
	ctl_say("%s/%d has %lld to %lld: offset %lld is none of it", name, choice->shard, (long long)choice->low,
	    (long long)choice->high, (long long)choice->offset);
	return EXIT_CODE_USAGE;
}

static enum exit_code restart(struct ctl *ctl, const struct choice *choice)
{
	struct pg_args *args = pg_args_new();
	pg_args_text(args, choice->service);
	pg_args_int4(args, choice->shard);
	pg_args_text(args, choice->topic);
	pg_args_int8(args, choice->offset);
	pg_args_text(args, ctl_flag(ctl, "number"));
	pg_args_text(args, ctl_who());
	pg_args_text(args, ctl_flag(ctl, "from-shard"));
	struct pg_result *result = ctl_run(ctl, &shard_restart, args);
	pg_args_free(args);
	if (!result)
		return EXIT_CODE_FAILED;
	ctl_say("shard %d of %s reads %s from %lld on; row %lld of its log says so", choice->shard, choice->service, choice->topic,
	    (long long)choice->offset, (long long)pg_get_int8(result, 0, 0));
	pg_result_free(result);
	return EXIT_CODE_OK;
}

enum exit_code shard_restart_at(struct ctl *ctl)
{
	struct choice choice = {.service = ctl_service(ctl->flags.words[0]), .shard = ctl_shard(ctl->flags.words[1])};
	enum exit_code code = find_topic(ctl, &choice);
	if (code == EXIT_CODE_OK)
		check_number(ctl, &choice);
	code = code == EXIT_CODE_OK ? find_place(ctl, &choice) : code;
	if (code != EXIT_CODE_OK)
		return code;
	if (!ctl_confirm(ctl,
		"Shard %d of %s then reads %s from offset %lld on (the topic has %lld to %lld); what lies before is not read again. Do it?",
		choice.shard, choice.service, choice.topic, (long long)choice.offset, (long long)choice.low,
		(long long)choice.high))
		return EXIT_CODE_USAGE;
	return restart(ctl, &choice);
}
