-- Grants hindsight_web what the web server needs. The owner of the tables runs this after `manage.py migrate`, and again
-- after each upgrade: docs/operations.md, "Two database roles".

BEGIN;

GRANT USAGE ON SCHEMA public TO hindsight_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hindsight_web;
-- Tables of later migrations.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hindsight_web;

-- The audit and the security events: read and append. Only the owner migrates.
REVOKE UPDATE, DELETE ON orgs_change, orgs_securityevent FROM hindsight_web;
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN SELECT relid FROM pg_partition_tree('orgs_change') WHERE parentrelid IS NOT NULL LOOP
        EXECUTE format('REVOKE ALL ON %s FROM hindsight_web', partition);
    END LOOP;
END $$;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM hindsight_web;

-- Erase the texts of one object, and delete the audit of a deleted org. Both record it.
GRANT EXECUTE ON FUNCTION orgs_erase_changes, orgs_delete_changes TO hindsight_web;

COMMIT;
