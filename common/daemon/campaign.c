/* A walk is a page a run, in turns with everything else: due timers and waiting records never wait for more than one page. When the
 * write of a page fails by its data, or misses its time, pages are halved until one subject is left, which is told as failed (a row
 * walk_failed under its identity) and passed.
 *
 * Exactly once, whatever happens between: the cursor moves in the page's transaction. Whoever takes a shard over reads the cursors
 * of running campaigns in that transaction, so that what comes is reached from the first batch on. A campaign that goes on after a
 * pause is walked from the beginning: meanwhile nothing was reached as it came, and the identity passes over what is done.
 */
#include "common/daemon/campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/die.h"
#include "common/base/fail.h"
#include "common/base/instant.h"
#include "common/base/log.h"
#include "common/daemon/counters.h"
#include "common/daemon/daemon.h"
#include "common/daemon/emit.h"
#include "common/daemon/lane.h"
#include "common/daemon/shard.h"
#include "common/daemon/wake.h"
#include "common/io/crypto.h"
#include "common/io/loop.h"
#include "common/io/pg.h"
#include "common/store/core_walks.h"

enum {
	PAGE_MAX = 100,    /* subjects of a run: some milliseconds, that others may have to wait */
	UNSENT_MAX = 1000, /* log rows of a shard that the broker has not; beyond it a walk waits: others' facts stand behind */
	LOOK_EVERY_US = 60 * 1000000, /* a word of a change may have been lost */
	LOOK_AGAIN_US = 100000,
	HOLD_US = 60 * 1000000, /* after not even that a subject failed could be written, or a statement of its could not work */
};

/* A running campaign, as the daemon knows it. */
struct known {
	struct campaign campaign;
	int walk; /* in service->walks */
	int64_t new_until_us, begins_us;
	int32_t round;
};

struct campaigns {
	struct known *rows[CORE_CAMPAIGNS_MAX];
	int count;
	struct loop_timer *again;
	int64_t asked_us, taken_us; /* monotonic: of the look under way; when a row last came with a shard */
};

/* How far a shard has come with one. */
struct walk_place {
	int64_t campaign;
	int32_t round;
	char *position;
	bool done;
	int64_t held_until_us; /* monotonic */
};

struct walks {
	struct walk_place rows[CORE_CAMPAIGNS_MAX];
	int count;
};

/* What was reached as it came, in the run under way. */
struct reached {
	struct reached *next;
	int shard;
	int64_t campaign;
	int count;
};

/* Of a lane. */
struct walker {
	bool turn; /* others have run last */
	int next;  /* shard to look at first */
	int most;  /* subjects of a page; fewer while a culprit is looked for */
	bool suspecting;
	struct uuid suspect; /* its identity */

	bool running;
	struct shard *shard;
	struct campaign campaign; /* the batch arena's */
	int walk;
	int32_t round;
	const char *position;
	int asked, paged, count, failed;
	struct item *items[PAGE_MAX];
	struct reached *reached; /* the batch arena's */
};

/* ---- what is known ---- */

static void known_free(struct known *known)
{
	free((char *)(uintptr_t)known->campaign.kind);
	free((char *)(uintptr_t)known->campaign.scope);
	free((char *)(uintptr_t)known->campaign.body);
	free(known);
}

static int walk_index(const struct daemon *daemon, const char *kind)
{
	for (int i = 0; daemon->service->walks[i].kind; i++)
		if (!strcmp(daemon->service->walks[i].kind, kind))
			return i;
	return -1;
}

static struct known *find(const struct daemon *daemon, int64_t id)
{
	for (int i = 0; i < daemon->campaigns->count; i++)
		if (daemon->campaigns->rows[i]->campaign.id == id)
			return daemon->campaigns->rows[i];
	return NULL;
}

/* NULL: it is of a kind that this version does not walk. */
static struct known *learn(struct daemon *daemon, const struct core_campaign *row)
{
	struct campaigns *campaigns = daemon->campaigns;
	struct known *known = find(daemon, row->id);
	int walk = walk_index(daemon, row->kind);
	if (walk < 0 || (!known && campaigns->count == CORE_CAMPAIGNS_MAX)) {
		log_error(
		    "a campaign that this version cannot walk", LOG_NUMBER("campaign_id", row->id), LOG_TEXT("kind", row->kind));
		return NULL;
	}
	if (!known) {
		known = campaigns->rows[campaigns->count++] = xcalloc(1, sizeof *known);
		known->campaign =
		    (struct campaign){row->id, xstrdup(row->kind), xstrdup(row->scope), xstrdup(row->body), row->at_us};
		known->walk = walk;
	}
	known->new_until_us = row->new_until_us;
	known->round = row->round;
	known->begins_us = row->begins_us;
	return known;
}

static struct walk_place *place_of(const struct shard *shard, int64_t id)
{
	for (int i = 0; shard->walks && i < shard->walks->count; i++)
		if (shard->walks->rows[i].campaign == id)
			return &shard->walks->rows[i];
	return NULL;
}

static void put_position(struct walk_place *place, const char *position)
{
	free(place->position);
	place->position = xstrdup(position);
}

/* From the beginning, unless it is in that round already. */
static struct walk_place *place_in_round(struct shard *shard, const struct known *known)
{
	struct walk_place *place = place_of(shard, known->campaign.id);
	if (place && place->round == known->round)
		return place;
	if (!shard->walks)
		shard->walks = xcalloc(1, sizeof *shard->walks);
	if (!place) {
		place = &shard->walks->rows[shard->walks->count++];
		*place = (struct walk_place){.campaign = known->campaign.id};
	}
	place->round = known->round;
	place->done = false;
	put_position(place, "");
	return place;
}

static void drop_places(struct shard *shard)
{
	struct walks *walks = shard->walks;
	for (int i = 0; walks && i < walks->count;) {
		if (find(shard->daemon, walks->rows[i].campaign)) {
			i++;
			continue;
		}
		free(walks->rows[i].position);
		walks->rows[i] = walks->rows[--walks->count];
	}
}

static void shard_learn(struct shard *shard)
{
	const struct campaigns *campaigns = shard->daemon->campaigns;
	drop_places(shard);
	for (int i = 0; i < campaigns->count; i++)
		place_in_round(shard, campaigns->rows[i]);
}

void campaign_shard_taken(struct shard *shard)
{
	struct walks *walks = shard->walks;
	if (!shard->daemon->campaigns)
		return;
	for (int i = 0; walks && i < walks->count; i++) { /* as the database has it; but what is held stays so */
		walks->rows[i].done = false;
		put_position(&walks->rows[i], "");
	}
	shard_learn(shard);
}

void campaign_walk_taken(struct daemon *daemon, const struct core_walk *walk)
{
	struct known *known = daemon->campaigns ? learn(daemon, &walk->campaign) : NULL;
	if (!known)
		return;
	daemon->campaigns->taken_us = instant_monotonic_us();
	struct walk_place *place = place_in_round(&daemon->shards[walk->shard], known);
	if (walk->round != known->round)
		return;
	put_position(place, walk->position);
	place->done = walk->done;
}

/* ---- looking ---- */

static void look(struct daemon *daemon);

/* Those that are not among the running ones any more are forgotten. */
static void keep_running(struct daemon *daemon, const struct pg_result *result)
{
	struct campaigns *campaigns = daemon->campaigns;
	for (int i = 0; i < campaigns->count;) {
		bool runs = false;
		for (int row = 0; row < pg_result_rows(result); row++)
			runs = runs || pg_get_int8(result, row, 0) == campaigns->rows[i]->campaign.id;
		if (runs) {
			i++;
			continue;
		}
		log_info("campaign rests", LOG_NUMBER("campaign_id", campaigns->rows[i]->campaign.id));
		known_free(campaigns->rows[i]);
		campaigns->rows[i] = campaigns->rows[--campaigns->count];
	}
}

/* The next look is at the latest when one begins. */
static void await_begin(struct daemon *daemon)
{
	const struct campaigns *campaigns = daemon->campaigns;
	int64_t now_us = daemon_now_us(daemon), wait_us = LOOK_EVERY_US;
	for (int i = 0; i < campaigns->count; i++) {
		int64_t left_us = campaigns->rows[i]->begins_us - now_us;
		if (left_us > 0 && left_us < wait_us)
			wait_us = left_us;
	}
	if (wait_us < LOOK_EVERY_US)
		loop_timer_start(campaigns->again, wait_us);
}

static void on_campaigns(enum pg_class class, const struct pg_result *result, void *context)
{
	struct daemon *daemon = context;
	struct campaigns *campaigns = daemon->campaigns;
	if (class != PG_DONE) {
		loop_timer_start(campaigns->again, LOOK_AGAIN_US);
		return;
	}
	if (campaigns->taken_us >= campaigns->asked_us) { /* what came with a shard may be newer */
		look(daemon);
		return;
	}
	keep_running(daemon, result);
	for (int row = 0; row < pg_result_rows(result); row++) {
		struct core_campaign campaign;
		core_campaign_row(result, row, &campaign);
		learn(daemon, &campaign);
	}
	for (int i = 0; i < daemon->shards_count; i++)
		if (daemon->shards[i].taken)
			shard_learn(&daemon->shards[i]);
	await_begin(daemon);
	daemon_wake(daemon);
}

static void look(struct daemon *daemon)
{
	daemon->campaigns->asked_us = instant_monotonic_us();
	core_campaigns_read(daemon->query_pg, on_campaigns, daemon);
	pg_sync(daemon->query_pg, NULL, NULL);
}

static void on_again(void *context)
{
	struct daemon *daemon = context;
	loop_timer_start(daemon->campaigns->again, LOOK_EVERY_US);
	look(daemon);
}

static void on_told(const char *payload, void *context)
{
	look(context);
}

/* Else nobody could give it one. */
static void check_row(const struct service *service)
{
	for (const struct walk *walk = service->walks; walk->kind; walk++) {
		const char *const *kind = service->row->walks;
		while (*kind && strcmp(*kind, walk->kind) != 0)
			kind++;
		if (!*kind)
			bug("the row of %s does not say that it walks %s", service->row->name, walk->kind);
	}
}

void campaign_start(struct daemon *daemon)
{
	if (!daemon->service->walks)
		return;
	check_row(daemon->service);
	daemon->campaigns = xcalloc(1, sizeof *daemon->campaigns);
	daemon->campaigns->again = loop_timer_new(daemon->loop, on_again, daemon);
	pg_listen(daemon->query_pg, "ombud_campaign", on_told, daemon);
	loop_timer_start(daemon->campaigns->again, 0);
}

/* ---- whose turn it is ---- */

static struct walker *walker_of(struct lane *lane)
{
	if (!lane->walker) {
		lane->walker = xcalloc(1, sizeof *lane->walker);
		lane->walker->most = PAGE_MAX;
		lane->walker->next = lane->number;
	}
	return lane->walker;
}

static bool may_walk(const struct shard *shard)
{
	return shard_speaks(shard) && !shard->stop.times && shard->at.log_seq - shard->relay.acked < UNSENT_MAX;
}

/* The first campaign that the shard has still to walk. */
static const struct known *next_of(const struct shard *shard)
{
	const struct campaigns *campaigns = shard->daemon->campaigns;
	for (int i = 0; i < campaigns->count; i++) {
		const struct walk_place *place = place_of(shard, campaigns->rows[i]->campaign.id);
		if (place && !place->done && place->held_until_us <= instant_monotonic_us() &&
		    campaigns->rows[i]->begins_us <= daemon_now_us(shard->daemon))
			return campaigns->rows[i];
	}
	return NULL;
}

static bool pick(struct lane *lane)
{
	struct walker *walker = walker_of(lane);
	struct daemon *daemon = lane->daemon;
	int count = (daemon->shards_count - lane->number + daemon->lanes_count - 1) / daemon->lanes_count;
	for (int i = 0; i < count; i++) {
		int at = (walker->next / daemon->lanes_count + i) % count * daemon->lanes_count + lane->number;
		struct shard *shard = &daemon->shards[at];
		if (!may_walk(shard) || !next_of(shard))
			continue;
		walker->next = at;
		return true;
	}
	return false;
}

bool campaign_turn(struct lane *lane, bool others)
{
	const struct campaigns *campaigns = lane->daemon->campaigns;
	if (!campaigns || !campaigns->count || lane->daemon->draining)
		return false;
	struct walker *walker = walker_of(lane);
	bool turn = (!others || walker->turn) && pick(lane);
	walker->turn = !turn;
	return turn;
}

/* ---- the run ---- */

bool campaign_running(const struct lane *lane)
{
	return lane->walker && lane->walker->running;
}

void campaign_reset(struct lane *lane)
{
	if (!lane->walker)
		return;
	lane->walker->running = false;
	lane->walker->reached = NULL;
}

/* What a look may take away meanwhile must outlive the run. */
static struct campaign copy(struct arena *arena, const struct campaign *campaign)
{
	return (struct campaign){campaign->id, arena_strdup(arena, campaign->kind), arena_strdup(arena, campaign->scope),
	    arena_strdup(arena, campaign->body), campaign->at_us};
}

static struct item *item_new(struct arena *arena, struct shard *shard, const struct campaign *campaign, const struct uuid *subject,
    const struct uuid *identity)
{
	struct event_work *work = arena_alloc(arena, sizeof *work);
	*work = (struct event_work){.item = {.kind = ITEM_WALK,
					.shard = shard,
					.arena = arena,
					.key = "",
					.trace = "",
					.from_shard = -1,
					.subject = *subject,
					.cause = *identity,
					.campaign = campaign}};
	return &work->item;
}

static void on_page(enum pg_class class, const struct pg_result *result, void *context)
{
	struct lane *lane = context;
	struct walker *walker = lane->walker;
	if (class != PG_DONE)
		return;
	walker->paged = pg_result_rows(result);
	if (walker->paged > walker->asked)
		bug("%d subjects of %d", walker->paged, walker->asked);
	for (int row = 0; row < walker->paged; row++) {
		struct core_subject subject;
		core_page_row(result, row, &subject);
		if (row == walker->paged - 1)
			walker->position = arena_strdup(lane->arena, subject.position);
		if (!subject.done)
			walker->items[walker->count++] =
			    item_new(lane->arena, walker->shard, &walker->campaign, &subject.id, &subject.identity);
	}
}

void campaign_ask(struct lane *lane)
{
	struct walker *walker = lane->walker;
	struct shard *shard = &lane->daemon->shards[walker->next];
	const struct known *known = next_of(shard);
	const struct walk_place *place = place_of(shard, known->campaign.id);
	walker->running = true;
	walker->shard = shard;
	walker->campaign = copy(lane->arena, &known->campaign);
	walker->walk = known->walk;
	walker->round = known->round;
	walker->position = arena_strdup(lane->arena, place->position);
	walker->asked = walker->most;
	walker->paged = walker->count = walker->failed = 0;
	if (!walker->suspecting && walker->most == PAGE_MAX)
		walker->next += lane->daemon->lanes_count; /* else it is this shard's culprit */
	shard->touched = true;
	core_page_send(lane->pg, lane->daemon->service->walks[walker->walk].page,
	    &(struct core_page){shard->number, walker->position, walker->asked, known->campaign.id}, on_page, lane);
}

int campaign_items(struct lane *lane, struct item ***items)
{
	*items = lane->walker->items;
	return lane->walker->count;
}

bool campaign_suspects(const struct lane *lane, const struct item *item)
{
	return lane->walker->suspecting && !memcmp(&item->cause, &lane->walker->suspect, sizeof item->cause);
}

void campaign_write(struct lane *lane)
{
	struct walker *walker = lane->walker;
	if (!walker)
		return;
	for (const struct reached *reached = walker->reached; reached; reached = reached->next)
		core_walk_new_add(lane->store, reached->shard, reached->campaign, reached->count);
	if (walker->running) {
		for (int i = 0; i < walker->count; i++)
			walker->failed += walker->items[i]->failed || campaign_suspects(lane, walker->items[i]);
		core_walk_step_add(lane->store, &(struct core_walk_step){
						    .shard = walker->shard->number,
						    .campaign = walker->campaign.id,
						    .round = walker->round,
						    .position = walker->position,
						    .walked = walker->paged,
						    .reached = walker->count - walker->failed,
						    .failed = walker->failed,
						    .done = walker->paged < walker->asked,
						});
	}
	core_walks_send(lane->store, lane->pg);
}

void campaign_committed(struct lane *lane)
{
	struct walker *walker = lane->walker;
	if (!campaign_running(lane))
		return;
	struct walk_place *place = place_of(walker->shard, walker->campaign.id);
	counters_walked(walker->campaign.kind, "reached", walker->count - walker->failed);
	counters_walked(walker->campaign.kind, "passed", walker->paged - walker->count);
	counters_walked(walker->campaign.kind, "failed", walker->failed);
	if (place && place->round == walker->round) {
		put_position(place, walker->position);
		place->done = walker->paged < walker->asked;
		if (place->done)
			log_info("campaign has walked the shard", LOG_NUMBER("campaign_id", walker->campaign.id),
			    LOG_NUMBER("shard", walker->shard->number));
	}
	walker->suspecting = false;
	lane->late_alone = 0;
	walker->most = walker->most * 2 < PAGE_MAX ? walker->most * 2 : PAGE_MAX;
	walker->running = false;
}

/* Not even that it failed could be written, or a statement of its cannot work: others go on. */
static void hold(struct walker *walker)
{
	struct walk_place *place = place_of(walker->shard, walker->campaign.id);
	walker->suspecting = false;
	walker->most = PAGE_MAX;
	if (place)
		place->held_until_us = instant_monotonic_us() + HOLD_US;
	log_error("a campaign cannot go on in this shard; tried again in a minute", LOG_NUMBER("campaign_id", walker->campaign.id),
	    LOG_NUMBER("shard", walker->shard->number));
}

/* One of the page's subjects is at fault: fewer, or the one that is left is told as failed. */
static void search(struct lane *lane, const char *code)
{
	struct walker *walker = lane->walker;
	lane->late_alone = 0;
	if (walker->count > 1) {
		walker->most = walker->count / 2;
	} else if (walker->suspecting || !walker->count) {
		hold(walker);
	} else {
		walker->suspecting = true;
		walker->suspect = walker->items[0]->cause;
		snprintf(lane->suspect_code, sizeof lane->suspect_code, "%s", code);
	}
}

void campaign_failed(struct lane *lane, bool data, const char *sqlstate)
{
	struct walker *walker = lane->walker;
	if (!campaign_running(lane))
		return;
	walker->running = false;
	walker->next = walker->shard->number; /* the same page again */
	if (data)
		search(lane, sqlstate);
}

void campaign_missing(struct lane *lane)
{
	campaign_failed(lane, false, "");
	hold(lane->walker);
}

/* It may be the reading of the page that is too slow: then nothing is known of its subjects yet, and less of it is asked for. */
void campaign_late(struct lane *lane)
{
	struct walker *walker = lane->walker;
	bool unread = !walker->count && walker->asked > 1;
	log_warn("a campaign's page is too slow", LOG_NUMBER("lane", lane->number), LOG_NUMBER("items", walker->count),
	    LOG_NUMBER("limit", walker->asked));
	if (unread)
		walker->most = walker->asked / 2;
	else if (walker->count > 1 || walker->suspecting || ++lane->late_alone >= LATE_ALONE_MAX)
		search(lane, LATE_CODE);
}

/* ---- what comes ---- */

static struct uuid identity_of(int64_t campaign, const struct uuid *subject)
{
	char text[40 + UUID_TEXT_SIZE], id[UUID_TEXT_SIZE];
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct uuid identity;
	int size = snprintf(text, sizeof text, "campaign/%lld/%s", (long long)campaign, uuid_format(subject, id));
	const struct crypto_part part = {text, (size_t)size};
	crypto_sha256(&part, 1, digest);
	memcpy(&identity, digest, sizeof identity);
	return identity;
}

static void count_reached(struct lane *lane, int shard, int64_t campaign)
{
	struct reached **at = &walker_of(lane)->reached;
	while (*at && ((*at)->shard != shard || (*at)->campaign != campaign))
		at = &(*at)->next;
	if (!*at) {
		*at = arena_alloc(lane->arena, sizeof **at);
		**at = (struct reached){.shard = shard, .campaign = campaign};
	}
	(*at)->count++;
}

void batch_reach(struct batch *batch, struct item *item, const struct uuid *subject)
{
	struct daemon *daemon = batch->daemon;
	for (int i = 0; daemon->campaigns && i < daemon->campaigns->count; i++) {
		const struct known *known = daemon->campaigns->rows[i];
		if (known->new_until_us <= batch->now_us)
			continue;
		struct campaign *campaign = arena_alloc(batch->arena, sizeof *campaign);
		*campaign = copy(batch->arena, &known->campaign);
		struct uuid identity = identity_of(campaign->id, subject);
		struct item *reached = item_new(batch->arena, item->shard, campaign, subject, &identity);
		reached->trace = item->trace;
		daemon->service->decide(batch, reached);
		if (!reached->failed)
			count_reached(item->shard->lane, item->shard->number, campaign->id);
	}
}
