/* Every refused range: its first, a middle and its last address, and the neighbours on both sides. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/address.h"
#include "tests/unit/check.h"

static bool is_public(const char *text)
{
	struct address address;
	if (!address_parse(text, &address))
		fail_msg("%s is no address", text);
	return address_is_public(&address);
}

static void test_refused_ranges(void **state)
{
	static const struct {
		const char *before, *first, *middle, *last, *after; /* NULL: none, or refused by a range of its own */
	} rows[] = {
	    {NULL, "0.0.0.0", "0.1.2.3", "0.255.255.255", "1.0.0.0"},
	    {"9.255.255.255", "10.0.0.0", "10.20.30.40", "10.255.255.255", "11.0.0.0"},
	    {"100.63.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255", "100.128.0.0"},
	    {"126.255.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.255", "128.0.0.0"},
	    {"169.253.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "169.255.0.0"},
	    {"172.15.255.255", "172.16.0.0", "172.20.0.1", "172.31.255.255", "172.32.0.0"},
	    {"191.255.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.255", "192.0.1.0"},
	    {"192.0.1.255", "192.0.2.0", "192.0.2.77", "192.0.2.255", "192.0.3.0"},
	    {"192.88.98.255", "192.88.99.0", "192.88.99.1", "192.88.99.255", "192.88.100.0"},
	    {"192.167.255.255", "192.168.0.0", "192.168.1.1", "192.168.255.255", "192.169.0.0"},
	    {"198.17.255.255", "198.18.0.0", "198.19.0.1", "198.19.255.255", "198.20.0.0"},
	    {"198.51.99.255", "198.51.100.0", "198.51.100.7", "198.51.100.255", "198.51.101.0"},
	    {"203.0.112.255", "203.0.113.0", "203.0.113.9", "203.0.113.255", "203.0.114.0"},
	    {"223.255.255.255", "224.0.0.0", "230.1.2.3", "239.255.255.255", NULL},
	    {NULL, "240.0.0.0", "250.0.0.1", "255.255.255.255", NULL},
	    {NULL, "::", "::1", "::ffff:ffff", "::1:0:0"},
	    {NULL, "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:192.168.0.1", "::ffff:8.8.8.8"},
	    {"fbff:ffff::1", "fc00::", "fd12:3456::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1"},
	    {"fe7f::1", "fe80::", "fe80::1234", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	    {NULL, "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	    {"2001:db7:ffff::1", "2001:db8::", "2001:db8:1::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::1"},
	    {"3ffe::1", "3fff::", "3fff:123::1", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::1"},
	    {"ff::1", "100::", "100::1", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"},
	    {"64:ff9a::1", "64:ff9b::", "64:ff9b::7f00:1", "64:ff9b::ffff:ffff", "64:ff9b:0:1::"},
	    {NULL, "64:ff9b:1::", "64:ff9b:1:2::3", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::1"},
	    {"2001:ffff::1", "2002::", "2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::1"},
	    {"5eff::1", "5f00::", "5f00:1::1", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f01::1"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		check_number(rows[i].first, is_public(rows[i].first), false);
		check_number(rows[i].middle, is_public(rows[i].middle), false);
		check_number(rows[i].last, is_public(rows[i].last), false);
		if (rows[i].before != NULL)
			check_number(rows[i].before, is_public(rows[i].before), true);
		if (rows[i].after != NULL)
			check_number(rows[i].after, is_public(rows[i].after), true);
	}
}

static void test_public_addresses(void **state)
{
	static const char *const addresses[] = {
	    "8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1", "240e::1"};
	for (size_t i = 0; i < COUNT_OF(addresses); i++)
		check_number(addresses[i], is_public(addresses[i]), true);
}

static void test_range_texts(void **state)
{
	static const struct {
		const char *text;
		int want; /* bits, -1: refused */
	} rows[] = {
	    {"127.0.0.1", 128},
	    {"127.0.0.0/8", 104},
	    {"0.0.0.0/0", 96},
	    {"10.1.2.0/23", 119},
	    {"::1", 128},
	    {"fd00::/8", 8},
	    {"::/0", 0},
	    {"127.0.0.1/8", -1},
	    {"10.1.3.0/23", -1},
	    {"127.0.0.1/33", -1},
	    {"::1/129", -1},
	    {"127.0.0.0/-8", -1},
	    {"127.0.0.0/", -1},
	    {"127.0.0.0/8x", -1},
	    {"127.0.0.0/ 8", -1},
	    {"127.1/8", -1},
	    {"localhost", -1},
	    {"", -1},
	    {"/8", -1},
	    {"1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20/8", -1},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct address_range range;
		bool read = address_range_parse(rows[i].text, &range);
		check_number(rows[i].text, read ? range.bits : -1, rows[i].want);
	}
}

static void test_sockets(void **state)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct address address, want;
	inet_pton(AF_INET, "10.1.2.3", &ipv4.sin_addr);
	inet_pton(AF_INET6, "fd00::7", &ipv6.sin6_addr);
	assert_true(address_of_socket((struct sockaddr *)&ipv4, &address) && address_parse("10.1.2.3", &want));
	assert_memory_equal(&address, &want, sizeof want);
	assert_true(address_of_socket((struct sockaddr *)&ipv6, &address) && address_parse("fd00::7", &want));
	assert_memory_equal(&address, &want, sizeof want);
	assert_false(address_of_socket((struct sockaddr *)&local, &address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refused_ranges),
	    cmocka_unit_test(test_public_addresses),
	    cmocka_unit_test(test_range_texts),
	    cmocka_unit_test(test_sockets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
