/* http_stream on anything: however the bytes are cut, the verdict and the number of requests are the same; nothing is read twice.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/die.h"
#include "common/io/http_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_refusal *admit(const struct http_head *head, void *context)
{
	static const struct http_refusal no = {403, "no", "No.", NULL};
	if (strpbrk(head->target, " \r\n") || (!head->host && !head->is_1_0))
		bug("a head that must not be");
	for (int i = 0; i < head->lines_count; i++)
		if (!*head->lines[i].name || strpbrk(head->lines[i].value, "\r\n"))
			bug("a header that must not be");
	return http_head_find(head, "X-No") ? &no : NULL;
}

static const struct http_refusal *feed(const uint8_t *data, size_t size, size_t step, int64_t *requests)
{
	struct http_stream *stream = http_stream_new(4096, "192.0.2.1", admit, NULL);
	const struct http_refusal *why = NULL;
	for (size_t at = 0; at < size; at += step)
		why = http_stream_feed(stream, data + at, size - at < step ? size - at : step);
	*requests = http_stream_requests(stream);
	http_stream_free(stream);
	return why;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t whole, pieces;
	const struct http_refusal *one = feed(data, size, size ? size : 1, &whole), *other = feed(data, size, 3, &pieces);
	if (one != other || whole != pieces)
		bug("read in two ways");
	return 0;
}
