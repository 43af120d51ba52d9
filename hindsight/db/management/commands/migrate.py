from typing import Any

from django.apps import apps
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import pre_migrate

from hindsight.db.servers import connected_servers
from hindsight.db.upgrades import RELEASES, Plan, that_need_a_stop


class Command(migrate.Command):
    """Refuses to break servers that are running (decision 48)."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--force", action="store_true", help="Migrate even if that breaks running servers.")
        parser.add_argument(
            "--to-release", metavar="VERSION", choices=[*RELEASES], help="Go back to the migrations of this release."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.is_forced = options["force"]
        _refuse_a_database_between_two_releases()
        # Only this signal has the plan. Django sends it for each app, before the first migration.
        sender = apps.get_app_config("contenttypes")
        pre_migrate.connect(self.examine, sender, weak=False)
        try:
            for target in _targets(options["to_release"]):
                super().handle(*args, **options | target)
        finally:
            pre_migrate.disconnect(self.examine, sender)

    def examine(self, *, plan: Plan, **kwargs: Any) -> None:
        plan = list(plan)
        if not plan or not MigrationRecorder(connection).applied_migrations():  # a new database
            return
        stopping = that_need_a_stop(plan)
        if self.verbosity:
            because = f"stop first: no server may run meanwhile, because of {_some(stopping)}."
            rolling = "rolling: servers of the release before can go on."
            self.stdout.write(f"This upgrade is {because if stopping else rolling}")
        if not stopping or self.is_forced:
            return
        is_rollback = any(backwards for _, backwards in plan)
        if servers := connected_servers(other_versions_only=not is_rollback):
            raise CommandError(
                f"Nothing was migrated. Stop all servers and workers first: {_some(stopping)} would break them. "
                f"Connected: {'; '.join(servers)}. `--force` migrates anyway."
            )


def _refuse_a_database_between_two_releases() -> None:
    """Django would leave out a squashed migration of which the database has only a part."""
    loader = MigrationLoader(connection)
    if missing := sorted(loader.replacements.keys() - loader.graph.nodes.keys()):
        raise CommandError(
            f"Nothing was migrated. The database has a part of {'.'.join(missing[0])}: its version is before 0.1.0, "
            "or a commit after it. First migrate with the last commit before the migrations were squashed, 20899431."
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _targets(release: str | None) -> list[dict[str, str]]:
    """An app that the release did not have goes back to no migration."""
    if release is None:
        return [{}]
    names = RELEASES[release].migrations
    return [
        {"app_label": app, "migration_name": names.get(app, "zero")}
        for app, name in MigrationLoader(None).graph.leaf_nodes()
        if names.get(app) != name
    ]
