from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from orgs.models import Org

REQUESTS = "interviews_interviewrequest"


@dataclass(frozen=True)
class Lists:
    """The URLs of lists with the rows of an org, or of all orgs."""

    org: Org | None

    def of(self, model: str, **query: str) -> str:
        chosen = {"org": self.org.slug} if self.org else {}
        return f"{reverse(f'admin:{model}_changelist')}?{urlencode({**chosen, **query})}"

    def interviews(self, **query: str) -> str:
        """With archived ones, because the numbers count them."""
        return self.of(REQUESTS, **query, archived="all")


def day(time: datetime) -> str:
    return time.date().isoformat()
