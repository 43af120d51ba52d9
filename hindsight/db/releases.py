"""The releases before this one, oldest first. docs/operations.md says when an entry is added."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    commit: str
    migrations: Mapping[str, str]  # the last one of each app


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
