/* What the parties who decide give as grounds: by the criteria of the complaint's type, as the shipped platforms have them
 * (deploy/platforms; tests/unit/test_player.c holds this table against them). */
#include "services/player/grounds.h"

#include <string.h>

static const struct {
	const char *criteria, *clause;
	const char *points[2];
	uint64_t types;
} rows[] = {
#define IS(type) (1ull << COMPLAINT_TYPE_##type)
    {"card_key@1", "goods.usable@1", {"delivered", "usable"}, IS(CARD_KEY_INVALID) | IS(CODE_ALREADY_USED)},
    {"delivery@1", "delivery.in_time@1", {"promised", "in_time"}, IS(NOT_DELIVERED) | IS(DELIVERED_LATE) | IS(FAKE_SHIPMENT)},
    {"in_part@1", "delivery.whole@1", {"ordered", "whole"}, IS(DELIVERED_IN_PART)},
    {"conformity@1", "goods.as_described@1", {"promised", "differs"}, IS(NOT_AS_DESCRIBED) | IS(DEFECTIVE) | IS(FALSE_ADVERTISING)},
    {"genuine@1", "goods.genuine@1", {"origin", "genuine"}, IS(COUNTERFEIT)},
    {"credited@1", "goods.usable@1", {"paid", "credited"}, IS(BENEFITS_NOT_CREDITED)},
    {"ownership@1", "account.lasting@1", {"transferred", "taken_back"}, IS(OWNERSHIP_DISPUTED)},
    {"charge@1", "payment.right@1", {"owed", "charged"}, IS(CHARGED_WRONGLY)},
    {"after_sales@1", "service.after_sales@1", {"asked", "given"}, IS(BAD_SERVICE) | IS(REFUND_REFUSED) | IS(AFTER_SALES_EVADED)},
    {"platform@1", "platform.duty@1", {"fault", "loss"}, IS(PLATFORM_FAULT)},
    {"rules@1", "merchant.rules@1", {"breach", "loss"}, IS(MERCHANT_BROKE_RULE)},
    {"other@1", "service.after_sales@1", {"fault", "cause"}, ~0ull},
};

struct grounds *player_grounds(struct arena *arena, enum complaint_type type, const char *found)
{
	static const char *seen[] = {"order", "said"};
	size_t row = 0;
	while (!(rows[row].types & 1ull << type))
		row++;
	const char **names = arena_new_array(arena, const char *, 2);
	struct criterion_answer *answers = arena_new_array(arena, struct criterion_answer, 2);
	struct grounds *grounds = arena_alloc(arena, sizeof *grounds);
	names[0] = rows[row].clause;
	names[1] = rows[row].criteria;
	for (size_t i = 0; i < 2; i++)
		answers[i] = (struct criterion_answer){rows[row].points[i], CRITERION_FINDING_SHOWN, &seen[i], 1, ""};
	*grounds = (struct grounds){.clauses = names,
	    .clauses_count = 1,
	    .facts_found = found,
	    .criteria = names + 1,
	    .criteria_count = 1,
	    .answers = answers,
	    .answers_count = 2};
	return grounds;
}

void player_responsible(struct arena *arena, struct event *decision, enum party party)
{
	struct responsibility *whole = arena_alloc(arena, sizeof *whole);
	*whole = (struct responsibility){party, 1000, ""};
	decision->responsibilities = whole;
	decision->responsibilities_count = 1;
}
