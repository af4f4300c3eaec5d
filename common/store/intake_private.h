/* What intake.c (statements and reads) and intake_write.c share. */
#ifndef OMBUD_STORE_INTAKE_PRIVATE_H
#define OMBUD_STORE_INTAKE_PRIVATE_H

#include "common/base/buf.h"
#include "common/store/intake.h"

enum {
	READ_ORDERS,
	READ_COMPLAINTS,
	READ_REMEDIES,
	READ_EVIDENCE,
	READ_IDS,
	READ_SEEN,
	READ_WAITING,
	READ_LINE,
	READ_USES,
	WRITE_ORDER,
	INSERT_COMPLAINT,
	UPDATE_COMPLAINT,
	WRITE_EVIDENCE,
	WRITE_VERSION,
	WRITE_STEP,
	WRITE_SAID,
	WRITE_REMEDY,
	INSERT_WAITING,
	WRITE_USES,
	DELETE_WAITING,
	STATEMENTS_END
};

/* One lane's sets. */
struct intake_store {
	struct pg_args *args;
	struct pg_array *order_ids;
	struct pg_array *platforms;
	struct buf platforms_seen; /* names, each with its end */
	struct pg_array *ids;
	struct pg_array *cause_shards, *causes;
	struct pg_array *waiting_causes;
	struct pg_array *line_orders, *line_platforms, *line_complaints;
	struct pg_array *use_keys, *remedy_orders, *evidence_of;
	struct pg_array *ended;
	struct pg_rows *orders, *complaints_new, *complaints, *evidence, *versions, *steps, *said, *remedies, *waiting, *uses;
	int complaints_sent;
	struct buf json;
};

#endif
