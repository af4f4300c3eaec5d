/* Why something is due when it is (common/model/due.h), as JSON and as a table: what due and clock explain show. Instants are those
 * of a zone: "2026-10-08T09:00:00+08:00". */
#ifndef OMBUD_OMBUDCTL_TRACE_H
#define OMBUD_OMBUDCTL_TRACE_H

#include "common/base/buf.h"
#include "common/model/due.h"
#include "services/ombudctl/output.h"

/* ", "name": value"; text NULL: null */
void trace_json_text(struct buf *json, const char *name, const char *text);
void trace_json_instant(struct buf *json, const char *name, const char *zone, int64_t instant_us);
/* ', "calendar": "cn@1", "zone": "Asia/Shanghai"' */
void trace_json_calendar(struct buf *json, const struct calendar_file *file);
/* A list, an entry a day; of elapsed time one entry. */
void trace_json(struct buf *json, const struct due *due, enum target_unit unit, const char *zone);

struct table *trace_table(const struct due *due, enum target_unit unit, const char *zone);
/* "2026-10-08 09:00:00 +08:00", static for a few calls. */
const char *trace_instant(const char *zone, int64_t instant_us);

#endif
