/* Network addresses that a stranger may, and may not, make us connect to: the public ones only. */
#ifndef OMBUD_BASE_ADDRESS_H
#define OMBUD_BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

/* 16 bytes of IPv6; IPv4 as ::ffff:a.b.c.d. */
struct address {
	uint8_t bytes[16];
};

struct address_range {
	struct address first;
	int bits; /* of the 128 */
};

bool address_parse(const char *text, struct address *address);
bool address_of_socket(const struct sockaddr *socket, struct address *address); /* false: neither IPv4 nor IPv6 */
/* "10.0.0.0/8", "fd00::/8", or one address. Bits beyond the length must be zero. */
bool address_range_parse(const char *text, struct address_range *range);
bool address_in_range(const struct address *address, const struct address_range *range);

/* Is it an address of the public Internet? Private, loopback, link-local, documentation, multicast and tunnel ranges are not. */
bool address_is_public(const struct address *address);

#endif
