from collections.abc import Collection
from typing import Any, NamedTuple

from interviews.models import RowVersions
from orgs.actors import Actor
from orgs.audit import Texts
from orgs.key_verification import key_parameters


class TextUpdate(NamedTuple):
    """None keeps a text."""

    org_id: int
    interview_request_id: int
    contact_texts: Texts
    request_texts: Texts
    actor: Actor
    if_versions: Collection[RowVersions] | None
    digest: str | None

    @property
    def texts(self) -> dict[str, str]:
        sent = {**self.contact_texts, **self.request_texts}
        return {field: text for field, text in sent.items() if text is not None}

    @property
    def row_parameters(self) -> dict[str, Any]:
        """For a statement that finds the row, and verifies the API key."""
        row = {"org_id": self.org_id, "interview_request_id": self.interview_request_id}
        return {**row, **key_parameters(self.digest)}
