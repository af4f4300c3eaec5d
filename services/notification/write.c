/* What has changed, each row once. */
#include "services/notification/memory_private.h"

static void write_known(struct notification_memory *memory, struct known *known)
{
	if (known->changed)
		rows_known(&memory->rows, memory->batch->arena, known);
}

/* While it is sent nothing else of it changes. */
static void write_change(struct notification_memory *memory, const struct notice_entry *entry)
{
	if (entry->notice.state == NOTICE_SENDING) {
		rows_begun(&memory->rows, &entry->notice);
		return;
	}
	if (entry->sending)
		rows_over(&memory->rows, &entry->notice);
	rows_notice_change(&memory->rows, &entry->notice, memory->batch->now_us);
}

static void write_notice(struct notification_memory *memory, const struct notice_entry *entry)
{
	if (entry->fresh)
		rows_notice(&memory->rows, &entry->notice, memory->batch->now_us);
	else if (entry->changed)
		write_change(memory, entry);
}

void notification_write(struct batch *batch)
{
	struct notification_memory *memory = batch->memory;
	struct known_entry *entry, *next;
	HASH_ITER (hh, memory->known, entry, next)
		write_known(memory, &entry->known);
	for (const struct notice_entry *notice = memory->first; notice; notice = notice->next)
		write_notice(memory, notice);
	rows_send(&memory->rows, batch->pg);
}
