"""The fields of the PATCH. The SQL of the update and the service for SQLite take everything else from the models."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from contacts.models import Contact
from interviews.models import InterviewRequest, RowVersions
from orgs.actors import Actor
from orgs.key_verification import key_parameters

Patched = type[Contact] | type[InterviewRequest]

# By the name in the API: the model and its column.
PATCHED: Mapping[str, tuple[Patched, str]] = {
    "contact_name": (Contact, "name"),
    "contact_context": (Contact, "notes"),
    "objective": (InterviewRequest, "objective"),
}


class TextUpdate(NamedTuple):
    org_id: int
    interview_request_id: int
    texts: Mapping[str, str]
    actor: Actor
    if_versions: Collection[RowVersions] | None
    digest: str | None

    def columns_of(self, model: Patched) -> dict[str, str]:
        """The texts by column."""
        return {PATCHED[field][1]: text for field, text in self.texts.items() if PATCHED[field][0] is model}

    @property
    def row_parameters(self) -> dict[str, Any]:
        """For a statement that finds the row, and verifies the API key."""
        row = {"org_id": self.org_id, "interview_request_id": self.interview_request_id}
        return {**row, **key_parameters(self.digest)}
