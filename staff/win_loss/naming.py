"""Quotes of interviews, and what a page says of who said them: to staff, and to readers of a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.urls import reverse

from deals.models import Outcome
from hindsight.text.visible import visible
from interviews.lifecycle import Flag, Review
from interviews.models import Driver, InterviewRequest
from interviews.services.hidden_names import HiddenNames, names_of_contact
from staff.interviews.transcript import anchor_of

NO_OUTCOME = "no outcome known"
ANONYMOUS: Mapping[str, str] = {
    Outcome.WON: "won deal",
    Outcome.LOST: "lost deal",
    Outcome.NO_DECISION: "deal without a decision",
}


class Naming(Enum):
    """What the page says of an interview. STAFF: its id, with a link. NAMES: the contact. ANONYMOUS: the outcome."""

    STAFF = "staff"
    NAMES = "names"
    ANONYMOUS = "anonymous"

    def of(self, row: InterviewRequest) -> "Naming":
        """A contact who wishes not to be named is named to staff only."""
        wishes_no_name = Flag.WANTS_NO_NAME in row.raised_flags
        return Naming.ANONYMOUS if self == Naming.NAMES and wishes_no_name else self

    def url(self, row: InterviewRequest, anchor: str = "") -> str:
        """Empty except for staff."""
        page = reverse("admin:interviews_interviewrequest_change", args=[row.pk])
        return f"{page}{anchor}" if self == Naming.STAFF else ""

    def source(self, row: InterviewRequest, staff: str) -> str:
        """`staff`: what staff see."""
        naming, outcome = self.of(row), getattr(row.reported_deal, "outcome", "")
        if naming == Naming.ANONYMOUS:
            return ANONYMOUS.get(outcome, NO_OUTCOME)
        who = staff if naming == Naming.STAFF else _name(row)
        return f"{who}, {Outcome(outcome).label}" if outcome else who

    def text(self, row: InterviewRequest, text: str) -> str:
        """Without the names of contact and company, if it is anonymous."""
        shown = visible(text)
        if self.of(row) != Naming.ANONYMOUS:
            return shown
        return HiddenNames(names_of_contact(row.contact)).hide_stored(shown)


def _name(row: InterviewRequest) -> str:
    """With the domain of the address, which tells the company."""
    return " of ".join(filter(None, (visible(row.contact.name), row.contact.email.rpartition("@")[2])))


@dataclass(frozen=True)
class ShownQuote:
    """`url`: the turn in the transcript."""

    driver: Driver
    naming: Naming = Naming.STAFF

    @property
    def text(self) -> str:
        return self.naming.text(self.driver.interview_request, self.driver.quote)

    @property
    def source(self) -> str:
        row = self.driver.interview_request
        return self.naming.source(row, f"interview {row.pk}, turn {self.driver.turn}")

    @property
    def url(self) -> str:
        anchor = anchor_of((self.driver.start, self.driver.end))
        return self.naming.url(self.driver.interview_request, f"#{anchor}")

    @property
    def is_confirmed(self) -> bool:
        return self.driver.review == Review.CONFIRMED
