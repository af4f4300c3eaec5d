#include "common/model/inquiry.h"

#include <stdlib.h>
#include <string.h>

static const char *const states[INQUIRY_STATES] = {"open", "answered", "lapsed", "dropped"};

static enum inquiry_state state_by_name(const char *name)
{
	for (int i = 0; i < INQUIRY_STATES; i++)
		if (strcmp(states[i], name) == 0)
			return (enum inquiry_state)i;
	return INQUIRY_DROPPED;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static struct inquiry read_line(char *line)
{
	char *rest = line;
	struct inquiry inquiry = {.number = (int32_t)strtol(strsep(&rest, " "), NULL, 10)};
	inquiry.state = state_by_name(rest ? strsep(&rest, " ") : "");
	inquiry.asked = party_by_name(rest ? strsep(&rest, " ") : "");
	inquiry.opened_at_us = rest ? strtoll(strsep(&rest, " "), NULL, 10) : 0;
	inquiry.id = rest ? rest : "";
	return inquiry;
}

struct inquiries inquiries_read(struct arena *arena, const char *text)
{
	struct inquiries inquiries = {NULL, 0};
	size_t lines = count_lines(text);
	if (lines == 0)
		return inquiries;
	inquiries.list = arena_new_array(arena, struct inquiry, lines);
	char *rest = arena_strdup(arena, text);
	while (inquiries.count < lines)
		inquiries.list[inquiries.count++] = read_line(strsep(&rest, "\n"));
	return inquiries;
}

const char *inquiries_text(struct arena *arena, const struct inquiries *inquiries)
{
	const char *text = "";
	for (size_t i = 0; i < inquiries->count; i++) {
		const struct inquiry *inquiry = &inquiries->list[i];
		text = arena_printf(arena, "%s%d %s %s %lld %s\n", text, (int)inquiry->number, states[inquiry->state],
		    party_name(inquiry->asked), (long long)inquiry->opened_at_us, inquiry->id);
	}
	return text;
}

struct inquiry *inquiry_find(const struct inquiries *inquiries, const char *id)
{
	for (size_t i = 0; i < inquiries->count; i++)
		if (strcmp(inquiries->list[i].id, id) == 0)
			return &inquiries->list[i];
	return NULL;
}

struct inquiry *inquiry_numbered(const struct inquiries *inquiries, int32_t number)
{
	for (size_t i = 0; i < inquiries->count; i++)
		if (inquiries->list[i].number == number)
			return &inquiries->list[i];
	return NULL;
}

static bool is_state(const char *line, enum inquiry_state state)
{
	const char *at = strchr(line, ' ');
	size_t size = strlen(states[state]);
	return at && strncmp(at + 1, states[state], size) == 0 && at[1 + size] == ' ';
}

bool inquiries_wait(const char *text)
{
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		if (is_state(line, INQUIRY_OPEN) || is_state(line, INQUIRY_LAPSED))
			return true;
	return false;
}

bool inquiry_may_ask(enum party party)
{
	return party == PARTY_LOGISTICS || party == PARTY_PAYMENT || party == PARTY_SUPPLIER || party == PARTY_PLATFORM;
}
