#include "common/base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/die.h"

enum { MAPPED_BITS = 96 }; /* ::ffff:0:0/96 goes before an IPv4 address */

/* What is not public (IANA's special-purpose registries, RFC 6890). An IPv4 address inside an IPv6 one (mapped, translated, 6to4)
 * is refused with its whole range, except mapped ones, which are looked at as IPv4. */
static const char *const refused[] = {
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "2001:db8::/32",
    "3fff::/20",
    "100::/64",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2002::/16",
    "2001::/32",
    "5f00::/16",
};
enum { REFUSED_COUNT = sizeof refused / sizeof *refused };

static void map_ipv4(struct address *address, const void *ipv4)
{
	memset(address->bytes, 0, 10);
	memset(address->bytes + 10, 0xff, 2);
	memcpy(address->bytes + 12, ipv4, 4);
}

bool address_parse(const char *text, struct address *address)
{
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		map_ipv4(address, &ipv4);
		return true;
	}
	return inet_pton(AF_INET6, text, address->bytes) == 1;
}

bool address_of_socket(const struct sockaddr *socket, struct address *address)
{
	if (socket->sa_family == AF_INET) {
		struct sockaddr_in ipv4;
		memcpy(&ipv4, socket, sizeof ipv4);
		map_ipv4(address, &ipv4.sin_addr);
		return true;
	}
	if (socket->sa_family == AF_INET6) {
		struct sockaddr_in6 ipv6;
		memcpy(&ipv6, socket, sizeof ipv6);
		memcpy(address->bytes, &ipv6.sin6_addr, 16);
		return true;
	}
	return false;
}

static uint8_t mask_of_byte(int bits, int byte)
{
	int inside = bits - 8 * byte;
	if (inside >= 8)
		return 0xff;
	return inside <= 0 ? 0 : (uint8_t)(0xff << (8 - inside));
}

bool address_range_parse(const char *text, struct address_range *range)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strcspn(text, "/");
	char *end;

	if (size >= sizeof address)
		return false;
	memcpy(address, text, size);
	address[size] = '\0';
	if (!address_parse(address, &range->first))
		return false;
	int base = strchr(address, ':') == NULL ? MAPPED_BITS : 0;
	range->bits = 128;
	if (text[size] == '/') {
		if (text[size + 1] < '0' || text[size + 1] > '9')
			return false;
		long bits = strtol(text + size + 1, &end, 10);
		if (*end != '\0' || bits > 128 - base)
			return false;
		range->bits = base + (int)bits;
	}
	for (int byte = 0; byte < 16; byte++)
		if (range->first.bytes[byte] & ~mask_of_byte(range->bits, byte))
			return false;
	return true;
}

bool address_in_range(const struct address *address, const struct address_range *range)
{
	for (int byte = 0; byte < 16; byte++)
		if ((address->bytes[byte] & mask_of_byte(range->bits, byte)) != range->first.bytes[byte])
			return false;
	return true;
}

bool address_is_public(const struct address *address)
{
	static struct address_range ranges[REFUSED_COUNT];
	static bool parsed;

	for (int i = 0; !parsed && i < REFUSED_COUNT; i++)
		if (!address_range_parse(refused[i], &ranges[i]))
			bug("bad range %s", refused[i]);
	parsed = true;
	for (int i = 0; i < REFUSED_COUNT; i++)
		if (address_in_range(address, &ranges[i]))
			return false;
	return true;
}
