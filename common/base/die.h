/* How a program ends when it must. After start-up a daemon waits errors out and calls neither. */
#ifndef OMBUD_BASE_DIE_H
#define OMBUD_BASE_DIE_H

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1, /* the answer is no: books do not balance, a check failed */
	EXIT_CODE_USAGE = 2,  /* the command line or the configuration is wrong */
	EXIT_CODE_NOT_FOUND = 3,
	EXIT_CODE_PARTIAL = 4, /* partly done, or not known yet */
	EXIT_CODE_RESTART = 5, /* fatal for this process, a restart mends it (two copies with one instance id) */
};

/* The operator erred: message on stderr, exit EXIT_CODE_USAGE. At start only. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* We erred: message with place, abort() without clean-up. */
_Noreturn void bug_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

/* malloc and realloc that do not return NULL. */
void *xmalloc(unsigned long size);
void *xcalloc(unsigned long count, unsigned long size);
void *xrealloc(void *old, unsigned long size);
char *xstrdup(const char *text);

#endif
