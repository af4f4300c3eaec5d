/* murmur2 exactly as Kafka's Java client has it: whoever publishes with a stock Java or murmur2_random partitioner and we agree on
 * where a key lies. */
#ifndef OMBUD_BASE_HASH_H
#define OMBUD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint32_t hash_murmur2(const void *data, size_t size);

/* The partition of a key: (murmur2 & 0x7fffffff) % partitions. partitions > 0. */
int hash_partition(const void *key, size_t size, int partitions);

#endif
