/* The rows of the table of channels, each of a file of its own. */
#ifndef OMBUD_SERVICES_NOTIFICATION_CHANNELS_H
#define OMBUD_SERVICES_NOTIFICATION_CHANNELS_H

#include "services/notification/channel.h"

extern const struct channel_row channel_inbox, channel_webhook, channel_topic;

#endif
