/* The bundled day: a Monday on a card-trading platform, and what came of it. Everything is a table: stories (what each party does
 * when it sees what), rows (one complaint each: which story, about what, in whose words) and goods. day.c plays them.
 */
#ifndef OMBUD_SERVICES_PLAYER_DAY_H
#define OMBUD_SERVICES_PLAYER_DAY_H

#include "services/player/play.h"

enum { DAY_ACTS_MAX = 12 };

/* Minutes. */
#define MIN(n) (n)
#define HOURS(n) ((n)*60)
#define DAYS(n) ((n)*24 * 60)
#define CLOCK(h, m) ((h)*60 + (m))

enum who { NOBODY, BUYER, MERCHANT, MERCHANT_PROGRAM, AGENT, BACKEND };

/* What a party sees, and then acts on, a while later. */
enum sees {
	SEES_NOTHING,
	FILING,       /* Ombud's first word about the complaint */
	ADMISSION,    /* a person must admit it */
	NEGOTIATION,  /* the merchant is asked */
	ANSWER,       /* the merchant has answered */
	REVIEW,       /* the platform must decide */
	REVIEW_AGAIN, /* ... for the second time */
	DECISION,
	REMEDY, /* one is ordered */
	REMEDY_AGAIN,
	DONE, /* all remedies are carried out */
	DONE_AGAIN,
	REFUSAL,  /* Ombud refused the last word */
	PROPOSAL, /* one side proposes to settle */
};

enum deed {
	DOES_NOTHING,
	SAYS,        /* a message */
	FILES_AGAIN, /* by another channel */
	SENDS_AGAIN, /* the same record once more */
	AMENDS,
	URGES,
	ADDS_EVIDENCE,
	WITHDRAWS,
	OFFERS_REFUND, /* arg: percent */
	OFFERS_REDELIVERY,
	OFFERS_WORDS, /* an apology: no remedy */
	DEFENDS,
	ACCEPTS,
	REFUSES,
	ASKS_PLATFORM,
	ADMITS,
	TURNS_AWAY,
	DECIDES_REFUND, /* for the complainant; arg: percent, below 100 in part */
	DECIDES_COMPENSATION,
	DECIDES_FOR_MERCHANT,
	DECIDES_BASELESS,
	DECIDES_WITHOUT_GROUNDS,
	DECIDES_TOO_MUCH,
	REPORTS_DONE,
	REPORTS_FAILED,
	CONFIRMS, /* arg: stars */
	DISPUTES,
	RECORDS_ORDER,
	SETTLES,
};

struct act {
	enum who who;
	enum sees sees;
	int after; /* minutes */
	enum deed does;
	int arg;
	const char *words;
};

enum order_shape {
	SHAPE_DELIVERED, /* digital: delivered within minutes */
	SHAPE_PAID,      /* paid, nothing delivered yet, promise not passed */
	SHAPE_LATE,      /* delivered long after its promise */
	SHAPE_OVERDUE,   /* shipped, the promise has passed, not delivered */
	SHAPE_UNSHIPPED, /* neither shipped nor delivered, the promise has passed */
	SHAPE_SHIPPED,   /* said to be shipped yesterday */
	SHAPE_OLD,       /* receipt confirmed 40 days ago */
	SHAPE_CANCELLED, /* paid and then cancelled */
	SHAPE_UNKNOWN,   /* not recorded before the complaint */
	SHAPE_ANOTHERS,  /* another person's order */
};

struct story {
	const char *name;
	const char *sentence; /* for the summary */
	enum order_shape shape;
	struct act acts[DAY_ACTS_MAX];
	/* The ends that must come of it. clocks: "first_response met, confirmation breached"; a clock that is not named must not be
	 * breached. refusals: how often Ombud must have said no. */
	enum stage ends;
	const char *clocks;
	int refusals;
	int repeats; /* filings that joined it */
};

struct day_row {
	const char *story;
	int filed; /* minutes of the Monday, local time */
	int goods; /* index into day_goods */
	enum channel channel;
	enum encoding encoding;
	enum complaint_type type;  /* 0: triage finds it */
	enum complaint_type found; /* what triage must find; 0: as filed */
	const char *statement;
	const char *wanted;
};

struct day_goods {
	const char *sku, *title, *category, *merchant;
	enum goods_kind kind;
	int64_t price; /* fen */
};

extern const struct story day_stories[]; /* ended by name NULL; day_stories.c */
extern const struct day_row day_rows[];  /* ended by story NULL; day_rows.c */
extern const struct day_goods day_goods[];
extern const int day_goods_count;

const char *day_buyer(const struct life *life);

/* day_deeds.c: what a deed says. */
void day_do(struct play *play, struct life *life, const struct act *act, int64_t at_us, const struct event *seen);

/* day_orders.c: the facts of an order of this shape, as its platform knows them when the complaint is filed. */
struct event *day_order_event(struct play *play, struct input *input, const struct day_goods *goods, enum order_shape shape,
    const char *buyer, int64_t filed_us);

#define DAY_MIDNIGHT_US INT64_C(1772380800000000) /* Monday 2026-03-02 00:00 in Shanghai */

#endif
