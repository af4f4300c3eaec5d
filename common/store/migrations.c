#include "common/store/migrations.h"

const struct pg_statement migrations_lock = {
    "migrations_lock", "select pg_advisory_lock(hashtextextended('ombud migrations', 0))::text", "", 1};

const struct pg_statement migrations_exists = {
    "migrations_exists", "select to_regclass('public.schema_migrations') is not null", "", 1};

const struct pg_statement migrations_table = {
    "migrations_table", "create table if not exists public.schema_migrations (version varchar primary key)", "", 0};

const struct pg_statement migrations_applied = {
    "migrations_applied", "select version::text from public.schema_migrations order by version", "", 1};

const struct pg_statement migrations_rights_exist = {
    "migrations_rights_exist", "select to_regprocedure('ombud.grant_rights()') is not null", "", 1};

const struct pg_statement migrations_rights = {
    "migrations_rights", "select coalesce(array_to_string(ombud.grant_rights(), ', '), '')", "", 1};
