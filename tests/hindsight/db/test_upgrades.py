"""Each migration since 0.1.0 says whether servers of the release before can go on, and a rolling one lets them."""

import re
from pathlib import Path
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from hindsight.db import upgrades
from hindsight.db.operations import DropChecks
from hindsight.db.upgrades import RELEASES, ROLLING, STOP_FIRST, class_of, that_need_a_stop

Operation = migrations.operations.base.Operation
ROOT = Path(__file__).parents[3]

ALWAYS_ROLLING = (
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    migrations.RemoveConstraint,
    DropChecks,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)
# What they do to servers of the release before cannot be seen from the operation.
TO_BE_READ = (
    migrations.RunPython,
    migrations.RunSQL,
    migrations.AddConstraint,
    migrations.RemoveField,  # if the release before does not use the column
    migrations.DeleteModel,
)


def old_inserts_work(field: Any) -> bool:
    return bool(field.many_to_many or field.null or field.db_default is not NOT_PROVIDED)


def new_fields(operation: Operation) -> list[Any]:
    if isinstance(operation, migrations.CreateModel):
        return [field for _, field in operation.fields]
    return [operation.field] if isinstance(operation, migrations.AddField) else []


def widens(before: Any, after: Any) -> bool:
    """Whether each value that was valid stays valid, in a column of the same type."""
    is_wider = (after.max_length or 0) >= (before.max_length or 0) and (after.null or not before.null)
    return column_type(before) == column_type(after) and is_wider and (before.unique or not after.unique)


def column_type(field: Any) -> tuple[Any, ...]:
    return field.get_internal_type(), field.db_column, field.remote_field and field.remote_field.model


def faults_of(migration: Any, before: Any) -> list[str]:
    """Why the operations of a rolling migration break old servers. `before`: the state of the project."""
    faults = []
    for operation in migration.operations:
        parts = (
            operation.database_operations if isinstance(operation, migrations.SeparateDatabaseAndState) else [operation]
        )
        faults += [fault for part in parts if (fault := fault_of(part, migration, before))]
        operation.state_forwards(migration.app_label, before)
    return faults


def fault_of(operation: Operation, migration: Any, before: Any) -> str:
    if isinstance(operation, ALWAYS_ROLLING):
        return ""
    # Django deletes what references a row. Old servers do not know a new foreign key, and their DELETE fails.
    is_reference = any(field.remote_field for field in new_fields(operation))
    if (isinstance(operation, TO_BE_READ) or is_reference) and not reason_of(migration):
        return f"{operation.describe()}: rolling_because is missing"
    if isinstance(operation, (*TO_BE_READ, migrations.CreateModel)):
        return ""
    if isinstance(operation, migrations.AddField):
        return "" if old_inserts_work(operation.field) else f"{operation.describe()}: needs null or db_default"
    if isinstance(operation, migrations.AlterField):
        field = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
        return "" if widens(field, operation.field) else f"{operation.describe()}: narrows or changes the column"
    return f"{operation.describe()}: needs STOP_FIRST"


def reason_of(migration: Any) -> str:
    of_package = upgrades.ROLLING_PACKAGES.get((migration.app_label, migration.name), "")
    return getattr(migration, "rolling_because", of_package)


def since(release: str) -> list[tuple[str, str]]:
    graph = MigrationLoader(None).graph
    last = RELEASES[release].migrations.items() & graph.nodes.keys()
    before = {key for app in last for key in graph.forwards_plan(app)}
    return sorted(graph.nodes.keys() - before)


def test_each_migration_of_ours_declares_its_class() -> None:
    graph = MigrationLoader(None).graph
    ours = [graph.nodes[key] for key in since("0.1.0") if is_ours(graph.nodes[key])]
    assert [str(each) for each in ours if getattr(each, "upgrade", None) not in (ROLLING, STOP_FIRST)] == []


def is_ours(migration: Any) -> bool:
    return not migration.__module__.startswith(("django", "allauth"))


def test_rolling_migrations_have_only_operations_that_old_servers_survive() -> None:
    loader = MigrationLoader(None)
    rolling = [key for key in since("0.1.0") if class_of(loader.graph.nodes[key]) == ROLLING]
    faults = {key: faults_of(loader.graph.nodes[key], loader.project_state(key, at_end=False)) for key in rolling}
    assert {key: found for key, found in faults.items() if found} == {}


def test_the_changelog_names_the_class_of_the_next_upgrade() -> None:
    graph, release = MigrationLoader(None).graph, [*RELEASES][-1]
    classes = {class_of(graph.nodes[key]) for key in since(release)}
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = changelog.partition("## [Unreleased]\n\n")[2]
    named = re.match(rf"Upgrade: ({ROLLING}|{STOP_FIRST})[.,]", unreleased)
    assert named
    assert named[1] == (STOP_FIRST if STOP_FIRST in classes else ROLLING)


def test_the_list_of_packages_has_no_dead_entry() -> None:
    assert upgrades.ROLLING_PACKAGES.keys() <= set(since("0.1.0"))


def test_each_release_has_the_last_migration_of_each_app() -> None:
    """Apps of packages that were removed since are no longer in the graph."""
    loader = MigrationLoader(None)
    for release in RELEASES.values():
        recorded = {key for key in release.migrations.items() if key[0] in loader.migrated_apps}
        assert recorded <= loader.graph.nodes.keys()
        assert len(release.commit) == 40


def a_migration(*operations: Operation, **attributes: Any) -> Any:
    kind = type("Migration", (migrations.Migration,), {"operations": operations, **attributes})
    return kind("9999_new", "contacts")


def test_an_upgrade_that_skips_a_release_stops_first() -> None:
    migration = a_migration(upgrade=ROLLING)
    migration.name = [*RELEASES.values()][-1].migrations["contacts"]
    assert that_need_a_stop([(migration, False)]) == [f"contacts.{migration.name}"]


def test_a_migration_that_declares_nothing_stops_first() -> None:
    plan = [(a_migration(), False), (a_migration(upgrade=ROLLING), False), (a_migration(upgrade=ROLLING), True)]
    assert that_need_a_stop(plan) == ["contacts.9999_new", "contacts.9999_new"]
