#include "tests/unit/check.h"

#include <signal.h>
#include <sys/mman.h>
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

/* Into memory and not into a pipe: a stopped child would keep a pipe open. */
int run_in_child(void (*fn)(void *context), void *context, char *output, size_t output_size)
{
	int status, out = memfd_create("output", MFD_CLOEXEC);

	assert_true(out >= 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		child(fn, context, out);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	ssize_t size = pread(out, output, output_size - 1, 0);
	assert_true(size >= 0);
	output[size] = '\0';
	close(out);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 128 + WSTOPSIG(status);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
