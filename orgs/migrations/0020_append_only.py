"""On PostgreSQL, the audit and the security events can only grow.

A trigger refuses UPDATE, DELETE and TRUNCATE while the parameter hindsight.audit_removal is not "allowed". Two functions set it
while they write. They run with the rights of the owner, so that a role without UPDATE and DELETE can erase and delete orgs.
INSERT has no trigger. The functions call set_config(): for a parameter that PostgreSQL does not know, CREATE FUNCTION ... SET
needs a superuser.

The audit has no foreign key to orgs, whose check would lock the org's row for each new change. A trigger on orgs refuses, at the
commit, to delete an org that has changes. A new change needs no check: its transaction has locked a row of the org, and that
row's own foreign key keeps the org. SQLite keeps the foreign key.
"""

from django.db import migrations

from hindsight.db.operations import execute_in_schema

TABLES = ("orgs_change", "orgs_securityevent")

# {schema}: names are qualified, because search_path excludes schemas where others may create objects.
INSTALL = """
CREATE FUNCTION {schema}.orgs_refuse_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('hindsight.audit_removal', true) IS DISTINCT FROM 'allowed' THEN
        RAISE EXCEPTION '% on % was refused: the audit is append-only.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', HINT = 'Use orgs/audit_removal.py.';
    END IF;
    RETURN NULL;
END $$;

-- Clears the texts of one object, and records the erasure.
CREATE FUNCTION {schema}.orgs_erase_changes(
    p_org_id bigint, p_object_type text, p_object_id bigint, p_actor_kind text, p_actor text, p_request_id text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('hindsight.audit_removal', 'allowed', true);
    UPDATE {schema}.orgs_change SET before = NULL
    WHERE org_id = p_org_id AND object_type = p_object_type AND object_id = p_object_id;
    PERFORM set_config('hindsight.audit_removal', '', true);
    INSERT INTO {schema}.orgs_change (
        org_id, object_type, object_id, field, actor_kind, actor, request_id, created_at
    ) VALUES (
        p_org_id, p_object_type, p_object_id, 'erasure', p_actor_kind, p_actor, p_request_id, clock_timestamp()
    );
END $$;

-- Deletes the changes of an org that the same transaction has deleted. Returns the id of the security event.
CREATE FUNCTION {schema}.orgs_delete_changes(
    p_org_id bigint, p_slug text, p_actor_kind text, p_actor text, p_request_id text
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    deleted bigint;
    event_id bigint;
BEGIN
    IF EXISTS (SELECT FROM {schema}.orgs_org WHERE id = p_org_id) THEN
        RAISE EXCEPTION 'The audit of an org is deleted after the org.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('hindsight.audit_removal', 'allowed', true);
    DELETE FROM {schema}.orgs_change WHERE org_id = p_org_id;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM set_config('hindsight.audit_removal', '', true);
    INSERT INTO {schema}.orgs_securityevent (
        kind, actor_kind, actor, org, subject_type, subject, detail, request_id, created_at
    ) VALUES (
        'deletion', p_actor_kind, p_actor, p_slug, 'org', p_slug, format('Changes deleted: %s.', deleted),
        p_request_id, clock_timestamp()
    ) RETURNING id INTO event_id;
    RETURN event_id;
END $$;

-- By default, all roles may call a new function.
REVOKE ALL ON FUNCTION {schema}.orgs_erase_changes, {schema}.orgs_delete_changes FROM PUBLIC;
"""
GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.{table}
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.orgs_refuse_removal();
"""
UNINSTALL = """
DROP FUNCTION {schema}.orgs_delete_changes, {schema}.orgs_erase_changes, {schema}.orgs_refuse_removal CASCADE;
"""
REPLACE_FOREIGN_KEY = """
ALTER TABLE {schema}.orgs_change DROP CONSTRAINT orgs_change_org_id_91fcf4ff_fk_orgs_org_id;

CREATE FUNCTION {schema}.orgs_refuse_orphaned_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM {schema}.orgs_change WHERE org_id = OLD.id) THEN
        RAISE EXCEPTION 'Org % was not deleted: orgs_change has changes of it.', OLD.id
            USING ERRCODE = 'foreign_key_violation', HINT = 'Use delete_org() in interviews/services/erasure.py.';
    END IF;
    RETURN NULL;
END $$;

-- Deferred, because the audit of an org is deleted after the org.
CREATE CONSTRAINT TRIGGER org_has_no_changes AFTER DELETE OR UPDATE OF id ON {schema}.orgs_org
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.orgs_refuse_orphaned_changes();

CREATE TRIGGER orgs_are_not_truncated BEFORE TRUNCATE ON {schema}.orgs_org
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.orgs_refuse_removal();
"""


def install(apps, schema_editor):
    execute_in_schema(schema_editor, INSTALL)
    for table in TABLES:
        execute_in_schema(schema_editor, GUARD, table=table)


def uninstall(apps, schema_editor):
    execute_in_schema(schema_editor, UNINSTALL)


def replace_foreign_key(apps, schema_editor):
    execute_in_schema(schema_editor, REPLACE_FOREIGN_KEY)


class Migration(migrations.Migration):

    replaces = [
        ('orgs', '0006_append_only'),
        ('orgs', '0020_change_without_foreign_key'),
    ]

    dependencies = [("orgs", "0001_squashed_0019_change_by_time")]

    operations = [
        migrations.RunPython(install, uninstall),
        migrations.RunPython(replace_foreign_key, migrations.RunPython.noop),
    ]
