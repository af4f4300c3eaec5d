/* The skeleton's metrics that are looked at when somebody asks for them. */
#ifndef OMBUD_DAEMON_GAUGES_H
#define OMBUD_DAEMON_GAUGES_H

struct daemon;

void gauges_setup(struct daemon *daemon);

#endif
