/* How a view is made of its query; see views.h. */
#ifndef OMBUD_STORE_VIEWS_PRIVATE_H
#define OMBUD_STORE_VIEWS_PRIVATE_H

/* Names and values of each row of the query, in its order; instants with a blank for the T, and their zone: Z (sessions run in
 * UTC). */
#define AS_TABLE(query)                                                                                                                   \
	"select names, cells"                                                                                                             \
	"  from (select row_number() over () as place, row_to_json(q) as row from (" query ") q) w"                                       \
	" cross join lateral ("                                                                                                           \
	"    select array_agg(key order by nth) as names,"                                                                                \
	"           array_agg(coalesce(regexp_replace(value, "                                                                            \
	"               '^(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?(\\+00:00|Z)$', '\\1 \\2Z'), '') order by nth) as cells" \
	"      from json_each_text(row) with ordinality as e(key, value, nth)) t"                                                         \
	" order by place"
#define AS_JSON(query) "select coalesce(json_agg(q), '[]')::text, count(*)::int4 from (" query ") q"

#define VIEW(id, params, query) \
	const struct view id = {{#id "_json", AS_JSON(query), params, 2}, {#id "_table", AS_TABLE(query), params, 2}}

#endif
