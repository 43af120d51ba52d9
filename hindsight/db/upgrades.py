"""How a migration is applied (decision 48). Each migration since release 0.1.0 declares it: `upgrade = ROLLING`."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

ROLLING = "rolling"  # servers of the release before work on the new schema
STOP_FIRST = "stop first"  # they do not

Plan = Iterable[tuple[Any, bool]]  # migrations, each with whether it is unapplied


class Release(NamedTuple):
    commit: str
    migrations: Mapping[str, str]  # the last one of each app


# The releases before this one, oldest first. docs/operations.md says when an entry is added.
RELEASES = {
    # The last commit before versions were counted.
    "0.1.0": Release(
        commit="b67a613441bc0fb2387a47f2dd143a32fe9ab606",
        migrations={
            "account": "0009_emailaddress_unique_primary_email",
            "admin": "0003_logentry_add_action_flag_choices",
            "api": "0001_squashed_0005_etag",
            "auth": "0012_alter_user_first_name_max_length",
            "contacts": "0001_squashed_0006_search_indexes",
            "contenttypes": "0002_remove_content_type_name",
            "django_tasks_database": "0021_conditional_partial_index_ordering",
            "interviews": "0003_squashed_0026_survey_token_like",
            "jobs": "0001_squashed_0002_drafts",
            "limits": "0001_squashed_0002_bigger_counts",
            "mfa": "0003_authenticator_type_uniq",
            "orgs": "0020_append_only",
            "sessions": "0001_initial",
            "socialaccount": "0006_alter_socialaccount_extra_data",
            "staff": "0001_saved_views",
            "webhooks": "0001_initial",
        },
    ),
}

# The value says why, like `rolling_because` of a migration.
ROLLING_PACKAGES = {
    ("usersessions", "0001_initial"): (
        "A new table. Old servers cannot delete a staff login that has logged in at a new server, which seldom happens."
    ),
}


def class_of(migration: Any) -> str:
    declared: str = getattr(migration, "upgrade", STOP_FIRST)
    return ROLLING if (migration.app_label, migration.name) in ROLLING_PACKAGES else declared


def that_need_a_stop(plan: Plan) -> list[str]:
    """Unapplying a migration removes what servers of the new version use."""
    *_, (_, earlier) = RELEASES.values()
    return [
        str(migration)
        for migration, backwards in plan
        # Rolling only for servers of the release before its own.
        if backwards or class_of(migration) == STOP_FIRST or (migration.app_label, migration.name) in earlier.items()
    ]


def upgrade_of(plan: Plan) -> str:
    return STOP_FIRST if that_need_a_stop(plan) else ROLLING
