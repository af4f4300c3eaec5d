#include "common/base/buf.h"
#include "common/model/lifecycle.h"

enum { DRAWN_APART_MAX = 6 }; /* a row from more stages than this is drawn once, from "open" */

static void draw_facts(struct buf *out, unsigned facts, const char *before)
{
	for (unsigned i = 0; i < FACT_COUNT; i++) {
		if (facts & 1u << i)
			buf_printf(out, "%s%s", before, life_fact_name(1u << i));
	}
}

static void draw_label(struct buf *out, const struct life_row *row)
{
	if (row->event == EVENT_SILENCE_REACHED)
		buf_text(out, silence_ground_name(row->ground));
	else
		buf_text(out, row->event == EVENT_NONE ? "at once" : event_type_short_name(row->event));
	draw_facts(out, row->when, ", ");
	draw_facts(out, row->unless, ", not ");
	buf_text(out, row->later ? " (later)\n" : "\n");
}

static void draw_from(struct buf *out, const struct life_row *row)
{
	if (__builtin_popcount(row->from) > DRAWN_APART_MAX) {
		buf_printf(out, "    open --> %s: ", stage_name(row->to));
		draw_label(out, row);
		return;
	}
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		if (!(row->from & 1u << stage))
			continue;
		buf_printf(out, "    %s --> %s: ", stage == 0 ? "[*]" : stage_name((enum stage)stage), stage_name(row->to));
		draw_label(out, row);
	}
}

void life_draw(struct buf *out)
{
	const struct life_row *rows;
	size_t count = life_rows(&rows);
	buf_text(out, "stateDiagram-v2\n");
	for (size_t i = 0; i < count; i++) {
		if (rows[i].to != STAGE_UNSPECIFIED)
			draw_from(out, &rows[i]);
	}
	for (int stage = 1; stage < STAGE_COUNT; stage++) {
		if (life_is_final((enum stage)stage))
			buf_printf(out, "    %s --> [*]\n", stage_name((enum stage)stage));
	}
}
