#include "common/base/value.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/tongue.h"

bool value_check_integer(const char *text, int64_t least, int64_t most, const char *unit, char *error, size_t error_size)
{
	char *end;

	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (*text == '\0' || strspn(text, "-0123456789") != strlen(text) || *end != '\0')
		snprintf(error, error_size, tongue("\"%.100s\" is not a whole number"), text);
	else if ((errno != 0 || number < least || number > most) && unit == NULL)
		snprintf(error, error_size, tongue("%.40s is out of bounds, want %lld to %lld"), text, (long long)least,
		    (long long)most);
	else if (errno != 0 || number < least || number > most)
		snprintf(error, error_size, tongue("%.40s is out of bounds, want %lld to %lld %s"), text, (long long)least,
		    (long long)most, unit);
	else
		return true;
	return false;
}

bool value_check_choice(const char *text, const char *choices, char *error, size_t error_size)
{
	for (const char *choice = choices; choice != NULL; choice = strchr(choice, '|')) {
		choice += *choice == '|';
		size_t size = strcspn(choice, "|");
		if (size == strlen(text) && memcmp(choice, text, size) == 0)
			return true;
	}
	snprintf(error, error_size, tongue("unknown value \"%.100s\", want one of %s"), text, choices);
	return false;
}

bool value_check_file(const char *text, char *error, size_t error_size)
{
	struct stat facts;

	errno = 0;
	if (stat(text, &facts) == 0 && S_ISDIR(facts.st_mode))
		errno = EISDIR;
	else if (errno == 0 && access(text, R_OK) == 0)
		return true;
	snprintf(error, error_size, "%s: %s", *text == '\0' ? "\"\"" : text, tongue(strerror(errno)));
	return false;
}

bool value_check_folder(const char *text, char *error, size_t error_size)
{
	DIR *folder = opendir(text);

	if (folder == NULL)
		snprintf(error, error_size, "%s: %s", *text == '\0' ? "\"\"" : text, tongue(strerror(errno)));
	else
		closedir(folder);
	return folder != NULL;
}

bool value_check_name(const char *text, size_t size_max, char *error, size_t error_size)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (text[strspn(text, fit)] == '\0' && strlen(text) <= size_max)
		return true;
	snprintf(error, error_size, tongue("\"%.40s\": want letters, digits, \".\", \"_\" and \"-\", %zu at most"), text, size_max);
	return false;
}

bool value_is_one(const char *argument)
{
	return argument[0] != '-' || argument[1] == '\0' || isdigit((unsigned char)argument[1]);
}
