/* What an operator gave as a value, by option or flag: is it what was asked for? false: error says what it is not. */
#ifndef OMBUD_BASE_VALUE_H
#define OMBUD_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool value_check_integer(
    const char *text, int64_t least, int64_t most, const char *unit, char *error, size_t error_size); /* unit: NULL for none */
bool value_check_choice(const char *text, const char *choices, char *error, size_t error_size);       /* choices: "one|other" */
bool value_check_file(const char *text, char *error, size_t error_size);   /* one that can be read, and is no folder */
bool value_check_folder(const char *text, char *error, size_t error_size); /* one that can be read */
/* What Kafka takes as a name: letters, digits, ".", "_" and "-"; may be empty. */
bool value_check_name(const char *text, size_t size_max, char *error, size_t error_size);

/* What stands behind a flag without "=": its value, unless it begins as a flag does. "-" and negative numbers are values. */
bool value_is_one(const char *argument);

#endif
