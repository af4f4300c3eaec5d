/* A turn later, once a round of the loop. */
#include "common/daemon/daemon.h"
#include "common/daemon/wake.h"
#include "common/io/loop.h"

static void on_woken(void *context)
{
	struct daemon *daemon = context;
	daemon->woken = false;
	if (daemon->turn)
		daemon->turn(daemon);
}

void daemon_wake(struct daemon *daemon)
{
	if (daemon->woken)
		return;
	daemon->woken = true;
	loop_defer(daemon->loop, on_woken, daemon);
}
