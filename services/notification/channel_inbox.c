/* 站内信: the letter is in its reader's inbox with the transaction (inbox.c shows it). */
#include "services/notification/channels.h"

static void addresses(const struct channel_row *channel, const struct letter *letter)
{
	channel_place(channel, letter, "");
}

const struct channel_row channel_inbox = {
    .number = NOTICE_CHANNEL_INBOX,
    .by_default = true,
    .addresses = addresses,
    .placed = memory_add_letter,
};
