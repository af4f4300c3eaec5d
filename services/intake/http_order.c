/* The order of a complaint's document: what the database says of it in short, and what its facts say of where it goes, who carries
 * it and of each line. The facts are stored as they came, so they are read here and not by the database. */
#include <stdlib.h>
#include <string.h>

#include "common/wire/wire.h"
#include "services/intake/http.h"

static void write_text(struct buf *json, const char *name, const char *text)
{
	buf_printf(json, ",\"%s\":", name);
	buf_json_string(json, text, strlen(text));
}

static void write_price(struct buf *json, const struct money *price)
{
	buf_text(json, ",\"price\":");
	if (price->currency[0] == '\0')
		buf_text(json, "null");
	else
		buf_printf(json, "{\"minor_units\":%lld,\"currency\":\"%s\"}", (long long)price->minor_units, price->currency);
}

static void write_digest(struct buf *json, const struct order_item *item)
{
	buf_printf(json, ",\"listing_sha256\":%s", item->listing_sha256_size ? "\"" : "null");
	for (size_t i = 0; i < item->listing_sha256_size; i++)
		buf_printf(json, "%02x", item->listing_sha256[i]);
	buf_text(json, item->listing_sha256_size ? "\"" : "");
}

/* A line is the order's merchant's where it names none; whose it is decides who is shown it. */
static void write_line(struct buf *json, const struct order_facts *order, const struct order_item *item)
{
	const char *merchant = item->merchant_id[0] != '\0' ? item->merchant_id : order->merchant_id;
	buf_printf(json, "{\"quantity\":%d", item->quantity ? item->quantity : 1);
	write_text(json, "item_id", item->item_id);
	write_text(json, "merchant_id", merchant);
	write_text(json, "sku", item->sku);
	write_text(json, "title", item->title);
	write_text(json, "category", item->category);
	write_text(json, "goods_kind", goods_kind_name(item->goods_kind));
	write_price(json, &item->price);
	write_text(json, "listing_uri", item->listing_uri);
	write_digest(json, item);
	buf_char(json, '}');
}

void order_write(struct buf *json, const struct json *document, const struct order_facts *order)
{
	char *shortly = json_format(json_member(document, "order"));
	buf_text(json, "{\"order\":");
	buf_text(json, shortly);
	buf_cut(json, json->size - 1); /* its } */
	write_text(json, "region", order->region);
	write_text(json, "carrier_id", order->carrier_id);
	write_text(json, "line", order->line);
	buf_text(json, ",\"items\":[");
	for (size_t i = 0; i < order->items_count; i++) {
		buf_text(json, i ? "," : "");
		write_line(json, order, &order->items[i]);
	}
	buf_text(json, "]}}");
	free(shortly);
}
