"""On PostgreSQL, drops the foreign key of the audit to orgs. Its check locked the org's row for each new change.

A trigger on orgs refuses, at the commit, to delete an org that has changes. A new change needs no check: its transaction has
locked a row of the org, and that row's own foreign key keeps the org. SQLite keeps the foreign key.
"""

from django.db import migrations

from hindsight.db.operations import execute_in_schema

# {schema}: see 0006_append_only. Orgs first, as in the statement of a PATCH, to avoid deadlocks.
LOCK = """
SET LOCAL lock_timeout = '3s';
LOCK TABLE {schema}.orgs_org, {schema}.orgs_change IN ACCESS EXCLUSIVE MODE;
"""
DROP_FOREIGN_KEY = "ALTER TABLE {schema}.orgs_change DROP CONSTRAINT {name}"
ADD_FOREIGN_KEY = """
ALTER TABLE {schema}.orgs_change ADD CONSTRAINT orgs_change_org_id_91fcf4ff_fk_orgs_org_id
FOREIGN KEY (org_id) REFERENCES {schema}.orgs_org (id) DEFERRABLE INITIALLY DEFERRED
"""
INSTALL = """
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
UNINSTALL = """
DROP TRIGGER orgs_are_not_truncated ON {schema}.orgs_org;
DROP FUNCTION {schema}.orgs_refuse_orphaned_changes CASCADE;
"""


def drop_foreign_key(apps, schema_editor):
    execute_in_schema(schema_editor, LOCK)
    for name in foreign_keys(schema_editor):
        execute_in_schema(schema_editor, DROP_FOREIGN_KEY, name=schema_editor.quote_name(name))
    execute_in_schema(schema_editor, INSTALL)


def add_foreign_key(apps, schema_editor):
    execute_in_schema(schema_editor, LOCK)
    execute_in_schema(schema_editor, UNINSTALL)
    execute_in_schema(schema_editor, ADD_FOREIGN_KEY)


def foreign_keys(schema_editor):
    """The names of the foreign keys to orgs. A partitioned audit does not have Django's name."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "orgs_change")
    return [name for name, found in constraints.items() if found["foreign_key"] == ("orgs_org", "id")]


class Migration(migrations.Migration):

    dependencies = [("orgs", "0019_change_by_time")]

    operations = [migrations.RunPython(drop_foreign_key, add_foreign_key)]
