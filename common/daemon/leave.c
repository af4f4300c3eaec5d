#include "common/daemon/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/die.h"
#include "common/io/loop.h"

static struct {
	int fds[2];
	void (*fn)(void *context);
	void *context;
} leave;

/* Not the loop's: in a rebalance it stands for seconds, and when it has ended the group is still to be left. */
static void on_signal(int number)
{
	static const char word[] = "leaving at once: a second signal\n";
	static volatile sig_atomic_t asked;
	int before = errno;
	if (asked) {
		ssize_t said = write(STDERR_FILENO, word, sizeof word - 1);
		(void)said;
		_exit(EXIT_CODE_FAILED);
	}
	asked = 1;
	ssize_t woken = write(leave.fds[1], "", 1);
	(void)woken;
	errno = before;
}

static void on_asked(int fd, int events, void *context)
{
	char byte;
	if (read(fd, &byte, 1) == 1)
		leave.fn(leave.context);
}

void leave_start(struct loop *loop, void (*fn)(void *context), void *context)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	leave.fn = fn;
	leave.context = context;
	if (pipe2(leave.fds, O_NONBLOCK | O_CLOEXEC) != 0)
		bug("pipe: %s", strerror(errno));
	loop_watch_new(loop, leave.fds[0], LOOP_READ, on_asked, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}
