-- The roles of Ombud: an administrator's step, in the database that is to be Ombud's, before the first `ombudctl db up`. Who runs it
-- may make roles and owns the database. It may be run again.
--
--   psql -d ombud -f deploy/sql/roles.sql
--
-- Each role may log in; none is a superuser or may make roles or databases. How they prove who they are is pg_hba.conf's matter; a
-- password is not here (\password ombud_intake). Passwords rotate, roles do not: all copies of a daemon have the same one, for a role
-- sees and ends backends of its own only, and whoever takes shards over must be able to (ombud.take_shards).
--
-- What each may do with tables is ombud.role_right (..._core.sql); `ombudctl db up` grants it.
do $$
declare
    -- One of each daemon ("ombud_" and the name of its schema); migration owns the schemas; operator is for platforms, campaigns and what
    -- is done by hand; reader looks: lists, stories, the audit.
    roles text[] := array['ombud_intake', 'ombud_triage', 'ombud_escalation', 'ombud_notification',
                          'ombud_migration', 'ombud_operator', 'ombud_reader'];
    role  text;
begin
    foreach role in array roles loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I login', role);
        end if;
        if exists (select from pg_roles where rolname = role
                      and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or not rolcanlogin)) then
            raise exception 'role % is there already, and may do more than Ombud''s may, or not log in', role;
        end if;
        execute format('grant connect on database %I to %I', current_database(), role);
    end loop;
    -- Nobody else comes in; nobody else makes anything, not even for a moment.
    execute format('revoke all on database %I from public', current_database());
    execute format('grant create on database %I to ombud_migration', current_database());
    revoke all on schema public from public;
    grant usage, create on schema public to ombud_migration; -- schema_migrations
    grant usage on schema public to ombud_operator, ombud_reader;
end $$;
