/* ombudctl clock rebuild --check: every clock anew from the facts that escalation keeps, compared with what is stored. It writes
 * nothing. Complaints, facts and clocks are read page by page in the order of their keys, within one snapshot: daemons may run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/instant.h"
#include "common/model/clock_rebuild.h"
#include "common/platform/terms.h"
#include "common/store/rebuild.h"
#include "services/ombudctl/platform.h"
#include "services/ombudctl/trace.h"

enum { PAGE_ROWS = 5000, PAGE_ROWS_OF_ONE = 100 };

/* Rows of one table, in order; the one at hand is at `row`. */
struct stream {
	enum rebuild_table table;
	struct rebuild_place place; /* of the row at hand */
	struct pg_result *result;
	int row, rows;
	bool ended, failed; /* there is no row at hand */
};

struct version {
	struct version *next;
	struct terms *terms;
	struct calendar *calendar;
	struct clock_version version;
};

struct rebuild {
	struct ctl *ctl;
	struct pg_args *args;
	int page_rows;
	struct stream streams[REBUILD_TABLES];
	struct version *versions;
	struct arena *files, *arena; /* of versions; of the complaint at hand */
	struct clock_board board;    /* its clocks as they come out; version NULL: it has no facts */

	int64_t complaints, facts, clocks, differences, most;
	struct table *table; /* the first differences */
	struct buf json;
	struct rebuild_place at; /* the complaint at hand, and the clock of it that is compared */
};

/* ---- the versions that facts name ---- */

static struct terms *read_terms(struct rebuild *rebuild, int32_t number)
{
	struct bundle files = {.arena = rebuild->files};
	struct problems told = {0};
	struct terms *terms = platform_read_version(rebuild->ctl, number, &files) ? terms_new(&files, &told) : NULL;
	problems_free(&told);
	return terms;
}

/* NULL: it cannot be read. */
static const struct clock_version *find_version(struct rebuild *rebuild, int32_t number)
{
	struct version *version = rebuild->versions;
	while (version && version->version.number != number)
		version = version->next;
	if (!version) {
		version = xcalloc(1, sizeof *version);
		version->terms = read_terms(rebuild, number);
		version->calendar = version->terms ? platform_read_days(rebuild->ctl, number) : NULL;
		version->version = (struct clock_version){number, NULL, version->calendar};
		version->next = rebuild->versions;
		rebuild->versions = version;
	}
	if (!version->calendar)
		return NULL;
	version->version.set = terms_policies(version->terms);
	return &version->version;
}

static void free_versions(struct rebuild *rebuild)
{
	while (rebuild->versions) {
		struct version *version = rebuild->versions;
		rebuild->versions = version->next;
		terms_free(version->terms);
		calendar_free(version->calendar);
		free(version);
	}
}

/* ---- rows in order ---- */

static void read_page(struct rebuild *rebuild, struct stream *stream)
{
	pg_result_free(stream->result);
	rebuild_page_args(rebuild->args, stream->table, &stream->place, rebuild->page_rows);
	stream->result = ctl_run(rebuild->ctl, &rebuild_pages[stream->table], rebuild->args);
	stream->failed = !stream->result;
	stream->rows = stream->result ? pg_result_rows(stream->result) : 0;
	stream->row = 0;
	stream->ended = stream->rows == 0;
}

static void place_row(struct stream *stream)
{
	if (!stream->ended)
		rebuild_place_read(stream->result, stream->row, stream->table, &stream->place);
}

static void next_row(struct rebuild *rebuild, struct stream *stream)
{
	if (++stream->row >= stream->rows)
		read_page(rebuild, stream);
	place_row(stream);
}

static void begin_streams(struct rebuild *rebuild, int shard, const struct uuid *complaint)
{
	for (int i = 0; i < REBUILD_TABLES; i++) {
		struct stream *stream = &rebuild->streams[i];
		stream->table = i;
		stream->place.shard = shard;
		stream->place.complaint_id = *complaint;
		read_page(rebuild, stream);
		place_row(stream);
	}
}

/* By complaint: which comes first. */
static int compare_places(const struct rebuild_place *a, const struct rebuild_place *b)
{
	if (a->shard != b->shard)
		return a->shard < b->shard ? -1 : 1;
	return memcmp(&a->complaint_id, &b->complaint_id, sizeof a->complaint_id);
}

static bool is_at(const struct rebuild *rebuild, const struct stream *stream)
{
	return !stream->ended && compare_places(&stream->place, &rebuild->at) == 0;
}

/* ---- what differs ---- */

static void differs(const char *member, const char *stored, const char *computed, void *context)
{
	struct rebuild *rebuild = context;
	char id[UUID_TEXT_SIZE], cycle[16] = "";
	if (rebuild->differences++ >= rebuild->most)
		return;
	uuid_format(&rebuild->at.complaint_id, id);
	if (rebuild->at.number)
		snprintf(cycle, sizeof cycle, "%d", (int)rebuild->at.number);
	table_cell(rebuild->table, id);
	table_cell(rebuild->table, words_in_use(rebuild->at.clock));
	table_cell(rebuild->table, cycle);
	table_cell(rebuild->table, words_in_use(member));
	table_cell(rebuild->table, words_in_use(stored));
	table_cell(rebuild->table, words_in_use(computed));
	buf_printf(&rebuild->json, "%s{\"complaint\": \"%s\"", rebuild->json.size ? ",\n " : "", id);
	trace_json_text(&rebuild->json, "clock", *rebuild->at.clock ? rebuild->at.clock : NULL);
	buf_printf(&rebuild->json, ", \"cycle\": %s", *cycle ? cycle : "null");
	trace_json_text(&rebuild->json, "member", member);
	trace_json_text(&rebuild->json, "stored", stored);
	trace_json_text(&rebuild->json, "computed", computed);
	buf_char(&rebuild->json, '}');
}

static void set_clock(struct rebuild *rebuild, const char *clock, int32_t cycle)
{
	snprintf(rebuild->at.clock, sizeof rebuild->at.clock, "%s", clock);
	rebuild->at.number = cycle;
}

static void differs_number(struct rebuild *rebuild, const char *member, int64_t stored, int64_t computed)
{
	char a[24], b[24];
	snprintf(a, sizeof a, "%lld", (long long)stored);
	snprintf(b, sizeof b, "%lld", (long long)computed);
	if (stored != computed)
		differs(member, a, b, rebuild);
}

static void differs_text(struct rebuild *rebuild, const char *member, const char *stored, const char *computed)
{
	if (strcmp(stored, computed))
		differs(member, stored, computed, rebuild);
}

static void differs_instant(struct rebuild *rebuild, const char *member, int64_t stored_us, int64_t computed_us)
{
	char a[INSTANT_TEXT_SIZE], b[INSTANT_TEXT_SIZE];
	if (stored_us != computed_us)
		differs(member, instant_format(stored_us, a), instant_format(computed_us, b), rebuild);
}

/* ---- one complaint ---- */

/* false: the version that a fact names cannot be read. */
static bool take_fact(struct rebuild *rebuild, const struct clock_fact *fact)
{
	const struct clock_version *version = fact->version ? find_version(rebuild, fact->version) : rebuild->board.version;
	if (!version) {
		ctl_say("version %d of a platform cannot be read", (int)fact->version);
		return false;
	}
	if (!rebuild->board.version)
		clock_rebuild_begin(&rebuild->board, rebuild->arena, version);
	clock_fact_apply(&rebuild->board, fact, version);
	return true;
}

/* Number after number; false: an error, which has been printed. */
static bool take_facts(struct rebuild *rebuild, int32_t kept)
{
	struct stream *facts = &rebuild->streams[REBUILD_FACTS];
	int32_t taken = 0;
	for (; is_at(rebuild, facts); next_row(rebuild, facts)) {
		struct clock_fact fact;
		rebuild_fact_read(facts->result, facts->row, &fact);
		taken++;
		if (!take_fact(rebuild, &fact))
			return false;
	}
	rebuild->facts += taken;
	differs_number(rebuild, "facts", kept, taken);
	return !facts->failed;
}

static void compare_complaint(struct rebuild *rebuild, const struct rebuild_complaint *stored)
{
	const struct clock_board *board = &rebuild->board;
	if (!board->version)
		return;
	differs_text(rebuild, "stage", stage_name(stored->stage), stage_name(board->stage));
	differs_instant(rebuild, "stage_since", stored->stage_since_us, board->stage_since_us);
	differs_text(rebuild, "policy", stored->policy, board->policy->id);
	differs_number(rebuild, "policy_version", stored->policy_version, board->version->number);
}

static void compare_clock(struct rebuild *rebuild, const struct clock *stored)
{
	struct clock *computed = clock_rebuild_find(&rebuild->board, stored->kind, stored->cycle);
	set_clock(rebuild, clock_kind_name(stored->kind), stored->cycle);
	rebuild->clocks++;
	if (computed)
		clock_board_catch_up(&rebuild->board, computed, stored);
	if (computed)
		clock_rebuild_compare(stored, computed, differs, rebuild);
	else
		differs("clock", "stored", "not of these facts", rebuild);
}

static bool is_stored(const struct clock *const *stored, int count, const struct clock *computed)
{
	for (int i = 0; i < count; i++)
		if (stored[i]->kind == computed->kind && stored[i]->cycle == computed->cycle)
			return true;
	return false;
}

/* false: an error, which has been printed. */
static bool compare_clocks(struct rebuild *rebuild)
{
	struct stream *clocks = &rebuild->streams[REBUILD_CLOCKS];
	struct clock_board kept = {.arena = rebuild->arena};
	for (; is_at(rebuild, clocks); next_row(rebuild, clocks)) {
		struct clock *stored = clock_board_put(&kept);
		rebuild_clock_read(clocks->result, clocks->row, stored);
		compare_clock(rebuild, stored);
	}
	for (int i = 0; i < rebuild->board.clocks_count; i++) {
		const struct clock *computed = rebuild->board.clocks[i];
		if (is_stored((const struct clock *const *)kept.clocks, kept.clocks_count, computed))
			continue;
		set_clock(rebuild, clock_kind_name(computed->kind), computed->cycle);
		differs("clock", "not stored", "of these facts", rebuild);
	}
	return !clocks->failed;
}

/* Rows before the complaint at hand: of one that is not stored. */
static bool pass_strays(struct rebuild *rebuild, enum rebuild_table table, const struct rebuild_place *until)
{
	struct stream *stream = &rebuild->streams[table];
	for (; !stream->ended && (!until || compare_places(&stream->place, until) < 0); next_row(rebuild, stream)) {
		rebuild->at = stream->place;
		set_clock(rebuild, stream->place.clock, table == REBUILD_CLOCKS ? stream->place.number : 0);
		differs(table == REBUILD_CLOCKS ? "clock" : "facts", "stored", "of no complaint", rebuild);
	}
	return !stream->failed;
}

static bool rebuild_complaint(struct rebuild *rebuild)
{
	struct stream *complaints = &rebuild->streams[REBUILD_COMPLAINTS];
	const struct rebuild_place place = complaints->place;
	struct rebuild_complaint stored;
	if (!pass_strays(rebuild, REBUILD_FACTS, &place) || !pass_strays(rebuild, REBUILD_CLOCKS, &place))
		return false;
	rebuild->at = place;
	set_clock(rebuild, "", 0);
	arena_reset(rebuild->arena);
	rebuild->board = (struct clock_board){0};
	rebuild->complaints++;
	rebuild_complaint_read(complaints->result, complaints->row, &stored);
	if (!take_facts(rebuild, stored.facts))
		return false;
	compare_complaint(rebuild, &stored);
	return compare_clocks(rebuild);
}

static bool rebuild_all(struct rebuild *rebuild)
{
	struct stream *complaints = &rebuild->streams[REBUILD_COMPLAINTS];
	const struct uuid first = {{0}};
	begin_streams(rebuild, INT32_MIN, &first);
	for (; !complaints->ended; next_row(rebuild, complaints))
		if (!rebuild_complaint(rebuild))
			return false;
	return !complaints->failed && pass_strays(rebuild, REBUILD_FACTS, NULL) && pass_strays(rebuild, REBUILD_CLOCKS, NULL);
}

static bool rebuild_one(struct rebuild *rebuild, int shard, const struct uuid *complaint)
{
	struct stream *complaints = &rebuild->streams[REBUILD_COMPLAINTS];
	begin_streams(rebuild, shard, complaint);
	return !complaints->failed && (complaints->ended || rebuild_complaint(rebuild));
}

/* ---- the command ---- */

static void print_result(struct rebuild *rebuild, double seconds)
{
	double rate = (double)rebuild->complaints / (seconds > 1e-6 ? seconds : 1e-6);
	if (ctl_json(rebuild->ctl))
		printf("{\"complaints\": %lld, \"facts\": %lld, \"clocks\": %lld, \"seconds\": %.3f, \"complaints_a_second\": %.0f,"
		       " \"differences_count\": %lld, \"differences\": [%s]}\n",
		    (long long)rebuild->complaints, (long long)rebuild->facts, (long long)rebuild->clocks, seconds, rate,
		    (long long)rebuild->differences, buf_string(&rebuild->json));
	else if (rebuild->differences)
		table_print(rebuild->table, "");
	ctl_say("%lld complaints, %lld facts, %lld clocks in %.1f s: %.0f complaints a second; %lld differences",
	    (long long)rebuild->complaints, (long long)rebuild->facts, (long long)rebuild->clocks, seconds, rate,
	    (long long)rebuild->differences);
}

/* All that is read is of one moment. The planner must not sort what an index has in order. */
static bool begin_snapshot(struct ctl *ctl)
{
	static const char begin[] =
	    "begin isolation level repeatable read read only;"
	    " set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off";
	if (pg_session_script(ctl_pg(ctl), begin))
		return true;
	ctl_say("%s", pg_session_error(ctl->pg));
	return false;
}

enum exit_code clock_rebuild(struct ctl *ctl)
{
	static const char *const headings[] = {"complaint", "clock", "cycle", "member", "stored", "computed"};
	struct rebuild rebuild = {.ctl = ctl, .page_rows = PAGE_ROWS, .most = ctl_number(ctl, "limit")};
	struct uuid complaint;
	enum exit_code code;
	int shard;
	bool one = ctl->flags.words_count > 0;
	if (!ctl_flag(ctl, "check"))
		die("--check: must be given: clocks are compared with what their facts say, and nothing is written");
	if (one && !ctl_find_complaint(ctl, &complaint, &shard, &code))
		return code;
	if (!begin_snapshot(ctl))
		return EXIT_CODE_FAILED;
	if (one)
		rebuild.page_rows = PAGE_ROWS_OF_ONE;
	rebuild.args = pg_args_new();
	rebuild.files = arena_new(0);
	rebuild.arena = arena_new(0);
	rebuild.table = table_new(6, headings);
	int64_t started_us = instant_monotonic_us();
	bool done = one ? rebuild_one(&rebuild, shard, &complaint) : rebuild_all(&rebuild);
	if (done)
		print_result(&rebuild, (double)(instant_monotonic_us() - started_us) / US_PER_SECOND);
	for (int i = 0; i < REBUILD_TABLES; i++)
		pg_result_free(rebuild.streams[i].result);
	pg_args_free(rebuild.args);
	free_versions(&rebuild);
	table_free(rebuild.table);
	buf_free(&rebuild.json);
	arena_free(rebuild.arena);
	arena_free(rebuild.files);
	return done && rebuild.differences == 0 ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
