/* The language in which a tool speaks to the person at its terminal. Whoever knows another than English says how; daemons do not.
 * Mistakes of a command line, help and die() are said through it. */
#ifndef OMBUD_BASE_TONGUE_H
#define OMBUD_BASE_TONGUE_H

/* say: a text or format in the other language, with the same conversions in the same order; what it does not know comes back as it
 * is. NULL: English again. */
void tongue_use(const char *(*say)(const char *english));

const char *tongue(const char *english) __attribute__((format_arg(1)));

#endif
