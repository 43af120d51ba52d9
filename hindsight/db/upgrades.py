"""How a migration is applied (decision 48). Each migration since release 0.1.0 declares it: `upgrade = ROLLING`."""

from collections.abc import Iterable
from typing import Any

from hindsight.db.releases import RELEASES

ROLLING = "rolling"  # servers of the release before work on the new schema
STOP_FIRST = "stop first"  # they do not

Plan = Iterable[tuple[Any, bool]]  # migrations, each with whether it is unapplied


def class_of(migration: Any) -> str:
    declared: str = getattr(migration, "upgrade", STOP_FIRST)
    return ROLLING if (migration.app_label, migration.name) in ROLLING_PACKAGES else declared


def that_need_a_stop(plan: Plan) -> list[str]:
    """Unapplying a migration removes what servers of the new version use."""
    return [
        str(migration)
        for migration, backwards in plan
        if backwards or class_of(migration) == STOP_FIRST or _is_of_an_earlier_release(migration)
    ]


def _is_of_an_earlier_release(migration: Any) -> bool:
    """Rolling only for servers of the release before its own."""
    *_, last = RELEASES.values()
    return (migration.app_label, migration.name) in last.migrations.items()


def upgrade_of(plan: Plan) -> str:
    return STOP_FIRST if that_need_a_stop(plan) else ROLLING


# The value says why, like `rolling_because` of a migration.
ROLLING_PACKAGES = {
    ("usersessions", "0001_initial"): (
        "A new table. Old servers cannot delete a staff login that has logged in at a new server, which seldom happens."
    ),
}
