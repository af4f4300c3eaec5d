/* The columns of a notice and of what notification keeps of a complaint, each once: its name, its type, its member in struct notice
 * and struct known (services/notification). Whoever reads or writes one goes by these lists; a new column is a row here and one
 * in deploy/sql.
 *
 * ONCE   written when the notice is made, and never read by a batch
 * KEPT   written when it is made, and read
 *
 * Those that are neither stand in common/store/notification.c behind these: of a notice what an attempt changes (state, attempts,
 * finished, reason); of a complaint what rows.c makes of several members (held, held_until, waiting, held_trace, lines, moves,
 * dues).
 */
#ifndef OMBUD_STORE_NOTIFICATION_COLUMNS_H
#define OMBUD_STORE_NOTIFICATION_COLUMNS_H

#include "common/store/column.h"

#define NOTICE_COLUMNS(ONCE, KEPT)           \
	KEPT(shard, INT4, key.shard)         \
	KEPT(id, UUID, key.id)               \
	KEPT(complaint, UUID, complaint)     \
	KEPT(place, INT8, place)             \
	KEPT(sequence, INT8, sequence)       \
	KEPT(platform_id, TEXT, platform_id) \
	KEPT(order_id, TEXT, order_id)       \
	KEPT(recipient, INT2, recipient)     \
	KEPT(person_id, TEXT, person_id)     \
	KEPT(channel, INT2, channel)         \
	KEPT(endpoint, TEXT, endpoint)       \
	KEPT(event, TEXT, event)             \
	KEPT(language, TEXT, language)       \
	ONCE(subject, TEXT, subject)         \
	ONCE(body, TEXT, body)               \
	KEPT(payload, NOTE, payload)         \
	KEPT(trace, NOTE, trace)

#define KNOWN_COLUMNS(KEPT)                                         \
	KEPT(shard, INT4, key.shard)                                \
	KEPT(complaint, UUID, key.complaint)                        \
	KEPT(platform_id, TEXT, facts.platform_id)                  \
	KEPT(order_id, TEXT, facts.order_id)                        \
	KEPT(complainant_id, TEXT, facts.complainant_id)            \
	KEPT(merchant_id, TEXT, facts.merchant_id)                  \
	KEPT(owner_id, TEXT, facts.owner_id)                        \
	KEPT(language, TEXT, facts.language)                        \
	KEPT(stage, INT2, facts.stage)                              \
	KEPT(type, INT2, facts.type)                                \
	KEPT(notices, INT8, notices)                                \
	KEPT(told_complainant, INT8, facts.told[PARTY_COMPLAINANT]) \
	KEPT(told_merchant, INT8, facts.told[PARTY_MERCHANT])       \
	KEPT(told_platform, INT8, facts.told[PARTY_PLATFORM])       \
	KEPT(said, INT8, said)                                      \
	KEPT(moves_until, INSTANT, moves_until_us)                  \
	KEPT(moves_told, INSTANT, moves_told_us)

/* In a statement's text, each with a comma behind it. */
#define NOTICE_MADE NOTICE_COLUMNS(COLUMN_NAME, COLUMN_NAME)
#define NOTICE_MADE_PARAMS NOTICE_COLUMNS(COLUMN_PARAM, COLUMN_PARAM)
#define NOTICE_READ NOTICE_COLUMNS(COLUMN_NOT, COLUMN_OF_N)
#define NOTICE_READ_COUNT (0 NOTICE_COLUMNS(COLUMN_NOT, COLUMN_COUNT))
#define KNOWN_WRITTEN KNOWN_COLUMNS(COLUMN_NAME)
#define KNOWN_SET KNOWN_COLUMNS(COLUMN_FROM_EXCLUDED)
#define KNOWN_PARAMS KNOWN_COLUMNS(COLUMN_PARAM)
#define KNOWN_READ KNOWN_COLUMNS(COLUMN_OF_C)
#define KNOWN_READ_COUNT (0 KNOWN_COLUMNS(COLUMN_COUNT))

#endif
