/* Whoever follows something by NOTIFY is told when words may have been lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/loop.h"
#include "common/io/pg.h"

#include "tests/store/session.h"

enum { WAIT_MS = 10000 };

struct heard {
	int anew, words;
	char last[16];
};

static void on_word(const char *payload, void *context)
{
	struct heard *heard = context;
	if (!payload) {
		heard->anew++;
		return;
	}
	heard->words++;
	snprintf(heard->last, sizeof heard->last, "%s", payload);
}

static void wait_words(struct loop *loop, const struct heard *heard, int words)
{
	for (int i = 0; i < WAIT_MS / 10 && heard->words < words; i++)
		loop_turn(loop, 10 * 1000);
}

/* Of three words one is said while there is no connection: two are heard, and that one may be missing. */
static void test_lost_word(void **state)
{
	struct heard heard = {0};
	struct loop *loop = loop_new();
	struct pg_session *session = session_to("");
	struct pg *pg = pg_new(
	    loop, &(struct pg_settings){.conninfo = getenv("OMBUD_TEST_DSN"), .application_name = "listen", .retry_ms = 100});
	pg_listen(pg, "test_listen", on_word, &heard);
	assert_true(pg_wait_ready(pg, WAIT_MS));
	assert_int_equal(heard.anew, 1);
	session_script(session, "select pg_notify('test_listen', 'first')");
	wait_words(loop, &heard, 1);
	assert_string_equal(heard.last, "first");

	pg_drop(pg, "the test wants it");
	session_script(session, "select pg_notify('test_listen', 'lost')");
	assert_true(pg_wait_ready(pg, WAIT_MS));
	assert_int_equal(heard.anew, 2);
	session_script(session, "select pg_notify('test_listen', 'third')");
	wait_words(loop, &heard, 2);
	assert_string_equal(heard.last, "third");
	assert_int_equal(heard.words, 2);

	pg_session_close(session);
	pg_free(pg);
	loop_free(loop);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lost_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
