#!/usr/bin/env bash
# docker-compose.yml's PostgreSQL calls this at its first start, behind sql/roles.sql: every role's password is OMBUD_PASSWORD.
set -euo pipefail
psql -X -v ON_ERROR_STOP=1 -v password="${OMBUD_PASSWORD:?}" -U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:?}" <<'SQL'
select format('alter role %I password %L', rolname, :'password') from pg_roles where rolname like 'ombud\_%' \gexec
SQL
