/* /livez /readyz /metrics */
#ifndef OMBUD_DAEMON_HEALTH_H
#define OMBUD_DAEMON_HEALTH_H

struct daemon;

void health_start(struct daemon *daemon);
void health_stop(struct daemon *daemon);
int health_probe(const struct daemon *daemon); /* --healthcheck: exit code */

#endif
