/* The table of channels. E-mail, SMS, push, chat and the live stream come later: each is a file with its row, and its name here. */
#include "services/notification/channels.h"

const struct channel_row *const channels[] = {&channel_inbox, &channel_webhook, &channel_topic, NULL};
