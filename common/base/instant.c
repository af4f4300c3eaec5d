#include "common/base/instant.h"

#include <stdio.h>
#include <time.h>

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. A year begins in March here, so that the day which comes
 * and goes is its last. 719468 is the distance of 0000-03-01. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
	*month = (int)(month_from_march + (month_from_march < 10 ? 3 : -9));
	*year = year_of_era + era * 400 + (*month <= 2);
}

static int days_in_month(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* A separator (0: none) and so many digits. */
static char *put(char *at, char separator, int number, int digits)
{
	if (separator != 0)
		*at++ = separator;
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + digits;
}

/* Written in every event, so without printf. */
const char *instant_format(int64_t instant_us, char *text)
{
	int64_t days = instant_us / US_PER_DAY, rest = instant_us % US_PER_DAY, year;
	int month, day;

	if (rest < 0) {
		rest += US_PER_DAY;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	int fraction = (int)(rest % US_PER_SECOND);
	char *at = text;
	if (year >= 0 && year <= 9999)
		at = put(at, 0, (int)year, 4);
	else
		at += snprintf(text, INSTANT_TEXT_SIZE, "%04lld", (long long)year);
	at = put(at, '-', month, 2);
	at = put(at, '-', day, 2);
	at = put(at, 'T', (int)(rest / US_PER_HOUR), 2);
	at = put(at, ':', (int)(rest / US_PER_MINUTE % 60), 2);
	at = put(at, ':', (int)(rest / US_PER_SECOND % 60), 2);
	if (fraction != 0)
		at = fraction % 1000 == 0 ? put(at, '.', fraction / 1000, 3) : put(at, '.', fraction, 6);
	*at++ = 'Z';
	*at = '\0';
	return text;
}

/* A place in the text. Each read_* advances it or returns false. */
struct cursor {
	const char *at, *end;
};

static bool read_byte(struct cursor *cursor, const char *choices)
{
	if (cursor->at == cursor->end)
		return false;
	for (; *choices != '\0'; choices++) {
		if (*cursor->at == *choices) {
			cursor->at++;
			return true;
		}
	}
	return false;
}

static bool read_number(struct cursor *cursor, int digits, int least, int most, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++, cursor->at++) {
		if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9')
			return false;
		*number = *number * 10 + (*cursor->at - '0');
	}
	return *number >= least && *number <= most;
}

/* Microseconds; what is finer is cut off. No fraction at all is fine. */
static bool read_fraction(struct cursor *cursor, int64_t *fraction_us)
{
	int64_t unit = US_PER_SECOND / 10;
	int digit;

	*fraction_us = 0;
	if (!read_byte(cursor, "."))
		return true;
	if (!read_number(cursor, 1, 0, 9, &digit))
		return false;
	do {
		*fraction_us += digit * unit;
		unit /= 10;
	} while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' && read_number(cursor, 1, 0, 9, &digit));
	return true;
}

static bool read_zone(struct cursor *cursor, int64_t *offset_us)
{
	int hours, minutes;

	*offset_us = 0;
	if (read_byte(cursor, "Zz"))
		return true;
	int sign = read_byte(cursor, "+") ? 1 : -1;
	if (sign < 0 && !read_byte(cursor, "-"))
		return false;
	if (!read_number(cursor, 2, 0, 23, &hours) || !read_byte(cursor, ":") || !read_number(cursor, 2, 0, 59, &minutes))
		return false;
	*offset_us = sign * (hours * US_PER_HOUR + minutes * US_PER_MINUTE);
	return true;
}

bool instant_in_bounds(int64_t instant_us)
{
	return instant_us >= days_from_civil(1, 1, 1) * US_PER_DAY && instant_us < days_from_civil(10000, 1, 1) * US_PER_DAY;
}

bool instant_parse(const char *text, size_t size, int64_t *instant_us)
{
	struct cursor cursor = {text, text + size};
	int year, month, day, hour, minute, second;
	int64_t fraction_us, offset_us;

	bool read = read_number(&cursor, 4, 1, 9999, &year) && read_byte(&cursor, "-") && read_number(&cursor, 2, 1, 12, &month) &&
		    read_byte(&cursor, "-") && read_number(&cursor, 2, 1, 31, &day) && read_byte(&cursor, "Tt ") &&
		    read_number(&cursor, 2, 0, 23, &hour) && read_byte(&cursor, ":") && read_number(&cursor, 2, 0, 59, &minute) &&
		    read_byte(&cursor, ":") && read_number(&cursor, 2, 0, 60, &second) && read_fraction(&cursor, &fraction_us) &&
		    read_zone(&cursor, &offset_us);
	if (!read || cursor.at != cursor.end || day > days_in_month(year, month))
		return false;
	int64_t instant = days_from_civil(year, month, day) * US_PER_DAY + hour * US_PER_HOUR + minute * US_PER_MINUTE +
			  second * US_PER_SECOND + fraction_us - offset_us;
	if (!instant_in_bounds(instant))
		return false;
	*instant_us = instant;
	return true;
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t instant_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t instant_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
