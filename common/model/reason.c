#include "common/model/reason.h"

#include <string.h>
#include <strings.h>

#include "common/model/refusal.h"

static const struct row {
	const char *said;
	const char *english, *chinese;
	const char *english_to_buyer, *chinese_to_buyer; /* NULL: the same */
	const char *english_to_merchant, *chinese_to_merchant;
} rows[] = {
    {REASON_PLATFORM_SILENT, "the rule for when the platform does not decide in time", "平台未在期限内作出决定时的默认规则", NULL,
	NULL, NULL, NULL},
    {REASON_NO_DECISION, "The platform did not decide in time.", "平台未在期限内作出决定。", NULL, NULL, NULL, NULL},
    {REASON_OFFER_ACCEPTED, "The buyer has accepted the merchant's offer.", "买家已接受商家的方案。",
	"You have accepted the merchant's offer.", "您已接受商家的方案。", "The buyer has accepted your offer.",
	"买家已接受贵店的方案。"},
};

enum { ROWS_COUNT = sizeof rows / sizeof rows[0] };

const char *reason_at(size_t index)
{
	return index < ROWS_COUNT ? rows[index].said : NULL;
}

static const char *row_words(const struct row *row, bool chinese, enum party reader)
{
	const char *words = NULL;
	if (reader == PARTY_COMPLAINANT)
		words = chinese ? row->chinese_to_buyer : row->english_to_buyer;
	if (reader == PARTY_MERCHANT)
		words = chinese ? row->chinese_to_merchant : row->english_to_merchant;
	if (words)
		return words;
	return chinese ? row->chinese : row->english;
}

static const char *refusal_words(const char *said, const char *language)
{
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
		if (strcmp(said, refusal_sentence((enum refusal)i, "en")) == 0 ||
		    strcmp(said, refusal_sentence((enum refusal)i, "zh")) == 0)
			return refusal_sentence((enum refusal)i, language);
	return said;
}

const char *reason_words(const char *said, const char *language, enum party reader)
{
	bool chinese = strncasecmp(language, "zh", 2) == 0;
	for (int i = 0; i < ROWS_COUNT; i++)
		if (strcmp(said, rows[i].said) == 0)
			return row_words(&rows[i], chinese, reader);
	return said[0] ? refusal_words(said, language) : said;
}
