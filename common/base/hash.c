#include "common/base/hash.h"

#include "common/base/die.h"

enum { MURMUR2_SHIFT = 24 };
static const uint32_t murmur2_seed = 0x9747b28c;
static const uint32_t murmur2_factor = 0x5bd1e995;

static uint32_t read_little_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint32_t hash_murmur2(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t h = murmur2_seed ^ (uint32_t)size;

	for (; size >= 4; bytes += 4, size -= 4) {
		uint32_t k = read_little_endian(bytes) * murmur2_factor;
		k = (k ^ k >> MURMUR2_SHIFT) * murmur2_factor;
		h = h * murmur2_factor ^ k;
	}
	if (size >= 3)
		h ^= (uint32_t)bytes[2] << 16;
	if (size >= 2)
		h ^= (uint32_t)bytes[1] << 8;
	if (size >= 1)
		h = (h ^ bytes[0]) * murmur2_factor;
	h = (h ^ h >> 13) * murmur2_factor;
	return h ^ h >> 15;
}

int hash_partition(const void *key, size_t size, int partitions)
{
	if (partitions <= 0)
		bug("hash_partition: %d partitions", partitions);
	return (int)((hash_murmur2(key, size) & 0x7fffffff) % (uint32_t)partitions);
}
