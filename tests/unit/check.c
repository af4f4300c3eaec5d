#include "tests/unit/check.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(void (*fn)(void *context), void *context, int out)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	close(out);
	fn(context);
	fflush(NULL);
	_exit(0);
}

int run_in_child(void (*fn)(void *context), void *context, char *output, size_t output_size)
{
	int ends[2], status;
	size_t size = 0;
	ssize_t got;

	fflush(NULL);
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child(fn, context, ends[1]);
	}
	close(ends[1]);
	while ((got = read(ends[0], output + size, output_size - 1 - size)) > 0)
		size += (size_t)got;
	output[size] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 128 + WSTOPSIG(status);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
