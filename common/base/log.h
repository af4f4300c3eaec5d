/* JSON log lines on stdout, one object a line: ts, level, msg, service, instance, then the pairs given.
 * Never log what a person wrote, nor a secret: log ids and sizes. Hostile text is escaped, and nothing makes a line long.
 * A line is lost, and counted in the next one, when nobody reads them and the pipe stays full: the program goes on.
 */
#ifndef OMBUD_BASE_LOG_H
#define OMBUD_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* text: readable lines instead of JSON. service and instance are borrowed for the life of the process. */
void log_setup(const char *service, const char *instance, enum log_level least, bool text);

enum {
	LOG_VALUE_SIZE_MAX = 1024, /* bytes of a text; what is beyond is cut off between two characters, and three dots say so */
	LOG_LINES_MAX = 64,        /* values of a list; the last one says how many more there were */
};

/* One key and its value. Build them with the macros below. */
enum log_kind {
	LOG_PAIR_END,
	LOG_PAIR_NONE, /* left out */
	LOG_PAIR_TEXT,
	LOG_PAIR_NUMBER,
	LOG_PAIR_LINES, /* a list of texts: the lines of a text, each ended by \n */
};
struct log_pair {
	const char *key; /* one of log_keys */
	enum log_kind kind;
	const char *text; /* NULL: the pair is left out */
	int64_t number;
};

#define LOG_TEXT(k, v) ((struct log_pair){(k), LOG_PAIR_TEXT, (v), 0})
#define LOG_NUMBER(k, v) ((struct log_pair){(k), LOG_PAIR_NUMBER, 0, (int64_t)(v)})
#define LOG_NUMBER_IF(k, there, v) ((struct log_pair){(k), (there) ? LOG_PAIR_NUMBER : LOG_PAIR_NONE, 0, (int64_t)(v)})
#define LOG_LINES(k, v) ((struct log_pair){(k), LOG_PAIR_LINES, (v), 0})

/* Every key that a line may have, so that one thing has one name in all programs: tests/lint/logkeys holds each call against it.
 * Ended by name NULL. */
struct log_key {
	const char *name;
	enum log_kind kind;
	const char *what;
};
extern const struct log_key log_keys[];

extern enum log_level log_least; /* of lines that are written; log_setup's */
void log_pairs(enum log_level level, const char *message, const struct log_pair *pairs);

/* log_info("batch committed", LOG_NUMBER("records", n), LOG_TEXT("topic", t)); the values of a line that is not written are not
 * looked at. */
#define log_at(level, message, ...) \
	((level) < log_least        \
		? (void)0           \
		: log_pairs((level), (message), (const struct log_pair[]){__VA_ARGS__ __VA_OPT__(, ){0, LOG_PAIR_END, 0, 0}}))
#define log_debug(message, ...) log_at(LOG_LEVEL_DEBUG, message __VA_OPT__(, ) __VA_ARGS__)
#define log_info(message, ...) log_at(LOG_LEVEL_INFO, message __VA_OPT__(, ) __VA_ARGS__)
#define log_warn(message, ...) log_at(LOG_LEVEL_WARN, message __VA_OPT__(, ) __VA_ARGS__)
#define log_error(message, ...) log_at(LOG_LEVEL_ERROR, message __VA_OPT__(, ) __VA_ARGS__)

#endif
