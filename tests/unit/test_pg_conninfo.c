/* What libpq refuses when it connects is refused before, and no value is told: each one that is wrong here might be a password. */
#include <stdlib.h>

#include "common/io/pg.h"
#include "tests/unit/check.h"

#define CHOICES_SSLMODE "disable|allow|prefer|require|verify-ca|verify-full"
#define CHOICES_ATTRS "any|read-write|read-only|primary|standby|prefer-standby"
#define CHOICES_TLS "TLSv1|TLSv1.1|TLSv1.2|TLSv1.3"

static const struct {
	const char *conninfo;
	const char *want; /* "": right */
} table[] = {
    /* what can be connected by */
    {"", ""},
    {"host=h dbname=d user=u password='a canary=\"7\"'", ""},
    {"postgresql:///d?host=/run/postgresql&sslmode=verify-full&target_session_attrs=prefer-standby", ""},
    {"postgresql://u:canary@[::1]:5432,h,h:65535/d?connect_timeout=5", ""},
    {"host=a,b,c port=1,,65535 connect_timeout=' 10 ' keepalives=0 keepalives_idle=-1", ""},
    {"host=a,b port=5433 hostaddr=127.0.0.1,::1", ""},
    {"port=5432,5433", ""}, /* PGHOST may name two */
    {"channel_binding=require gssencmode=disable sslmode=prefer tcp_user_timeout=0", ""},
    {"ssl_min_protocol_version=tlsv1.2 ssl_max_protocol_version=TLSv1.2", ""},
    {"ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=''", ""},
    /* ports */
    {"port=canary", "port: want 1 to 65535, or a list of such"},
    {"port=0", "port: want 1 to 65535, or a list of such"},
    {"host=a,b port=5432,65536", "port: want 1 to 65535, or a list of such"},
    {"port=99999999999999999999", "port: want 1 to 65535, or a list of such"},
    {"host=a,b port='5432 5433'", "port: want 1 to 65535, or a list of such"},
    {"postgresql://u:canary/7@h:5432/d", "port: want 1 to 65535, or a list of such"},
    {"host=a,b,c port=1,2", "port: want one, or as many as there are hosts"},
    {"hostaddr=127.0.0.1 port=1,2", "port: want one, or as many as there are hosts"},
    /* choices */
    {"sslmode=canary", "sslmode: want " CHOICES_SSLMODE},
    {"sslmode=''", "sslmode: want " CHOICES_SSLMODE},
    {"sslmode=Require", "sslmode: want " CHOICES_SSLMODE},
    {"postgresql://h/d?sslmode=verify", "sslmode: want " CHOICES_SSLMODE},
    {"target_session_attrs=canary", "target_session_attrs: want " CHOICES_ATTRS},
    {"channel_binding=canary", "channel_binding: want disable|prefer|require"},
    {"gssencmode=canary", "gssencmode: want disable|prefer|require"},
    {"ssl_min_protocol_version=canary", "ssl_min_protocol_version: want " CHOICES_TLS},
    {"ssl_max_protocol_version=TLSv1.4", "ssl_max_protocol_version: want " CHOICES_TLS},
    {"ssl_max_protocol_version=TLSv1.2 ssl_min_protocol_version=TLSv1.3",
	"ssl_max_protocol_version: want no less than ssl_min_protocol_version"},
    /* numbers */
    {"connect_timeout=canary", "connect_timeout: want a whole number"},
    {"connect_timeout=''", "connect_timeout: want a whole number"},
    {"connect_timeout=5s", "connect_timeout: want a whole number"},
    {"connect_timeout=4294967296", "connect_timeout: want a whole number"},
    {"keepalives=canary", "keepalives: want a whole number"},
    {"keepalives=''", "keepalives: want a whole number"},
    {"keepalives_count=canary", "keepalives_count: want a whole number"},
    {"keepalives_idle=canary", "keepalives_idle: want a whole number"},
    {"keepalives_interval=canary", "keepalives_interval: want a whole number"},
    {"tcp_user_timeout=canary", "tcp_user_timeout: want a whole number"},
    /* addresses */
    {"hostaddr=canary", "hostaddr: want an IP address, or a list of such"},
    {"hostaddr=127.0.0.1,::1 host=h", "hostaddr: want as many as there are hosts"},
    /* all of it */
    {"postgresql://u:canary/7@h?sslmode=canary&connect_timeout=canary",
	"connect_timeout: want a whole number; port: want 1 to 65535, or a list of such; sslmode: want " CHOICES_SSLMODE},
    {"host=h hst=\"canary\"", "invalid connection option \"***\""},
};

static void test_what_can_be_connected_by(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		char error[512] = "";
		bool good = pg_conninfo_check(table[i].conninfo, error, sizeof error);
		check_text(table[i].conninfo, error, table[i].want);
		check_number(table[i].conninfo, good, !*table[i].want);
		check_number(table[i].conninfo, strstr(error, "canary") != NULL, false);
	}
}

static void test_the_same_database_for_somebody_else(void **state)
{
	static const struct {
		const char *conninfo, *want;
	} cases[] = {
	    {"", "user='other'"},
	    {"host=h user=u password=canary dbname=d", "dbname='d' host='h' user='other'"},
	    {"postgresql://u:canary@h:5433/d?sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k",
		"dbname='d' host='h' port='5433' sslmode='verify-full' sslrootcert='/ca' user='other'"},
	    {"host='a \\'b\\\\' passfile=/p", "passfile='/p' host='a \\'b\\\\' user='other'"},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *other = pg_conninfo_as(cases[i].conninfo, "other"), error[512] = "";
		check_text(cases[i].conninfo, other, cases[i].want);
		check_number(cases[i].conninfo, pg_conninfo_check(other, error, sizeof error), true);
		free(other);
	}
	check_number("what cannot be read", pg_conninfo_as("host", "other") == NULL, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_can_be_connected_by), cmocka_unit_test(test_the_same_database_for_somebody_else)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
