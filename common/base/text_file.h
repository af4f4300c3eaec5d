/* A file that people write: UTF-8 without NUL, bounded, read as a whole. */
#ifndef OMBUD_BASE_TEXT_FILE_H
#define OMBUD_BASE_TEXT_FILE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/problems.h"

/* Appends it to text, without the byte order mark that some editors begin with and the carriage returns that they end lines with.
 * false: told, with line and column where there is one. */
bool text_file_read(const char *path, size_t size_max, struct buf *text, struct problems *problems);

#endif
