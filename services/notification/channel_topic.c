/* ombud.notification.v1: the fact that it was delivered is the delivery. */
#include "services/notification/channels.h"

static void addresses(const struct channel_row *channel, const struct letter *letter)
{
	channel_place(channel, letter, "");
}

const struct channel_row channel_topic = {
    .number = NOTICE_CHANNEL_TOPIC,
    .addresses = addresses,
    .by_topic = true,
};
